#ifndef ALLOT_EXPONENTIAL_H
#define ALLOT_EXPONENTIAL_H
#include <stdint.h>
#include <string.h>

/* e^x to 2 ulp in single precision; x is held within [-87, 88], so that the scale factor stays normal: the result is never 0 and never infinite. NaN stays NaN.
   Written with additions and multiplications alone, so that loops over it vectorise; inlined into each caller to be compiled for its instruction set. */
static inline __attribute__((always_inline)) float exponential(float x) {
#pragma clang fp contract(fast)
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  const float magic = 12582912.0f; /* 1.5 * 2^23: adding it rounds to the nearest integer */
  float shifted = x * 1.44269504088896341f + magic;
  float n = shifted - magic;
  float r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  int32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits = (int32_t)((uint32_t)(bits - 0x4B400000 + 127) << 23);
  float scale;
  memcpy(&scale, &bits, sizeof scale);
  return p * scale;
}
#endif
