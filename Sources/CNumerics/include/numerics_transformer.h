#ifndef ALLOT_NUMERICS_TRANSFORMER_H
#define ALLOT_NUMERICS_TRANSFORMER_H
#include <stdint.h>

/* Elementwise and row-wise parts of a Llama-family decoder, forward and backward, in single precision. Matrices are row-major; `ld` is the distance of two rows.
   Sums are reassociated (lanes first), so results differ between instruction sets in their last bits, never between runs or threads on one machine. */

/* y = x * w / r with r = sqrt(mean x^2 + epsilon); inverse[row] = 1/r. */
void numerics_rms_norm(long rows, long width, const float *x, const float *w, float epsilon, float *y, float *inverse);

/* dx += the gradient with respect to x, dw += that with respect to w, given dy. dw may be NULL. */
void numerics_rms_norm_backward(
    long rows, long width, const float *x, const float *w, const float *inverse, const float *dy, float *dx, float *dw);

/* Rotates `heads` heads of `width` entries at each row of x, in place, by the angle of the row's position: entries i and i + width/2 are a pair.
   cosines and sines are [positions, width/2]; direction +1 is forward, -1 backward. */
void numerics_rotate(
    long rows, long heads, long width, long ld, float *x, const int32_t *positions, const float *cosines,
    const float *sines, float direction);

/* out = silu(gate) * up; gate and up lie side by side in each row of `gate_up` [rows, 2 width]. */
void numerics_swiglu(long rows, long width, const float *gate_up, float *out);

/* Writes the gradient with respect to gate_up, side by side, given that of the output. */
void numerics_swiglu_backward(long rows, long width, const float *gate_up, const float *dout, float *dgate_up);

/* Causal softmax in place: row i of an n by n block uses columns 0...i of scale * s, the rest become 0. */
void numerics_causal_softmax(long n, long ld, float *s, float scale);

/* ds = scale * p * (dp - sum p dp) row by row, in place of dp. */
void numerics_causal_softmax_backward(long n, long ld, const float *p, float *dp, float scale);

/* Attention of one new token per row against its cache: head h of row r reads lengths[r] keys and values.
   q [rows, heads*width] with ldq; keys[r], values[r] point to [*, kv_heads*width] with distance ldkv; out like q with ldo.
   scratch holds at least the largest length. */
void numerics_cached_attention(
    long rows, long heads, long kv_heads, long width, const float *q, long ldq, const float *const *keys,
    const float *const *values, long ldkv, const int32_t *lengths, float scale, float *out, long ldo, float *scratch);

/* What a rollout records of each row of logits: log pi of the action, the entropy, sum pi^2 and sum pi^2 log pi, of softmax(inverse_temperature * z). Clamped to log pi <= 0, H >= 0. */
void numerics_token_statistics(
    long rows, long vocabulary, long ld, const float *logits, float inverse_temperature, const int32_t *actions,
    float *log_probabilities, float *entropies, float *sums_of_squares, float *squared_logarithm_sums);

/* probabilities = softmax(inverse_temperature * logits) of one row; returns log of the sum of exponentials less the largest scaled logit. */
float numerics_softmax_row(long vocabulary, const float *logits, float inverse_temperature, float *probabilities);

/* Replaces each row of logits by dL/dz, given dL/dlog pi of its action and dL/dH: g (1[j = a] - pi_j) - e pi_j (log pi_j + H), times inverse_temperature.
   entropy_gradients may be NULL. */
void numerics_logit_gradients(
    long rows, long vocabulary, long ld, float *logits, float inverse_temperature, const int32_t *actions,
    const float *log_probability_gradients, const float *entropy_gradients);

/* y += x */
void numerics_add(long count, const float *x, float *y);

/* The sum of squares, in double precision over blocks. */
double numerics_sum_of_squares(long count, const float *x);

/* The dot product, in double precision over blocks. */
double numerics_dot(long count, const float *x, const float *y);

typedef struct {
  float learning_rate, beta1, beta2, epsilon, weight_decay;
  float correction1, correction2; /* 1/(1 - beta1^t), 1/(1 - beta2^t) */
  float gradient_scale;           /* the clipping factor */
} numerics_adamw;

/* One step of AdamW with decoupled weight decay. */
void numerics_adamw_step(
    long count, float *parameters, const float *gradients, float *first, float *second, numerics_adamw settings);
#endif
