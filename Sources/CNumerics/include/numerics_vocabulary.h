#ifndef ALLOT_NUMERICS_VOCABULARY_H
#define ALLOT_NUMERICS_VOCABULARY_H
#include "numerics_lanes.h"
#include <stddef.h>
#include <stdint.h>

/* Sums over the probabilities p of one vocabulary, and elementary functions of arrays. Every variant gives the same bits.

   The variants use fused multiply-adds. Without them in hardware (the baseline of x86-64) the C library computes them,
   which is some fifty times slower than v3 and changes no bit. */

typedef struct {
  double sum;                       /* sum p */
  double sum_of_squares;            /* sum p^2 */
  double sum_of_logarithms;         /* sum p ln p, with 0 ln 0 = 0 */
  double sum_of_squared_logarithms; /* sum p^2 ln p */
  int sign_seen;                    /* 1 if some entry has its sign bit set: negative, or -0, or a NaN with a sign */
} numerics_vocabulary_sums;

enum { numerics_vocabulary_block_vectors = 192 };

/* One pass. A lane adds at most 192 terms before its sum is handed to a compensated one, so that, to first order in
   u = 2^-53 and whatever the count, each sum is within 224 u of the sum of its terms' sizes: 192 additions, 2 roundings
   of the term's own product, 12 of the logarithm's polynomial and at most 6 of its roundings, 2 of the scale, and some to
   spare for the compensated end. (A finer polynomial would slow the whole for what the additions may spoil.)

   Bad entries need no second look unless there are some: a negative entry sets sign_seen, a NaN or an infinity makes
   `sum` NaN or infinite, and among entries that are not negative none exceeds `sum` but for its rounding, so that a sum of
   one excludes entries above one.

   An entry below 2^-1022 is taken for one of nearly that size in its logarithm alone: that adds an error of at most
   37 * 2^-1022 to `sum_of_logarithms` per such entry, less to the others. */
void numerics_vocabulary_sums_of_doubles(
    size_t count, const double *p, numerics_vocabulary_sums *result, numerics_lanes lanes);

/* The same for single precision, widened in registers, without loss; all arithmetic is in double precision. */
void numerics_vocabulary_sums_of_floats(
    size_t count, const float *p, numerics_vocabulary_sums *result, numerics_lanes lanes);

/* In the functions below `out` may be `x`, but must not overlap it otherwise. */

/* out[i] = ln x[i]; zero gives minus infinity, negative numbers and NaN give NaN. */
void numerics_natural_logarithms(size_t count, const double *x, double *out, numerics_lanes lanes);

/* out[i] = e^x[i], with x clamped to at most 709.78...: never infinite. NaN gives NaN. */
void numerics_exponentials(size_t count, const double *x, double *out, numerics_lanes lanes);

typedef struct {
  double floor, steepness, midpoint;
} numerics_logistic;

/* out[i] = floor + (1 - floor) / (1 + e^(steepness (x[i] - midpoint))); finite for finite arguments. NaN gives NaN. */
void numerics_logistic_decays(
    size_t count, const double *x, numerics_logistic decay, double *out, numerics_lanes lanes);
#endif
