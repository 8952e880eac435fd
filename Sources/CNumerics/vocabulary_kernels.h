/* Private to CNumerics: the kernels of numerics_vocabulary.h, compiled once per instruction set by the files
   vocabulary_*.c, which define LANES_SUFFIX. They are files of their own, not LANES_VARIANTS, because the table lookup
   is one instruction with AVX-512 and loads elsewhere, and compilers find that instruction only by its builtin. */
#include "lanes.h"
#include "numerics_vocabulary.h"

/* Products and sums are fused where `fused` says so and nowhere else: the results are then the same bits on every
   machine. Where the processor has no fused multiply-add (x86-64 before 2013) it is the C library's, exact and slow. */
#pragma STDC FP_CONTRACT OFF

#define LANES_JOIN_(name, suffix) name##_##suffix
#define LANES_JOIN(name, suffix) LANES_JOIN_(name, suffix)
#define LANES_EXPORT(name) LANES_JOIN(name, LANES_SUFFIX)

typedef int32_t i32x8 __attribute__((vector_size(32)));
typedef float f32x8 __attribute__((vector_size(32)));

LANES_INLINE f64x8 fused(f64x8 a, f64x8 b, f64x8 c) { return __builtin_elementwise_fma(a, b, c); }
LANES_INLINE f64x8 all(double x) { return (f64x8){x, x, x, x, x, x, x, x}; }
LANES_INLINE f64x8 select(i64x8 mask, f64x8 yes, f64x8 no) {
  return (f64x8)((mask & (i64x8)yes) | (~mask & (i64x8)no));
}

LANES_INLINE f64x8 load(const double *p) {
  f64x8 v;
  memcpy(&v, p, sizeof v);
  return v;
}

LANES_INLINE f64x8 load_single(const float *p) {
  f32x8 v;
  memcpy(&v, p, sizeof v);
  return __builtin_convertvector(v, f64x8);
}

/* table[i mod 8] in every lane. AVX2 can permute eight 32-bit words only: it looks up the two halves. */
LANES_INLINE f64x8 lookup(const double *table, u64x8 i) {
#if defined(LANES_PERMUTE_64)
  return __builtin_ia32_permvardf512(load(table), (i64x8)i);
#elif defined(LANES_PERMUTE_32)
  u32x16 words, result;
  memcpy(&words, table, sizeof words);
  const i32x8 low = (i32x8)__builtin_shufflevector(words, words, 0, 2, 4, 6, 8, 10, 12, 14);
  const i32x8 high = (i32x8)__builtin_shufflevector(words, words, 1, 3, 5, 7, 9, 11, 13, 15);
  const u64x8 both = i | (i << 32);
  i32x8 index[2], half[2];
  memcpy(index, &both, sizeof index);
  for (int h = 0; h < 2; h++)
    half[h] = __builtin_shufflevector(
        __builtin_ia32_permvarsi256(low, index[h]), __builtin_ia32_permvarsi256(high, index[h]), 0, 9, 2, 11, 4, 13,
        6, 15);
  memcpy(&result, half, sizeof result);
  return (f64x8)result;
#else
  uint64_t at[8];
  i &= 7;
  memcpy(at, &i, sizeof at);
  return (f64x8){table[at[0]], table[at[1]], table[at[2]], table[at[3]],
                 table[at[4]], table[at[5]], table[at[6]], table[at[7]]};
#endif
}

/* 2^52 k from the two's complement of k in the bits 52 to 63, the others being zero: exact either way. Only AVX-512 has
   the conversion; elsewhere k, shifted down, is the low end of 2^104's significand, whose last place is worth 2^52. */
LANES_INLINE f64x8 scaled_exponent(u64x8 exponent) {
#if defined(LANES_PERMUTE_64)
  return __builtin_convertvector((i64x8)exponent, f64x8);
#else
  return (f64x8)((exponent >> 52) ^ (uint64_t)0x4670000000000800u) - (0x1p104 + 0x1p63);
#endif
}

/* The binary logarithm times 2^52, for positive normal x.

   x = 2^k m with m in [0.71875, 1.4375), cut into eight pieces by the three leading bits of its offset from 0.71875.
   Each piece has a multiplier c near lambda / m, and r = c m - lambda (one rounding, fused) is small:

     2^52 log2 x = 2^52 k + l + r Q(r),   l = -2^52 log2(c / lambda),   Q(r) = 2^52 log2(1 + r / lambda) / r.

   The multipliers other than lambda itself (for the piece around one, where l = 0 and nothing can cancel) are chosen so
   that l is a double to within 2^-13 of its last place. 2^52 as the unit saves a multiplication, since k stands in the
   bits of x as 2^52 k. Every x gives something finite.

   There are two weighted minimax polynomials for Q. Their relative errors count in full for x in [0.96, 1], where the
   result is r Q(r), and to a tenth and less elsewhere. The short one, of degree eight, is for sums: 2^-49.6 there and
   2^-46.5 elsewhere, so that a term is off by at most 12 * 2^-53. lambda makes its leading coefficient one, which saves
   another multiplication (among the values that do so within a relative 2^-29, it is one that makes 2^52 / (lambda ln 2)
   nearly a double). The long one, of degree nine, is for single logarithms: 2^-54.8 and 2^-51.8. */
