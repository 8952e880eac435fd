#include "numerics_multinomial.h"
#include "lanes.h"

/* Contraction would make decisions at rounding level depend on whether the machine has fused multiply-adds. */
#pragma STDC FP_CONTRACT OFF

enum { chunk_batches = 32, chunk = chunk_batches * numerics_lanes_groups };

LANES_INLINE f64x8 load(const double *p) {
  f64x8 v;
  memcpy(&v, p, sizeof v);
  return v;
}

LANES_INLINE f64x8 select(i64x8 mask, f64x8 yes, f64x8 no) {
  return (f64x8)((mask & (i64x8)yes) | (~mask & (i64x8)no));
}

LANES_INLINE int any(i64x8 mask) {
  int64_t set = 0;
  for (int l = 0; l < 8; l++) set |= mask[l];
  return set != 0;
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
  const f64x8 z2 = z * z, z4 = z2 * z2;
  /* Grouped by powers of z: the chain of dependent operations is half as long as in Horner's form. */
  const f64x8 p0 = (1.0 / 3 + z * (1.0 / 5)) + z2 * (1.0 / 7 + z * (1.0 / 9));
  const f64x8 p1 = (1.0 / 11 + z * (1.0 / 13)) + z2 * (1.0 / 15 + z * (1.0 / 17));
  const f64x8 p2 = (1.0 / 19 + z * (1.0 / 21)) + z2 * (1.0 / 23);
  const f64x8 p = p0 + z4 * (p1 + z4 * p2);
  const f64x8 twice = s + s;
  return e * 0x1.62e42fefa38p-1 + (twice + (twice * (z * p) + e * 0x1.ef35793c7673p-45));
}

LANES_INLINE f64x8 gather(const double *table, u64x8 i) {
  uint64_t at[8];
  memcpy(at, &i, sizeof at);
  return (f64x8){table[at[0]], table[at[1]], table[at[2]], table[at[3]],
                 table[at[4]], table[at[5]], table[at[6]], table[at[7]]};
}

LANES_INLINE void store(double *p, f64x8 v) { memcpy(p, &v, sizeof v); }

/* Groups of a chunk that wait for another try, packed and then filled up to a whole vector with `nobody`, a group past the
   chunk's last one whose results no one reads. */
enum { nobody = chunk };
typedef struct {
  size_t count;
  uint32_t group[chunk + 16]; /* index within the chunk */
} waiting_list;

/* Appends `first` + l for every lane l whose mask is set. Through memory and without branches: which lanes are set is
   as good as random, and extracting a lane by a variable index makes the compiler redo the whole test for each lane. */
LANES_INLINE void append(waiting_list *list, uint32_t first, i64x8 mask) {
  int64_t set[8];
  memcpy(set, &mask, sizeof set);
  size_t count = list->count;
#pragma clang loop unroll(full)
  for (uint32_t l = 0; l < 8; l++) {
    list->group[count] = first + l;
    count -= (size_t)set[l];
  }
  list->count = count;
}

/* Eight binomials in the making: m trials each, success probability p <= 1/2. */
typedef struct {
  f64x8 trials, mean, deviation, b, a;
} binomials;

LANES_INLINE binomials binomials_of(f64x8 trials, double p, double q) {
  binomials d;
  d.trials = trials;
  d.mean = trials * p;
  d.deviation = __builtin_elementwise_sqrt(d.mean * q);
  d.b = 1.15 + 2.53 * d.deviation;
  d.a = (-0.0873 + 0.01 * p) + 0.0248 * d.b;
  return d;
}

/* One proposal of BTRS: the position u (centred), the height v, and the candidate k. */
typedef struct {
  f64x8 from_edge, v, k;
} proposal;

