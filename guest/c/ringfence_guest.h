/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library for guests of Ringfence: programs in a process of their own that do all their I/O by
 * the four V2 system calls and the rings in shared memory. It needs no libc, and goes along with
 * one. C11 and C++17, x86-64.
 *
 * In every file:        #include "ringfence_guest.h"
 * In exactly one file:  #define RINGFENCE_GUEST_IMPLEMENTATION   before it
 *
 * Further macros, for the file with the implementation:
 *   RINGFENCE_GUEST_START    defines _start, which calls rf_main(argc, argv), and the four memory
 *                            functions that compilers call by themselves: for programs that are
 *                            linked with -nostdlib.
 *   RINGFENCE_GUEST_SYSCALL  (in every file) the name of a function to call instead of the
 *                            instruction `syscall`: for tests, and for programs inside the
 *                            kernel's own process.
 *
 * Results are int64_t: 0 or more is success, below 0 minus an RF_ERR_ code. There is no errno.
 * docs/abi.md says what each operation does, and which rights it needs.
 */
#ifndef RINGFENCE_GUEST_H
#define RINGFENCE_GUEST_H

#include "ringfence.h"

#if !defined(__x86_64__) && !defined(RINGFENCE_GUEST_SYSCALL)
#error "the calls are made as on x86-64; define RINGFENCE_GUEST_SYSCALL elsewhere"
#endif

#ifdef __cplusplus
#define RF_ZERO {}
extern "C" {
#else
#define RF_ZERO {0}
#endif

/* ---- The four system calls ---- */

#ifdef RINGFENCE_GUEST_SYSCALL
int64_t RINGFENCE_GUEST_SYSCALL(int64_t number, uint64_t argument0, uint64_t argument1);
#endif

/* Makes a system call; the result register. The instruction destroys rcx and r11. */
static inline int64_t rf_syscall(int64_t number, uint64_t argument0, uint64_t argument1) {
#ifdef RINGFENCE_GUEST_SYSCALL
  return RINGFENCE_GUEST_SYSCALL(number, argument0, argument1);
#else
  int64_t result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(argument0), "S"(argument1)
                   : "rcx", "r11", "memory");
  return result;
#endif
}

/* Makes a ring; the address of its context. entries: a power of two; flags: RF_SETUP_. */
static inline int64_t rf_io_uring_setup(uint64_t entries, uint64_t flags) {
  return rf_syscall(RF_SYS_IO_URING_SETUP, entries, flags);
}

/* Serves one ring (base, 0), every ring (0, 0), or one entry (its address, its completion's). */
static inline int64_t rf_io_uring_enter(uint64_t sqe_address, uint64_t cqe_address) {
  return rf_syscall(RF_SYS_IO_URING_ENTER, sqe_address, cqe_address);
}

/* Makes a child of a capability with some of its rights; the new id. */
static inline int64_t rf_capability_dup(uint64_t capability, uint64_t rights) {
  return rf_syscall(RF_SYS_CAPABILITY_DUP, capability, rights);
}

/* Ends a capability and everything derived from it, in every domain. */
static inline int64_t rf_capability_revoke(uint64_t capability) {
  return rf_syscall(RF_SYS_CAPABILITY_REVOKE, capability, 0);
}

/* ---- The arena: memory that operations may name ---- */

/* What is left of the arena, or of a part of it. One thread at a time takes from it. */
struct rf_arena {
  unsigned char *next;
  unsigned char *end;
};

/*
 * Takes size bytes, aligned to a power of two; NULL when they are not left. They are zeros at the
 * first use of the arena, and are never given back one by one.
 */
void *rf_arena_take(struct rf_arena *arena, size_t size, size_t alignment);

/* The address of something in the arena, as entries name it. */
static inline uint64_t rf_address_of(const volatile void *memory) {
  return (uint64_t)(uintptr_t)memory;
}

/* ---- A ring ---- */

/*
 * One thread's view of its ring. The two indices that the program owns are kept here, and what the
 * kernel wrote once is read once.
 */
struct rf_ring {
  char *base;
  struct rf_ring_header *sq;
  struct rf_ring_header *cq;
  struct rf_doorbell *doorbell;
  struct rf_sqe *sq_entries;
  const struct rf_cqe *cq_entries;
  uint32_t sq_mask;
  uint32_t cq_mask;
  uint32_t sq_tail;
  uint32_t cq_head;
  uint32_t features;
};

/*
 * Finds all parts of the ring at base. 0, or minus RF_ERR_INVALID_STATE if none of this version is
 * there.
 */
int64_t rf_ring_attach(struct rf_ring *ring, uint64_t base);

/* The whole arena of the ring at base: all rings of a domain share it. */
struct rf_arena rf_ring_arena(const struct rf_ring *ring);

/* True once the kernel has found an impossible index: this ring is served no more. */
static inline int rf_ring_is_poisoned(const struct rf_ring *ring) {
  return (__atomic_load_n(&ring->cq->flags, __ATOMIC_RELAXED) & RF_RING_POISONED) != 0;
}

