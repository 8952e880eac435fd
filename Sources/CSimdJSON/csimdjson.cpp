#define SIMDJSON_EXCEPTIONS 0
#include "include/CSimdJSON.h"

#include <simdjson.h>

#include <cstring>
#include <new>
#include <utility>
#include <vector>

using namespace simdjson;

static_assert(csimdjson_padding >= SIMDJSON_PADDING, "the padding promised to Swift is smaller than simdjson's");

struct csimdjson_parser {
  ondemand::parser parser;
  size_t depth_limit;
  std::vector<csimdjson_token> tokens;
  std::vector<double> numbers;
};

namespace {

// A text that holds no newline and no comma is stopped by simdjson's 32-bit offsets at 4 GiB; the callers stop far earlier.
constexpr size_t longest_text = 0xFFFFFFFFu - 4096;

const char *const too_deep = "arrays and objects are nested too deeply";
const char *const not_a_literal = "a value is neither a string, a number, true, false, null, an array nor an object";
const char *const bad_number = "a number is malformed";
const char *const number_out_of_range = "a number is beyond the range of double precision";
const char *const trailing = "characters follow the end of the JSON value";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Whether `token` is a JSON number (RFC 8259, section 6), perhaps with white space behind; `integral` tells of no fraction, no exponent.
bool is_number(std::string_view token, bool &integral, size_t &digits) {
  const char *at = token.data(), *end = at + token.size();
  while (end > at && is_space(end[-1])) --end;
  if (at < end && *at == '-') ++at;
  const char *first = at;
  while (at < end && is_digit(*at)) ++at;
  digits = size_t(at - first);
  if (digits == 0 || (digits > 1 && *first == '0')) return false;
  integral = at == end;
  if (at < end && *at == '.') {
    const char *fraction = ++at;
    while (at < end && is_digit(*at)) ++at;
    if (at == fraction) return false;
  }
  if (at < end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at < end && (*at == '+' || *at == '-')) ++at;
    const char *exponent = at;
    while (at < end && is_digit(*at)) ++at;
    if (at == exponent) return false;
  }
  return at == end;
}

/// Text of simdjson's codes; its own sentences speak of functions that our users do not call.
const char *reason(error_code code) {
  switch (code) {
    case EMPTY: return "the text is empty";
    case UTF8_ERROR: return "the text is not valid UTF-8";
    case UNCLOSED_STRING: return "a string is not closed";
    case UNESCAPED_CHARS: return "a string holds a control character that is not escaped";
    case STRING_ERROR: return "a string holds a malformed escape";
    case DEPTH_ERROR: return too_deep;
    case INCOMPLETE_ARRAY_OR_OBJECT: return "the text ends inside an array or an object";
    case CAPACITY: return "the text is too long";
    case MEMALLOC: return "there is no memory to parse the text";
    case NUMBER_ERROR: return bad_number;
    case TRAILING_CONTENT: return trailing;
    case T_ATOM_ERROR: case F_ATOM_ERROR: case N_ATOM_ERROR: return not_a_literal;
    default: return "the JSON is malformed";
  }
}

/// Reads a number token. The value is converted only on demand: a number of any length that nobody reads is checked, not converted.
template <typename Value>
const char *read_number(Value &value, std::string_view raw, csimdjson_token &token) {
  bool integral;
  size_t digits;
  if (!is_number(raw, integral, digits)) return bad_number;
  if (integral && digits <= 19) {
    int64_t integer;
    if (value.get_int64().get(integer) == SUCCESS) {
      token.kind = csimdjson_integer;
      token.integer = integer;
      token.number = double(integer);
      return nullptr;
    }
  }
  double number;
  if (value.get_double().get(number) != SUCCESS) return number_out_of_range;
  token.kind = csimdjson_number;
  token.number = number;
  return nullptr;
}

/// Reads a scalar of known type into `token`; strings are unescaped.
template <typename Value>
const char *read_scalar(Value &value, ondemand::json_type type, std::string_view raw, csimdjson_token &token) {
  switch (type) {
    case ondemand::json_type::number: return read_number(value, raw, token);
    case ondemand::json_type::string: {
      std::string_view text;
      if (auto code = value.get_string().get(text)) return reason(code);
      token.kind = csimdjson_string;
      token.bytes = text.data();
      token.length = text.size();
      return nullptr;
    }
    case ondemand::json_type::boolean: {
      bool flag;
      if (value.get_bool().get(flag) != SUCCESS) return not_a_literal;
      token.kind = flag ? csimdjson_true : csimdjson_false;
      return nullptr;
    }
    default: {
      bool null = false;
      if (value.is_null().get(null) != SUCCESS || !null) return not_a_literal;
      token.kind = csimdjson_null;
      return nullptr;
    }
  }
}

