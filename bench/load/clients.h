// The connections to the server and the loop that serves them: one thread, epoll.
#pragma once

#include "frames.h"
#include "measure.h"

typedef struct {
  int fd;
  int index;
  bool wants_write;
  bool gone;
  uint64_t owed;   // octets of the stream of frames that are still to be sent
  size_t position; // in that stream
  uint64_t received;
  Reader reader;
} Client;

extern Client *clients;
/** Of all clients. */
extern uint64_t received, lost;
/** When the octets came, in nanoseconds, that messages are being read from. */
extern uint64_t read_at;

/** What is sent by `clients_send`, over and over. */
void clients_use_frame(Frame frame);
/** Connects all, one after the other, each with its handshake. `room_of` may be NULL. */
void clients_connect(int count, MessageHandler *handler, int (*room_of)(int index));
/** Appends `messages` frames to what a client sends once what it has received is read. */
void clients_owe(Client *client, uint64_t messages);
/** The same at once. */
void clients_send(Client *client, uint64_t messages);
/** Serves the sockets once, waiting at most so long; `wake_at` (nanoseconds, 0 for none) may be sooner. */
void clients_serve(int timeout_ms, uint64_t wake_at);
/** The smallest and the largest number of messages that a client has received. */
void clients_print_spread(void);

/** A new socket to the server, from one of many local addresses so that ports do not run out. */
int open_socket(int index, bool blocking);
/** A handshake's request into `text` of 512 octets; its length. */
int write_request(char *text, int room);
/** Whether `text`, which ends in a blank line, accepts that request. */
bool is_accepted(const char *text);