static const double logarithm_lambda = 0x1.6582851800000p+5;
static const double logarithm_multipliers[8] = {
    0x1.dcadf19aaaaabp+5, 0x1.b8030d5e27627p+5, 0x1.9895607092492p+5, 0x1.7d58299aeeeefp+5,
    0x1.6582851800000p+5, 0x1.3dc9350871c72p+5, 0x1.1e01f3d733333p+5, 0x1.04019848ba2e9p+5};
static const double logarithm_offsets[8] = {
    -0x1.a8ff556e11effp+50, -0x1.32bfc3eea11e7p+50, -0x1.8a8b0782079c4p+49, -0x1.7d6279f13a8f3p+48,
    0, 0x1.5c02fa093796fp+49, 0x1.49a7d897dcccep+50, 0x1.d67697e52c730p+50};
static const double short_coefficients[8] = {
    -0x1.9a8f631eb2282p+5, 0x1.45fa5fed2b8e7p+11, -0x1.0988ee29b037ep+17, 0x1.bcfe7dd38ba6ep+22,
    -0x1.84671d63edf63p+28, 0x1.699be16e79110p+34, -0x1.7abf0ee57bf07p+40, 0x1.0876c4da2de27p+47};
static const double long_coefficients[10] = {
    -0x1.48f3fea91b434p-6, 0x1.057f12c253621p+0, -0x1.987fe7a22858bp+5, 0x1.45f4133949878p+11,
    -0x1.098974eb35f2dp+17, 0x1.bcfe7fc10f895p+22, -0x1.84671d4c23899p+28, 0x1.699be16e640e9p+34,
    -0x1.7abf0ee57c77ep+40, 0x1.0876c4da2de27p+47};
static const double natural_scale = 0x1.62e42fefa39efp-53, natural_scale_low = 0x1.abc9e3b39803fp-108; /* 2^-52 ln 2 */

/* Vectors in flight: their chains of dependent operations overlap, as long as all fits into the registers. The order of
   the additions does not depend on it. */
#if !defined(LANES_STAGES)
#define LANES_STAGES 1
#endif
enum { stages = LANES_STAGES };
#define EACH_STAGE _Pragma("clang loop unroll(full)") for (int s = 0; s < stages; s++)

LANES_INLINE void logarithm_parts(
    const f64x8 x[stages], f64x8 base[stages], f64x8 r[stages]) {
  EACH_STAGE {
    const u64x8 offset = (u64x8)x[s] - (uint64_t)0x3FE7000000000000u; /* the bits of 0.71875 */
    const u64x8 exponent = offset & (uint64_t)0xFFF0000000000000u, piece = offset >> 49;
    const f64x8 m = (f64x8)((u64x8)x[s] - exponent);
    r[s] = fused(m, lookup(logarithm_multipliers, piece), all(-logarithm_lambda));
    base[s] = scaled_exponent(exponent) + lookup(logarithm_offsets, piece);
  }
}

/* A sum in eight lanes with the rounding errors of its additions (Knuth's form, which needs no comparison). */
typedef struct {
  f64x8 high, low;
} lane_sum;

LANES_INLINE void add_block(lane_sum *total, f64x8 block) {
  const f64x8 next = total->high + block, part = next - total->high;
  total->low += (total->high - (next - part)) + (block - part);
  total->high = next;
}

LANES_INLINE double reduce(lane_sum total) {
  double high = 0, low = 0;
  for (int l = 0; l < 8; l++) {
    const double next = high + total.high[l], part = next - high;
    low += ((high - (next - part)) + (total.high[l] - part)) + total.low[l];
    high = next;
  }
  return high + low;
}

typedef struct {
  f64x8 sum, squares, logarithms, squared_logarithms;
  uint64_t words[2]; /* the or of the entries' bits, which holds their signs */
} block_sums;