/// Checks a value that nobody asked for, with everything in it.
const char *check(ondemand::value value, size_t depth) {
  ondemand::json_type type;
  if (value.type().get(type) != SUCCESS) return not_a_literal;
  switch (type) {
    case ondemand::json_type::array: {
      if (depth == 0) return too_deep;
      ondemand::array array;
      if (auto code = value.get_array().get(array)) return reason(code);
      for (auto element : array) {
        ondemand::value child;
        if (auto code = element.get(child)) return reason(code);
        if (auto failure = check(child, depth - 1)) return failure;
      }
      return nullptr;
    }
    case ondemand::json_type::object: {
      if (depth == 0) return too_deep;
      ondemand::object object;
      if (auto code = value.get_object().get(object)) return reason(code);
      for (auto entry : object) {
        ondemand::field field;
        if (auto code = std::move(entry).get(field)) return reason(code);
        if (auto failure = check(field.value(), depth - 1)) return failure;
      }
      return nullptr;
    }
    case ondemand::json_type::number: {
      bool integral;
      size_t digits;
      return is_number(value.raw_json_token(), integral, digits) ? nullptr : bad_number;
    }
    case ondemand::json_type::string: return nullptr;
    default: {
      csimdjson_token token;
      return read_scalar(value, type, {}, token);
    }
  }
}

/// Appends the tokens of a value to the parser's list.
const char *collect(csimdjson_parser &parser, ondemand::value value, size_t depth);

const char *collect_array(csimdjson_parser &parser, ondemand::array array, size_t depth) {
  if (depth == 0) return too_deep;
  parser.tokens.push_back({csimdjson_array, 0, 0, nullptr, 0});
  for (auto element : array) {
    ondemand::value child;
    if (auto code = element.get(child)) return reason(code);
    if (auto failure = collect(parser, child, depth - 1)) return failure;
  }
  parser.tokens.push_back({csimdjson_array_end, 0, 0, nullptr, 0});
  return nullptr;
}

const char *collect_object(csimdjson_parser &parser, ondemand::object object, size_t depth) {
  if (depth == 0) return too_deep;
  parser.tokens.push_back({csimdjson_object, 0, 0, nullptr, 0});
  for (auto entry : object) {
    ondemand::field field;
    std::string_view key;
    if (auto code = std::move(entry).get(field)) return reason(code);
    if (auto code = field.unescaped_key().get(key)) return reason(code);
    parser.tokens.push_back({csimdjson_key, 0, 0, key.data(), key.size()});
    if (auto failure = collect(parser, field.value(), depth - 1)) return failure;
  }
  parser.tokens.push_back({csimdjson_object_end, 0, 0, nullptr, 0});
  return nullptr;
}

const char *collect(csimdjson_parser &parser, ondemand::value value, size_t depth) {
  ondemand::json_type type;
  if (value.type().get(type) != SUCCESS) return not_a_literal;
  if (type == ondemand::json_type::array) {
    ondemand::array array;
    if (auto code = value.get_array().get(array)) return reason(code);
    return collect_array(parser, array, depth);
  }
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (auto code = value.get_object().get(object)) return reason(code);
    return collect_object(parser, object, depth);
  }
  csimdjson_token token{};
  if (auto failure = read_scalar(value, type, value.raw_json_token(), token)) return failure;
  parser.tokens.push_back(token);
  return nullptr;
}

/// Appends the numbers of one flat array; `nested` tells that an array was met where a number should stand.
const char *append_numbers(csimdjson_parser &parser, ondemand::array array, csimdjson_field &field, bool is_row) {
  const char *const not_numbers = "an array holds something other than numbers (or rows of numbers)";
  size_t before = parser.numbers.size();
  for (auto element : array) {
    ondemand::value child;
    ondemand::json_type type;
    if (auto code = element.get(child)) return reason(code);
    if (child.type().get(type) != SUCCESS) return not_a_literal;
    if (type == ondemand::json_type::array && !is_row && parser.numbers.size() == before + field.row_count * field.row_length) {
      ondemand::array row;
      if (auto code = child.get_array().get(row)) return reason(code);
      size_t start = parser.numbers.size();
      if (auto failure = append_numbers(parser, row, field, true)) return failure;
      size_t length = parser.numbers.size() - start;
      if (field.row_count > 0 && length != field.row_length) return "the rows of a matrix differ in length";
      field.row_length = length;
      field.row_count += 1;
    } else if (type == ondemand::json_type::number && (is_row || field.row_count == 0)) {
      csimdjson_token token{};
      if (auto failure = read_number(child, child.raw_json_token(), token)) return failure;
      parser.numbers.push_back(token.number);
    } else {
      return not_numbers;
    }
  }
  return nullptr;
}

const char *read_field(csimdjson_parser &parser, ondemand::value value, const csimdjson_name &name, csimdjson_field &field) {
  ondemand::json_type type;
  if (value.type().get(type) != SUCCESS) return not_a_literal;
  if (type == ondemand::json_type::array && name.read_numbers) {
    ondemand::array array;
    if (auto code = value.get_array().get(array)) return reason(code);
    field.token.kind = csimdjson_array;
    // The buffer may still move: the start is kept as an offset until all fields are read.
    field.token.integer = int64_t(parser.numbers.size());
    auto failure = append_numbers(parser, array, field, false);
    field.number_count = parser.numbers.size() - size_t(field.token.integer);
    return failure;
  }
  if (type == ondemand::json_type::array || type == ondemand::json_type::object) {
    field.token.kind = type == ondemand::json_type::array ? csimdjson_array : csimdjson_object;
    return check(value, parser.depth_limit - 1);
  }
  return read_scalar(value, type, value.raw_json_token(), field.token);
}

