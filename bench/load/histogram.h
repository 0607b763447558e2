// How long messages took, in steps of 10 microseconds up to 10 seconds.
#pragma once

#include <stdint.h>

void histogram_add(uint64_t nanoseconds);
/** Milliseconds within which this share of all messages arrived; 0 when there were none. */
double histogram_at(double share);