/*
 * Copies an entry into the submission queue, unseen by the kernel until rf_ring_submit. 0, or minus
 * RF_ERR_WOULD_BLOCK when the queue is full: submit or pop, then try again.
 */
static inline int64_t rf_ring_push(struct rf_ring *ring, const struct rf_sqe *entry) {
  /* acquire: the kernel has copied the old entry of this slot before it moved the head */
  if (ring->sq_tail - __atomic_load_n(&ring->sq->head, __ATOMIC_ACQUIRE) > ring->sq_mask) {
    return -RF_ERR_WOULD_BLOCK;
  }
  ring->sq_entries[ring->sq_tail & ring->sq_mask] = *entry;
  ring->sq_tail++;
  return 0;
}

/* Makes what was pushed visible; true if the kernel must be told by a call. */
static inline int rf_ring_publish(struct rf_ring *ring) {
  /* release: the entries before the tail that tells of them */
  __atomic_store_n(&ring->sq->tail, ring->sq_tail, __ATOMIC_RELEASE);
  if (!(ring->features & RF_FEATURE_SQPOLL)) {
    return 1;
  }
  /* The kernel stores needs_wakeup, fences, loads the tail; one of the two sees the other. */
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  return __atomic_load_n(&ring->doorbell->needs_wakeup, __ATOMIC_RELAXED) != 0;
}

/* Publishes what was pushed, and enters if that is needed. 0, or minus an error of enter. */
static inline int64_t rf_ring_submit(struct rf_ring *ring) {
  return rf_ring_publish(ring) ? rf_io_uring_enter(rf_address_of(ring->base), 0) : 0;
}

/* How many completions can be popped now. */
static inline uint32_t rf_ring_ready(const struct rf_ring *ring) {
  return __atomic_load_n(&ring->cq->tail, __ATOMIC_ACQUIRE) - ring->cq_head;
}

/* Takes one completion. 1, or 0 when there is none now. */
static inline int rf_ring_pop(struct rf_ring *ring, struct rf_cqe *completion) {
  if (rf_ring_ready(ring) == 0) {
    return 0;
  }
  *completion = ring->cq_entries[ring->cq_head & ring->cq_mask];
  ring->cq_head++;
  /* release: the entry is copied before its slot is the kernel's again */
  __atomic_store_n(&ring->cq->head, ring->cq_head, __ATOMIC_RELEASE);
  return 1;
}

/*
 * Publishes what was pushed, and waits until count completions can be popped. It returns with fewer
 * when no more can come: count what is popped. 0, or minus an error of enter.
 */
int64_t rf_ring_wait(struct rf_ring *ring, uint32_t count);

/* ---- Direct submission: one call, one entry, one completion ---- */

/* One thread's place for direct submissions, in the arena. */
struct rf_caller {
  struct rf_sqe *entry;
  struct rf_cqe *completion; /* of the last call, with its flags and its second result */
  char *text;                /* room for paths and text: RF_CALLER_TEXT_SIZE bytes */
  void *record;              /* room for the structures that operations read or write */
};

#define RF_CALLER_TEXT_SIZE 8192

/* Takes what a further thread needs from the arena. 0, or minus RF_ERR_OUT_OF_MEMORY. */
int64_t rf_caller_take(struct rf_caller *caller, struct rf_arena *arena);

/*
 * Executes one entry to its completion. The completion's result, or minus an error of enter;
 * caller->completion has the rest.
 */
int64_t rf_call(struct rf_caller *caller, const struct rf_sqe *entry);

/* ---- A guest: its first ring, its arena, its grants ---- */

/* What a program needs from its first line on. */
struct rf_guest {
  struct rf_ring ring;
  struct rf_arena arena;
  struct rf_caller caller;
};

/*
 * Sets up the first ring. entries: of its submission queue, a power of two; flags: RF_SETUP_. 0, or
 * minus an error. Call it once, before anything else.
 */
int64_t rf_guest_start(struct rf_guest *guest, uint64_t entries, uint64_t flags);

/* A row of the info page: what was granted under this name; NULL if nothing was. */
const struct rf_info_row *rf_granted(const struct rf_guest *guest, const char *name,
                                     size_t length);

/* The id of what was granted under this name, which ends with a zero; 0, never an id: nothing. */
uint64_t rf_capability(const struct rf_guest *guest, const char *name);

/* What a command line means by NAME or NAME/PATH: a grant, and a path beneath it. */
struct rf_place {
  const struct rf_info_row *grant;
  const char *path;
  size_t path_length; /* 0: the grant itself */
};

/* Finds what text means. 0, or minus RF_ERR_NOT_FOUND if no grant has that name. */
int64_t rf_locate(const struct rf_guest *guest, const char *text, struct rf_place *place);

/* ---- Operations. Data must lie in the arena; paths, text and addresses may lie anywhere. ---- */

/* The offset that means "where the file is now", and the only one of a stream. */
#define RF_HERE RF_CURRENT_POSITION

