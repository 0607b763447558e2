// idle: what connections that do nothing cost in memory. Some come and go before, so that the code for them is compiled
// and memory for them once claimed; then the server is asked for a garbage collection by SIGUSR2, before and after.

#include <signal.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

#include "clients.h"
#include "modes.h"
#include "options.h"

enum { rehearsal = 500 };

static void ignore(void *owner, const uint8_t *payload, uint64_t length) {
  (void)owner, (void)payload, (void)length;
}

static int room_of(int index) {
  return index / options.per_room;
}

static void serve_for(double seconds) {
  for (double end = seconds_now() + seconds; seconds_now() < end;) clients_serve(20, 0);
}

static long settled_memory_kb(void) {
  for (int i = 0; i < 2; i++) {
    kill((pid_t)options.pid, SIGUSR2);
    serve_for(0.5);
  }
  return server_memory_kb();
}

void run_idle(void) {
  clients_connect(rehearsal, ignore, NULL);
  serve_for(0.3);
  for (int i = 0; i < rehearsal; i++) close(clients[i].fd);
  serve_for(0.3);
  long before = settled_memory_kb();
  Sample from = measure();
  clients_connect(options.connections, ignore, room_of);
  serve_for(options.warm);
  Sample to = measure();
  long fresh = server_memory_kb(), after = settled_memory_kb();
  printf("{");
  print_measured(from, to, options.connections);
  printf(",\"lost\":%lu,\"wrong\":%lu", lost, report.wrong_frames);
  printf(",\"emptyKb\":%ld,\"fullKb\":%ld,\"freshBytesEach\":%.0f,\"bytesEach\":%.0f}\n", before, after,
         (double)(fresh - before) * 1024 / options.connections, (double)(after - before) * 1024 / options.connections);
}
