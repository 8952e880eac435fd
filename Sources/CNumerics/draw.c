#include "numerics_sampling.h"
#include "exponential.h"
#include <math.h>
#include <string.h>

#pragma clang fp contract(fast)
#include "clones.h"
#define INLINE static inline __attribute__((always_inline))

/* e^x for x <= 0, and 0 below -87: there a token counts as impossible. NaN stays NaN. */
INLINE float weight_of(float x) { return x < -87.0f ? 0 : exponential(x); }

typedef struct {
  float largest, sum, weighted, squares, weighted_squares;
  int finite;
} row_sums;

/* Writes weights e^x, x = (z - largest)/T, and returns their sum, the sums of x e^x, of e^2x and of x e^2x. */
INLINE row_sums weigh(long n, const float *restrict z, float inverse_temperature, float *restrict weights) {
  row_sums s = {-INFINITY, 0, 0, 0, 0, 1};
  float check = 0;
  {
#pragma clang fp reassociate(on)
    for (long j = 0; j < n; j++) {
      s.largest = z[j] > s.largest ? z[j] : s.largest;
      check += z[j] * 0.0f; /* 0, or NaN if any logit is infinite or NaN */
    }
  }
  s.finite = check == 0;
  {
#pragma clang fp reassociate(on)
    for (long j = 0; j < n; j++) {
      float x = (z[j] - s.largest) * inverse_temperature, e = weight_of(x);
      weights[j] = e;
      s.sum += e;
      /* An impossible token adds 0: its x may be infinite at a low temperature. */
      float log_weighted = (x < -87.0f ? 0 : x) * e;
      s.weighted += log_weighted;
      s.squares += e * e;
      s.weighted_squares += log_weighted * e;
    }
  }
  return s;
}

/* Whether token a comes before token b: the larger logit, of equal ones the first. */
INLINE int precedes(const float *z, int32_t a, int32_t b) { return z[a] > z[b] || (z[a] == z[b] && a < b); }

static void sift_down(const float *z, int32_t *heap, long count, long at) {
  int32_t moving = heap[at];
  for (;;) {
    long child = 2 * at + 1;
    if (child >= count) break;
    if (child + 1 < count && precedes(z, heap[child + 1], heap[child])) child++;
    if (!precedes(z, heap[child], moving)) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = moving;
}

/* Sets the weights of the tokens that are not kept to 0. A heap is popped until the kept tokens are known; they gather, largest first, at the end of `order`. */
static void truncate_weights(
    long n, const float *z, numerics_draw_settings settings, float *weights, double *cumulative, int32_t *order) {
  for (long j = 0; j < n; j++) order[j] = (int32_t)j;
  for (long at = n / 2 - 1; at >= 0; at--) sift_down(z, order, n, at);
  long limit = settings.top_k < n ? settings.top_k : n, popped = 0;
  double mass = 0, whole = 0;
  int streams = settings.top_k >= n; /* the mass of all is known without popping all */
  if (streams) {
    for (long j = 0; j < n; j++) whole += weights[j];
  }
  while (popped < limit) {
    int32_t token = order[0];
    popped++;
    order[0] = order[n - popped];
    order[n - popped] = token;
    sift_down(z, order, n - popped, 0);
    mass += weights[token];
    if (streams && mass >= settings.top_p * whole) break;
  }
  long kept = popped;
  if (!streams && settings.top_p < 1) {
    double running = 0;
    for (kept = 0; kept < popped;) {
      running += weights[order[n - 1 - kept]];
      kept++;
      if (running >= settings.top_p * mass) break;
    }
  }
  /* cumulative serves as a copy of the weights that stay. */
  for (long i = 0; i < kept; i++) cumulative[i] = weights[order[n - 1 - i]];
  memset(weights, 0, sizeof(float) * (unsigned long)n);
  for (long i = 0; i < kept; i++) weights[order[n - 1 - i]] = (float)cumulative[i];
}

/* The first token at which the running sum exceeds uniform * total. The sum grows only at tokens of positive weight, so no other is drawn; uniform < 1
   leaves the target below the total, and the last token of positive weight stands in if rounding should say otherwise. */
static int32_t invert(long n, const float *weights, double uniform, double *cumulative) {
  double total = 0;
  for (long j = 0; j < n; j++) {
    total += weights[j];
    cumulative[j] = total;
  }
  double target = uniform * total;
  for (long j = 0; j < n; j++) {
    if (cumulative[j] > target) return (int32_t)j;
  }
  long last = n - 1;
  while (last > 0 && weights[last] == 0) last--;
  return (int32_t)last;
}

/* The second largest weight, before truncation; 0 for a single token. The largest is 1, that of the largest logit. */
INLINE float runner_up(long n, const float *restrict z, float largest, const float *restrict weights) {
  long top = 0;
  while (z[top] != largest) top++;
  float second = 0;
  {
#pragma clang fp reassociate(on)
    for (long j = 0; j < top; j++) second = weights[j] > second ? weights[j] : second;
    for (long j = top + 1; j < n; j++) second = weights[j] > second ? weights[j] : second;
  }
  return second;
}

CLONES long numerics_draw_tokens(
    long rows, long vocabulary, long ld, const float *logits, numerics_draw_settings settings, const double *uniforms,
    float *weights, double *cumulative, int32_t *order, int32_t *tokens, float *log_probabilities, float *entropies,
    float *sums_of_squares, float *squared_logarithm_sums, float *margins) {
  for (long row = 0; row < rows; row++) {
    const float *z = logits + row * ld;
    row_sums s = weigh(vocabulary, z, settings.inverse_temperature, weights);
    if (!s.finite) return row;
    if (margins) margins[row] = (1 - runner_up(vocabulary, z, s.largest, weights)) / s.sum;
    int32_t token = 0;
    if (settings.greedy) {
      while (z[token] != s.largest) token++;
    } else {
      if (settings.top_k < vocabulary || settings.top_p < 1)
        truncate_weights(vocabulary, z, settings, weights, cumulative, order);
      token = invert(vocabulary, weights, uniforms[row], cumulative);
    }
    float log_sum = logf(s.sum), inverse = 1.0f / s.sum;
    float log_probability = (z[token] - s.largest) * settings.inverse_temperature - log_sum;
    float entropy = log_sum - s.weighted * inverse, squares = s.squares * inverse * inverse;
    tokens[row] = token;
    log_probabilities[row] = log_probability > 0 ? 0 : log_probability;
    entropies[row] = entropy < 0 ? 0 : entropy;
    sums_of_squares[row] = squares > 1 ? 1 : squares;
    /* sum pi^2 log pi = sum pi^2 x - log_sum sum pi^2, both of one sign: nothing cancels. */
    squared_logarithm_sums[row] = s.weighted_squares * inverse * inverse - log_sum * squares;
  }
  return rows;
}
