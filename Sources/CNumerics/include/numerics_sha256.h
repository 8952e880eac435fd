#ifndef ALLOT_NUMERICS_SHA256_H
#define ALLOT_NUMERICS_SHA256_H
#include <stddef.h>
#include <stdint.h>
/* SHA-256 of `length` bytes, by libcrypto. Returns 1 on success. */
int numerics_sha256(const uint8_t *bytes, size_t length, uint8_t digest[32]);
#endif
