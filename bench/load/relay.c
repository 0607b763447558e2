// relay: rooms of clients that each send at a steady rate; everybody else in the room gets it. The payload says when it
// was sent, by whom and as which of the sender's messages: latency, order and completeness are seen from it.
// godot: the same as packets of Godot's SceneMultiplayer.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "clients.h"
#include "histogram.h"
#include "modes.h"
#include "options.h"

// Of a godot packet: SYS, RELAY, whom it is for or from; then the RAW command and bytes of the game's own.
enum { relay_head = 7, sys_command = 7, relay_command = 3, raw_command = 3, id_length = 4 };

typedef struct {
  uint64_t sent_at;
  uint32_t sender; // index among the clients
  uint32_t number;
} Stamp;

static bool godot, measuring;
static Frame frame;
static size_t stamp_at;
static int total;
static uint64_t sent, refused, gaps, garbled, strays;
static uint32_t *numbers;  // sent by each client
static uint32_t *expected; // of each sender in the room, for each receiver
static int32_t *ids;       // godot: each client's

static int room_of(int index) {
  return index / options.per_room;
}

static void receive_stamp(Client *client, const Stamp *stamp) {
  if (stamp->sender >= (uint32_t)total || room_of((int)stamp->sender) != room_of(client->index) ||
      stamp->sender == (uint32_t)client->index) {
    strays++;
    return;
  }
  uint32_t *next = &expected[client->index * options.per_room + (int)stamp->sender % options.per_room];
  if (stamp->number != *next) gaps++;
  *next = stamp->number + 1;
  received++;
  client->received++;
  if (measuring) histogram_add(read_at - stamp->sent_at);
}

static void receive_plain(void *owner, const uint8_t *payload, uint64_t length) {
  Client *client = owner;
  if (length != (uint64_t)options.size || payload == NULL) {
    garbled++;
    return;
  }
  Stamp stamp;
  memcpy(&stamp, payload, sizeof stamp);
  if (memcmp(payload + sizeof stamp, pattern() + sizeof stamp, (size_t)options.size - sizeof stamp) != 0) garbled++;
  receive_stamp(client, &stamp);
}

static void receive_godot(void *owner, const uint8_t *payload, uint64_t length) {
  Client *client = owner;
  if (ids[client->index] == 0) {
    if (length != id_length || payload == NULL) fail("the first message is no peer id");
    memcpy(&ids[client->index], payload, id_length);
    return;
  }
  // ADD_PEER and DEL_PEER have no content.
  if (payload == NULL || length < relay_head || payload[0] != sys_command) return;
  int32_t source;
  memcpy(&source, payload + 2, sizeof source);
  Stamp stamp;
  if (payload[1] != relay_command || payload[6] != raw_command || length != (uint64_t)options.size) {
    garbled++;
    return;
  }
  memcpy(&stamp, payload + relay_head, sizeof stamp);
  if (stamp.sender >= (uint32_t)total || ids[stamp.sender] != source) strays++;
  else receive_stamp(client, &stamp);
}

static void send_stamp(int index) {
  Client *client = &clients[index];
  if (client->gone) return;
  Stamp stamp = {.sent_at = nanoseconds_now(), .sender = (uint32_t)index, .number = numbers[index]};
  frame_write(&frame, stamp_at, &stamp, sizeof stamp);
  ssize_t count = send(client->fd, frame.bytes, frame.length, MSG_NOSIGNAL);
  // A server that does not keep up stops reading: what does not fit is not offered.
  if (count < 0) refused++;
  else if ((size_t)count < frame.length) fail("a message was sent in part");
  else {
    sent++;
    numbers[index]++;
  }
}

// Spread evenly over the period, and neighbours in time over the rooms.
static void serve_until_over(Span span, uint64_t start, uint64_t *turn) {
  double period = 1e9 / options.hz;
  while (!span_is_over(&span)) {
    uint64_t now = nanoseconds_now(), due;
    for (int burst = 0;; burst++) {
      due = start + (uint64_t)((double)*turn * period / total);
      if (due > now || burst == 32) break;
      int place = (int)(*turn % (uint64_t)total);
      send_stamp(place % options.rooms * options.per_room + place / options.rooms);
      ++*turn;
    }
    clients_serve(due > now ? 20 : 0, due > now ? due : 0);
  }
}

static void prepare(void) {
  godot = strcmp(options.mode, "godot") == 0;
  total = options.rooms * options.per_room;
  numbers = calloc((size_t)total, sizeof *numbers);
  ids = calloc((size_t)total, sizeof *ids);
  expected = calloc((size_t)total * (size_t)options.per_room, sizeof *expected);
  if (options.size < relay_head + (int)sizeof(Stamp) || options.size > kept_payload) fail("no such size here");
  frame = make_frame(options.size);
  stamp_at = 0;
  if (!godot) return;
  // For everybody else: target 0.
  static const uint8_t head[relay_head] = {sys_command, relay_command, 0, 0, 0, 0, raw_command};
  frame_write(&frame, 0, head, sizeof head);
  stamp_at = relay_head;
}

void run_relay(void) {
  prepare();
  clients_connect(total, godot ? receive_godot : receive_plain, room_of);
  for (double end = seconds_now() + 0.4; seconds_now() < end;) clients_serve(20, 0);
  uint64_t turn = 0, start = nanoseconds_now();
  serve_until_over(span_begin(options.warm, 0.25), start, &turn);
  uint64_t received_before = received, sent_before = sent, refused_before = refused;
  Sample from = measure();
  measuring = true;
  serve_until_over(span_begin(options.seconds, 0), start, &turn);
  Sample to = measure();
  double offered = (double)total * options.hz * (to.at - from.at) * (options.per_room - 1);
  printf("{");
  print_measured(from, to, (double)(received - received_before));
  clients_print_spread();
  printf(",\"offered\":%.0f,\"due\":%lu,\"sent\":%lu,\"refused\":%lu", offered,
         (sent - sent_before) * (uint64_t)(options.per_room - 1), sent - sent_before, refused - refused_before);
  printf(",\"gaps\":%lu,\"garbled\":%lu,\"strays\":%lu", gaps, garbled, strays);
  printf(",\"p50\":%.3f,\"p99\":%.3f,\"p999\":%.3f}\n", histogram_at(0.5), histogram_at(0.99), histogram_at(0.999));
}