/*
 * Opens what is at the path beneath a directory. flags: RF_OPEN_; mode: of a new file; rights:
 * those wanted. The new capability's id.
 */
int64_t rf_open(struct rf_caller *caller, uint64_t directory, const char *path, size_t length,
                uint32_t flags, uint32_t mode, uint64_t rights);

/* Opens a place for reading or writing; of a grant that is no directory, a duplicate. Its id. */
int64_t rf_open_place(struct rf_caller *caller, const struct rf_place *place, uint32_t flags,
                      uint32_t mode, uint64_t rights);

/* Reads up to size bytes of a file or stream. How many came; 0 at the end. */
int64_t rf_read(struct rf_caller *caller, uint64_t capability, void *data, uint32_t size,
                uint64_t offset);

/* Writes up to size bytes to a file or stream. How many went. */
int64_t rf_write(struct rf_caller *caller, uint64_t capability, const void *data, uint32_t size,
                 uint64_t offset);

/* Writes all of it, in as many calls as it takes. 0, or minus an error. */
int64_t rf_write_all(struct rf_caller *caller, uint64_t capability, const void *data,
                     uint32_t size, uint64_t offset);

/* Gives a capability up. */
int64_t rf_close(struct rf_caller *caller, uint64_t capability);

/* Makes what was written durable. flags: RF_FSYNC_. */
int64_t rf_fsync(struct rf_caller *caller, uint64_t capability, uint64_t flags);

/* Status of a file or directory, or with length > 0 of what is at the path. flags: RF_STAT_. */
int64_t rf_status(struct rf_caller *caller, uint64_t capability, const char *path, size_t length,
                  uint64_t flags, struct rf_stat *status);

/* Makes a socket from a network. family: RF_FAMILY_; kind: RF_SOCKET_; rights: wanted. Its id. */
int64_t rf_socket(struct rf_caller *caller, uint64_t network, uint32_t family, uint32_t kind,
                  uint64_t rights);

/* Sets an option of a socket, RF_OPTION_. */
int64_t rf_set_option(struct rf_caller *caller, uint64_t socket, uint64_t option, uint64_t value);

/* Gives a socket its local address; NULL: the granted one. */
int64_t rf_bind(struct rf_caller *caller, uint64_t socket, const struct rf_address *address);

/* Connects a socket; NULL: to the granted address. */
int64_t rf_connect(struct rf_caller *caller, uint64_t socket, const struct rf_address *address);

/* Takes connections from now on. backlog: how many may wait; 0: as the host likes. */
int64_t rf_listen(struct rf_caller *caller, uint64_t socket, uint32_t backlog);

/* Waits for a connection. rights: those wanted for it. The new socket's id. */
int64_t rf_accept(struct rf_caller *caller, uint64_t socket, uint64_t rights);

/* Writes a socket's own address. */
int64_t rf_socket_name(struct rf_caller *caller, uint64_t socket, struct rf_address *address);

/* Sends up to size bytes. flags: RF_SEND_. How many went. */
int64_t rf_send(struct rf_caller *caller, uint64_t socket, const void *data, uint32_t size,
                uint64_t flags);

/* Receives up to size bytes. flags: RF_RECEIVE_. How many came; 0 at the end. */
int64_t rf_recv(struct rf_caller *caller, uint64_t socket, void *data, uint32_t size,
                uint64_t flags);

/* Ends directions of a socket, RF_SHUTDOWN_, for every holder. */
int64_t rf_shutdown(struct rf_caller *caller, uint64_t socket, uint64_t directions);

/* Asks what a capability is and what is left; 0: about the domain alone. */
int64_t rf_query_capability(struct rf_caller *caller, uint64_t capability,
                            struct rf_query *answer);

/* Writes text, which ends with a zero, to a stream such as stdout. 0, or minus an error. */
int64_t rf_print(struct rf_caller *caller, uint64_t stream, const char *text);

/* The specification's name of an error, such as NotFound; what is unknown is InternalError. */
const char *rf_error_name(int64_t result);

/* Writes `program: subject: NotFound` to stderr, if that was granted. */
void rf_complain(struct rf_guest *guest, const char *program, const char *subject, int64_t result);

/* ---- An entry for a ring ---- */

/* An entry of which all but the opcode and the capability is 0. */
static inline struct rf_sqe rf_entry(uint8_t opcode, uint64_t capability, uint64_t user_data) {
  struct rf_sqe entry = RF_ZERO;
  entry.opcode = opcode;
  entry.capability_id = capability;
  entry.user_data = user_data;
  return entry;
}

/* An entry that moves data: READ, WRITE (operand0: the offset), SEND, RECV (operand1: flags). */
static inline struct rf_sqe rf_transfer_entry(uint8_t opcode, uint64_t capability,
                                              const void *data, uint32_t size, uint64_t operand0,
                                              uint64_t operand1, uint64_t user_data) {
  struct rf_sqe entry = rf_entry(opcode, capability, user_data);
  entry.addr = rf_address_of(data);
  entry.len = size;
  entry.auxiliary[0] = operand0;
  entry.auxiliary[1] = operand1;
  return entry;
}

