// What a run was asked for on the command line.
#pragma once

#include <stdbool.h>

typedef struct {
  const char *mode; // echo, fanout, relay, godot, handshakes, idle
  int port;
  int pid;         // of the server, whose CPU time and memory are read
  int connections; // of relay and godot: rooms * per_room
  int size;        // octets of a message
  int in_flight;   // echo: messages on their way per connection; fanout: messages of a burst
  int rooms;
  int per_room;
  double hz;      // relay, godot: messages a second that each client sends
  double warm;    // seconds before the measured ones
  double seconds; // measured
  bool raw;       // no handshake and no masks: the frames over plain TCP
  bool check;     // compare contents during the measured time too
} Options;

extern Options options;

void options_read(int count, char **arguments);