LANES_INLINE void accumulate(block_sums *b, const f64x8 x[stages]) {
  f64x8 base[stages], r[stages], q[stages];
  logarithm_parts(x, base, r);
  /* Horner's form: throughput counts here, not the length of the chain, and it has the fewest multiplications. */
  EACH_STAGE q[s] = r[s] + short_coefficients[0];
#pragma clang loop unroll(full)
  for (int i = 1; i < 8; i++) {
    EACH_STAGE q[s] = fused(q[s], r[s], all(short_coefficients[i]));
  }
  EACH_STAGE {
    const f64x8 logarithm = fused(q[s], r[s], base[s]), square = x[s] * x[s];
    b->sum += x[s];
    b->squares += square;
    b->logarithms = fused(x[s], logarithm, b->logarithms);
    b->squared_logarithms = fused(square, logarithm, b->squared_logarithms);
  }
}

/* One step of entries from p. The signs are gathered by the integer units, word by word, since the vector units are what
   limits the kernel; `volatile` keeps the compiler from making vectors of it. */
LANES_INLINE void accumulate_step(block_sums *b, const void *p, int single) {
  typedef const volatile uint64_t __attribute__((may_alias, aligned(4))) word; /* a float may start anywhere */
  word *words = (word *)p;
  f64x8 x[stages];
  EACH_STAGE x[s] = single ? load_single((const float *)p + 8 * s) : load((const double *)p + 8 * s);
  accumulate(b, x);
#pragma clang loop unroll(full)
  for (int w = 0; w < (single ? 4 : 8) * stages; w += 2) {
    b->words[0] |= words[w];
    b->words[1] |= words[w + 1];
  }
}

LANES_INLINE void vocabulary_sums(size_t count, const void *p, int single, numerics_vocabulary_sums *result) {
  enum { step = 8 * stages, block = 8 * numerics_vocabulary_block_vectors };
  lane_sum sum = {0}, squares = {0}, logarithms = {0}, squared_logarithms = {0};
  uint64_t words = 0;
  for (size_t from = 0; from < count; from += block) {
    const size_t end = count - from < block ? count : from + block;
    block_sums b = {0};
    size_t i = from;
    for (; i + step <= end; i += step)
      accumulate_step(&b, single ? (const void *)((const float *)p + i) : (const double *)p + i, single);
    if (i < end) {
      /* Padding with zeros adds zeros: the logarithm of zero comes out finite. */
      if (single) {
        float last[step] = {0};
        memcpy(last, (const float *)p + i, (end - i) * sizeof(float));
        accumulate_step(&b, last, 1);
      } else {
        double last[step] = {0};
        memcpy(last, (const double *)p + i, (end - i) * sizeof(double));
        accumulate_step(&b, last, 0);
      }
    }
    add_block(&sum, b.sum);
    add_block(&squares, b.squares);
    add_block(&logarithms, b.logarithms);
    add_block(&squared_logarithms, b.squared_logarithms);
    words |= b.words[0] | b.words[1];
  }
  result->sum = reduce(sum);
  result->sum_of_squares = reduce(squares);
  result->sum_of_logarithms = natural_scale * reduce(logarithms);
  result->sum_of_squared_logarithms = natural_scale * reduce(squared_logarithms);
  /* A word holds one double or two floats. */
  result->sign_seen = (words & (single ? (uint64_t)0x8000000080000000u : (uint64_t)1 << 63)) != 0;
}

void LANES_EXPORT(numerics_vocabulary_sums_of_doubles)(
    size_t count, const double *p, numerics_vocabulary_sums *result) {
  vocabulary_sums(count, p, 0, result);
}

void LANES_EXPORT(numerics_vocabulary_sums_of_floats)(
    size_t count, const float *p, numerics_vocabulary_sums *result) {
  vocabulary_sums(count, p, 1, result);
}

/* ln x for every double: negative arguments and NaN give NaN, zero gives minus infinity. The sum base + r Q is kept in two
   parts, the high one with the leading term of Q, until ln 2, in two parts as well, has multiplied it. */
LANES_INLINE void natural_logarithms(const f64x8 x[stages], f64x8 out[stages]) {
  f64x8 normal[stages], base[stages], r[stages];
  EACH_STAGE normal[s] = select((i64x8)(x[s] < 0x1p-1022), x[s] * 0x1p54, x[s]);
  logarithm_parts(normal, base, r);
  EACH_STAGE {
    f64x8 q = all(long_coefficients[0]);
#pragma clang loop unroll(full)
    for (int i = 1; i < 9; i++) q = fused(q, r[s], all(long_coefficients[i]));
    base[s] -= select((i64x8)(x[s] < 0x1p-1022), all(54 * 0x1p52), all(0));
    const f64x8 leading = all(long_coefficients[9]), high = fused(leading, r[s], base[s]);
    const f64x8 low = fused(leading, r[s], base[s] - high) + (q * r[s]) * r[s];
    const f64x8 value =
        fused(high, all(natural_scale), fused(low, all(natural_scale), high * natural_scale_low));
    const f64x8 special = select(
        (i64x8)(x[s] == 0.0), all(-__builtin_inf()),
        select((i64x8)(x[s] > 0.0), x[s], all(__builtin_nan(""))));
    const i64x8 finite = (i64x8)(x[s] > 0.0) & (i64x8)(x[s] < __builtin_inf());
    out[s] = select(finite, value, special);
  }
}

