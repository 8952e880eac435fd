#include "numerics_sampling.h"
#include <math.h>
#include <string.h>

#pragma clang diagnostic ignored "-Wpsabi" /* vectors never cross a call: every helper is inlined */
#pragma clang fp contract(fast)

typedef float f32x16 __attribute__((vector_size(64)));
typedef int32_t i32x16 __attribute__((vector_size(64)));

#define INLINE static inline __attribute__((always_inline))
enum { panel_width = numerics_panel_width, block_width = numerics_block_width };

/* One body per instruction set, with the tile (rows by vectors of 16 outputs) that its registers hold: 24, 12 and 12 accumulators. */
#if defined(__x86_64__)
#define VARIANTS(name, parameters, ...)                                                                                \
  static void name##_baseline parameters {                                                                          \
    (void)lanes, name##_body(3, 1, __VA_ARGS__);                                                                       \
  }                                                                                                                    \
  __attribute__((target("arch=x86-64-v3"), min_vector_width(256))) static void name##_v3 parameters {                  \
    (void)lanes, name##_body(6, 1, __VA_ARGS__);                                                                       \
  }                                                                                                                    \
  __attribute__((target("arch=x86-64-v4"), min_vector_width(512))) static void name##_v4 parameters {                  \
    (void)lanes, name##_body(12, 2, __VA_ARGS__);                                                                      \
  }                                                                                                                    \
  void name parameters {                                                                                               \
    switch (lanes == numerics_lanes_automatic ? numerics_lanes_widest() : lanes) {                                     \
      case numerics_lanes_v4: name##_v4(__VA_ARGS__, lanes); break;                                                    \
      case numerics_lanes_v3: name##_v3(__VA_ARGS__, lanes); break;                                                    \
      default: name##_baseline(__VA_ARGS__, lanes); break;                                                             \
    }                                                                                                                  \
  }
