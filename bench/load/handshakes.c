// handshakes: TCP, upgrade, close frames and the end of TCP, over and over, so many at a time.

#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clients.h"
#include "modes.h"
#include "options.h"

enum { max_answer = 1024, max_events = 256 };

typedef enum { connecting, asking, closing } Phase;

typedef struct {
  int fd;
  Phase phase;
  size_t fill;
  char answer[max_answer];
} Visit;

static int poller, opened;
static uint64_t done, failed;
static char request[512];
static int request_length;

static void watch(Visit *visit, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = visit};
  epoll_ctl(poller, operation, visit->fd, &event);
}

static void begin(Visit *visit) {
  visit->fd = open_socket(opened++, false);
  visit->phase = connecting;
  visit->fill = 0;
  watch(visit, EPOLL_CTL_ADD, EPOLLOUT);
}

static void again(Visit *visit, bool well) {
  if (!well) failed++;
  close(visit->fd);
  begin(visit);
}

static void ask(Visit *visit) {
  if (send(visit->fd, request, (size_t)request_length, MSG_NOSIGNAL) != request_length) return again(visit, false);
  visit->phase = asking;
  watch(visit, EPOLL_CTL_MOD, EPOLLIN);
}

static void read_answer(Visit *visit) {
  ssize_t count = recv(visit->fd, visit->answer + visit->fill, max_answer - 1 - visit->fill, 0);
  if (count <= 0) return again(visit, false);
  visit->fill += (size_t)count;
  visit->answer[visit->fill] = 0;
  if (strstr(visit->answer, "\r\n\r\n") == NULL) return;
  if (!is_accepted(visit->answer)) return again(visit, false);
  // A close frame with code 1000, masked with 01 02 03 04.
  static const uint8_t close_frame[8] = {0x88, 0x82, 1, 2, 3, 4, 0x03 ^ 1, 0xe8 ^ 2};
  if (send(visit->fd, close_frame, sizeof close_frame, MSG_NOSIGNAL) != sizeof close_frame)
    return again(visit, false);
  visit->phase = closing;
  done++;
}

// The server answers with its close frame and ends TCP first.
static void await_end(Visit *visit) {
  char rest[256];
  if (recv(visit->fd, rest, sizeof rest, 0) <= 0) again(visit, true);
}

static void serve_for(double seconds) {
  struct epoll_event events[max_events];
  for (Span span = span_begin(seconds, 0.6); !span_is_over(&span);) {
    int count = epoll_wait(poller, events, max_events, 20);
    for (int i = 0; i < count; i++) {
      Visit *visit = events[i].data.ptr;
      if (visit->phase == connecting) ask(visit);
      else if (visit->phase == asking) read_answer(visit);
      else await_end(visit);
    }
  }
}

void run_handshakes(void) {
  poller = epoll_create1(EPOLL_CLOEXEC);
  request_length = write_request(request, 0);
  Visit *visits = calloc((size_t)options.connections, sizeof *visits);
  for (int i = 0; i < options.connections; i++) begin(&visits[i]);
  serve_for(options.warm);
  done = failed = 0;
  Sample from = measure();
  serve_for(options.seconds);
  Sample to = measure();
  printf("{");
  print_measured(from, to, (double)done);
  printf(",\"lost\":0,\"wrong\":%lu}\n", failed);
}