/* e^x with x clamped to [-746, 709.78...]: below, the result rounds to zero; above, it stays the largest finite
   exponential. x = n ln 2 + r, |r| <= ln 2 / 2, ln 2 in two parts whose products with n are fused;
   e^r = 1 + (r + r^2 P(r)) with a minimax polynomial of degree nine, relative error below 2^-56. */
static const double exponential_coefficients[10] = {
    0x1.af85792b17e46p-26, 0x1.28b03ed1e9b1ep-22, 0x1.71dddfd4e542fp-19,
    0x1.a019969e858f3p-16, 0x1.a01a01bade47ap-13, 0x1.6c16c185a37c2p-10,
    0x1.111111110d645p-7, 0x1.5555555550041p-5, 0x1.5555555555561p-3,
    0x1.000000000000bp-1};

LANES_INLINE f64x8 clamp(f64x8 x, double low, double high) {
  /* Comparisons with NaN are false, so NaN passes. */
  const f64x8 above = select((i64x8)(x < low), all(low), x);
  return select((i64x8)(above > high), all(high), above);
}

LANES_INLINE f64x8 exponential(f64x8 argument) {
  const f64x8 x = clamp(argument, -746.0, 0x1.62e42fefa39efp+9);
  const f64x8 shifted = fused(x, all(0x1.71547652b82fep+0), all(0x1.8p52)), n = shifted - 0x1.8p52;
  const f64x8 r = fused(n, all(-0x1.abc9e3b39803fp-56), fused(n, all(-0x1.62e42fefa39efp-1), x));
  f64x8 p = all(exponential_coefficients[0]);
#pragma clang loop unroll(full)
  for (int i = 1; i < 10; i++) p = fused(p, r, all(exponential_coefficients[i]));
  const f64x8 value = 1.0 + fused(r * r, p, r);
  /* 2^n in two factors, both normal: only the second product can round, where the result is subnormal. */
  const u64x8 power = (u64x8)shifted - (uint64_t)0x4338000000000000u; /* n, two's complement */
  const u64x8 half = ((power + (uint64_t)2048) >> 1) - (uint64_t)1024, rest = power - half;
  const f64x8 first = (f64x8)((half + (uint64_t)1023) << 52), second = (f64x8)((rest + (uint64_t)1023) << 52);
  return (value * first) * second;
}

/* floor + (1 - floor) / (1 + e^(steepness (x - midpoint))). */
LANES_INLINE f64x8 logistic_decay(f64x8 x, numerics_logistic decay) {
  /* The distance is clamped, so that a steepness of zero meets no infinity. */
  const f64x8 distance = clamp(x - decay.midpoint, -0x1.fffffffffffffp1023, 0x1.fffffffffffffp1023);
  const f64x8 odds = exponential(decay.steepness * distance);
  return decay.floor + (1.0 - decay.floor) / (1.0 + odds);
}

/* out[i] = f(x[i]); the last, incomplete vectors go through a buffer. `out` may be `x`. */
#define ELEMENTWISE(statement)                                  \
  enum { step = 8 * stages };                                   \
  for (size_t i = 0; i < count; i += step) {                     \
    const size_t size = count - i < step ? count - i : step;    \
    double buffer[step] = {0};                                  \
    const double *from = x + i;                                 \
    double *to = out + i;                                       \
    if (size < step) {                                           \
      memcpy(buffer, from, size * sizeof(double));              \
      from = to = buffer;                                       \
    }                                                           \
    f64x8 v[stages], y[stages];                                 \
    EACH_STAGE v[s] = load(from + 8 * s);                       \
    statement;                                                  \
    EACH_STAGE memcpy(to + 8 * s, &y[s], sizeof y[s]);          \
    if (size < step) memcpy(out + i, buffer, size * sizeof(double)); \
  }

void LANES_EXPORT(numerics_natural_logarithms)(size_t count, const double *x, double *out) {
  ELEMENTWISE(natural_logarithms(v, y))
}

void LANES_EXPORT(numerics_exponentials)(size_t count, const double *x, double *out) {
  ELEMENTWISE(EACH_STAGE y[s] = exponential(v[s]))
}

void LANES_EXPORT(numerics_logistic_decays)(size_t count, const double *x, numerics_logistic decay, double *out) {
  ELEMENTWISE(EACH_STAGE y[s] = logistic_decay(v[s], decay))
}