#else
#define VARIANTS(name, parameters, ...) \
  void name parameters { (void)lanes, name##_body(6, 1, __VA_ARGS__); }
#endif

INLINE f32x16 load(const float *from) {
  f32x16 v;
  memcpy(&v, from, sizeof v);
  return v;
}

INLINE void store(float *to, f32x16 v) { memcpy(to, &v, sizeof v); }

/* a where the mask is set, b elsewhere. A maximum instruction would swallow NaN, which must reach the logits to be noticed. */
INLINE f32x16 select(i32x16 mask, f32x16 a, f32x16 b) { return (f32x16)((mask & (i32x16)a) | (~mask & (i32x16)b)); }

/* e^x to 2 ulp for x <= 88; never 0, since x is taken as at least -87. Adding 1.5 * 2^23 rounds to the nearest integer. */
INLINE f32x16 exponential16(f32x16 x) {
  const f32x16 lowest = (f32x16){} - 87.0f;
  x = select(x < lowest, lowest, x);
  f32x16 shifted = x * 1.44269504088896341f + 12582912.0f;
  f32x16 n = shifted - 12582912.0f;
  f32x16 r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  f32x16 p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  i32x16 scale = ((i32x16)shifted - 0x4B400000 + 127) << 23;
  return p * (f32x16)scale;
}

INLINE float sum16(f32x16 v) {
#pragma clang fp reassociate(on)
  float lanes[16], sum = 0;
  store(lanes, v);
  for (int i = 0; i < 16; i++) sum += lanes[i];
  return sum;
}

INLINE float largest16(f32x16 v) {
  float lanes[16], top = -INFINITY;
  store(lanes, v);
  for (int i = 0; i < 16; i++) top = lanes[i] > top ? lanes[i] : top;
  return top;
}

/* A loop of a constant number of rounds, unrolled so that what it indexes can stay in registers. */
#define EACH(count, index) _Pragma("clang loop unroll(full)") for (int index = 0; index < count; index++)

/* ---- Packed products ---- */

static long rounded_up(long n, long to) { return (n + to - 1) / to * to; }

long numerics_packed_size(long outputs, long inputs) { return rounded_up(outputs, panel_width) * inputs; }

/* Puts `count` rows of w into columns first ... of one panel; the rest of the `width` columns become 0. */
static void pack_columns(long first, long width, long count, long inputs, const float *w, float *panel) {
  for (long l = 0; l < inputs; l++) {
    float *to = panel + l * panel_width + first;
    for (long j = 0; j < width; j++) to[j] = j < count ? w[j * inputs + l] : 0;
  }
}

void numerics_pack(long outputs, long inputs, const float *w, float *packed) {
  for (long first = 0; first < outputs; first += panel_width) {
    long left = outputs - first, count = left < panel_width ? left : panel_width;
    pack_columns(0, panel_width, count, inputs, w + first * inputs, packed + first * inputs);
  }
}

void numerics_pack_gate_up(long width, long inputs, const float *gate, const float *up, float *packed) {
  for (long first = 0; first < width; first += 16) {
    long left = width - first, count = left < 16 ? left : 16;
    float *panel = packed + 2 * first * inputs;
    pack_columns(0, 16, count, inputs, gate + first * inputs, panel);
    pack_columns(16, 16, count, inputs, up + first * inputs, panel);
  }
}

/* A tile of the product, summed in registers. rows and vectors are constants at every call. */
#define TILE_SUM(rows, vectors)                                                      \
  f32x16 sum[rows][vectors] = {};                                                    \
  for (long l = 0; l < inputs; l++) {                                                \
    f32x16 w[vectors];                                                               \
    EACH(vectors, v)             \
        w[v] = load(panel + l * panel_width + 16 * v);                               \
    EACH(rows, r)                \
        EACH(vectors, v)         \
            sum[r][v] += a[r * lda + l] * w[v];                                      \
  }

INLINE void put(f32x16 value, int accumulate, long count, float *to) {
  if (count >= 16) {
    store(to, accumulate ? load(to) + value : value);
  } else {
    float lanes[16];
    store(lanes, value);
    for (long j = 0; j < count; j++) to[j] = accumulate ? to[j] + lanes[j] : lanes[j];
  }
}

INLINE f32x16 silu(f32x16 gate) {
  /* e^-gate overflows nothing: below -87 the exponent is taken as 88. */
  const f32x16 highest = (f32x16){} + 88.0f;
  f32x16 x = -gate;
  x = select(x > highest, highest, x);
  return gate / (exponential16(x) + 1.0f);
}

INLINE void product_tile(
    const int rows, const int vectors, long outputs, long inputs, const float *a, long lda, const float *panel,
    int accumulate, float *c, long ldc) {
#define PUT(n)                                                                                            \
  if (rows == n) {                                                                                        \
    if (vectors == 2) {                                                                                   \
      TILE_SUM(n, 2)                                                                                      \
      EACH(n, r) {                                    \
        put(sum[r][0], accumulate, outputs, c + r * ldc);                                                 \
        if (outputs > 16) put(sum[r][1], accumulate, outputs - 16, c + r * ldc + 16);                     \
      }                                                                                                   \
    } else {                                                                                              \
      TILE_SUM(n, 1)                                                                                      \
      EACH(n, r)                                      \
          put(sum[r][0], accumulate, outputs, c + r * ldc);                                               \
    }                                                                                                     \
    return;                                                                                               \
  }
  PUT(1) PUT(2) PUT(3) PUT(4) PUT(5) PUT(6) PUT(7) PUT(8) PUT(9) PUT(10) PUT(11) PUT(12)
#undef PUT
}

/* Gate in the first sixteen columns of the panel, up in the others: tiles of half the rows need both vectors. */
INLINE void swiglu_tile(
    const int rows, long outputs, long inputs, const float *a, long lda, const float *panel, float *c, long ldc) {
#define PUT(n)                                                                       \
  if (rows == n) {                                                                   \
    TILE_SUM(n, 2)                                                                   \
    EACH(n, r)                   \
        put(silu(sum[r][0]) * sum[r][1], 0, outputs, c + r * ldc);                   \
    return;                                                                          \
  }
  PUT(1) PUT(2) PUT(3) PUT(4) PUT(5) PUT(6) PUT(7) PUT(8) PUT(9) PUT(10) PUT(11) PUT(12)
#undef PUT
}

/* Calls `tile` with a constant number of rows, at most `most`. */
#define FOR_ROWS(most, left, tile)                            \
  switch (left) {                                             \
    case 1: tile(1); break;                                   \
    case 2: tile(2); break;                                   \
    case 3: tile(3 > most ? most : 3); break;                 \
    case 4: tile(4 > most ? most : 4); break;                 \
    case 5: tile(5 > most ? most : 5); break;                 \
    case 6: tile(6 > most ? most : 6); break;                 \
    case 7: tile(7 > most ? most : 7); break;                 \
    case 8: tile(8 > most ? most : 8); break;                 \
    case 9: tile(9 > most ? most : 9); break;                 \
    case 10: tile(10 > most ? most : 10); break;              \
    case 11: tile(11 > most ? most : 11); break;              \
    default: tile(most); break;                               \
  }

/* Panel by panel, so that a panel stays in the nearest cache while the rows stream past it. */
INLINE void numerics_packed_product_body(
    const int most, const int vectors, long rows, long outputs, long inputs, const float *restrict a, long lda,
    const float *restrict packed, int accumulate, float *restrict c, long ldc) {
  for (long first = 0; first < outputs; first += 16 * vectors) {
    const float *panel = packed + first / panel_width * panel_width * inputs + first % panel_width;
    for (long row = 0; row < rows; row += most) {
      long left = rows - row < most ? rows - row : most;
#define TILE(n) \
  product_tile(n, vectors, outputs - first, inputs, a + row * lda, lda, panel, accumulate, c + row * ldc + first, ldc)
      FOR_ROWS(most, left, TILE)
#undef TILE
    }
  }
}

VARIANTS(
    numerics_packed_product,
    (long rows, long outputs, long inputs, const float *a, long lda, const float *packed, int accumulate, float *c,
     long ldc, numerics_lanes lanes),
    rows, outputs, inputs, a, lda, packed, accumulate, c, ldc)

INLINE void numerics_packed_swiglu_body(
    const int tallest, const int vectors, long rows, long width, long inputs, const float *restrict a, long lda,
    const float *restrict packed, float *restrict c, long ldc) {
  const int most = vectors == 2 ? tallest : (tallest + 1) / 2;
  for (long first = 0; first < width; first += 16) {
    const float *panel = packed + 2 * first * inputs;
    for (long row = 0; row < rows; row += most) {
      long left = rows - row < most ? rows - row : most;
#define TILE(n) swiglu_tile(n, width - first, inputs, a + row * lda, lda, panel, c + row * ldc + first, ldc)
      FOR_ROWS(most, left, TILE)
#undef TILE
    }
  }
}

VARIANTS(
    numerics_packed_swiglu,
    (long rows, long width, long inputs, const float *a, long lda, const float *packed, float *c, long ldc,
     numerics_lanes lanes),
    rows, width, inputs, a, lda, packed, c, ldc)

/* ---- The key-value cache ---- */

long numerics_cache_part(long kv_heads, long width) { return kv_heads * block_width * (width + rounded_up(width, 16)); }

void numerics_cache_store(
    long rows, long kv_heads, long width, const float *k, const float *v, long ldkv, float *const *caches,
    long layer_offset, long block_stride, const int32_t *positions) {
  long padded = rounded_up(width, 16);
  for (long row = 0; row < rows; row++) {
    long place = positions[row] % block_width;
    float *part = caches[row] + layer_offset + positions[row] / block_width * block_stride;
    const float *key = k + row * ldkv, *value = v + row * ldkv;
    for (long i = 0; i < kv_heads * width; i++) part[i * block_width + place] = key[i];
    float *values = part + kv_heads * width * block_width;
    for (long head = 0; head < kv_heads; head++) {
      memcpy(
          values + (head * block_width + place) * padded, value + head * width, sizeof(float) * (unsigned long)width);
    }
  }
}

/* Heads that read the same keys and values, `count` (1 or 2, a constant) at a time: what one has loaded the other uses, and neither waits for its own
   additions. A head's numbers are the same either way. */
INLINE void attend(
    const int count, long width, long padded, const float *restrict query, const float *restrict keys,
    const float *restrict values, long block_stride, long length, float scale, float *restrict out,
    float *restrict scratch) {
  const i32x16 places = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const f32x16 least = (f32x16){} - INFINITY;
  long blocks = (length + 15) / 16;
  f32x16 largest[2] = {least, least};
  for (long block = 0; block < blocks; block++) {
    const float *key = keys + block * block_stride;
    /* Several sums at a time: one alone would wait for each addition. */
    f32x16 s[2][4] = {};
    long i = 0;
    for (; i + 4 <= width; i += 4) {
      EACH(4, part) {
        f32x16 k = load(key + (i + part) * 16);
        EACH(count, h) s[h][part] += query[h * width + i + part] * k;
      }
    }
    for (; i < width; i++) {
      EACH(count, h) s[h][0] += query[h * width + i] * load(key + i * 16);
    }
    /* What lies beyond the length is whatever an earlier sequence left there. */
    i32x16 inside = places + (int32_t)(block * 16) < (i32x16){} + (int32_t)length;
    EACH(count, h) {
      f32x16 score = select(inside, ((s[h][0] + s[h][1]) + (s[h][2] + s[h][3])) * scale, least);
      largest[h] = select(score > largest[h], score, largest[h]);
      store(scratch + (block * 2 + h) * 16, score);
    }
  }
  float inverse[2];
  EACH(count, h) {
    float top = largest16(largest[h]);
    f32x16 sums = {};
    for (long block = 0; block < blocks; block++) {
      i32x16 inside = places + (int32_t)(block * 16) < (i32x16){} + (int32_t)length;
      float *place = scratch + (block * 2 + h) * 16;
      f32x16 e = select(inside, exponential16(load(place) - top), (f32x16){});
      sums += e;
      store(place, e);
    }
    inverse[h] = 1.0f / sum16(sums);
  }
  for (long column = 0; column < width; column += 16) {
    f32x16 y[2][4] = {};
    for (long block = 0; block < blocks; block++) {
      const float *value = values + block * block_stride + column, *weight = scratch + block * 32;
      long inside = length - block * 16 < 16 ? length - block * 16 : 16, j = 0;
      for (; j + 4 <= inside; j += 4) {
        EACH(4, part) {
          f32x16 v = load(value + (j + part) * padded);
          EACH(count, h) y[h][part] += weight[h * 16 + j + part] * v;
        }
      }
      for (; j < inside; j++) {
        f32x16 v = load(value + j * padded);
        EACH(count, h) y[h][0] += weight[h * 16 + j] * v;
      }
    }
    EACH(count, h) {
      put(((y[h][0] + y[h][1]) + (y[h][2] + y[h][3])) * inverse[h], 0, width - column, out + h * width + column);
    }
  }
}

INLINE void numerics_cache_attention_body(
    const int tallest, const int vectors, long rows, long heads, long kv_heads, long width, const float *restrict q,
    long ldq, float *const *caches, long layer_offset, long block_stride, const int32_t *positions, float scale,
    float *restrict out, long ldo, float *restrict scratch) {
  (void)tallest, (void)vectors;
  long share = heads / kv_heads, padded = (width + 15) / 16 * 16;
  for (long row = 0; row < rows; row++) {
    const float *cache = caches[row] + layer_offset;
    for (long shared = 0; shared < kv_heads; shared++) {
      const float *keys = cache + shared * width * block_width;
      const float *values = cache + (kv_heads * width + shared * padded) * block_width;
      long head = shared * share, end = head + share;
      for (; head + 2 <= end; head += 2) {
        attend(
            2, width, padded, q + row * ldq + head * width, keys, values, block_stride, positions[row] + 1, scale,
            out + row * ldo + head * width, scratch);
      }
      for (; head < end; head++) {
        attend(
            1, width, padded, q + row * ldq + head * width, keys, values, block_stride, positions[row] + 1, scale,
            out + row * ldo + head * width, scratch);
      }
    }
  }
}

VARIANTS(
    numerics_cache_attention,
    (long rows, long heads, long kv_heads, long width, const float *q, long ldq, float *const *caches,
     long layer_offset, long block_stride, const int32_t *positions, float scale, float *out, long ldo, float *scratch,
     numerics_lanes lanes),
    rows, heads, kv_heads, width, q, ldq, caches, layer_offset, block_stride, positions, scale, out, ldo, scratch)
