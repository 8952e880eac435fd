#include "numerics_blas.h"
#include <dlfcn.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void (*sgemm_function)(
    int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);

static sgemm_function loaded_sgemm;
static numerics_blas_description description;
static pthread_once_t once = PTHREAD_ONCE_INIT;

#include "clones.h"

/* One row of C at a time, the inner loop over columns, where all but the transposed B are contiguous. */
CLONES void numerics_sgemm_loops(
    int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb, float beta,
    float *c, int ldc) {
  for (int i = 0; i < m; i++) {
    float *row = c + (long)i * ldc;
    if (beta == 0) {
      memset(row, 0, sizeof(float) * (size_t)n);
    } else if (beta != 1) {
      for (int j = 0; j < n; j++) row[j] *= beta;
    }
    if (tb) {
      for (int j = 0; j < n; j++) {
        const float *column = b + (long)j * ldb;
        float sum = 0;
        for (int l = 0; l < k; l++) sum += (ta ? a[(long)l * lda + i] : a[(long)i * lda + l]) * column[l];
        row[j] += alpha * sum;
      }
    } else {
      for (int l = 0; l < k; l++) {
        float x = alpha * (ta ? a[(long)l * lda + i] : a[(long)i * lda + l]);
        const float *other = b + (long)l * ldb;
        for (int j = 0; j < n; j++) row[j] += x * other[j];
      }
    }
  }
}

/* Kernels for some processors are wrong in some releases: compares products of every transposition with our own loops.
   Entries lie in [-1, 1], so that a sum of 64 products is within 64 * 64 * 2^-24 < 3e-4 of the exact one, in any order. */
static int agrees_with_loops(sgemm_function f) {
  enum { n = 64 };
  static float a[n * n], b[n * n], c[n * n], expected[n * n];
  unsigned state = 1;
  for (int i = 0; i < n * n; i++) {
    state = state * 1664525u + 1013904223u;
    a[i] = (float)(int)(state >> 8) / 8388608.0f - 1.0f;
    state = state * 1664525u + 1013904223u;
    b[i] = (float)(int)(state >> 8) / 8388608.0f - 1.0f;
  }
  for (int mode = 0; mode < 4; mode++) {
    int ta = mode & 1, tb = mode >> 1;
    f(101, ta ? 112 : 111, tb ? 112 : 111, n, n, n, 1.0f, a, n, b, n, 0.0f, c, n);
    numerics_sgemm_loops(ta, tb, n, n, n, 1.0f, a, n, b, n, 0.0f, expected, n);
    for (int i = 0; i < n * n; i++) {
      if (!(fabsf(c[i] - expected[i]) < 6e-4f)) return 0;
    }
  }
  return 1;
}

static const char *preferred_core(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw"))
    return "SkylakeX";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "Haswell";
#endif
  return NULL;
}

static int try_library(void) {
  void *handle = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    snprintf(
        description.warning, sizeof description.warning,
        "OpenBLAS is not installed (libopenblas.so.0); matrix products run on plain loops, several times slower");
    return 0;
  }
  sgemm_function f = (sgemm_function)dlsym(handle, "cblas_sgemm");
  char *(*core)(void) = (char *(*)(void))dlsym(handle, "openblas_get_corename");
  const char *name = core ? core() : "unknown";
  if (f && agrees_with_loops(f)) {
    loaded_sgemm = f;
    description.is_openblas = 1;
    snprintf(description.core, sizeof description.core, "%s", name);
    return 1;
  }
  snprintf(
      description.warning, sizeof description.warning,
      "OpenBLAS's kernel %s computes wrong products on this processor and is not used", name);
  dlclose(handle);
  return 0;
}

static void start(void) {
  int user_chose = getenv("OPENBLAS_CORETYPE") != NULL;
  const char *core = preferred_core();
  if (!user_chose && core) setenv("OPENBLAS_CORETYPE", core, 1);
  setenv("OPENBLAS_NUM_THREADS", "1", 0);
  if (try_library()) return;
  if (!user_chose && core && strcmp(core, "Haswell") != 0 && strstr(description.warning, "wrong products")) {
    setenv("OPENBLAS_CORETYPE", "Haswell", 1);
    char first[sizeof description.warning];
    memcpy(first, description.warning, sizeof first);
    if (try_library()) {
      memcpy(description.warning, first, sizeof first);
      return;
    }
  }
  snprintf(description.core, sizeof description.core, "loops");
}

const numerics_blas_description *numerics_blas_start(void) {
  pthread_once(&once, start);
  return &description;
}

void numerics_sgemm(
    int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb, float beta,
    float *c, int ldc) {
  if (m <= 0 || n <= 0) return;
  if (loaded_sgemm) {
    loaded_sgemm(101, ta ? 112 : 111, tb ? 112 : 111, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  } else {
    numerics_sgemm_loops(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  }
}