LANES_INLINE proposal propose(
    binomials d, u64x8 group, uint32_t action, uint32_t attempt, numerics_stream stream) {
  const u64x8 zero = {0};
  const u64x8 block = (group << 20) + (((uint64_t)action << 14) + attempt);
  u64x8 w[4] = {block, block >> 32, zero + stream.replicate0, zero + stream.replicate1};
  lanes_philox(w, stream);
  const f64x8 u = open_uniform(w[0], w[1]) - 0.5;
  proposal x;
  x.v = open_uniform(w[2], w[3]);
  x.from_edge = 0.5 - absolute(u);
  x.k = round_down((2.0 * d.a / x.from_edge + d.b) * u + (d.mean + 0.5));
  return x;
}

/* The squeeze, which settles three proposals in four: v <= 0.92 - 4.2 / b. */
LANES_INLINE i64x8 squeezed(binomials d, proposal x) {
  return (i64x8)(x.from_edge >= 0.07) & (i64x8)(x.v * d.b <= 0.92 * d.b - 4.2);
}

/* The whole test: ln of the height v alpha / (a / us^2 + b), alpha = (2.83 + 5.1 / b) deviation, against ln P(k) / P(mode). */
LANES_INLINE i64x8 under_density(const numerics_multinomial *plan, uint32_t action, binomials d, proposal x) {
  const i64x8 possible = (i64x8)(x.k >= 0.0) & (i64x8)(x.k <= d.trials);
  const f64x8 k = select(possible, x.k, (f64x8){0});
  const f64x8 mode = round_down((d.trials + 1.0) * plan->rarer[action]);
  const f64x8 square = x.from_edge * x.from_edge;
  const f64x8 height = (x.v * ((2.83 * d.b + 5.1) * d.deviation) * square) / (d.b * (d.a + d.b * square));
  const double *table = plan->log_factorials;
  const f64x8 at_mode = gather(table, to_integer(mode)) + gather(table, to_integer(d.trials - mode));
  const f64x8 at_k = gather(table, to_integer(k)) + gather(table, to_integer(d.trials - k));
  const f64x8 density = (at_mode - at_k) + (k - mode) * plan->log_odds[action];
  return possible & (i64x8)(logarithm(height) <= density);
}

/* What one chunk of groups carries from action to action. */
typedef struct {
  double remaining[chunk + 1], successes[chunk + 1]; /* one more for `nobody` */
  waiting_list unsettled, rejected, inversions;
} chunk_state;

/* The binomials of the first action, whose number of trials is known beforehand, by table. */
LANES_INLINE void look_up(
    const numerics_multinomial *plan, numerics_stream stream, uint64_t first_group, size_t groups,
    chunk_state *state) {
  const u64x8 slot = {0, 1, 2, 3, 4, 5, 6, 7}, zero = {0};
  for (size_t i = 0; i < groups; i += 8) {
    const u64x8 block = (slot + (first_group + i)) << 20;
    u64x8 w[4] = {block, block >> 32, zero + stream.replicate0, zero + stream.replicate1};
    lanes_philox(w, stream);
    const u64x8 heads = w[0] & (uint64_t)4095;
    const u64x8 words = (w[2] & (uint64_t)0xFFFFFFFFu) | (w[3] << 32);
    uint64_t head[8], word[8];
    memcpy(head, &heads, sizeof head);
    memcpy(word, &words, sizeof word);
    for (size_t l = 0; l < 8; l++) {
      const uint32_t offset = plan->heads[head[l]];
      if (__builtin_expect(offset != numerics_shared_head, 1)) {
        state->successes[i + l] = (double)(int32_t)(plan->lowest + offset);
        continue;
      }
      /* The first k whose cumulative residual probability exceeds the word. */
      uint32_t low = 0, high = plan->trials;
      while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (word[l] < plan->residual[middle]) high = middle; else low = middle + 1;
      }
      state->successes[i + l] = (double)(int32_t)low;
    }
  }
}

