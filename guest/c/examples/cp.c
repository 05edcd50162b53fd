/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cp FROM TO: copies one file, FROM and TO being NAME/PATH, or NAME of a granted file. TO needs the
 * rights WRITE, TRUNCATE and, if it is missing, CREATE.
 *
 * What to look at: eight pieces are on their way at once, each being read or being written, through
 * the ring. `user_data` says which piece a completion is about.
 */
#define RINGFENCE_GUEST_IMPLEMENTATION
#define RINGFENCE_GUEST_START
#include "../ringfence_guest.h"

#define PIECES 8
#define PIECE_SIZE 65536u

/* One piece of the file. A read or a write may do less than asked: the rest follows. */
struct piece {
  unsigned char *data;
  uint64_t offset;  /* of the piece, in both files */
  uint32_t copied;  /* bytes of the piece that are done */
  uint32_t read;    /* bytes behind those that were read; 0 while a read is on its way */
  uint32_t written; /* of those that were read */
};

struct copy {
  struct rf_ring *ring;
  uint64_t source;
  uint64_t target;
  struct piece pieces[PIECES];
  uint64_t next_offset;
  unsigned in_flight;
  int at_end;
  int64_t error; /* the first one, or 0 */
};

/* The queue has an entry for every piece, so a push never fails. */
static void push(struct copy *copy, const struct rf_sqe *entry) {
  (void)rf_ring_push(copy->ring, entry);
  copy->in_flight++;
}

/* Reads what is missing of the piece. */
static void push_read(struct copy *copy, unsigned index) {
  struct piece *piece = &copy->pieces[index];
  piece->read = 0;
  piece->written = 0;
  const struct rf_sqe entry =
      rf_transfer_entry(RF_OP_READ, copy->source, piece->data, PIECE_SIZE - piece->copied,
                        piece->offset + piece->copied, 0, index);
  push(copy, &entry);
}

/* Writes what was read and is not written. */
static void push_write(struct copy *copy, unsigned index) {
  struct piece *piece = &copy->pieces[index];
  const struct rf_sqe entry = rf_transfer_entry(
      RF_OP_WRITE, copy->target, piece->data + piece->written, piece->read - piece->written,
      piece->offset + piece->copied + piece->written, 0, index);
  push(copy, &entry);
}

static void next_piece(struct copy *copy, unsigned index) {
  struct piece *piece = &copy->pieces[index];
  if (copy->at_end) {
    return;
  }
  piece->offset = copy->next_offset;
  piece->copied = 0;
  copy->next_offset += PIECE_SIZE;
  push_read(copy, index);
}

/* What a completion leads to: the other half, the rest, the next piece, or nothing. */
static void completed(struct copy *copy, unsigned index, int64_t result) {
  struct piece *piece = &copy->pieces[index];
  copy->in_flight--;
  if (result < 0 || (piece->read > 0 && result == 0)) {
    copy->error = copy->error ? copy->error : result < 0 ? result : -RF_ERR_IO_ERROR;
  }
  if (copy->error) {
    return; /* the others in flight end, nothing new begins */
  }
  if (piece->read == 0 && result == 0) {
    copy->at_end = 1;
  } else if (piece->read == 0) {
    piece->read = (uint32_t)result;
    push_write(copy, index);
  } else if ((piece->written += (uint32_t)result) < piece->read) {
    push_write(copy, index);
  } else if ((piece->copied += piece->read) < PIECE_SIZE) {
    push_read(copy, index);
  } else {
    next_piece(copy, index);
  }
}

/* Copies all of it. 0, or minus the first error. */
static int64_t run(struct copy *copy) {
  for (unsigned i = 0; i < PIECES; i++) {
    next_piece(copy, i);
  }
  while (copy->in_flight > 0) {
    const int64_t result = rf_ring_wait(copy->ring, 1);
    if (result < 0) {
      return result;
    }
    struct rf_cqe completion;
    while (rf_ring_pop(copy->ring, &completion)) {
      completed(copy, (unsigned)completion.user_data, completion.result);
    }
  }
  return copy->error;
}

static int64_t copy_file(struct rf_guest *guest, struct copy *copy, uint64_t source,
                         uint64_t target) {
  copy->ring = &guest->ring;
  copy->source = source;
  copy->target = target;
  copy->next_offset = 0;
  copy->in_flight = 0;
  copy->at_end = 0;
  copy->error = 0;
  for (unsigned i = 0; i < PIECES; i++) {
    copy->pieces[i].data = (unsigned char *)rf_arena_take(&guest->arena, PIECE_SIZE, 64);
    if (!copy->pieces[i].data) {
      return -RF_ERR_OUT_OF_MEMORY;
    }
  }
  return run(copy);
}

static int64_t open_named(struct rf_guest *guest, const char *name, uint32_t flags,
                          uint64_t rights) {
  struct rf_place place;
  const int64_t result = rf_locate(guest, name, &place);
  return result < 0 ? result : rf_open_place(&guest->caller, &place, flags, 0666, rights);
}

int rf_main(int argc, char **argv) {
  struct rf_guest guest;
  struct copy copy;
  if (rf_guest_start(&guest, PIECES, 0) < 0) {
    return 125;
  }
  if (argc != 3) {
    (void)rf_print(&guest.caller, rf_capability(&guest, "stderr"), "usage: cp FROM TO\n");
    return 2;
  }
  const int64_t source = open_named(&guest, argv[1], 0, RF_RIGHT_READ);
  if (source < 0) {
    rf_complain(&guest, "cp", argv[1], source);
    return 1;
  }
  const int64_t target = open_named(&guest, argv[2], RF_OPEN_CREATE | RF_OPEN_TRUNCATE,
                                    RF_RIGHT_WRITE | RF_RIGHT_TRUNCATE);
  if (target < 0) {
    rf_complain(&guest, "cp", argv[2], target);
    return 1;
  }
  const int64_t copied = copy_file(&guest, &copy, (uint64_t)source, (uint64_t)target);
  const int64_t closed = rf_close(&guest.caller, (uint64_t)target); /* may tell a late error */
  if (copied < 0 || closed < 0) {
    rf_complain(&guest, "cp", argv[2], copied < 0 ? copied : closed);
    return 1;
  }
  return 0;
}
