/* The vocabulary kernels for whatever the target guarantees. */
#define LANES_SUFFIX baseline
#include "vocabulary_kernels.h"