const char *start(csimdjson_parser &parser, const char *text, size_t length, ondemand::document &document) {
  if (length > longest_text) return reason(CAPACITY);
  if (auto code = parser.parser.iterate(text, length, length + csimdjson_padding).get(document)) return reason(code);
  return nullptr;
}

/// Whether the cursor stands behind the last token: simdjson 3.0 has no direct question for it.
bool is_at_end(ondemand::document &document) { return document.current_location().error() == OUT_OF_BOUNDS; }

const char *read_fields(csimdjson_parser &parser, const char *text, size_t length, const csimdjson_name *names, size_t count,
                        csimdjson_field *fields, int64_t &failed) {
  parser.numbers.clear();
  // Clearing all fields whole would cost as much as parsing a short line; a field is cleared when it is met.
  for (size_t index = 0; index < count; ++index) fields[index].token.kind = csimdjson_absent;
  ondemand::document document;
  if (auto failure = start(parser, text, length, document)) return failure;
  ondemand::json_type type;
  if (document.type().get(type) != SUCCESS || type != ondemand::json_type::object) return "the line is not a JSON object";
  ondemand::object object;
  if (auto code = document.get_object().get(object)) return reason(code);
  for (auto entry : object) {
    ondemand::field pair;
    std::string_view key;
    if (auto code = std::move(entry).get(pair)) return reason(code);
    if (auto code = pair.unescaped_key().get(key)) return reason(code);
    size_t index = 0;
    while (index < count && (names[index].length != key.size() || std::memcmp(names[index].bytes, key.data(), key.size()) != 0))
      ++index;
    if (index == count) {
      if (auto failure = check(pair.value(), parser.depth_limit - 1)) return failure;
      continue;
    }
    failed = int64_t(index);
    if (fields[index].token.kind != csimdjson_absent) return "the field occurs twice";
    fields[index] = csimdjson_field{};
    if (auto failure = read_field(parser, pair.value(), names[index], fields[index])) return failure;
    failed = -1;
  }
  if (!is_at_end(document)) return trailing;
  for (size_t index = 0; index < count; ++index)
    if (names[index].read_numbers && fields[index].token.kind == csimdjson_array)
      fields[index].numbers = parser.numbers.data() + fields[index].token.integer;
  return nullptr;
}

const char *read_tokens(csimdjson_parser &parser, const char *text, size_t length) {
  parser.tokens.clear();
  ondemand::document document;
  if (auto failure = start(parser, text, length, document)) return failure;
  ondemand::json_type type;
  if (document.type().get(type) != SUCCESS) return not_a_literal;
  if (type == ondemand::json_type::array) {
    ondemand::array array;
    if (auto code = document.get_array().get(array)) return reason(code);
    if (auto failure = collect_array(parser, array, parser.depth_limit)) return failure;
  } else if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (auto code = document.get_object().get(object)) return reason(code);
    if (auto failure = collect_object(parser, object, parser.depth_limit)) return failure;
  } else {
    csimdjson_token token{};
    std::string_view raw;
    if (auto code = document.raw_json_token().get(raw)) return reason(code);
    if (auto failure = read_scalar(document, type, raw, token)) return failure;
    parser.tokens.push_back(token);
  }
  return is_at_end(document) ? nullptr : trailing;
}

}  // namespace

csimdjson_parser *csimdjson_create(size_t depth_limit) {
  auto parser = new (std::nothrow) csimdjson_parser;
  if (!parser) return nullptr;
  parser->depth_limit = depth_limit < 1 ? 1 : depth_limit;
  // simdjson checks depth of its own on some paths; ours is the smaller limit and speaks first.
  if (parser->parser.allocate(1 << 16, parser->depth_limit + 8) != SUCCESS) {
    delete parser;
    return nullptr;
  }
  return parser;
}

void csimdjson_destroy(csimdjson_parser *parser) { delete parser; }

int csimdjson_read_fields(csimdjson_parser *parser, const char *text, size_t length, const csimdjson_name *names, size_t count,
                          csimdjson_field *fields, csimdjson_failure *failure) {
  failure->field = -1;
  try {
    failure->reason = read_fields(*parser, text, length, names, count, fields, failure->field);
  } catch (const std::bad_alloc &) {
    failure->reason = reason(MEMALLOC);
  }
  return failure->reason == nullptr;
}

int csimdjson_read_tokens(csimdjson_parser *parser, const char *text, size_t length, const csimdjson_token **tokens,
                          size_t *count, csimdjson_failure *failure) {
  failure->field = -1;
  try {
    failure->reason = read_tokens(*parser, text, length);
  } catch (const std::bad_alloc &) {
    failure->reason = reason(MEMALLOC);
  }
  *tokens = parser->tokens.data();
  *count = parser->tokens.size();
  return failure->reason == nullptr;
}