/* First attempts for all groups of the chunk, by the squeeze alone: no list, no gathering, no logarithm. */
LANES_INLINE void first_attempts(
    const numerics_multinomial *plan, uint32_t action, numerics_stream stream, uint64_t first_group, size_t groups,
    chunk_state *state) {
  const u64x8 slot = {0, 1, 2, 3, 4, 5, 6, 7};
  const f64x8 zero = {0};
  const double p = plan->rarer[action], q = plan->commoner[action];
  for (size_t i = 0; i < groups; i += 8) {
    const f64x8 trials = load(state->remaining + i);
    const i64x8 large = (i64x8)(trials * p >= 10.0);
    const binomials d = binomials_of(trials, p, q);
    const proposal x = propose(d, slot + (first_group + i), action, 0, stream);
    const i64x8 settled = squeezed(d, x);
    store(state->successes + i, select(large, x.k, zero));
    append(&state->unsettled, (uint32_t)i, large & ~settled);
    const i64x8 small = ~large & (i64x8)(trials > 0.0);
    if (any(small)) append(&state->inversions, (uint32_t)i, small);
  }
}

/* Fills the list's last vector up. */
LANES_INLINE void pad(waiting_list *list) {
  for (size_t l = 0; l < 16; l++) list->group[list->count + l] = nobody;
}

/* The numbers of the eight waiting groups from `from` on, and their trials. */
LANES_INLINE u64x8 waiting_groups(const waiting_list *list, size_t from) {
  u32x8 narrow;
  memcpy(&narrow, list->group + from, sizeof narrow);
  return __builtin_convertvector(narrow, u64x8);
}

LANES_INLINE f64x8 waiting_trials(const waiting_list *list, size_t from, const double *remaining) {
  const uint32_t *i = list->group + from;
  return (f64x8){remaining[i[0]], remaining[i[1]], remaining[i[2]], remaining[i[3]],
                 remaining[i[4]], remaining[i[5]], remaining[i[6]], remaining[i[7]]};
}

LANES_INLINE void store_waiting(const waiting_list *list, size_t from, f64x8 drawn, double *successes) {
  double values[8];
  memcpy(values, &drawn, sizeof values);
#pragma clang loop unroll(full)
  for (size_t l = 0; l < 8; l++) successes[list->group[from + l]] = values[l];
}

/* The full test of attempt 0 for the waiting groups, and the attempts after it, until all are settled. */
LANES_INLINE void finish_attempts(
    const numerics_multinomial *plan, uint32_t action, numerics_stream stream, uint64_t first_group,
    chunk_state *state) {
  waiting_list *waiting = &state->unsettled, *rejected = &state->rejected;
  for (uint32_t attempt = 0; waiting->count > 0; attempt++) {
    size_t count = 0;
    pad(waiting);
    /* Two vectors at a time, stage by stage: one alone waits for its own latencies most of the time. */
    for (size_t i = 0; i < waiting->count; i += 16) {
      u64x8 group[2];
      binomials d[2];
      proposal x[2];
      i64x8 settled[2];
#pragma clang loop unroll(full)
      for (int h = 0; h < 2; h++) {
        group[h] = waiting_groups(waiting, i + 8 * h);
        const f64x8 trials = waiting_trials(waiting, i + 8 * h, state->remaining);
        d[h] = binomials_of(trials, plan->rarer[action], plan->commoner[action]);
      }
#pragma clang loop unroll(full)
      for (int h = 0; h < 2; h++) x[h] = propose(d[h], group[h] + first_group, action, attempt, stream);
#pragma clang loop unroll(full)
      for (int h = 0; h < 2; h++)
        settled[h] = squeezed(d[h], x[h]) | under_density(plan, action, d[h], x[h]) |
                     (i64x8)(group[h] == (uint64_t)nobody);
#pragma clang loop unroll(full)
      for (int h = 0; h < 2; h++) {
        store_waiting(waiting, i + 8 * h, x[h].k, state->successes);
        int64_t done[8];
        memcpy(done, &settled[h], sizeof done);
#pragma clang loop unroll(full)
        for (size_t l = 0; l < 8; l++) {
          rejected->group[count] = waiting->group[i + 8 * h + l];
          count += (size_t)(done[l] + 1);
        }
      }
    }
    rejected->count = count;
    waiting_list *swap = waiting;
    waiting = rejected;
    rejected = swap;
  }
}

