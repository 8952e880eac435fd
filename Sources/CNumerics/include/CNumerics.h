#ifndef ALLOT_CNUMERICS_H
#define ALLOT_CNUMERICS_H
#include "numerics_blas.h"
#include "numerics_categorical.h"
#include "numerics_group_statistics.h"
#include "numerics_gsl.h"
#include "numerics_lanes.h"
#include "numerics_multinomial.h"
#include "numerics_philox.h"
#include "numerics_sampling.h"
#include "numerics_sha256.h"
#include "numerics_transformer.h"
#include "numerics_vocabulary.h"
#endif
