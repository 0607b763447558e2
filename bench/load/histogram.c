#include "histogram.h"

enum { step_ns = 10000, steps = 1000000 };

static uint32_t counts[steps + 1];
static uint64_t total;

void histogram_add(uint64_t nanoseconds) {
  uint64_t step = nanoseconds / step_ns;
  counts[step < steps ? step : steps]++;
  total++;
}

double histogram_at(double share) {
  uint64_t seen = 0;
  for (int i = 0; i <= steps && total > 0; i++) {
    seen += counts[i];
    if ((double)seen >= share * (double)total) return (i + 1) * (step_ns / 1e6);
  }
  return 0;
}
