#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Options options = {
  .mode = "echo",
  .connections = 64,
  .size = 32,
  .in_flight = 1,
  .rooms = 50,
  .per_room = 20,
  .hz = 30,
  .warm = 1,
  .seconds = 3,
};

static const struct {
  const char *name;
  int *value;
} integers[] = {
  {"--port", &options.port},         {"--pid", &options.pid},
  {"--connections", &options.connections}, {"--size", &options.size},
  {"--in-flight", &options.in_flight}, {"--rooms", &options.rooms},
  {"--per-room", &options.per_room},
};

static const struct {
  const char *name;
  double *value;
} numbers[] = {{"--hz", &options.hz}, {"--warm", &options.warm}, {"--seconds", &options.seconds}};

static bool take_pair(const char *name, const char *value) {
  if (strcmp(name, "--mode") == 0) {
    options.mode = value;
    return true;
  }
  for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
    if (strcmp(name, integers[i].name) != 0) continue;
    *integers[i].value = atoi(value);
    return true;
  }
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    if (strcmp(name, numbers[i].name) != 0) continue;
    *numbers[i].value = atof(value);
    return true;
  }
  return false;
}

void options_read(int count, char **arguments) {
  for (int i = 1; i < count; i++) {
    if (strcmp(arguments[i], "--raw") == 0) options.raw = true;
    else if (strcmp(arguments[i], "--check") == 0) options.check = true;
    else if (i + 1 < count && take_pair(arguments[i], arguments[i + 1])) i++;
    else {
      fprintf(stderr, "what is %s?\n", arguments[i]);
      exit(2);
    }
  }
}
