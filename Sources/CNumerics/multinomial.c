#include "numerics_multinomial.h"
#include "lanes.h"

/* Contraction would make decisions at rounding level depend on whether the machine has fused multiply-adds. */
#pragma STDC FP_CONTRACT OFF

enum { chunk_batches = 16, chunk = chunk_batches * numerics_lanes_groups };

LANES_INLINE f64x8 load(const double *p) {
  f64x8 v;
  memcpy(&v, p, sizeof v);
  return v;
}

LANES_INLINE f64x8 select(i64x8 mask, f64x8 yes, f64x8 no) {
  return (f64x8)((mask & (i64x8)yes) | (~mask & (i64x8)no));
}

LANES_INLINE f64x8 absolute(f64x8 x) { return (f64x8)((i64x8)x & INT64_MAX); }

/* Integers below 2^52 to and from doubles by the significand of 2^52. */
LANES_INLINE f64x8 to_double(u64x8 i) { return (f64x8)(i | (uint64_t)0x4330000000000000u) - 0x1p52; }
LANES_INLINE u64x8 to_integer(f64x8 x) { return (u64x8)(x + 0x1p52) & (uint64_t)0x000FFFFFFFFFFFFFu; }

/* Exact for |x| < 2^51; larger arguments come back as large as they were, which is all that is asked of them here.
   (A floor instruction is missing from the x86-64 baseline.) */
LANES_INLINE f64x8 round_down(f64x8 x) {
  const f64x8 nearest = (x + 0x1.8p52) - 0x1.8p52;
  return nearest - (f64x8)((i64x8)(nearest > x) & (i64x8)((f64x8){0} + 1.0));
}

/* An odd multiple of 2^-53 in (0, 1) from two 32-bit words, the low word first. */
LANES_INLINE f64x8 open_uniform(u64x8 low, u64x8 high) {
  const u64x8 word = (low & (uint64_t)0xFFFFFFFFu) | (high << 32);
  return ((f64x8)((word >> 12) | (uint64_t)0x3FF0000000000000u) - 1.0) + 0x1p-53;
}

/* ln x = e ln 2 + 2 artanh(s), s = (f - 1) / (f + 1), f in [sqrt 1/2, sqrt 2): |s| < 0.172, so that eleven terms of
   the series leave less than 2^-56. ln 2 is split so that e times its high part is exact. */
LANES_INLINE f64x8 logarithm(f64x8 x) {
  const u64x8 bits = (u64x8)x;
  f64x8 f = (f64x8)((bits & (uint64_t)0x000FFFFFFFFFFFFFu) | (uint64_t)0x3FF0000000000000u);
  f64x8 e = to_double(bits >> 52) - 1023.0;
  const i64x8 large = (i64x8)(f > 0x1.6a09e667f3bcdp0);
  f = select(large, 0.5 * f, f);
  e = select(large, e + 1.0, e);
  const f64x8 s = (f - 1.0) / (f + 1.0), z = s * s;
  f64x8 p = z * (1.0 / 23) + 1.0 / 21;
  p = p * z + 1.0 / 19;
  p = p * z + 1.0 / 17;
  p = p * z + 1.0 / 15;
  p = p * z + 1.0 / 13;
  p = p * z + 1.0 / 11;
  p = p * z + 1.0 / 9;
  p = p * z + 1.0 / 7;
  p = p * z + 1.0 / 5;
  p = p * z + 1.0 / 3;
  const f64x8 twice = s + s;
  return e * 0x1.62e42fefa38p-1 + (twice + (twice * (z * p) + e * 0x1.ef35793c7673p-45));
}

LANES_INLINE f64x8 gather(const double *table, u64x8 i) {
  return (f64x8){table[i[0]], table[i[1]], table[i[2]], table[i[3]],
                 table[i[4]], table[i[5]], table[i[6]], table[i[7]]};
}

/* The groups of a chunk that still wait for their binomial, packed. Vectors may read up to seven entries past `count`. */
typedef struct {
  size_t count;
  double trials[chunk + 8];
  uint64_t group[chunk + 8]; /* index within the chunk */
} waiting_list;

LANES_INLINE void append(waiting_list *list, double trials, uint64_t group, uint64_t keep) {
  list->trials[list->count] = trials;
  list->group[list->count] = group;
  list->count += keep;
}

