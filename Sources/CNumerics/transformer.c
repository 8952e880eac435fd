#include "numerics_transformer.h"
#include "exponential.h"
#include <math.h>
#include <string.h>

#include "clones.h"
/* Helpers must be inlined into each clone to be compiled for its instruction set. */
#define INLINE static inline __attribute__((always_inline))

#pragma clang fp contract(fast)

INLINE float dot(long n, const float *x, const float *y) {
#pragma clang fp reassociate(on)
  float sum = 0;
  for (long i = 0; i < n; i++) sum += x[i] * y[i];
  return sum;
}

#pragma clang diagnostic ignored "-Wpsabi" /* vectors never cross a call: every helper is inlined */
typedef float f32x16 __attribute__((vector_size(64)));

/* The largest of n >= 1 numbers. In lanes by hand: the vectoriser leaves a running maximum alone, because of NaN. */
INLINE float largest_of(long n, const float *x) {
  float largest = x[0];
  long i = 0;
  if (n >= 16) {
    f32x16 lanes, next;
    memcpy(&lanes, x, sizeof lanes);
    for (i = 16; i + 16 <= n; i += 16) {
      memcpy(&next, x + i, sizeof next);
      lanes = __builtin_elementwise_max(lanes, next);
    }
    largest = __builtin_reduce_max(lanes);
  }
  for (; i < n; i++) largest = x[i] > largest ? x[i] : largest;
  return largest;
}

CLONES void numerics_rms_norm(
    long rows, long width, const float *restrict x, const float *restrict w, float epsilon, float *restrict y,
    float *restrict inverse) {
  for (long row = 0; row < rows; row++) {
    const float *in = x + row * width;
    float *out = y + row * width;
    float scale = 1.0f / sqrtf(dot(width, in, in) / (float)width + epsilon);
    inverse[row] = scale;
    for (long i = 0; i < width; i++) out[i] = in[i] * scale * w[i];
  }
}

CLONES void numerics_rms_norm_backward(
    long rows, long width, const float *restrict x, const float *restrict w, const float *restrict inverse,
    const float *restrict dy, float *restrict dx, float *restrict dw) {
  for (long row = 0; row < rows; row++) {
    const float *in = x + row * width, *g = dy + row * width;
    float *out = dx + row * width;
    float scale = inverse[row], sum = 0;
    {
#pragma clang fp reassociate(on)
      for (long i = 0; i < width; i++) sum += g[i] * w[i] * in[i];
    }
    float factor = sum * scale * scale * scale / (float)width;
    for (long i = 0; i < width; i++) out[i] += g[i] * w[i] * scale - in[i] * factor;
    if (dw) {
      for (long i = 0; i < width; i++) dw[i] += g[i] * in[i] * scale;
    }
  }
}

CLONES void numerics_rotate(
    long rows, long heads, long width, long ld, float *restrict x, const int32_t *positions,
    const float *restrict cosines, const float *restrict sines, float direction) {
  long half = width / 2;
  for (long row = 0; row < rows; row++) {
    const float *c = cosines + positions[row] * half, *s = sines + positions[row] * half;
    for (long head = 0; head < heads; head++) {
      float *a = x + row * ld + head * width, *b = a + half;
      for (long i = 0; i < half; i++) {
        float first = a[i], second = b[i], sine = direction * s[i];
        a[i] = first * c[i] - second * sine;
        b[i] = second * c[i] + first * sine;
      }
    }
  }
}

CLONES void numerics_swiglu(long rows, long width, const float *restrict gate_up, float *restrict out) {
  for (long row = 0; row < rows; row++) {
    const float *gate = gate_up + row * 2 * width, *up = gate + width;
    float *y = out + row * width;
    for (long i = 0; i < width; i++) y[i] = gate[i] / (1.0f + exponential(-gate[i])) * up[i];
  }
}

