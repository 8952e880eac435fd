#ifndef ALLOT_NUMERICS_CATEGORICAL_H
#define ALLOT_NUMERICS_CATEGORICAL_H
#include "numerics_lanes.h"
#include <stddef.h>

/* Counts of `trials` independent categorical draws over `actions` actions, for sixteen groups at a time.

   A draw looks at 16 random bits, the head. The 65536 heads are shared out: floor(65536 p_a) of them mean action a at
   once, and the few that remain (fewer than `actions`), the heads below thresholds[0], send the draw to the residual
   distribution, proportional to the fractional parts of 65536 p_a, with 64 further bits. Hence

       P(a) = floor(65536 p_a) / 65536 + (thresholds[0] / 65536) r_a,     r_a within 2^-52 of its value,

   which is p_a to within 64 * 2^-16 * 2^-52 < 2^-61, plus what the given doubles themselves miss of a sum of one. Most
   draws cost 16 bits. Comparing 32-bit words with rounded 32-bit thresholds would shift each probability by up to 2^-32
   and cost twice the bits; looking for ties of words and thresholds would cost one more comparison per threshold.

   Stream: group g uses blocks g*B ... g*B + B - 1 of the stream, B = ceil(trials / 8), and takes the words in order,
   the low half of each word before the high half. Its i-th residual draw takes, low word first, half (i mod 2)
   of block 2^63 + g * ceil(trials / 2) + i / 2. Counts depend on (stream, group) alone, not on batch or machine. */
typedef struct {
  uint32_t actions;           /* 1 ... 64 */
  uint32_t trials;            /* 1 ... 65536 */
  const uint16_t *thresholds; /* [actions]: heads in thresholds[a] ..< thresholds[a + 1] mean action a; the last action
                                 has the heads from thresholds[actions - 1] up */
  const uint64_t *residual;   /* [actions]: cumulative residual probabilities times 2^64; the last is not read */
} numerics_categorical;

/* Writes counts[batch][action][lane], lane l of batch b being group first_group + 16 b + l. */
void numerics_categorical_counts(
    const numerics_categorical *plan, numerics_stream stream, uint64_t first_group, size_t batches, uint32_t *counts,
    numerics_lanes lanes);
#endif
