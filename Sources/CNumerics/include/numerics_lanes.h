#ifndef ALLOT_NUMERICS_LANES_H
#define ALLOT_NUMERICS_LANES_H
#include <stdint.h>

/* Which compiled variant of a lane kernel runs. All variants perform the same integer operations and the same
   correctly rounded double operations in the same order (no contraction into fused multiply-adds), so their
   results are the same bits; only the width of the instructions differs. */
typedef enum {
  numerics_lanes_automatic = 0, /* the widest that this processor has */
  numerics_lanes_baseline = 1,  /* whatever the target guarantees: SSE2 on x86-64, NEON on AArch64 */
  numerics_lanes_v3 = 2,        /* x86-64-v3: AVX2 */
  numerics_lanes_v4 = 3         /* x86-64-v4: AVX-512 F, BW, CD, DQ, VL */
} numerics_lanes;

/* 1 if this processor can run the variant, else 0. */
int numerics_lanes_supported(numerics_lanes lanes);

/* The widest variant that this processor can run. */
numerics_lanes numerics_lanes_widest(void);

/* The Philox key (seed, claim, design point) and the high half of its counter (replicate) of a random stream. */
typedef struct {
  uint32_t key0, key1;
  uint32_t replicate0, replicate1;
} numerics_stream;

enum {
  numerics_lanes_groups = 16, /* groups that one batch simulates side by side */
  numerics_lanes_pairs = 8    /* a pair is two neighbouring groups: lanes 2j and 2j + 1 */
};
#endif
