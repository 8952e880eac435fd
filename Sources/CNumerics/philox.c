#include "numerics_philox.h"

static inline void round_once(uint32_t c[4], uint32_t k0, uint32_t k1) {
  uint64_t p0 = (uint64_t)0xD2511F53u * c[0];
  uint64_t p1 = (uint64_t)0xCD9E8D57u * c[2];
  uint32_t n0 = (uint32_t)(p1 >> 32) ^ c[1] ^ k0, n1 = (uint32_t)p1;
  uint32_t n2 = (uint32_t)(p0 >> 32) ^ c[3] ^ k1, n3 = (uint32_t)p0;
  c[0] = n0; c[1] = n1; c[2] = n2; c[3] = n3;
}

void numerics_philox_block(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
  uint32_t c[4] = {counter[0], counter[1], counter[2], counter[3]};
  uint32_t k0 = key[0], k1 = key[1];
  for (int r = 0; r < 10; r++) {
    round_once(c, k0, k1);
    k0 += 0x9E3779B9u; k1 += 0xBB67AE85u;
  }
  out[0] = c[0]; out[1] = c[1]; out[2] = c[2]; out[3] = c[3];
}

static void refill(numerics_philox_state *s) {
  uint32_t counter[4] = {s->counter0, s->counter1, s->counter2, s->counter3};
  uint32_t key[2] = {s->key0, s->key1}, out[4];
  numerics_philox_block(counter, key, out);
  s->block0 = out[0]; s->block1 = out[1]; s->block2 = out[2]; s->block3 = out[3];
  s->position = 0;
  if (++s->counter0 == 0) ++s->counter1; /* the high half names the replicate and never carries */
}

static unsigned long philox_get(void *v) {
  numerics_philox_state *s = v;
  if (s->position >= 4) refill(s);
  switch (s->position++) {
    case 0: return s->block0;
    case 1: return s->block1;
    case 2: return s->block2;
    default: return s->block3;
  }
}

/* 53 bits from two words, low word first: the same double that RandomStream.uniform() makes of them. */
static double philox_get_double(void *v) {
  uint64_t low = philox_get(v), high = philox_get(v);
  return (double)((high << 32 | low) >> 11) * 0x1p-53;
}

static void philox_set(void *v, unsigned long seed) {
  numerics_philox_state *s = v;
  *s = (numerics_philox_state){.key0 = (uint32_t)seed, .key1 = (uint32_t)((uint64_t)seed >> 32), .position = 4};
}

static const gsl_rng_type philox_type = {
    "philox4x32-10", 0xFFFFFFFFul, 0, sizeof(numerics_philox_state), philox_set, philox_get, philox_get_double};

const gsl_rng_type *numerics_philox_type(void) { return &philox_type; }
