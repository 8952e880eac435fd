#ifndef ALLOT_NUMERICS_GROUP_STATISTICS_H
#define ALLOT_NUMERICS_GROUP_STATISTICS_H
#include "numerics_lanes.h"
#include <stddef.h>

/* Linear statistics of count vectors, sixteen groups per batch, counts[batch][action][lane].
   Per-group scalars are laid out [batch][16], the even groups of the eight pairs first, then the odd ones. */

/* totals = (sum_a c_a values_a) / divisor. */
void numerics_group_totals(
    uint32_t actions, size_t batches, const uint32_t *counts, const double *values, double divisor, double *totals,
    numerics_lanes lanes);

/* squares = sum_a c_a (values_a - centre)^2, and distinct = 1 if at least two different values were drawn, else 0.
   `distinct` compares the given values of the actions that were drawn, so no rounding can make it wrong. */
void numerics_group_squares(
    uint32_t actions, size_t batches, const uint32_t *counts, const double *values, const double *centres,
    double *squares, double *distinct, numerics_lanes lanes);

/* The vectors g_a = scale (c_a (values_a - centre) - weights_a drift) of all groups, reduced on the fly:
     sums[a][8]     += both groups' g_a, per slot
     squares[a][8]  += (difference of the pair's g_a)^2, per slot
     halfDistances[8 batches]  = half the squared distance of the pair's vectors
     meanSquares[8 batches]    = mean of the pair's squared lengths
   Only the first `pairs` pairs count: beyond them the vectors are taken as zero. */
void numerics_group_pairs(
    uint32_t actions, size_t batches, size_t pairs, const uint32_t *counts, const double *values,
    const double *weights, const double *scales, const double *centres, const double *drifts, double *sums,
    double *squares, double *half_distances, double *mean_squares, numerics_lanes lanes);

/* Mean and sum of squared deviations of `count` >= 1 numbers, in two passes of eight fixed partial sums.
   result[0] = mean, result[1] = sum of squared deviations. */
void numerics_two_pass_moments(size_t count, const double *values, double *result, numerics_lanes lanes);
#endif
