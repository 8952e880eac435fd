#include "numerics_group_statistics.h"
#include "lanes.h"

/* Contraction would make the last bit depend on whether the machine has fused multiply-adds. */
#pragma STDC FP_CONTRACT OFF

/* A count below 2^52 as a double without a conversion instruction: written into the low bits of 2^52's significand. */
LANES_INLINE f64x8 to_double(u64x8 count) { return (f64x8)(count | (uint64_t)0x4330000000000000u) - 0x1p52; }

LANES_INLINE u64x8 load_counts(const uint32_t *p) {
  u64x8 v;
  memcpy(&v, p, sizeof v);
  return v;
}

LANES_INLINE f64x8 load(const double *p) {
  f64x8 v;
  memcpy(&v, p, sizeof v);
  return v;
}

LANES_INLINE void store(double *p, f64x8 v) { memcpy(p, &v, sizeof v); }

LANES_INLINE f64x8 select(i64x8 mask, f64x8 yes, f64x8 no) {
  return (f64x8)((mask & (i64x8)yes) | (~mask & (i64x8)no));
}

LANES_INLINE f64x8 even_counts(u64x8 c) { return to_double(c & (uint64_t)0xFFFFFFFFu); }
LANES_INLINE f64x8 odd_counts(u64x8 c) { return to_double(c >> 32); }

LANES_INLINE void numerics_group_totals_body(
    uint32_t actions, size_t batches, const uint32_t *counts, const double *values, double divisor, double *totals,
    numerics_lanes lanes) {
  (void)lanes;
  for (size_t batch = 0; batch < batches; batch++) {
    f64x8 even = {0}, odd = {0};
    for (uint32_t a = 0; a < actions; a++, counts += numerics_lanes_groups) {
      const u64x8 c = load_counts(counts);
      even += even_counts(c) * values[a];
      odd += odd_counts(c) * values[a];
    }
    store(totals + 16 * batch, even / divisor);
    store(totals + 16 * batch + 8, odd / divisor);
  }
}

LANES_INLINE void numerics_group_squares_body(
    uint32_t actions, size_t batches, const uint32_t *counts, const double *values, const double *centres,
    double *squares, double *distinct, numerics_lanes lanes) {
  (void)lanes;
  const f64x8 zero = {0}, one = zero + 1.0;
  for (size_t batch = 0; batch < batches; batch++) {
    const f64x8 centre_even = load(centres + 16 * batch), centre_odd = load(centres + 16 * batch + 8);
    f64x8 even = {0}, odd = {0};
    f64x8 low_even = zero + __builtin_inf(), high_even = zero - __builtin_inf();
    f64x8 low_odd = low_even, high_odd = high_even;
    for (uint32_t a = 0; a < actions; a++, counts += numerics_lanes_groups) {
      const u64x8 c = load_counts(counts);
      const u64x8 c_even = c & (uint64_t)0xFFFFFFFFu, c_odd = c >> 32;
      const f64x8 value = zero + values[a];
      const f64x8 d_even = value - centre_even, d_odd = value - centre_odd;
      even += to_double(c_even) * (d_even * d_even);
      odd += to_double(c_odd) * (d_odd * d_odd);
      const i64x8 drawn_even = (i64x8)(c_even != 0), drawn_odd = (i64x8)(c_odd != 0);
      low_even = select(drawn_even & (value < low_even), value, low_even);
      high_even = select(drawn_even & (value > high_even), value, high_even);
      low_odd = select(drawn_odd & (value < low_odd), value, low_odd);
      high_odd = select(drawn_odd & (value > high_odd), value, high_odd);
    }
    store(squares + 16 * batch, even);
    store(squares + 16 * batch + 8, odd);
    store(distinct + 16 * batch, select(low_even < high_even, one, zero));
    store(distinct + 16 * batch + 8, select(low_odd < high_odd, one, zero));
  }
}

