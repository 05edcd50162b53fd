/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check [sqpoll]: tries the library's ring, arena and calls against a kernel. Its status is 0, or 1
 * after it said on stderr which line of this file does not hold. It needs `stdout`, `stderr`, and a
 * directory `in` with a file `file` of 5 bytes.
 */
#define RINGFENCE_GUEST_IMPLEMENTATION
#define RINGFENCE_GUEST_START
#include "../ringfence_guest.h"

#define ENTRIES 8
#define ROUNDS 1000
#define LOOKS_MAX UINT64_C(1000000000)

static struct rf_guest guest;

static int failed(const char *condition) {
  rf_complain(&guest, "check", condition, -RF_ERR_INTERNAL_ERROR);
  return 1;
}

#define CHECK(condition) \
  do {                   \
    if (!(condition)) {  \
      return failed(#condition); \
    }                    \
  } while (0)

/* Fills the queue again and again: every completion comes once, and a full queue says so. */
static int check_ring(struct rf_ring *ring) {
  uint64_t sum = 0;
  uint64_t expected = 0;
  for (uint64_t round = 0; round < ROUNDS; round++) {
    uint64_t pushed = 0;
    struct rf_sqe entry = rf_entry(RF_OP_NOP, 0, 0);
    for (entry.user_data = round; rf_ring_push(ring, &entry) == 0; entry.user_data++) {
      expected += entry.user_data;
      pushed++;
      if (pushed == ENTRIES) {
        /* nothing is published yet, so nobody can have made room */
        CHECK(rf_ring_push(ring, &entry) == -RF_ERR_WOULD_BLOCK);
        break;
      }
    }
    CHECK(pushed == ENTRIES);
    CHECK(rf_ring_ready(ring) == 0);
    CHECK(rf_ring_wait(ring, ENTRIES) == 0);
    struct rf_cqe completion;
    while (rf_ring_pop(ring, &completion)) {
      CHECK(completion.result == 0);
      sum += completion.user_data;
      pushed--;
    }
    CHECK(pushed == 0);
  }
  CHECK(sum == expected);
  CHECK(rf_ring_wait(ring, 1) == 0); /* nothing can come: it must not wait */
  CHECK(!rf_ring_is_poisoned(ring));
  return 0;
}

/* A wait goes on until the operation ends, and does not make later submits wait. */
static int check_wait(struct rf_ring *ring) {
  for (int round = 0; round < 20; round++) {
    struct rf_cqe completion;
    struct rf_sqe entry = rf_entry(RF_OP_TIMEOUT, 0, 7);
    entry.auxiliary[0] = 2000000;
    CHECK(rf_ring_push(ring, &entry) == 0);
    CHECK(rf_ring_wait(ring, 1) == 0);
    CHECK(rf_ring_pop(ring, &completion) == 1);
    CHECK(completion.result == -RF_ERR_TIMEOUT && completion.user_data == 7);
    CHECK(ring->cq->wait_for == 0);
  }
  return 0;
}

/* A submit without a wait is served too; also when the polling thread has gone to sleep. */
static int check_submit(struct rf_ring *ring) {
  for (int round = 0; round < 20; round++) {
    struct rf_cqe completion;
    struct rf_sqe pause = rf_entry(RF_OP_TIMEOUT, 0, 0); /* long enough for a poller to doze */
    pause.auxiliary[0] = 3000000;
    CHECK(rf_call(&guest.caller, &pause) == -RF_ERR_TIMEOUT);
    const struct rf_sqe entry = rf_entry(RF_OP_NOP, 0, 9);
    CHECK(rf_ring_push(ring, &entry) == 0);
    CHECK(rf_ring_submit(ring) == 0);
    uint64_t looks = 0;
    while (rf_ring_ready(ring) == 0) {
      CHECK(++looks < LOOKS_MAX); /* not a matter of time: nobody would ever serve it */
      __builtin_ia32_pause();
    }
    CHECK(rf_ring_pop(ring, &completion) == 1 && completion.user_data == 9);
  }
  return 0;
}

static int check_arena(void) {
  struct rf_arena arena = rf_ring_arena(&guest.ring);
  struct rf_arena whole = arena;
  const size_t size = (size_t)(arena.end - arena.next);
  CHECK(rf_arena_take(&arena, size + 1, 1) == NULL);
  CHECK(rf_arena_take(&arena, SIZE_MAX, 64) == NULL);
  CHECK(rf_arena_take(&arena, 1, 1) == whole.next);
  CHECK(rf_arena_take(&arena, 8, 64) == whole.next + 64);
  CHECK(rf_arena_take(&arena, size - 72, 1) == whole.next + 72);
  CHECK(rf_arena_take(&arena, 1, 1) == NULL);
  CHECK(arena.next == arena.end);
  struct rf_arena eight;
  eight.next = whole.next + 1;
  eight.end = whole.next + 9;
  CHECK(rf_arena_take(&eight, 8, 8) == NULL); /* aligned, it would end behind the end */
  CHECK(rf_arena_take(&eight, 1, 8) == whole.next + 8);
  return 0;
}

static int check_calls(void) {
  struct rf_caller *caller = &guest.caller;
  const uint64_t in = rf_capability(&guest, "in");
  struct rf_stat status;
  struct rf_query query;
  struct rf_place place;
  CHECK(in != 0 && rf_capability(&guest, "i") == 0 && rf_capability(&guest, "inn") == 0);
  CHECK(rf_locate(&guest, "in/a/b", &place) == 0 && place.path_length == 3);
  CHECK(place.path[0] == 'a' && place.grant->type == RF_TYPE_DIRECTORY);
  CHECK(rf_locate(&guest, "in", &place) == 0 && place.path_length == 0);
  CHECK(rf_status(caller, in, "file", 4, 0, &status) == 0);
  CHECK(status.kind == RF_KIND_FILE && status.size_bytes == 5);
  CHECK(rf_status(caller, in, NULL, 0, 0, &status) == 0 && status.kind == RF_KIND_DIRECTORY);
  CHECK(rf_open(caller, in, "file", RF_PATH_MAX + 1, 0, 0, RF_RIGHT_READ) ==
        -RF_ERR_NAME_TOO_LONG);
  CHECK(rf_open(caller, in, "none", 4, 0, 0, RF_RIGHT_READ) == -RF_ERR_NOT_FOUND);
  CHECK(rf_open(caller, in, "file", 4, 0, 0, RF_RIGHT_WRITE) == -RF_ERR_PERMISSION_DENIED);
  CHECK(caller->completion->flags & RF_CQE_VALUE);
  CHECK(caller->completion->reserved == RF_RIGHT_WRITE);

  const int64_t opened =
      rf_open(caller, in, "file", 4, 0, 0, RF_RIGHT_READ | RF_RIGHT_SEEK | RF_RIGHT_DUP);
  CHECK(opened > 0);
  const uint64_t file = (uint64_t)opened;
  char *data = (char *)rf_arena_take(&guest.arena, 8, 1);
  CHECK(rf_read(caller, file, data, 8, 1) == 4);
  CHECK(rf_read(caller, file, data, 2, RF_HERE) == 2);
  CHECK(rf_read(caller, file, data, 8, RF_HERE) == 3);
  CHECK(rf_read(caller, file, data, 8, RF_HERE) == 0);
  struct rf_sqe private_entry = rf_entry(RF_OP_NOP, 0, 0);
  struct rf_caller wrong = *caller;
  wrong.entry = &private_entry; /* the call itself fails, and writes no completion */
  CHECK(rf_call(&wrong, caller->entry) == -RF_ERR_INVALID_ADDRESS);
  char outside[8] = "";
  CHECK(rf_read(caller, file, outside, 8, 0) == -RF_ERR_INVALID_ADDRESS);
  CHECK(rf_fsync(caller, file, 0) == -RF_ERR_PERMISSION_DENIED);

  const int64_t child = rf_capability_dup(file, RF_RIGHT_READ);
  CHECK(child > 0);
  CHECK(rf_capability_dup(file, RF_RIGHT_WRITE) == -RF_ERR_PERMISSION_DENIED);
  CHECK(rf_query_capability(caller, (uint64_t)child, &query) == sizeof query);
  CHECK(query.type == RF_TYPE_FILE && query.rights == RF_RIGHT_READ);
  CHECK(rf_capability_revoke(file) == 0);
  CHECK(rf_read(caller, (uint64_t)child, data, 8, 0) == -RF_ERR_INVALID_HANDLE);
  CHECK(rf_close(caller, file) == -RF_ERR_INVALID_HANDLE);
  CHECK(rf_io_uring_setup(3, 0) == -RF_ERR_INVALID_ARGUMENT);
  CHECK(rf_print(caller, rf_capability(&guest, "stdout"), "all holds\n") == 0);
  return 0;
}

/* A second ring shares the arena, and has indices of its own. */
static int check_second_ring(uint64_t flags) {
  struct rf_ring second;
  const int64_t base = rf_io_uring_setup(ENTRIES, flags);
  CHECK(base > 0);
  CHECK(rf_ring_attach(&second, (uint64_t)base) == 0);
  CHECK(rf_ring_arena(&second).end == guest.arena.end);
  CHECK(rf_ring_attach(&second, (uint64_t)base + RF_PAGE_SIZE * 2) == -RF_ERR_INVALID_STATE);
  CHECK(rf_ring_attach(&second, (uint64_t)base) == 0);
  return check_ring(&second);
}

int rf_main(int argc, char **argv) {
  const int sqpoll = argc > 1 && argv[1][0] == 's';
  const uint64_t flags =
      sqpoll ? RF_SETUP_SQPOLL | UINT64_C(1) << RF_SETUP_IDLE_MILLIS_SHIFT : 0;
  if (rf_guest_start(&guest, ENTRIES, flags) < 0) {
    return 125;
  }
  if (!(guest.ring.features & RF_FEATURE_SQPOLL) != !sqpoll) {
    return failed("features");
  }
  return check_ring(&guest.ring) || check_wait(&guest.ring) || check_submit(&guest.ring) ||
         check_arena() || check_calls() || check_second_ring(flags);
}
