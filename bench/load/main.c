// Generates load for a server and prints one line of JSON about what came back and what it cost the server.

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "measure.h"
#include "modes.h"
#include "options.h"

static const struct {
  const char *name;
  void (*run)(void);
} modes[] = {
  {"echo", run_echo},   {"fanout", run_fanout},         {"relay", run_relay},
  {"godot", run_relay}, {"handshakes", run_handshakes}, {"idle", run_idle},
};

int main(int count, char **arguments) {
  signal(SIGPIPE, SIG_IGN);
  options_read(count, arguments);
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
    if (strcmp(options.mode, modes[i].name) != 0) continue;
    modes[i].run();
    return 0;
  }
  fprintf(stderr, "there is no mode %s\n", options.mode);
  return 2;
}
