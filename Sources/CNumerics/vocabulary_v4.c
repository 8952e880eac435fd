/* The vocabulary kernels for x86-64-v4: AVX-512. */
#if defined(__x86_64__)
#include "lanes.h"
#include "numerics_vocabulary.h"
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"), min_vector_width(512))), apply_to = function)
#define LANES_SUFFIX v4
#define LANES_PERMUTE_64 1
#define LANES_STAGES 3
#include "vocabulary_kernels.h"
#pragma clang attribute pop
#endif