/* ---- Beginning and end ---- */

#ifndef RINGFENCE_GUEST_SYSCALL
/*
 * Ends the domain and the process, with a status of 0 to 255. The operation EXIT comes first, so
 * that the kernel knows the status of a domain that is still its own.
 */
__attribute__((noreturn)) void rf_exit(int status);
#endif

/* With RINGFENCE_GUEST_START: the program. What it returns is its exit status, 0 to 255. */
int rf_main(int argc, char **argv);

#ifdef __cplusplus
}
#endif
#endif /* RINGFENCE_GUEST_H */

#if defined(RINGFENCE_GUEST_IMPLEMENTATION) && !defined(RINGFENCE_GUEST_IMPLEMENTED)
#define RINGFENCE_GUEST_IMPLEMENTED

#ifdef __cplusplus
extern "C" {
#endif

/* How often rf_ring_wait looks by itself at a ring that a kernel thread polls. */
#define RF_SPINS 2000

static size_t rf_length(const char *text) {
  size_t length = 0;
  while (text[length]) {
    length++;
  }
  return length;
}

static void rf_copy(void *to, const void *from, size_t size) {
  unsigned char *target = (unsigned char *)to;
  const unsigned char *source = (const unsigned char *)from;
  for (size_t i = 0; i < size; i++) {
    target[i] = source[i];
  }
}

void *rf_arena_take(struct rf_arena *arena, size_t size, size_t alignment) {
  const uintptr_t next = (uintptr_t)arena->next;
  const size_t gap = (size_t)(-next & (alignment - 1));
  const size_t left = (size_t)(arena->end - arena->next);
  if (gap > left || size > left - gap) {
    return NULL;
  }
  unsigned char *taken = arena->next + gap;
  arena->next = taken + size;
  return taken;
}

int64_t rf_ring_attach(struct rf_ring *ring, uint64_t base) {
  char *start = (char *)(uintptr_t)base;
  ring->base = start;
  ring->sq = (struct rf_ring_header *)(void *)(start + RF_SQ_HEADER_OFFSET);
  ring->cq = (struct rf_ring_header *)(void *)(start + RF_CQ_HEADER_OFFSET);
  ring->doorbell = (struct rf_doorbell *)(void *)(start + RF_DOORBELL_OFFSET);
  if (ring->sq->magic != RF_RING_MAGIC || ring->sq->version != RF_RING_VERSION) {
    return -RF_ERR_INVALID_STATE;
  }
  ring->sq_entries = (struct rf_sqe *)(void *)(start + ring->sq->entries_offset);
  ring->cq_entries = (const struct rf_cqe *)(void *)(start + ring->cq->entries_offset);
  ring->sq_mask = ring->sq->ring_mask;
  ring->cq_mask = ring->cq->ring_mask;
  ring->features = ring->sq->features;
  ring->sq_tail = ring->sq->tail; /* the indices need not start at 0 */
  ring->cq_head = ring->cq->head;
  return 0;
}

struct rf_arena rf_ring_arena(const struct rf_ring *ring) {
  /* modulo 2^64: the arena may lie before the ring */
  const uint64_t start = rf_address_of(ring->base) + ring->sq->arena_offset;
  struct rf_arena arena;
  arena.next = (unsigned char *)(uintptr_t)start;
  arena.end = arena.next + ring->sq->arena_size;
  return arena;
}

int64_t rf_ring_wait(struct rf_ring *ring, uint32_t count) {
  const int call = rf_ring_publish(ring);
  if (!call) {
    for (int spin = 0; spin < RF_SPINS && rf_ring_ready(ring) < count; spin++) {
      __asm__ volatile("" ::: "memory");
#ifdef __x86_64__
      __builtin_ia32_pause();
#endif
    }
    if (rf_ring_ready(ring) >= count) {
      return 0;
    }
  }
  __atomic_store_n(&ring->cq->wait_for, count, __ATOMIC_RELAXED);
  const int64_t result = rf_io_uring_enter(rf_address_of(ring->base), 0);
  __atomic_store_n(&ring->cq->wait_for, 0, __ATOMIC_RELAXED);
  return result;
}

int64_t rf_caller_take(struct rf_caller *caller, struct rf_arena *arena) {
  caller->entry = (struct rf_sqe *)rf_arena_take(arena, sizeof(struct rf_sqe), 64);
  caller->completion = (struct rf_cqe *)rf_arena_take(arena, sizeof(struct rf_cqe), 8);
  caller->record = rf_arena_take(arena, sizeof(struct rf_stat), 8);
  caller->text = (char *)rf_arena_take(arena, RF_CALLER_TEXT_SIZE, 8);
  return caller->text ? 0 : -RF_ERR_OUT_OF_MEMORY; /* the arena only grows smaller */
}

int64_t rf_call(struct rf_caller *caller, const struct rf_sqe *entry) {
  *caller->entry = *entry;
  const int64_t result =
      rf_io_uring_enter(rf_address_of(caller->entry), rf_address_of(caller->completion));
  return result < 0 ? result : caller->completion->result;
}

/* The result is the id of the new capability instead of its type. */
static int64_t rf_call_for_capability(struct rf_caller *caller, const struct rf_sqe *entry) {
  const int64_t result = rf_call(caller, entry);
  return result < 0 ? result : (int64_t)caller->completion->reserved;
}

#ifndef RINGFENCE_GUEST_SYSCALL
/* EXIT has a place of its own: the program's may be in use by another thread. */
static struct rf_caller rf_last_caller;
#endif

int64_t rf_guest_start(struct rf_guest *guest, uint64_t entries, uint64_t flags) {
  const int64_t base = rf_io_uring_setup(entries, flags);
  if (base < 0) {
    return base;
  }
  int64_t result = rf_ring_attach(&guest->ring, (uint64_t)base);
  if (result < 0) {
    return result;
  }
  guest->arena = rf_ring_arena(&guest->ring);
#ifndef RINGFENCE_GUEST_SYSCALL
  rf_last_caller.completion =
      (struct rf_cqe *)rf_arena_take(&guest->arena, sizeof(struct rf_cqe), 8);
  rf_last_caller.entry = (struct rf_sqe *)rf_arena_take(&guest->arena, sizeof(struct rf_sqe), 64);
#endif
  return rf_caller_take(&guest->caller, &guest->arena);
}

const struct rf_info_row *rf_granted(const struct rf_guest *guest, const char *name,
                                     size_t length) {
  const struct rf_info *info =
      (const struct rf_info *)(const void *)(guest->ring.base + RF_INFO_OFFSET);
  for (uint32_t row = 0; row < info->count && row < RF_INFO_ROWS_MAX; row++) {
    const struct rf_info_row *found = &info->rows[row];
    size_t i = 0;
    while (i < length && i < found->name_length && (char)found->name[i] == name[i]) {
      i++;
    }
    if (i == length && i == found->name_length) {
      return found;
    }
  }
  return NULL;
}

uint64_t rf_capability(const struct rf_guest *guest, const char *name) {
  const struct rf_info_row *row = rf_granted(guest, name, rf_length(name));
  return row ? row->capability_id : 0;
}

int64_t rf_locate(const struct rf_guest *guest, const char *text, struct rf_place *place) {
  size_t name = 0;
  while (text[name] && text[name] != '/') {
    name++;
  }
  place->grant = rf_granted(guest, text, name);
  place->path = text[name] ? text + name + 1 : text + name;
  place->path_length = rf_length(place->path);
  return place->grant ? 0 : -RF_ERR_NOT_FOUND;
}

/* Copies a path to where the kernel can read it. What is too long is refused there as here. */
static int64_t rf_put_path(struct rf_caller *caller, struct rf_sqe *entry, const char *path,
                           size_t length) {
  if (length > RF_PATH_MAX) {
    return -RF_ERR_NAME_TOO_LONG;
  }
  rf_copy(caller->text, path, length);
  entry->addr = rf_address_of(caller->text);
  entry->len = (uint32_t)length;
  return 0;
}

int64_t rf_open(struct rf_caller *caller, uint64_t directory, const char *path, size_t length,
                uint32_t flags, uint32_t mode, uint64_t rights) {
  struct rf_sqe entry = rf_entry(RF_OP_OPEN, directory, 0);
  const int64_t result = rf_put_path(caller, &entry, path, length);
  entry.auxiliary[0] = flags | (uint64_t)mode << RF_OPEN_MODE_SHIFT;
  entry.auxiliary[1] = rights;
  return result < 0 ? result : rf_call_for_capability(caller, &entry);
}

int64_t rf_open_place(struct rf_caller *caller, const struct rf_place *place, uint32_t flags,
                      uint32_t mode, uint64_t rights) {
  const uint64_t grant = place->grant->capability_id;
  if (place->grant->type == RF_TYPE_DIRECTORY) {
    return rf_open(caller, grant, place->path, place->path_length, flags, mode, rights);
  }
  if (place->path_length > 0) {
    return -RF_ERR_NOT_A_DIRECTORY;
  }
  if (flags & RF_OPEN_TRUNCATE && place->grant->type == RF_TYPE_FILE) {
    const struct rf_sqe entry = rf_entry(RF_OP_TRUNCATE, grant, 0);
    const int64_t result = rf_call(caller, &entry);
    if (result < 0) {
      return result;
    }
  }
  return rf_capability_dup(grant, rights & place->grant->rights);
}

int64_t rf_read(struct rf_caller *caller, uint64_t capability, void *data, uint32_t size,
                uint64_t offset) {
  const struct rf_sqe entry =
      rf_transfer_entry(RF_OP_READ, capability, data, size, offset, 0, 0);
  return rf_call(caller, &entry);
}

int64_t rf_write(struct rf_caller *caller, uint64_t capability, const void *data, uint32_t size,
                 uint64_t offset) {
  const struct rf_sqe entry =
      rf_transfer_entry(RF_OP_WRITE, capability, data, size, offset, 0, 0);
  return rf_call(caller, &entry);
}

int64_t rf_write_all(struct rf_caller *caller, uint64_t capability, const void *data,
                     uint32_t size, uint64_t offset) {
  const unsigned char *next = (const unsigned char *)data;
  while (size > 0) {
    const int64_t written = rf_write(caller, capability, next, size, offset);
    if (written <= 0) {
      return written < 0 ? written : -RF_ERR_IO_ERROR;
    }
    next += written;
    size -= (uint32_t)written;
    offset = offset == RF_HERE ? RF_HERE : offset + (uint64_t)written;
  }
  return 0;
}

int64_t rf_close(struct rf_caller *caller, uint64_t capability) {
  const struct rf_sqe entry = rf_entry(RF_OP_CLOSE, capability, 0);
  return rf_call(caller, &entry);
}

int64_t rf_fsync(struct rf_caller *caller, uint64_t capability, uint64_t flags) {
  struct rf_sqe entry = rf_entry(RF_OP_FSYNC, capability, 0);
  entry.auxiliary[1] = flags;
  return rf_call(caller, &entry);
}

int64_t rf_status(struct rf_caller *caller, uint64_t capability, const char *path, size_t length,
                  uint64_t flags, struct rf_stat *status) {
  struct rf_sqe entry = rf_entry(RF_OP_STAT, capability, 0);
  int64_t result = length > 0 ? rf_put_path(caller, &entry, path, length) : 0;
  entry.auxiliary[0] = rf_address_of(caller->record);
  entry.auxiliary[1] = flags;
  result = result < 0 ? result : rf_call(caller, &entry);
  if (result >= 0) {
    rf_copy(status, caller->record, sizeof *status);
  }
  return result;
}

int64_t rf_socket(struct rf_caller *caller, uint64_t network, uint32_t family, uint32_t kind,
                  uint64_t rights) {
  struct rf_sqe entry = rf_entry(RF_OP_SOCKET_CREATE, network, 0);
  entry.auxiliary[0] = family | (uint64_t)kind << 16;
  entry.auxiliary[1] = rights;
  return rf_call_for_capability(caller, &entry);
}

int64_t rf_set_option(struct rf_caller *caller, uint64_t socket, uint64_t option, uint64_t value) {
  struct rf_sqe entry = rf_entry(RF_OP_SET_OPTION, socket, 0);
  entry.auxiliary[0] = option;
  entry.auxiliary[1] = value;
  return rf_call(caller, &entry);
}

static int64_t rf_call_with_address(struct rf_caller *caller, uint8_t opcode, uint64_t socket,
                                    const struct rf_address *address) {
  struct rf_sqe entry = rf_entry(opcode, socket, 0);
  const struct rf_address granted = RF_ZERO;
  rf_copy(caller->record, address ? address : &granted, sizeof granted);
  entry.addr = rf_address_of(caller->record);
  entry.len = sizeof granted;
  return rf_call(caller, &entry);
}

int64_t rf_bind(struct rf_caller *caller, uint64_t socket, const struct rf_address *address) {
  return rf_call_with_address(caller, RF_OP_BIND, socket, address);
}

int64_t rf_connect(struct rf_caller *caller, uint64_t socket, const struct rf_address *address) {
  return rf_call_with_address(caller, RF_OP_CONNECT, socket, address);
}

int64_t rf_listen(struct rf_caller *caller, uint64_t socket, uint32_t backlog) {
  struct rf_sqe entry = rf_entry(RF_OP_LISTEN, socket, 0);
  entry.len = backlog;
  return rf_call(caller, &entry);
}

int64_t rf_accept(struct rf_caller *caller, uint64_t socket, uint64_t rights) {
  struct rf_sqe entry = rf_entry(RF_OP_ACCEPT, socket, 0);
  entry.auxiliary[1] = rights;
  return rf_call_for_capability(caller, &entry);
}

int64_t rf_socket_name(struct rf_caller *caller, uint64_t socket, struct rf_address *address) {
  struct rf_sqe entry = rf_entry(RF_OP_SOCKET_NAME, socket, 0);
  entry.addr = rf_address_of(caller->record);
  entry.len = sizeof *address;
  const int64_t result = rf_call(caller, &entry);
  if (result >= 0) {
    rf_copy(address, caller->record, sizeof *address);
  }
  return result;
}

int64_t rf_send(struct rf_caller *caller, uint64_t socket, const void *data, uint32_t size,
                uint64_t flags) {
  const struct rf_sqe entry = rf_transfer_entry(RF_OP_SEND, socket, data, size, 0, flags, 0);
  return rf_call(caller, &entry);
}

int64_t rf_recv(struct rf_caller *caller, uint64_t socket, void *data, uint32_t size,
                uint64_t flags) {
  const struct rf_sqe entry = rf_transfer_entry(RF_OP_RECV, socket, data, size, 0, flags, 0);
  return rf_call(caller, &entry);
}

int64_t rf_shutdown(struct rf_caller *caller, uint64_t socket, uint64_t directions) {
  struct rf_sqe entry = rf_entry(RF_OP_SHUTDOWN, socket, 0);
  entry.len = (uint32_t)directions;
  return rf_call(caller, &entry);
}

int64_t rf_query_capability(struct rf_caller *caller, uint64_t capability,
                            struct rf_query *answer) {
  struct rf_sqe entry = rf_entry(RF_OP_QUERY, capability, 0);
  entry.addr = rf_address_of(caller->record);
  entry.len = sizeof *answer;
  const int64_t result = rf_call(caller, &entry);
  if (result >= 0) {
    rf_copy(answer, caller->record, sizeof *answer);
  }
  return result;
}

RF_STATIC_ASSERT(sizeof(struct rf_stat) >= sizeof(struct rf_query), "rf_caller.record");
RF_STATIC_ASSERT(sizeof(struct rf_stat) >= sizeof(struct rf_address), "rf_caller.record");

int64_t rf_print(struct rf_caller *caller, uint64_t stream, const char *text) {
  size_t left = rf_length(text);
  while (left > 0) {
    const size_t piece = left < RF_CALLER_TEXT_SIZE ? left : RF_CALLER_TEXT_SIZE;
    rf_copy(caller->text, text, piece);
    const int64_t result = rf_write_all(caller, stream, caller->text, (uint32_t)piece, RF_HERE);
    if (result < 0) {
      return result;
    }
    text += piece;
    left -= piece;
  }
  return 0;
}

const char *rf_error_name(int64_t result) {
  switch (-result) {
    case RF_ERR_INVALID_ARGUMENT:
      return "InvalidArgument";
    case RF_ERR_OUT_OF_MEMORY:
      return "OutOfMemory";
    case RF_ERR_PERMISSION_DENIED:
      return "PermissionDenied";
    case RF_ERR_NOT_FOUND:
      return "NotFound";
    case RF_ERR_BUSY:
      return "Busy";
    case RF_ERR_INTERRUPTED:
      return "Interrupted";
    case RF_ERR_ALREADY_EXISTS:
      return "AlreadyExists";
    case RF_ERR_INVALID_STATE:
      return "InvalidState";
    case RF_ERR_TIMEOUT:
      return "Timeout";
    case RF_ERR_WOULD_BLOCK:
      return "WouldBlock";
    case RF_ERR_TOO_MANY_OPEN:
      return "TooManyOpen";
    case RF_ERR_NAME_TOO_LONG:
      return "NameTooLong";
    case RF_ERR_NOT_A_DIRECTORY:
      return "NotADirectory";
    case RF_ERR_IS_A_DIRECTORY:
      return "IsADirectory";
    case RF_ERR_DIRECTORY_NOT_EMPTY:
      return "DirectoryNotEmpty";
    case RF_ERR_IO_ERROR:
      return "IoError";
    case RF_ERR_END_OF_FILE:
      return "EndOfFile";
    case RF_ERR_BROKEN_PIPE:
      return "BrokenPipe";
    case RF_ERR_CONNECTION_RESET:
      return "ConnectionReset";
    case RF_ERR_CONNECTION_REFUSED:
      return "ConnectionRefused";
    case RF_ERR_CONNECTION_ABORTED:
      return "ConnectionAborted";
    case RF_ERR_NOT_CONNECTED:
      return "NotConnected";
    case RF_ERR_ADDRESS_IN_USE:
      return "AddressInUse";
    case RF_ERR_ADDRESS_NOT_AVAILABLE:
      return "AddressNotAvailable";
    case RF_ERR_NETWORK_UNREACHABLE:
      return "NetworkUnreachable";
    case RF_ERR_HOST_UNREACHABLE:
      return "HostUnreachable";
    case RF_ERR_INVALID_HANDLE:
      return "InvalidHandle";
    case RF_ERR_WRONG_CAPABILITY_TYPE:
      return "WrongCapabilityType";
    case RF_ERR_CAPABILITY_REVOKED:
      return "CapabilityRevoked";
    case RF_ERR_CAPABILITY_TABLE_FULL:
      return "CapabilityTableFull";
    case RF_ERR_CANNOT_TRANSFER:
      return "CannotTransfer";
    case RF_ERR_QUOTA_EXCEEDED:
      return "QuotaExceeded";
    case RF_ERR_QUEUE_FULL:
      return "QueueFull";
    case RF_ERR_QUEUE_OVERFLOW:
      return "QueueOverflow";
    case RF_ERR_BUFFER_NOT_REGISTERED:
      return "BufferNotRegistered";
    case RF_ERR_INVALID_BUFFER_INDEX:
      return "InvalidBufferIndex";
    case RF_ERR_INVALID_OP_CODE:
      return "InvalidOpCode";
    case RF_ERR_OPERATION_CANCELLED:
      return "OperationCancelled";
    case RF_ERR_RING_NOT_SETUP:
      return "RingNotSetup";
    case RF_ERR_INVALID_ADDRESS:
      return "InvalidAddress";
    case RF_ERR_NOT_ALIGNED:
      return "NotAligned";
    case RF_ERR_MMAP_FAILED:
      return "MmapFailed";
    case RF_ERR_NO_SUCH_PROCESS:
      return "NoSuchProcess";
    case RF_ERR_PROCESS_LIMIT_REACHED:
      return "ProcessLimitReached";
    case RF_ERR_INVALID_EXECUTABLE:
      return "InvalidExecutable";
    case RF_ERR_FILESYSTEM_FULL:
      return "FilesystemFull";
    case RF_ERR_READ_ONLY_FILESYSTEM:
      return "ReadOnlyFilesystem";
    case RF_ERR_CROSS_DEVICE_LINK:
      return "CrossDeviceLink";
    case RF_ERR_INVALID_SEEK:
      return "InvalidSeek";
    case RF_ERR_NOT_IMPLEMENTED:
      return "NotImplemented";
    case RF_ERR_INTERNAL_ERROR:
      return "InternalError";
    default:
      return "InternalError";
  }
}

/* Appends to a line of at most RF_CALLER_TEXT_SIZE bytes; its new length. */
static size_t rf_append(char *line, size_t length, const char *text) {
  while (*text && length < RF_CALLER_TEXT_SIZE - 1) {
    line[length++] = *text++;
  }
  return length;
}

void rf_complain(struct rf_guest *guest, const char *program, const char *subject,
                 int64_t result) {
  const uint64_t stream = rf_capability(guest, "stderr");
  char *line = guest->caller.text;
  size_t length = rf_append(line, 0, program);
  length = rf_append(line, length, ": ");
  length = rf_append(line, length, subject);
  length = rf_append(line, length, ": ");
  length = rf_append(line, length, rf_error_name(result));
  line[length++] = '\n';
  if (stream) {
    /* whoever cannot complain has nobody to tell */
    (void)rf_write_all(&guest->caller, stream, line, (uint32_t)length, RF_HERE);
  }
}

#ifndef RINGFENCE_GUEST_SYSCALL
#define RF_LINUX_EXIT_GROUP 231

void rf_exit(int status) {
  if (rf_last_caller.entry) {
    struct rf_sqe entry = rf_entry(RF_OP_EXIT, 0, 0);
    entry.len = (uint32_t)status & 0xFF;
    (void)rf_call(&rf_last_caller, &entry); /* the process ends whatever it says */
  }
  for (;;) {
    (void)rf_syscall(RF_LINUX_EXIT_GROUP, (uint64_t)status & 0xFF, 0);
  }
}

#ifdef RINGFENCE_GUEST_START
/* rsp points to argc; behind it are argv, a zero, the environment. A call wants rsp aligned. */
__asm__(
    ".text\n"
    ".globl _start\n"
    ".type _start, @function\n"
    "_start:\n"
    "  xorl %ebp, %ebp\n"
    "  movq %rsp, %rdi\n"
    "  andq $-16, %rsp\n"
    "  call rf_begin\n"
    "  hlt\n"
    ".size _start, . - _start\n");

__attribute__((noreturn, used)) void rf_begin(const long *stack);

void rf_begin(const long *stack) {
  rf_exit(rf_main((int)stack[0], (char **)(stack + 1)));
}

/*
 * What compilers call by themselves, also freestanding. In assembly, because a compiler would turn
 * a loop into a call of the very function.
 */
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *left, const void *right, size_t size);

