#ifndef ALLOT_NUMERICS_SAMPLING_H
#define ALLOT_NUMERICS_SAMPLING_H
#include "numerics_lanes.h"
#include <stdint.h>

/* Decoding one token for many sequences at once.

   Every function treats each row by the same operations in the same order whatever the other rows are and however many there are.
   What is computed for a sequence therefore depends on that sequence alone, to the last bit. A general matrix product does not promise
   that: it chooses its kernel, and with it the order of its sums, by the number of rows. Results of the variants (`lanes`) may differ in their
   last bits, since the baseline has no fused multiply-add. */

enum {
  numerics_panel_width = 32, /* outputs in one panel of a packed matrix */
  numerics_block_width = 16  /* positions in one block of a key-value cache */
};

/* The number of floats of a packed matrix with these outputs and inputs. */
long numerics_packed_size(long outputs, long inputs);

/* Packs w [outputs, inputs] for numerics_packed_product: panels of numerics_panel_width outputs, input by input; missing outputs are 0. */
void numerics_pack(long outputs, long inputs, const float *w, float *packed);

/* Packs gate [width, inputs] and up [width, inputs] so that each panel holds 16 outputs of gate and the same 16 of up. */
void numerics_pack_gate_up(long width, long inputs, const float *gate, const float *up, float *packed);

/* c = a w^T, or c += a w^T if `accumulate`: a [rows, inputs] with lda, c [rows, outputs] with ldc. Each element is summed over the inputs in order. */
void numerics_packed_product(
    long rows, long outputs, long inputs, const float *a, long lda, const float *packed, int accumulate, float *c,
    long ldc, numerics_lanes lanes);

/* c = silu(a gate^T) * (a up^T): c [rows, width] with ldc, packed by numerics_pack_gate_up. */
void numerics_packed_swiglu(
    long rows, long width, long inputs, const float *a, long lda, const float *packed, float *c, long ldc,
    numerics_lanes lanes);

/* A key-value cache holds blocks of numerics_block_width positions. A block's part for one layer holds, head by head, the keys [width][16], then, head by
   head, the values [16][width rounded up to 16]: scores run along positions, outputs along the width. `block_stride` is the distance of two blocks
   of one layer; caches[r] + layer_offset is the first block's part for the layer. */
long numerics_cache_part(long kv_heads, long width);

/* Stores the keys and values of each row (k and v with distance ldkv) at its position. */
void numerics_cache_store(
    long rows, long kv_heads, long width, const float *k, const float *v, long ldkv, float *const *caches,
    long layer_offset, long block_stride, const int32_t *positions);

/* Attention of each row's query heads over positions 0 ... positions[r] of its cache. scratch holds twice the largest number of positions, rounded up to 16. */
void numerics_cache_attention(
    long rows, long heads, long kv_heads, long width, const float *q, long ldq, float *const *caches, long layer_offset,
    long block_stride, const int32_t *positions, float scale, float *out, long ldo, float *scratch,
    numerics_lanes lanes);

typedef struct {
  float inverse_temperature;
  int greedy;   /* take the largest logit; statistics are then those of softmax(inverse_temperature * logits) all the same */
  long top_k;   /* at least 1; vocabulary or more keeps all */
  double top_p; /* in (0, 1]; 1 keeps all */
} numerics_draw_settings;

/* Draws one token per row by inversion of its uniform in [0, 1), over the kept tokens in the order of the vocabulary, and records log pi, the entropy,
   sum pi^2 and sum pi^2 log pi of the distribution before truncation. Tokens whose probability is below e^-87 of the largest count as impossible.
   Kept are the top_k largest logits (of equal ones, those that come first), of them the shortest run, largest first, that holds at least top_p of their mass.
   margins, NULL for none, takes the largest probability before truncation less the second largest.
   cumulative and order hold `vocabulary` entries, weights too. Returns the number of rows drawn: fewer than `rows` if a logit of the next row is not finite. */
long numerics_draw_tokens(
    long rows, long vocabulary, long ld, const float *logits, numerics_draw_settings settings, const double *uniforms,
    float *weights, double *cumulative, int32_t *order, int32_t *tokens, float *log_probabilities, float *entropies,
    float *sums_of_squares, float *squared_logarithm_sums, float *margins);
#endif
