#ifndef ALLOT_NUMERICS_BLAS_H
#define ALLOT_NUMERICS_BLAS_H

/* Single-precision matrix products: OpenBLAS, loaded at run time, or our own loops where it is missing or computes wrong numbers.

   Loading at run time lets us choose the kernel before the library looks at the processor: releases up to 0.3.21 take processors
   that they do not know for one of 2004, at a quarter of the speed. It also keeps OpenBLAS's cblas.h, whose enumeration clashes
   with GSL's, out of every compilation. */

typedef struct {
  int is_openblas;    /* 1 if OpenBLAS computes, 0 if our own loops do */
  char core[64];      /* the kernel that OpenBLAS says it runs, or "loops" */
  char warning[256];  /* what went wrong on the way, empty if nothing did */
} numerics_blas_description;

/* Loads the library once per process; later calls return the first result. Sets OPENBLAS_CORETYPE and OPENBLAS_NUM_THREADS unless
   they are set: call it before other threads read the environment. */
const numerics_blas_description *numerics_blas_start(void);

/* C = alpha op(A) op(B) + beta C, row-major, op(A) m by k, op(B) k by n; beta = 0 does not read C. One thread; safe to call from several. */
void numerics_sgemm(
    int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb,
    float beta, float *c, int ldc);

/* The same by our own loops, whatever is loaded. */
void numerics_sgemm_loops(
    int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb,
    float beta, float *c, int ldc);
#endif