__attribute__((weak)) void *memcpy(void *to, const void *from, size_t size) {
  void *target = to;
  __asm__ volatile("rep movsb" : "+D"(target), "+S"(from), "+c"(size) : : "memory");
  return to;
}

__attribute__((weak)) void *memmove(void *to, const void *from, size_t size) {
  if ((uintptr_t)to - (uintptr_t)from >= size) {
    return memcpy(to, from, size); /* the target does not begin inside the source */
  }
  unsigned char *target = (unsigned char *)to + size - 1;
  const unsigned char *source = (const unsigned char *)from + size - 1;
  __asm__ volatile("std\n\trep movsb\n\tcld"
                   : "+D"(target), "+S"(source), "+c"(size)
                   :
                   : "memory", "cc");
  return to;
}

__attribute__((weak)) void *memset(void *to, int value, size_t size) {
  void *target = to;
  __asm__ volatile("rep stosb" : "+D"(target), "+c"(size) : "a"(value) : "memory");
  return to;
}

__attribute__((weak)) int memcmp(const void *left, const void *right, size_t size) {
  const unsigned char *a = (const unsigned char *)left;
  const unsigned char *b = (const unsigned char *)right;
  for (size_t i = 0; i < size; i++) {
    if (a[i] != b[i]) {
      return a[i] - b[i];
    }
  }
  return 0;
}
#endif /* RINGFENCE_GUEST_START */
#endif /* RINGFENCE_GUEST_SYSCALL */

#ifdef __cplusplus
}
#endif
#endif /* RINGFENCE_GUEST_IMPLEMENTATION */
