// What the system says of the server, of us and of everybody else: CPU time, waiting for a CPU, memory.
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  double at;
  double server_cpu;
  double load_cpu;
  double busy;        // of all processes together
  double server_wait; // the server's main thread was ready to run, but had no CPU
  double load_wait;
} Sample;

/** A part of a run, measured or before that. */
typedef struct {
  double until, at_most_until, server_cpu, looked_at;
} Span;

/**
 * A span of so many seconds. On a machine that others use too it takes longer, up to four times, until the server has
 * had `share` of them as CPU time: code that is not compiled yet tells nothing.
 */
Span span_begin(double seconds, double share);
bool span_is_over(Span *span);

double seconds_now(void);
uint64_t nanoseconds_now(void);
Sample measure(void);
/** Resident memory of the server. */
long server_memory_kb(void);
/** The fields of a result that every mode has, without braces; `work` is what was done between the two. */
void print_measured(Sample from, Sample to, double work);
/** Ends the program with a result that says what went wrong. */
_Noreturn void fail(const char *what);
