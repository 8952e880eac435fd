/* A small C interface over simdjson's on-demand parser: fields of one JSON text, or all of its tokens.

   Every byte of the text is checked: UTF-8 by simdjson's first stage, brackets, commas, literals and numbers here, also where
   a value is not asked for. (Only escape sequences inside strings that nobody asks for are left unread.) */
#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that must be readable behind the text; the first of them must be a newline, a carriage return or zero, so that an
   unbalanced text cannot go on into what follows it. */
enum { csimdjson_padding = 64 };

typedef enum csimdjson_kind {
  csimdjson_absent = 0,
  csimdjson_null,
  csimdjson_false,
  csimdjson_true,
  csimdjson_integer,
  csimdjson_number,
  csimdjson_string,
  csimdjson_key,
  csimdjson_array,
  csimdjson_array_end,
  csimdjson_object,
  csimdjson_object_end
} csimdjson_kind;

/* What was wrong: a sentence in static memory, and the index of the field in which it was found (-1: none of those asked for). */
typedef struct csimdjson_failure {
  const char *reason;
  int64_t field;
} csimdjson_failure;

/* One value. `bytes` (strings and keys, unescaped, not terminated) lives until the parser's next call. */
typedef struct csimdjson_token {
  csimdjson_kind kind;
  int64_t integer;
  double number;
  const char *bytes;
  size_t length;
} csimdjson_token;

/* A top-level field to read. `read_numbers`: an array of numbers, or of arrays of numbers, is flattened into the parser's buffer. */
typedef struct csimdjson_name {
  const char *bytes;
  size_t length;
  int read_numbers;
} csimdjson_name;

/* A top-level field as it was found. Of an array read as numbers, `numbers` holds `number_count` values; of an array of arrays
   `row_count` is the number of its rows and `row_length` their common length (an array with rows of unequal length fails).
   A flat array has row_count 0. Both live until the parser's next call. */
typedef struct csimdjson_field {
  csimdjson_token token;
  const double *numbers;
  size_t number_count;
  size_t row_count;
  size_t row_length;
} csimdjson_field;

typedef struct csimdjson_parser csimdjson_parser;

/* A parser that accepts at most `depth_limit` nested arrays and objects; NULL without memory. */
csimdjson_parser *csimdjson_create(size_t depth_limit);
void csimdjson_destroy(csimdjson_parser *parser);

/* Reads the object `text` and fills `fields` in the order of `names`; of an absent field only the token's kind is set. Returns 1, or 0 with `failure` filled. A name that occurs
   twice fails: neither of its values can be trusted. */
int csimdjson_read_fields(csimdjson_parser *parser, const char *text, size_t length, const csimdjson_name *names, size_t count,
                          csimdjson_field *fields, csimdjson_failure *failure);

/* Reads any JSON text into a flat list of tokens, valid until the parser's next call. Returns 1, or 0 with `failure` filled. */
int csimdjson_read_tokens(csimdjson_parser *parser, const char *text, size_t length, const csimdjson_token **tokens,
                          size_t *count, csimdjson_failure *failure);

#ifdef __cplusplus
}
#endif
#endif