/* The block of random words that attempt `attempt` at this action uses, for eight waiting groups. */
LANES_INLINE void draw_block(u64x8 w[4], u64x8 group, uint64_t offset, numerics_stream stream) {
  const u64x8 zero = {0};
  const u64x8 block = (group << 20) + offset;
  w[0] = block;
  w[1] = block >> 32;
  w[2] = zero + stream.replicate0;
  w[3] = zero + stream.replicate1;
  lanes_philox(w, stream);
}

/* One attempt of BTRS for every waiting group; those it does not settle are packed into `left`, which may be the same
   list. Without `complete` only the squeeze is tried: it settles three groups in four, and the others repeat the
   attempt with the full test, so that the logarithm is computed in full vectors for the groups that need it. */
LANES_INLINE void rejection_attempt(
    const numerics_multinomial *plan, uint32_t action, uint32_t attempt, int complete, numerics_stream stream,
    uint64_t first_group, waiting_list *list, waiting_list *left, double *successes) {
  const double p = plan->rarer[action], q = plan->commoner[action];
  const size_t count = list->count;
  size_t kept = 0;
  for (size_t i = 0; i < count; i += 8) {
    u64x8 group;
    memcpy(&group, list->group + i, sizeof group);
    const f64x8 n = load(list->trials + i);
    u64x8 w[4];
    draw_block(w, group + first_group, ((uint64_t)action << 14) + attempt, stream);
    const f64x8 u = open_uniform(w[0], w[1]) - 0.5, v = open_uniform(w[2], w[3]);

    const f64x8 mean = n * p;
    const f64x8 deviation = __builtin_elementwise_sqrt(mean * q);
    const f64x8 b = 1.15 + 2.53 * deviation;
    const f64x8 a = (-0.0873 + 0.01 * p) + 0.0248 * b;
    const f64x8 us = 0.5 - absolute(u);
    const f64x8 k = round_down((2.0 * a / us + b) * u + (mean + 0.5));
    i64x8 accepted = (i64x8)(us >= 0.07) & (i64x8)(v * b <= 0.92 * b - 4.2);
    if (complete) {
      const i64x8 possible = (i64x8)(k >= 0.0) & (i64x8)(k <= n);
      const f64x8 inside = select(possible, k, (f64x8){0});
      const f64x8 mode = round_down((n + 1.0) * p);
      const f64x8 height = (v * ((2.83 + 5.1 / b) * deviation)) / (a / (us * us) + b);
      const double *table = plan->log_factorials;
      const f64x8 at_mode = gather(table, to_integer(mode)) + gather(table, to_integer(n - mode));
      const f64x8 at_k = gather(table, to_integer(inside)) + gather(table, to_integer(n - inside));
      const f64x8 density = (at_mode - at_k) + (inside - mode) * plan->log_odds[action];
      accepted |= possible & (i64x8)(logarithm(height) <= density);
    }
    /* Through memory: extracting a lane by a variable index makes the compiler recompute the whole test per lane. */
    double drawn[8], trials[8];
    uint64_t index[8];
    int64_t settled[8];
    memcpy(drawn, &k, sizeof drawn);
    memcpy(trials, &n, sizeof trials);
    memcpy(index, &group, sizeof index);
    memcpy(settled, &accepted, sizeof settled);
    const size_t here = count - i < 8 ? count - i : 8;
    for (size_t l = 0; l < here; l++) {
      successes[index[l]] = drawn[l];
      left->trials[kept] = trials[l];
      left->group[kept] = index[l];
      kept += (size_t)(settled[l] + 1);
    }
  }
  left->count = kept;
}

