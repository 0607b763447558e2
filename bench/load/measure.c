#include "measure.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "options.h"

uint64_t nanoseconds_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

double seconds_now(void) {
  return (double)nanoseconds_now() * 1e-9;
}

typedef struct {
  double ran, waited;
} Times;

// What the scheduler says of a thread, in seconds; nothing of one that has ended.
static Times times_of(int pid, int thread) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task/%d/schedstat", pid, thread);
  FILE *file = fopen(path, "r");
  if (file == NULL) return (Times){0, 0};
  unsigned long ran = 0, waited = 0;
  int fields = fscanf(file, "%lu %lu", &ran, &waited);
  fclose(file);
  return fields == 2 ? (Times){(double)ran * 1e-9, (double)waited * 1e-9} : (Times){0, 0};
}

static double ticks(void) {
  return (double)sysconf(_SC_CLK_TCK);
}

// Time on a processor, of all threads: in nanoseconds, where utime and stime are in ticks of 10 ms.
static double server_cpu(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", options.pid);
  DIR *threads = opendir(path);
  if (threads == NULL) fail("the server is gone");
  double total = 0;
  for (struct dirent *thread; (thread = readdir(threads)) != NULL;) {
    if (thread->d_name[0] != '.') total += times_of(options.pid, atoi(thread->d_name)).ran;
  }
  closedir(threads);
  if (total == 0) fail("cannot read the server's CPU time");
  return total;
}

Span span_begin(double seconds, double share) {
  double now = seconds_now();
  return (Span){
    .until = now + seconds,
    .at_most_until = now + seconds * 4,
    .server_cpu = server_cpu() + seconds * share,
  };
}

bool span_is_over(Span *span) {
  double now = seconds_now();
  if (now < span->until) return false;
  if (now >= span->at_most_until) return true;
  if (now < span->looked_at + 0.05) return false;
  span->looked_at = now;
  return server_cpu() >= span->server_cpu;
}

static double load_cpu(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static double busy_cpu(void) {
  unsigned long user = 0, nice = 0, system = 0, idle, iowait, irq, softirq, steal = 0;
  FILE *file = fopen("/proc/stat", "r");
  if (file == NULL) return 0;
  int fields = fscanf(file, "cpu %lu %lu %lu %lu %lu %lu %lu %lu", &user, &nice, &system, &idle, &iowait, &irq,
                      &softirq, &steal);
  fclose(file);
  return fields == 8 ? (double)(user + nice + system + steal) / ticks() : 0;
}

Sample measure(void) {
  return (Sample){
    .at = seconds_now(),
    .server_cpu = server_cpu(),
    .load_cpu = load_cpu(),
    .busy = busy_cpu(),
    .server_wait = times_of(options.pid, options.pid).waited,
    .load_wait = times_of(getpid(), getpid()).waited,
  };
}

long server_memory_kb(void) {
  char path[64], line[256];
  long kilobytes = 0;
  snprintf(path, sizeof path, "/proc/%d/status", options.pid);
  FILE *file = fopen(path, "r");
  if (file == NULL) fail("the server is gone");
  while (fgets(line, sizeof line, file) != NULL) sscanf(line, "VmRSS: %ld", &kilobytes);
  fclose(file);
  return kilobytes;
}

void print_measured(Sample from, Sample to, double work) {
  double server = to.server_cpu - from.server_cpu, load = to.load_cpu - from.load_cpu;
  double other = to.busy - from.busy - server - load;
  printf("\"generator\":\"c\",\"work\":%.0f,\"seconds\":%.4f,\"serverCpu\":%.3f,\"loadCpu\":%.3f", work,
         to.at - from.at, server, load);
  printf(",\"otherCpu\":%.3f,\"serverWait\":%.3f,\"loadWait\":%.3f,\"memoryKb\":%ld", other > 0 ? other : 0,
         to.server_wait - from.server_wait, to.load_wait - from.load_wait, server_memory_kb());
}

void fail(const char *what) {
  printf("{\"error\":\"%s%s%s\"}\n", what, errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
  exit(1);
}