CLONES void numerics_swiglu_backward(
    long rows, long width, const float *restrict gate_up, const float *restrict dout, float *restrict dgate_up) {
  for (long row = 0; row < rows; row++) {
    const float *gate = gate_up + row * 2 * width, *up = gate + width, *g = dout + row * width;
    float *dgate = dgate_up + row * 2 * width, *dup = dgate + width;
    for (long i = 0; i < width; i++) {
      float sigmoid = 1.0f / (1.0f + exponential(-gate[i]));
      float silu = gate[i] * sigmoid;
      dgate[i] = g[i] * up[i] * (sigmoid + silu * (1.0f - sigmoid));
      dup[i] = g[i] * silu;
    }
  }
}

CLONES void numerics_causal_softmax(long n, long ld, float *s, float scale) {
  for (long i = 0; i < n; i++) {
    float *row = s + i * ld;
    float largest = largest_of(i + 1, row);
    for (long j = 0; j <= i; j++) row[j] = exponential((row[j] - largest) * scale);
    float sum = 0;
    {
#pragma clang fp reassociate(on)
      for (long j = 0; j <= i; j++) sum += row[j];
    }
    float inverse = 1.0f / sum;
    for (long j = 0; j <= i; j++) row[j] *= inverse;
    for (long j = i + 1; j < n; j++) row[j] = 0;
  }
}

CLONES void numerics_causal_softmax_backward(long n, long ld, const float *restrict p, float *restrict dp, float scale) {
  for (long i = 0; i < n; i++) {
    const float *q = p + i * ld;
    float *g = dp + i * ld;
    float sum = dot(i + 1, q, g);
    for (long j = 0; j <= i; j++) g[j] = scale * q[j] * (g[j] - sum);
    for (long j = i + 1; j < n; j++) g[j] = 0;
  }
}

CLONES void numerics_cached_attention(
    long rows, long heads, long kv_heads, long width, const float *restrict q, long ldq, const float *const *keys,
    const float *const *values, long ldkv, const int32_t *lengths, float scale, float *restrict out, long ldo,
    float *restrict scratch) {
  long share = heads / kv_heads;
  for (long row = 0; row < rows; row++) {
    long length = lengths[row];
    for (long head = 0; head < heads; head++) {
      const float *query = q + row * ldq + head * width;
      const float *key = keys[row] + head / share * width, *value = values[row] + head / share * width;
      float *y = out + row * ldo + head * width;
      float largest = -INFINITY;
      for (long j = 0; j < length; j++) {
        float s = dot(width, query, key + j * ldkv);
        scratch[j] = s;
        largest = s > largest ? s : largest;
      }
      for (long j = 0; j < length; j++) scratch[j] = exponential((scratch[j] - largest) * scale);
      float sum = 0;
      {
#pragma clang fp reassociate(on)
        for (long j = 0; j < length; j++) sum += scratch[j];
      }
      float inverse = 1.0f / sum;
      for (long i = 0; i < width; i++) y[i] = 0;
      for (long j = 0; j < length; j++) {
        float weight = scratch[j] * inverse;
        const float *v = value + j * ldkv;
        for (long i = 0; i < width; i++) y[i] += weight * v[i];
      }
    }
  }
}

typedef struct {
  float largest, sum;
} softmax_scale;

INLINE softmax_scale scale_of(long n, const float *z, float inverse_temperature) {
  softmax_scale s = {largest_of(n, z), 0};
  {
#pragma clang fp reassociate(on)
    for (long j = 0; j < n; j++) s.sum += exponential((z[j] - s.largest) * inverse_temperature);
  }
  return s;
}

