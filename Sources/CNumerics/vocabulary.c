#include "numerics_vocabulary.h"

/* The choice between the variants that vocabulary_baseline.c, vocabulary_v3.c and vocabulary_v4.c compile. */
#define LIST(...) __VA_ARGS__
#if defined(__x86_64__)
#define DISPATCH(name, parameters, arguments)                                  \
  void name##_baseline(LIST parameters);                                       \
  void name##_v3(LIST parameters);                                             \
  void name##_v4(LIST parameters);                                             \
  void name(LIST parameters, numerics_lanes lanes) {                           \
    switch (lanes == numerics_lanes_automatic ? numerics_lanes_widest() : lanes) { \
      case numerics_lanes_v4: name##_v4 arguments; break;                      \
      case numerics_lanes_v3: name##_v3 arguments; break;                      \
      default: name##_baseline arguments; break;                               \
    }                                                                          \
  }
#else
#define DISPATCH(name, parameters, arguments) \
  void name##_baseline(LIST parameters);      \
  void name(LIST parameters, numerics_lanes lanes) { \
    (void)lanes;                              \
    name##_baseline arguments;                \
  }
#endif

DISPATCH(
    numerics_vocabulary_sums_of_doubles, (size_t count, const double *p, numerics_vocabulary_sums *result),
    (count, p, result))
DISPATCH(
    numerics_vocabulary_sums_of_floats, (size_t count, const float *p, numerics_vocabulary_sums *result),
    (count, p, result))
DISPATCH(
    numerics_natural_logarithms, (size_t count, const double *x, double *out),
    (count, x, out))
DISPATCH(
    numerics_exponentials, (size_t count, const double *x, double *out),
    (count, x, out))
DISPATCH(
    numerics_logistic_decays, (size_t count, const double *x, numerics_logistic decay, double *out),
    (count, x, decay, out))