/* Inversion from k = 0 upwards, the eight groups in step: P(k) = P(k-1) (n - k + 1) / k * p / q. */
LANES_INLINE void inversions(
    const numerics_multinomial *plan, uint32_t action, numerics_stream stream, uint64_t first_group,
    const waiting_list *list, double *successes) {
  const double odds = plan->rarer[action] / plan->commoner[action];
  const double *powers = plan->powers + 513 * (size_t)action;
  for (size_t i = 0; i < list->count; i += 8) {
    u64x8 group;
    memcpy(&group, list->group + i, sizeof group);
    const f64x8 n = load(list->trials + i);
    u64x8 w[4];
    draw_block(w, group + first_group, (uint64_t)action << 14, stream);
    f64x8 u = open_uniform(w[0], w[1]);
    const u64x8 trials = to_integer(n);
    f64x8 mass = gather(powers, trials & (uint64_t)255) * gather(powers + 256, trials >> 8);
    f64x8 k = {0};
    for (double next = 1.0;; next += 1.0) {
      /* The last outcome takes what rounding leaves of the mass. */
      const i64x8 above = (i64x8)(u > mass) & (i64x8)(n >= next);
      int64_t any = 0;
      for (int l = 0; l < 8; l++) any |= above[l];
      if (any == 0) break;
      u = select(above, u - mass, u);
      k = select(above, (f64x8){0} + next, k);
      /* A lane that has stopped must stay stopped: its mass is kept, and u <= mass holds for it for ever. */
      mass = select(above, mass * ((n - next + 1.0) * (odds / next)), mass);
    }
    const size_t here = list->count - i < 8 ? list->count - i : 8;
    for (size_t l = 0; l < here; l++) successes[group[l]] = k[l];
  }
}

LANES_INLINE void numerics_multinomial_counts_body(
    const numerics_multinomial *plan, numerics_stream stream, uint64_t first_group, size_t batches, uint32_t *out,
    numerics_lanes lanes) {
  (void)lanes;
  const uint32_t last = plan->actions - 1;
  double remaining[chunk], successes[chunk];
  waiting_list rejection, inversion;
  memset(&rejection, 0, sizeof rejection);
  memset(&inversion, 0, sizeof inversion);
  for (size_t from = 0; from < batches; from += chunk_batches) {
    const size_t size = batches - from < chunk_batches ? batches - from : chunk_batches;
    const size_t groups = size * numerics_lanes_groups;
    const uint64_t first = first_group + numerics_lanes_groups * from;
    uint32_t *counts = out + (size_t)numerics_lanes_groups * plan->actions * from;
    for (size_t g = 0; g < groups; g++) remaining[g] = plan->trials;
    for (uint32_t a = 0; a < last; a++) {
      rejection.count = inversion.count = 0;
      for (size_t g = 0; g < groups; g++) {
        const int large = remaining[g] * plan->rarer[a] >= 10.0;
        successes[g] = 0.0;
        append(&rejection, remaining[g], g, (uint64_t)large);
        append(&inversion, remaining[g], g, (uint64_t)(!large && remaining[g] > 0.0));
      }
      for (uint32_t attempt = 0; rejection.count > 0; attempt++) {
        rejection_attempt(plan, a, attempt, 0, stream, first, &rejection, &rejection, successes);
        rejection_attempt(plan, a, attempt, 1, stream, first, &rejection, &rejection, successes);
      }
      inversions(plan, a, stream, first, &inversion, successes);
      for (size_t g = 0; g < groups; g++) {
        const double drawn = plan->complemented[a] ? remaining[g] - successes[g] : successes[g];
        remaining[g] -= drawn;
        counts[numerics_lanes_groups * (plan->actions * (g / 16) + a) + g % 16] = (uint32_t)(int32_t)drawn;
      }
    }
    for (size_t g = 0; g < groups; g++)
      counts[numerics_lanes_groups * (plan->actions * (g / 16) + last) + g % 16] = (uint32_t)(int32_t)remaining[g];
  }
}

LANES_INLINE void numerics_logarithms_body(size_t count, const double *x, double *out, numerics_lanes lanes) {
  (void)lanes;
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const f64x8 y = logarithm(load(x + i));
    memcpy(out + i, &y, sizeof y);
  }
  for (; i < count; i++) out[i] = logarithm((f64x8){0} + x[i])[0];
}

LANES_VARIANTS(
    numerics_multinomial_counts,
    (const numerics_multinomial *plan, numerics_stream stream, uint64_t first_group, size_t batches, uint32_t *out,
     numerics_lanes lanes),
    (plan, stream, first_group, batches, out, lanes))
LANES_VARIANTS(
    numerics_logarithms, (size_t count, const double *x, double *out, numerics_lanes lanes),
    (count, x, out, lanes))
