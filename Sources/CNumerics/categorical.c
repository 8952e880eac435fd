#include "numerics_categorical.h"
#include "lanes.h"

enum { segment_blocks = 8, segment_words = 4 * segment_blocks };

/* Words of sixteen groups for `blocks` consecutive blocks: two draws per 32-bit lane, lane l belonging to group l. */
LANES_INLINE void fill_words(
    u32x16 *words, u64x8 even, u64x8 odd, uint64_t blocks, numerics_stream stream) {
  for (uint64_t block = 0; block < blocks; block++) {
    const u64x8 zero = {0};
    u64x8 a[4] = {even + block, (even + block) >> 32, zero + stream.replicate0, zero + stream.replicate1};
    u64x8 b[4] = {odd + block, (odd + block) >> 32, zero + stream.replicate0, zero + stream.replicate1};
    lanes_philox(a, stream);
    lanes_philox(b, stream);
    for (int w = 0; w < 4; w++) {
      u64x8 both = (a[w] & (uint64_t)0xFFFFFFFFu) | (b[w] << 32);
      words[4 * block + w] = (u32x16)both;
    }
  }
}

/* The draws of group `group` that fell on a shared head, by inversion in the residual distribution. */
static void residual_draws(
    const numerics_categorical *plan, numerics_stream stream, uint64_t group, uint32_t draws, uint32_t *counts) {
  uint64_t block = ((uint64_t)1 << 63) + group * ((plan->trials + 1) / 2);
  uint32_t w[4] = {0, 0, 0, 0};
  for (uint32_t i = 0; i < draws; i++) {
    if (i % 2 == 0) scalar_philox(block + i / 2, stream, w);
    uint64_t u = i % 2 == 0 ? ((uint64_t)w[1] << 32 | w[0]) : ((uint64_t)w[3] << 32 | w[2]);
    uint32_t a = 0;
    while (a + 1 < plan->actions && u >= plan->residual[a]) a++;
    counts[numerics_lanes_groups * a]++;
  }
}

/* Replaces the numbers of heads at or above each threshold by the counts of the actions between thresholds. */
LANES_INLINE void finish_batch(
    const numerics_categorical *plan, numerics_stream stream, uint64_t first_group, uint32_t padding,
    u32x16 *counts) {
  const uint32_t last = plan->actions - 1;
  u32x16 shared = (plan->trials + padding) - counts[0];
  for (uint32_t a = 0; a < last; a++) counts[a] -= counts[a + 1];
  counts[last] -= padding;
  uint32_t any = 0;
  for (int l = 0; l < numerics_lanes_groups; l++) any |= shared[l];
  if (any == 0) return;
  uint32_t *scalars = (uint32_t *)counts;
  uint32_t draws[numerics_lanes_groups];
  memcpy(draws, &shared, sizeof draws);
  for (int l = 0; l < numerics_lanes_groups; l++)
    if (draws[l] != 0) residual_draws(plan, stream, first_group + (uint64_t)l, draws[l], scalars + l);
}

LANES_INLINE void numerics_categorical_counts_body(
    const numerics_categorical *plan, numerics_stream stream, uint64_t first_group, size_t batches, uint32_t *out,
    numerics_lanes lanes) {
  (void)lanes;
  const uint32_t actions = plan->actions;
  const uint64_t blocks = (plan->trials + 7) / 8, words_per_group = (plan->trials + 1) / 2;
  const uint32_t padding = plan->trials & 1;
  const u64x8 slot = {0, 1, 2, 3, 4, 5, 6, 7};
  u32x16 words[segment_words];
  u32x16 counts[64];
  for (size_t batch = 0; batch < batches; batch++) {
    const uint64_t group = first_group + numerics_lanes_groups * batch;
    const u64x8 even = (2 * slot + group) * blocks, odd = (2 * slot + group + 1) * blocks;
    for (uint64_t from = 0; from < blocks; from += segment_blocks) {
      const uint64_t size = blocks - from < segment_blocks ? blocks - from : segment_blocks;
      fill_words(words, even + from, odd + from, size, stream);
      const uint64_t left = words_per_group - 4 * from, used = left < 4 * size ? left : 4 * size;
      /* An odd last draw leaves half a word: made the highest head, it falls to the last action and is taken off. */
      if (padding && used == left) words[used - 1] |= (uint32_t)0xFFFF0000u;
      for (uint32_t a = 0; a < actions; a++) {
        const u16x32 threshold = (u16x32){0} + plan->thresholds[a];
        u16x32 above = {0}; /* at most segment_words per 16-bit half */
        for (uint64_t w = 0; w < used; w++) above -= (u16x32)((u16x32)words[w] >= threshold);
        const u32x16 halves = (u32x16)above, sum = (halves & 0xFFFFu) + (halves >> 16);
        counts[a] = from == 0 ? sum : counts[a] + sum;
      }
    }
    finish_batch(plan, stream, group, padding, counts);
    memcpy(out + (size_t)numerics_lanes_groups * actions * batch, counts, sizeof(u32x16) * actions);
  }
}

LANES_VARIANTS(
    numerics_categorical_counts,
    (const numerics_categorical *plan, numerics_stream stream, uint64_t first_group, size_t batches, uint32_t *out,
     numerics_lanes lanes),
    (plan, stream, first_group, batches, out, lanes))
