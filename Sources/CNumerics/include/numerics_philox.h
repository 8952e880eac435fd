#ifndef ALLOT_NUMERICS_PHILOX_H
#define ALLOT_NUMERICS_PHILOX_H
#include <gsl/gsl_rng.h>
#include <stdint.h>

/* The state of one Philox4x32-10 stream, shared by Swift (which draws from it inline) and by GSL (through
   numerics_philox_type). `position` counts the words of `block` already used; 4 means the block is spent. */
typedef struct {
  uint32_t counter0, counter1, counter2, counter3;
  uint32_t key0, key1;
  uint32_t block0, block1, block2, block3;
  uint32_t position;
} numerics_philox_state;

/* A gsl_rng_type whose state is a numerics_philox_state. It is never allocated through gsl_rng_alloc: the
   adaptor points a gsl_rng on the stack at a stream that Swift owns. */
const gsl_rng_type *numerics_philox_type(void);

/* One block: ten rounds (Salmon et al. 2011). */
void numerics_philox_block(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);
#endif
