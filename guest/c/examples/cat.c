/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cat [NAME | NAME/PATH]...: writes files and streams to stdout, one after the other; stdin without
 * any. Its authority is what it was granted under those names, and stdout.
 *
 * What to look at: every operation is one direct call, and the only buffer is in the arena.
 */
#define RINGFENCE_GUEST_IMPLEMENTATION
#define RINGFENCE_GUEST_START
#include "../ringfence_guest.h"

#define BUFFER_SIZE 65536

/* Copies what is at the place to the stream. 0, or minus an error. */
static int64_t show(struct rf_guest *guest, const struct rf_place *place, uint64_t stream,
                    void *buffer) {
  struct rf_caller *caller = &guest->caller;
  const int64_t opened = rf_open_place(caller, place, 0, 0, RF_RIGHT_READ);
  if (opened < 0) {
    return opened;
  }
  const uint64_t source = (uint64_t)opened;
  const int is_stream = place->grant->type == RF_TYPE_PIPE;
  uint64_t offset = 0;
  int64_t result;
  while ((result = rf_read(caller, source, buffer, BUFFER_SIZE, is_stream ? RF_HERE : offset)) >
         0) {
    offset += (uint64_t)result;
    result = rf_write_all(caller, stream, buffer, (uint32_t)result, RF_HERE);
    if (result < 0) {
      break;
    }
  }
  (void)rf_close(caller, source); /* it was only read */
  return result;
}

int rf_main(int argc, char **argv) {
  static char standard[] = "stdin";
  static char *without[] = {standard};
  struct rf_guest guest;
  if (rf_guest_start(&guest, 1, 0) < 0) {
    return 125;
  }
  const uint64_t stream = rf_capability(&guest, "stdout");
  void *buffer = rf_arena_take(&guest.arena, BUFFER_SIZE, 64);
  if (!buffer) {
    rf_complain(&guest, "cat", "buffer", -RF_ERR_OUT_OF_MEMORY);
    return 1;
  }
  const int count = argc > 1 ? argc - 1 : 1;
  char **names = argc > 1 ? argv + 1 : without;
  int status = 0;
  for (int i = 0; i < count; i++) {
    struct rf_place place;
    int64_t result = rf_locate(&guest, names[i], &place);
    if (result == 0) {
      result = show(&guest, &place, stream, buffer);
    }
    if (result < 0) {
      rf_complain(&guest, "cat", names[i], result);
      status = 1;
    }
  }
  return status;
}
