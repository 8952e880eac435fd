#include "numerics_gsl.h"
#include <gsl/gsl_errno.h>
#include <gsl/gsl_version.h>

const char *numerics_gsl_version(void) { return gsl_version; }
const gsl_root_fsolver_type *numerics_root_brent(void) { return gsl_root_fsolver_brent; }
const gsl_min_fminimizer_type *numerics_minimizer_brent(void) { return gsl_min_fminimizer_brent; }
const gsl_multimin_fminimizer_type *numerics_minimizer_simplex(void) { return gsl_multimin_fminimizer_nmsimplex2; }

/* A constructor, so that no thread can reach GSL before the handler is gone. */
__attribute__((constructor)) static void disable_at_load(void) { gsl_set_error_handler_off(); }
void numerics_disable_gsl_abort(void) { gsl_set_error_handler_off(); }
