#ifndef ALLOT_NUMERICS_GSL_H
#define ALLOT_NUMERICS_GSL_H
#include <gsl/gsl_min.h>
#include <gsl/gsl_multimin.h>
#include <gsl/gsl_roots.h>

/* GSL's globals, which Swift 6 will not import as shared mutable state. */
const char *numerics_gsl_version(void);
const gsl_root_fsolver_type *numerics_root_brent(void);
const gsl_min_fminimizer_type *numerics_minimizer_brent(void);
const gsl_multimin_fminimizer_type *numerics_minimizer_simplex(void);

/* GSL's default handler aborts the process. This one does nothing: every call is made through a form that
   returns a status, and the status is checked. Idempotent and thread safe. */
void numerics_disable_gsl_abort(void);
#endif
