/* The vocabulary kernels for x86-64-v3: AVX2 and FMA. */
#if defined(__x86_64__)
#include "lanes.h"
#include "numerics_vocabulary.h"
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"), min_vector_width(256))), apply_to = function)
#define LANES_SUFFIX v3
#define LANES_PERMUTE_32 1
#define LANES_STAGES 3
#include "vocabulary_kernels.h"
#pragma clang attribute pop
#endif
