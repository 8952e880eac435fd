#ifndef ALLOT_CNUMERICS_H
#define ALLOT_CNUMERICS_H
#include "numerics_gsl.h"
#include "numerics_philox.h"
#include "numerics_sha256.h"
#endif