/* Inversion from k = 0 upwards, the eight groups in step: P(k) = P(k-1) (n - k + 1) / k * p / q. */
LANES_INLINE void invert(
    const numerics_multinomial *plan, uint32_t action, numerics_stream stream, uint64_t first_group,
    chunk_state *state) {
  const double odds = plan->rarer[action] / plan->commoner[action];
  const double *powers = plan->powers + 513 * (size_t)action;
  const u64x8 zero = {0};
  pad(&state->inversions);
  for (size_t i = 0; i < state->inversions.count; i += 8) {
    const u64x8 group = waiting_groups(&state->inversions, i);
    const f64x8 n = waiting_trials(&state->inversions, i, state->remaining);
    const u64x8 block = ((group + first_group) << 20) + ((uint64_t)action << 14);
    u64x8 w[4] = {block, block >> 32, zero + stream.replicate0, zero + stream.replicate1};
    lanes_philox(w, stream);
    f64x8 u = open_uniform(w[0], w[1]);
    const u64x8 trials = to_integer(n);
    f64x8 mass = gather(powers, trials & (uint64_t)255) * gather(powers + 256, trials >> 8);
    f64x8 k = {0};
    for (double next = 1.0;; next += 1.0) {
      /* The last outcome takes what rounding leaves of the mass. */
      const i64x8 above = (i64x8)(u > mass) & (i64x8)(n >= next);
      if (!any(above)) break;
      u = select(above, u - mass, u);
      k = select(above, (f64x8){0} + next, k);
      /* A lane that has stopped must stay stopped: its mass is kept, and u <= mass holds for it for ever. */
      mass = select(above, mass * ((n - next + 1.0) * (odds / next)), mass);
    }
    store_waiting(&state->inversions, i, k, state->successes);
  }
}

/* Turns successes of the rarer outcome into counts of the action, and takes them off the remaining trials. */
LANES_INLINE void settle_action(
    const numerics_multinomial *plan, uint32_t action, size_t groups, chunk_state *state, uint32_t *counts) {
  const i64x8 complemented = (i64x8){0} - (int64_t)plan->complemented[action];
  for (size_t i = 0; i < groups; i += 8) {
    const f64x8 trials = load(state->remaining + i), successes = load(state->successes + i);
    const f64x8 drawn = select(complemented, trials - successes, successes);
    store(state->remaining + i, trials - drawn);
    const u32x8 narrow = __builtin_convertvector(to_integer(drawn), u32x8);
    memcpy(counts + numerics_lanes_groups * (plan->actions * (i / 16) + action) + i % 16, &narrow, sizeof narrow);
  }
}

LANES_INLINE void numerics_multinomial_counts_body(
    const numerics_multinomial *plan, numerics_stream stream, uint64_t first_group, size_t batches, uint32_t *out,
    numerics_lanes lanes) {
  (void)lanes;
  const uint32_t last = plan->actions - 1;
  chunk_state state;
  memset(&state, 0, sizeof state);
  for (size_t from = 0; from < batches; from += chunk_batches) {
    const size_t size = batches - from < chunk_batches ? batches - from : chunk_batches;
    const size_t groups = size * numerics_lanes_groups;
    const uint64_t first = first_group + numerics_lanes_groups * from;
    uint32_t *counts = out + (size_t)numerics_lanes_groups * plan->actions * from;
    for (size_t g = 0; g < groups; g++) state.remaining[g] = plan->trials;
    for (uint32_t a = 0; a < last; a++) {
      state.unsettled.count = state.inversions.count = 0;
      if (a == 0) {
        look_up(plan, stream, first, groups, &state);
      } else {
        first_attempts(plan, a, stream, first, groups, &state);
        finish_attempts(plan, a, stream, first, &state);
        invert(plan, a, stream, first, &state);
      }
      settle_action(plan, a, groups, &state, counts);
    }
    for (size_t i = 0; i < groups; i += 8) {
      const u32x8 narrow = __builtin_convertvector(to_integer(load(state.remaining + i)), u32x8);
      memcpy(counts + numerics_lanes_groups * (plan->actions * (i / 16) + last) + i % 16, &narrow, sizeof narrow);
    }
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