CLONES void numerics_token_statistics(
    long rows, long vocabulary, long ld, const float *logits, float inverse_temperature, const int32_t *actions,
    float *log_probabilities, float *entropies, float *sums_of_squares, float *squared_logarithm_sums) {
  for (long row = 0; row < rows; row++) {
    const float *z = logits + row * ld;
    softmax_scale s = scale_of(vocabulary, z, inverse_temperature);
    float log_sum = logf(s.sum), inverse = 1.0f / s.sum, mean = 0, squares = 0, weighted = 0;
    {
#pragma clang fp reassociate(on)
      for (long j = 0; j < vocabulary; j++) {
        float x = (z[j] - s.largest) * inverse_temperature, p = exponential(x) * inverse;
        mean += p * x;
        squares += p * p;
        weighted += p * p * x;
      }
    }
    float log_probability = (z[actions[row]] - s.largest) * inverse_temperature - log_sum;
    float entropy = log_sum - mean;
    log_probabilities[row] = log_probability > 0 ? 0 : log_probability;
    entropies[row] = entropy < 0 ? 0 : entropy;
    sums_of_squares[row] = squares > 1 ? 1 : squares;
    /* Both parts are at most 0: nothing cancels. */
    squared_logarithm_sums[row] = weighted - log_sum * squares;
  }
}

CLONES float numerics_softmax_row(
    long vocabulary, const float *restrict logits, float inverse_temperature, float *restrict probabilities) {
  softmax_scale s = scale_of(vocabulary, logits, inverse_temperature);
  float inverse = 1.0f / s.sum;
  for (long j = 0; j < vocabulary; j++)
    probabilities[j] = exponential((logits[j] - s.largest) * inverse_temperature) * inverse;
  return logf(s.sum);
}

CLONES void numerics_logit_gradients(
    long rows, long vocabulary, long ld, float *logits, float inverse_temperature, const int32_t *actions,
    const float *log_probability_gradients, const float *entropy_gradients) {
  for (long row = 0; row < rows; row++) {
    float *z = logits + row * ld;
    softmax_scale s = scale_of(vocabulary, z, inverse_temperature);
    float inverse = 1.0f / s.sum;
    float g = log_probability_gradients[row] * inverse_temperature;
    float e = entropy_gradients ? entropy_gradients[row] * inverse_temperature : 0, mean = 0;
    if (e != 0) {
#pragma clang fp reassociate(on)
      for (long j = 0; j < vocabulary; j++) {
        float x = (z[j] - s.largest) * inverse_temperature;
        mean += exponential(x) * inverse * x;
      }
    }
    /* log pi_j + H = x_j - mean: the logarithm of the sum cancels. */
    for (long j = 0; j < vocabulary; j++) {
      float x = (z[j] - s.largest) * inverse_temperature, p = exponential(x) * inverse;
      z[j] = -p * (g + e * (x - mean));
    }
    z[actions[row]] += g;
  }
}

CLONES void numerics_add(long count, const float *restrict x, float *restrict y) {
  for (long i = 0; i < count; i++) y[i] += x[i];
}

CLONES double numerics_dot(long count, const float *x, const float *y) {
  double total = 0;
  for (long start = 0; start < count; start += 1024) {
    long n = count - start < 1024 ? count - start : 1024;
    total += (double)dot(n, x + start, y + start);
  }
  return total;
}

double numerics_sum_of_squares(long count, const float *x) { return numerics_dot(count, x, x); }

CLONES void numerics_adamw_step(
    long count, float *restrict parameters, const float *restrict gradients, float *restrict first,
    float *restrict second, numerics_adamw settings) {
  float decay = 1.0f - settings.learning_rate * settings.weight_decay;
  for (long i = 0; i < count; i++) {
    float g = gradients[i] * settings.gradient_scale;
    float m = settings.beta1 * first[i] + (1.0f - settings.beta1) * g;
    float v = settings.beta2 * second[i] + (1.0f - settings.beta2) * g * g;
    first[i] = m;
    second[i] = v;
    parameters[i] = parameters[i] * decay -
                    settings.learning_rate * (m * settings.correction1) /
                        (__builtin_elementwise_sqrt(v * settings.correction2) + settings.epsilon);
  }
}
