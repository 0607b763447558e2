// echo: every connection keeps so many messages on their way. fanout: the first connection publishes a burst, all get
// it, then comes the next. What arrives before the measured time is compared octet by octet.

#include <stdio.h>

#include "clients.h"
#include "modes.h"
#include "options.h"

static bool echoes;

static void count_message(void *owner, const uint8_t *payload, uint64_t length) {
  Client *client = owner;
  (void)payload;
  if (length != (uint64_t)options.size) report.wrong_frames++;
  client->received++;
  received++;
  if (echoes) clients_owe(client, 1);
}

static void publish_when_all_have_it(void) {
  static uint64_t published;
  if (received < published * (uint64_t)options.connections) return;
  published += (uint64_t)options.in_flight;
  clients_send(&clients[0], (uint64_t)options.in_flight);
}

static void serve_for(double seconds) {
  for (Span span = span_begin(seconds, 0.6); !span_is_over(&span);) {
    if (!echoes) publish_when_all_have_it();
    clients_serve(20, 0);
  }
}

static void run(void) {
  clients_use_frame(make_frame(options.size));
  clients_connect(options.connections, count_message, NULL);
  // Some servers take a moment to add the last connection to those they publish to.
  for (double end = seconds_now() + 0.2; seconds_now() < end;) clients_serve(20, 0);
  report.compare = true;
  if (echoes) {
    for (int i = 0; i < options.connections; i++) clients_send(&clients[i], (uint64_t)options.in_flight);
  }
  serve_for(options.warm);
  report.compare = options.check;
  uint64_t before = received;
  Sample from = measure();
  serve_for(options.seconds);
  Sample to = measure();
  printf("{");
  print_measured(from, to, (double)(received - before));
  clients_print_spread();
  printf("}\n");
}

void run_echo(void) {
  echoes = true;
  run();
}

void run_fanout(void) {
  run();
}
