/* The plain sum as a user writes it in C, compiled twice into one library that the runner loads, so that it reads the
   very array that the vocabulary sums read:

     FLAGS="-O3 -march=native -fPIC"
     cc $FLAGS -DNAME=strict -c sum_peer.c -o strict.o
     cc $FLAGS -fassociative-math -fno-signed-zeros -fno-trapping-math -DNAME=vectorised -c sum_peer.c -o vectorised.o
     cc -shared strict.o vectorised.o -o sum_peer.so

   strict adds in the order written, one addition after the other; vectorised leaves the order to the compiler. (The flags are those of
   -ffast-math that matter to a sum; -ffast-math itself would switch off subnormal numbers in the whole process.) */
#include <stddef.h>

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)

double JOIN(sum_doubles, NAME)(const double *x, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += x[i];
  return sum;
}

float JOIN(sum_floats, NAME)(const float *x, size_t count) {
  float sum = 0;
  for (size_t i = 0; i < count; i++) sum += x[i];
  return sum;
}
