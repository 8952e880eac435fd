import CSimdJSON

extension JSONValue {
  /// The nesting that is accepted unless the caller says otherwise.
  public static let defaultDepthLimit = 128

  /// Parses a whole JSON text.
  ///
  /// Integers that do not fit 64 bits become the nearest double; a number beyond double precision is an error, as are text behind
  /// the value, invalid UTF-8 and nesting beyond `depthLimit`. Repeated keys are kept in order (`subscript` gives the first).
  ///
  /// - Parameter file: the name that errors carry.
  public init(
    parsing bytes: some Sequence<UInt8>, file: String = "JSON", depthLimit: Int = JSONValue.defaultDepthLimit
  ) throws(InterchangeError) {
    precondition((1...1024).contains(depthLimit), "depthLimit is \(depthLimit), it must lie in 1...1024")
    var text = Array(bytes)
    let length = text.count
    text.append(contentsOf: repeatElement(0, count: csimdjson_padding))
    guard let parser = csimdjson_create(depthLimit) else {
      throw .unreadable(file: file, reason: "there is no memory to parse the text")
    }
    defer { csimdjson_destroy(parser) }
    var tokens: UnsafePointer<csimdjson_token>?
    var count = 0
    var failure = csimdjson_failure()
    let value: JSONValue? = text.withUnsafeBytes { buffer in
      let start = buffer.bindMemory(to: CChar.self).baseAddress
      guard csimdjson_read_tokens(parser, start, length, &tokens, &count, &failure) == 1 else { return nil }
      var cursor = TokenCursor(tokens: UnsafeBufferPointer(start: tokens, count: count))
      return cursor.value()
    }
    guard let value else {
      let reason = failure.reason.map { String(cString: $0) } ?? "the JSON is malformed"
      throw .damaged(file: file, line: 1, field: nil, reason: reason)
    }
    self = value
  }

  /// Parses a whole JSON text given as a string.
  public init(parsing text: String, file: String = "JSON") throws(InterchangeError) {
    try self.init(parsing: text.utf8, file: file)
  }
}

/// Builds values from the flat token list; the C side has checked that brackets match and how deep they nest.
private struct TokenCursor {
  let tokens: UnsafeBufferPointer<csimdjson_token>
  var index = 0

  mutating func value() -> JSONValue? {
    guard index < tokens.count else { return nil }
    let token = tokens[index]
    index += 1
    switch token.kind {
    case csimdjson_null: return .null
    case csimdjson_false: return .bool(false)
    case csimdjson_true: return .bool(true)
    case csimdjson_integer: return .integer(Int(token.integer))
    case csimdjson_number: return .number(token.number)
    case csimdjson_string: return .string(token.text)
    case csimdjson_array:
      var elements: [JSONValue] = []
      while index < tokens.count, tokens[index].kind != csimdjson_array_end {
        guard let element = value() else { return nil }
        elements.append(element)
      }
      index += 1
      return .array(elements)
    case csimdjson_object:
      var entries: [(String, JSONValue)] = []
      while index < tokens.count, tokens[index].kind != csimdjson_object_end {
        let key = tokens[index].text
        index += 1
        guard let entry = value() else { return nil }
        entries.append((key, entry))
      }
      index += 1
      return .object(entries)
    default: return nil
    }
  }
}

extension csimdjson_token {
  /// The unescaped characters of a string or key.
  var text: String {
    String(decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self)
  }
}
