#ifndef ALLOT_NUMERICS_MULTINOMIAL_H
#define ALLOT_NUMERICS_MULTINOMIAL_H
#include "numerics_lanes.h"
#include <stddef.h>

/* Multinomial counts by conditional binomials: c_0 ~ Bin(n, p_0), c_1 ~ Bin(n - c_0, p_1 / (1 - p_0)), ...
   O(actions) per group whatever the number of trials.

   The first binomial is the same for all groups and is looked up: of 4096 heads, floor(4096 P(k)) mean k, and the few
   that remain lead to the residual distribution with 64 further bits, as in numerics_categorical. Each later binomial is drawn for the rarer of the two outcomes, with probability s <= 1/2 and m trials: by transformed
   rejection with squeeze (Hoermann 1993, algorithm BTRS) if m s >= 10, else by inversion. Both are exact up to double
   rounding: an outcome's probability is off by a relative 2^-50 (m + 8) in the inversion (the power (1-s)^m) and by
   at most 2^-50 (1 + ln m!) in the rejection (the table of log factorials), below 1e-9 for the largest m allowed.

   Stream: the first action of group g uses block g * 2^20: the low 12 bits of word 0 are the head, words 2 and 3 the residual
   draw, low word first. Attempt t at a later action a of group g uses the whole block g * 2^20 + a * 2^14 + t: words 0 and 1 make the
   position u, words 2 and 3 the height v; both are odd multiples of 2^-53. (More than 2^14 attempts, which would run into
   the next action's blocks, have probability below 10^-10000.) */
typedef struct {
  uint32_t actions;             /* 1 ... 64 */
  uint32_t trials;              /* 1 ... 65536 */
  const double *rarer;          /* [actions]: s, the smaller of the conditional probability and its complement */
  const double *commoner;       /* [actions]: 1 - s, computed without cancellation */
  const double *log_odds;       /* [actions]: ln(s / (1 - s)); not read where s = 0 */
  const uint32_t *complemented; /* [actions]: 1 where s is the probability of not drawing the action */
  const double *powers;         /* [actions][513]: (1-s)^i for i < 256, then (1-s)^(256 j) for j <= 256 */
  const double *log_factorials; /* [trials + 1] */
  const uint16_t *heads;        /* [4096]: k - lowest for the first binomial, or numerics_shared_head */
  uint32_t lowest;              /* the smallest k that has a head of its own */
  const uint64_t *residual;     /* [trials + 1]: cumulative residual probabilities of k times 2^64; the last is not read */
} numerics_multinomial;

enum { numerics_shared_head = 0xFFFF };

/* Writes counts[batch][action][lane], lane l of batch b being group first_group + 16 b + l. */
void numerics_multinomial_counts(
    const numerics_multinomial *plan, numerics_stream stream, uint64_t first_group, size_t batches, uint32_t *counts,
    numerics_lanes lanes);

/* out[i] = ln x[i] for positive normal x, within 2 ulp. The C library's log picks its code by processor and may
   differ in the last bit; this one does the same operations everywhere. */
void numerics_logarithms(size_t count, const double *x, double *out, numerics_lanes lanes);
#endif
