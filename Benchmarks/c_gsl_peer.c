/* The benchmark's Monte Carlo task in plain C with GSL's Mersenne twister (or taus2), on one thread.

   cc -O3 -march=native c_gsl_peer.c -o c_gsl_peer $(pkg-config --cflags --libs gsl)
   c_gsl_peer FORMULATION GENERATOR ESTIMATOR GROUP PAIRS

   Formulations:
     scan         one uniform per rollout, compared with every cumulative probability (no branches)
     alias        gsl_ran_discrete: Walker's table, one uniform per rollout
     multinomial  gsl_ran_multinomial: the counts at once (sufficient statistics)

   All then do what the other programs do: for each pair of groups half the squared distance and the mean squared
   length of the two gradient estimates, their means and standard errors (Welford), and the mean vector.
   Prints: peer,formulation,generator,estimator,group,threads,groups,ns_per_group,trace,trace_se,second_moment,mean_0 */
#define _POSIX_C_SOURCE 199309L
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { K = 8 };
static const double probabilities[K] = {0.05, 0.1, 0.15, 0.2, 0.1, 0.15, 0.2, 0.05};
static const double rewards[K] = {1, 0, 0, 1, 0, 1, 0, 0};
static double cumulative[K];

typedef enum { scan, alias, multinomial } formulation;
typedef struct { double trace, error, second, mean[K]; } result;

static inline void draw_counts(
    formulation how, const gsl_rng *rng, const gsl_ran_discrete_t *table, unsigned n, unsigned *counts) {
  if (how == multinomial) {
    gsl_ran_multinomial(rng, K, n, probabilities, counts);
    return;
  }
  memset(counts, 0, K * sizeof *counts);
  for (unsigned i = 0; i < n; i++) {
    size_t action = 0;
    if (how == alias) {
      action = gsl_ran_discrete(rng, table);
    } else {
      double u = gsl_rng_uniform(rng);
      for (int a = 0; a < K - 1; a++) action += u >= cumulative[a];
    }
    counts[action]++;
  }
}

static inline void gradient(int rloo, unsigned n, const unsigned *counts, double *g) {
  double total = 0;
  for (int a = 0; a < K; a++) total += counts[a] * rewards[a];
  if (rloo) {
    double mean = total / n, scale = 1.0 / (n - 1);
    for (int a = 0; a < K; a++) g[a] = scale * (counts[a] * (rewards[a] - mean));
  } else {
    double scale = 1.0 / n;
    for (int a = 0; a < K; a++) g[a] = scale * (counts[a] * rewards[a] - probabilities[a] * total);
  }
}

static result simulate(
    formulation how, const gsl_rng *rng, const gsl_ran_discrete_t *table, int rloo, unsigned n, long pairs) {
  result r = {0, 0, 0, {0}};
  double squares = 0;
  unsigned counts[K];
  for (long pair = 0; pair < pairs; pair++) {
    double x[K], y[K], distance = 0, length = 0;
    draw_counts(how, rng, table, n, counts);
    gradient(rloo, n, counts, x);
    draw_counts(how, rng, table, n, counts);
    gradient(rloo, n, counts, y);
    for (int a = 0; a < K; a++) {
      distance += (x[a] - y[a]) * (x[a] - y[a]);
      length += x[a] * x[a] + y[a] * y[a];
      r.mean[a] += x[a] + y[a];
    }
    double value = 0.5 * distance, delta = value - r.trace;
    r.trace += delta / (double)(pair + 1);
    squares += delta * (value - r.trace);
    r.second += 0.5 * length;
  }
  r.error = sqrt(squares / (double)(pairs - 1) / (double)pairs);
  r.second /= (double)pairs;
  for (int a = 0; a < K; a++) r.mean[a] /= 2.0 * (double)pairs;
  return r;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 6) return 64;
  formulation how = !strcmp(argv[1], "scan") ? scan : !strcmp(argv[1], "alias") ? alias : multinomial;
  int rloo = !strcmp(argv[3], "rloo");
  unsigned n = (unsigned)atoi(argv[4]);
  long pairs = atol(argv[5]);
  if (n < 2 || pairs < 20) return 64;
  double sum = 0;
  for (int a = 0; a < K; a++) cumulative[a] = sum += probabilities[a];
  gsl_rng *rng = gsl_rng_alloc(!strcmp(argv[2], "taus2") ? gsl_rng_taus2 : gsl_rng_mt19937);
  gsl_rng_set(rng, 1);
  gsl_ran_discrete_t *table = gsl_ran_discrete_preproc(K, probabilities);
  simulate(how, rng, table, rloo, n, pairs / 10);
  double start = now();
  result r = simulate(how, rng, table, rloo, n, pairs);
  double nanoseconds = (now() - start) / (2.0 * (double)pairs);
  printf("c-gsl,%s,%s,%s,%u,1,%ld,%.4f,%.17g,%.17g,%.17g,%.17g\n", argv[1], gsl_rng_name(rng), argv[3], n, 2 * pairs,
         nanoseconds, r.trace, r.error, r.second, r.mean[0]);
  gsl_ran_discrete_free(table);
  gsl_rng_free(rng);
  return 0;
}
