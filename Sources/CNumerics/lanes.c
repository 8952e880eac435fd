#include "numerics_lanes.h"

int numerics_lanes_supported(numerics_lanes lanes) {
  switch (lanes) {
    case numerics_lanes_automatic:
    case numerics_lanes_baseline: return 1;
#if defined(__x86_64__)
    case numerics_lanes_v3: return __builtin_cpu_supports("x86-64-v3") != 0;
    case numerics_lanes_v4: return __builtin_cpu_supports("x86-64-v4") != 0;
#endif
    default: return 0;
  }
}

numerics_lanes numerics_lanes_widest(void) {
  if (numerics_lanes_supported(numerics_lanes_v4)) return numerics_lanes_v4;
  if (numerics_lanes_supported(numerics_lanes_v3)) return numerics_lanes_v3;
  return numerics_lanes_baseline;
}
