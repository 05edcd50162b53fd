/* SPDX-License-Identifier: Apache-2.0 */
/*
 * echo NAME [COUNT]: listens at the address of the granted network NAME, and sends back what it
 * receives, to many peers at once. It says on stdout at which port; it ends after COUNT
 * connections, or never.
 *
 * What to look at: one ring carries everything, and each connection has one operation in flight:
 * it receives, or it sends.
 */
#define RINGFENCE_GUEST_IMPLEMENTATION
#define RINGFENCE_GUEST_START
#include "../ringfence_guest.h"

#define PEERS 64
#define ENTRIES 128 /* at least PEERS + 1: a push never fails */
#define BUFFER_SIZE 16384u
#define ACCEPTING UINT64_MAX

struct peer {
  uint64_t socket; /* 0: this place is free */
  unsigned char *data;
  int sending;
};

struct server {
  struct rf_guest guest;
  uint64_t listener;
  struct peer peers[PEERS];
  unsigned connected;
  int accepting;
  uint64_t left; /* connections that may still come */
};

/* Waits for another connection if there is a place for it and none is waited for. */
static void accept_next(struct server *server) {
  if (server->accepting || server->connected == PEERS || server->left == 0) {
    return;
  }
  struct rf_sqe entry = rf_entry(RF_OP_ACCEPT, server->listener, ACCEPTING);
  entry.auxiliary[1] = RF_RIGHT_NET_SEND | RF_RIGHT_NET_RECV;
  (void)rf_ring_push(&server->guest.ring, &entry);
  server->accepting = 1;
}

static void push_transfer(struct server *server, unsigned index, uint8_t opcode, uint32_t size,
                          uint64_t flags) {
  struct peer *peer = &server->peers[index];
  peer->sending = opcode == RF_OP_SEND;
  const struct rf_sqe entry =
      rf_transfer_entry(opcode, peer->socket, peer->data, size, 0, flags, index);
  (void)rf_ring_push(&server->guest.ring, &entry);
}

static void accepted(struct server *server, const struct rf_cqe *completion) {
  server->accepting = 0;
  if (completion->result < 0) {
    /* such as a peer that went away in the meantime: the next one may be luckier */
    rf_complain(&server->guest, "echo", "accept", completion->result);
    if (completion->result != -RF_ERR_CONNECTION_ABORTED) {
      server->left = 0;
    }
    return;
  }
  unsigned index = 0;
  while (server->peers[index].socket) {
    index++;
  }
  server->peers[index].socket = completion->reserved;
  server->connected++;
  server->left--;
  push_transfer(server, index, RF_OP_RECV, BUFFER_SIZE, 0);
}

static void moved(struct server *server, unsigned index, int32_t result) {
  struct peer *peer = &server->peers[index];
  if (result <= 0) {
    (void)rf_close(&server->guest.caller, peer->socket); /* the end, or the peer is gone */
    peer->socket = 0;
    server->connected--;
  } else if (peer->sending) {
    push_transfer(server, index, RF_OP_RECV, BUFFER_SIZE, 0);
  } else {
    push_transfer(server, index, RF_OP_SEND, (uint32_t)result, RF_SEND_WAIT_ALL);
  }
}

static int64_t serve(struct server *server) {
  for (;;) {
    accept_next(server);
    if (!server->accepting && server->connected == 0) {
      return 0;
    }
    const int64_t result = rf_ring_wait(&server->guest.ring, 1);
    if (result < 0) {
      return result;
    }
    struct rf_cqe completion;
    while (rf_ring_pop(&server->guest.ring, &completion)) {
      if (completion.user_data == ACCEPTING) {
        accepted(server, &completion);
      } else {
        moved(server, (unsigned)completion.user_data, completion.result);
      }
    }
  }
}

/* Writes the number before `end`; where it starts. */
static char *digits(char *end, unsigned number) {
  do {
    *--end = (char)('0' + number % 10);
    number /= 10;
  } while (number);
  return end;
}

static int64_t say_port(struct server *server) {
  struct rf_caller *caller = &server->guest.caller;
  struct rf_address address;
  char text[8] = "";
  const uint64_t stream = rf_capability(&server->guest, "stdout");
  int64_t result = rf_socket_name(caller, server->listener, &address);
  if (result >= 0) {
    text[6] = '\n';
    text[7] = 0;
    result = rf_print(caller, stream, "listening at port ");
  }
  return result < 0 ? result : rf_print(caller, stream, digits(text + 6, address.port));
}

static int64_t listen_at(struct server *server, const char *name) {
  struct rf_caller *caller = &server->guest.caller;
  const uint64_t rights = RF_RIGHTS_SOCKET_SERVER & ~(RF_RIGHT_DUP | RF_RIGHT_CLOSE);
  int64_t result = rf_socket(caller, rf_capability(&server->guest, name), RF_FAMILY_GRANTED,
                             RF_SOCKET_STREAM, rights);
  if (result < 0) {
    return result;
  }
  server->listener = (uint64_t)result;
  /* or a server that starts again waits for its old connections; not every kind of socket can */
  (void)rf_set_option(caller, server->listener, RF_OPTION_REUSE_ADDRESS, 1);
  result = rf_bind(caller, server->listener, NULL);
  if (result >= 0) {
    result = rf_listen(caller, server->listener, 0);
  }
  return result < 0 ? result : say_port(server);
}

static uint64_t parse(const char *text) {
  uint64_t number = 0;
  for (; *text >= '0' && *text <= '9'; text++) {
    number = number * 10 + (uint64_t)(*text - '0');
  }
  return number;
}

int rf_main(int argc, char **argv) {
  static struct server server;
  struct rf_guest *guest = &server.guest;
  if (rf_guest_start(guest, ENTRIES, 0) < 0) {
    return 125;
  }
  if (argc < 2 || argc > 3) {
    (void)rf_print(&guest->caller, rf_capability(guest, "stderr"), "usage: echo NAME [COUNT]\n");
    return 2;
  }
  server.left = argc == 3 ? parse(argv[2]) : UINT64_MAX;
  for (unsigned i = 0; i < PEERS; i++) {
    server.peers[i].data = (unsigned char *)rf_arena_take(&guest->arena, BUFFER_SIZE, 64);
    if (!server.peers[i].data) {
      rf_complain(guest, "echo", "buffers", -RF_ERR_OUT_OF_MEMORY);
      return 1;
    }
  }
  int64_t result = listen_at(&server, argv[1]);
  if (result >= 0) {
    result = serve(&server);
  }
  if (result < 0) {
    rf_complain(guest, "echo", argv[1], result);
    return 1;
  }
  return 0;
}