LANES_INLINE void numerics_group_pairs_body(
    uint32_t actions, size_t batches, size_t pairs, const uint32_t *counts, const double *values,
    const double *weights, const double *scales, const double *centres, const double *drifts, double *sums,
    double *squares, double *half_distances, double *mean_squares, numerics_lanes lanes) {
  (void)lanes;
  const u64x8 slot = {0, 1, 2, 3, 4, 5, 6, 7};
  const f64x8 zero = {0};
  for (size_t batch = 0; batch < batches; batch++) {
    const i64x8 inside = (i64x8)(slot + 8 * batch < (uint64_t)pairs);
    const f64x8 scale_even = select(inside, load(scales + 16 * batch), zero);
    const f64x8 scale_odd = select(inside, load(scales + 16 * batch + 8), zero);
    const f64x8 centre_even = load(centres + 16 * batch), centre_odd = load(centres + 16 * batch + 8);
    const f64x8 drift_even = load(drifts + 16 * batch), drift_odd = load(drifts + 16 * batch + 8);
    f64x8 distance = {0}, length = {0};
    for (uint32_t a = 0; a < actions; a++, counts += numerics_lanes_groups) {
      const u64x8 c = load_counts(counts);
      const f64x8 g_even =
          scale_even * (even_counts(c) * (values[a] - centre_even) - weights[a] * drift_even);
      const f64x8 g_odd = scale_odd * (odd_counts(c) * (values[a] - centre_odd) - weights[a] * drift_odd);
      const f64x8 d = g_even - g_odd, d2 = d * d;
      distance += d2;
      length += g_even * g_even + g_odd * g_odd;
      store(sums + 8 * a, load(sums + 8 * a) + (g_even + g_odd));
      store(squares + 8 * a, load(squares + 8 * a) + d2);
    }
    store(half_distances + 8 * batch, 0.5 * distance);
    store(mean_squares + 8 * batch, 0.5 * length);
  }
}

LANES_INLINE double slot_sum(f64x8 v) {
  return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
}

LANES_INLINE void numerics_two_pass_moments_body(
    size_t count, const double *values, double *result, numerics_lanes lanes) {
  (void)lanes;
  const size_t whole = count / 8 * 8;
  f64x8 partial = {0};
  for (size_t i = 0; i < whole; i += 8) partial += load(values + i);
  double sum = slot_sum(partial);
  for (size_t i = whole; i < count; i++) sum += values[i];
  const double mean = sum / (double)count;
  /* The deviations' own sum is zero but for the mean's rounding, which it corrects (Neely's two-pass form). */
  f64x8 squares = {0}, remainders = {0};
  for (size_t i = 0; i < whole; i += 8) {
    const f64x8 d = load(values + i) - mean;
    squares += d * d;
    remainders += d;
  }
  double square = slot_sum(squares), remainder = slot_sum(remainders);
  for (size_t i = whole; i < count; i++) {
    const double d = values[i] - mean;
    square += d * d;
    remainder += d;
  }
  result[0] = mean + remainder / (double)count;
  result[1] = square - remainder * remainder / (double)count;
}

LANES_VARIANTS(
    numerics_group_totals,
    (uint32_t actions, size_t batches, const uint32_t *counts, const double *values, double divisor, double *totals,
     numerics_lanes lanes),
    (actions, batches, counts, values, divisor, totals, lanes))
LANES_VARIANTS(
    numerics_group_squares,
    (uint32_t actions, size_t batches, const uint32_t *counts, const double *values, const double *centres,
     double *squares, double *distinct, numerics_lanes lanes),
    (actions, batches, counts, values, centres, squares, distinct, lanes))
LANES_VARIANTS(
    numerics_group_pairs,
    (uint32_t actions, size_t batches, size_t pairs, const uint32_t *counts, const double *values,
     const double *weights, const double *scales, const double *centres, const double *drifts, double *sums,
     double *squares, double *half_distances, double *mean_squares, numerics_lanes lanes),
    (actions, batches, pairs, counts, values, weights, scales, centres, drifts, sums, squares, half_distances,
     mean_squares, lanes))
LANES_VARIANTS(
    numerics_two_pass_moments, (size_t count, const double *values, double *result, numerics_lanes lanes),
    (count, values, result, lanes))
