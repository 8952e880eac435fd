/* Private to CNumerics: vector types, the lane form of Philox, and the dispatch between compiled variants. */
#ifndef ALLOT_LANES_H
#define ALLOT_LANES_H
#include "numerics_lanes.h"
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the lane kernels pair 32-bit lanes in 64-bit slots, low half first"
#endif

#pragma clang diagnostic ignored "-Wpsabi" /* vectors never cross a call: every helper is inlined */

typedef uint16_t u16x32 __attribute__((vector_size(64)));
typedef uint32_t u32x16 __attribute__((vector_size(64)));
typedef uint32_t u32x8 __attribute__((vector_size(32)));
typedef uint64_t u64x8 __attribute__((vector_size(64)));
typedef int64_t i64x8 __attribute__((vector_size(64)));
typedef double f64x8 __attribute__((vector_size(64)));

#define LANES_INLINE static inline __attribute__((always_inline))

/* One body, compiled once per instruction set. target_clones would hide the variants from the tests that compare
   them, hence the explicit table. min_vector_width lets the compiler use 512-bit registers, which it otherwise
   avoids for the sake of processors that lower their clock for them. */
#if defined(__x86_64__)
#define LANES_VARIANTS(name, parameters, arguments)                                                           \
  static void name##_baseline parameters { name##_body arguments; }                                           \
  __attribute__((target("arch=x86-64-v3"), min_vector_width(256))) static void name##_v3 parameters {         \
    name##_body arguments;                                                                                    \
  }                                                                                                           \
  __attribute__((target("arch=x86-64-v4"), min_vector_width(512))) static void name##_v4 parameters {         \
    name##_body arguments;                                                                                    \
  }                                                                                                           \
  void name parameters {                                                                                      \
    switch (lanes == numerics_lanes_automatic ? numerics_lanes_widest() : lanes) {                            \
      case numerics_lanes_v4: name##_v4 arguments; break;                                                     \
      case numerics_lanes_v3: name##_v3 arguments; break;                                                     \
      default: name##_baseline arguments; break;                                                              \
    }                                                                                                         \
  }
#else
#define LANES_VARIANTS(name, parameters, arguments) \
  void name parameters { name##_body arguments; }
#endif

/* Philox4x32-10 on eight counters, one per 64-bit slot. Only the low 32 bits of a slot mean anything: the 32x32
   multiplication reads no others, and what a product leaves in the high half is never shifted down. This saves the
   masking and re-interleaving that sixteen 32-bit lanes would need around each 64-bit product. */
LANES_INLINE void lanes_philox(u64x8 c[4], numerics_stream stream) {
  const uint64_t low = 0xFFFFFFFFu;
  uint32_t k0 = stream.key0, k1 = stream.key1;
#pragma clang loop unroll(full)
  for (int round = 0; round < 10; round++) {
    u64x8 p0 = (c[0] & low) * (uint64_t)0xD2511F53u;
    u64x8 p1 = (c[2] & low) * (uint64_t)0xCD9E8D57u;
    u64x8 n0 = (p1 >> 32) ^ c[1] ^ (uint64_t)k0;
    u64x8 n2 = (p0 >> 32) ^ c[3] ^ (uint64_t)k1;
    c[0] = n0;
    c[1] = p1;
    c[2] = n2;
    c[3] = p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
}

/* The four words of one block, for the rare draws that leave the lanes. */
LANES_INLINE void scalar_philox(uint64_t block, numerics_stream stream, uint32_t out[4]) {
  uint32_t c0 = (uint32_t)block, c1 = (uint32_t)(block >> 32), c2 = stream.replicate0, c3 = stream.replicate1;
  uint32_t k0 = stream.key0, k1 = stream.key1;
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}
#endif
