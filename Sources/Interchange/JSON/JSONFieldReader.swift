import CSimdJSON

/// Reads chosen top-level fields of one JSON object after another without building values for the rest.
///
/// Everything in the text is checked all the same: a line with a malformed number in a field that nobody reads is damaged.
final class JSONFieldReader {
  /// A field to read: its name, and whether an array in it is to be read as numbers.
  struct Name {
    var name: String
    var readsNumbers = false
  }

  /// The fields found last, in the order of the names; strings and numbers in them live until the next call.
  private(set) var fields: [csimdjson_field]
  private let names: [Name]
  private let parser: OpaquePointer
  private let table: UnsafeMutablePointer<csimdjson_name>

  /// A reader of `names`; nil without memory.
  init?(_ names: [Name], depthLimit: Int = JSONValue.defaultDepthLimit) {
    guard let parser = csimdjson_create(depthLimit) else { return nil }
    self.parser = parser
    self.names = names
    fields = Array(repeating: csimdjson_field(), count: names.count)
    table = .allocate(capacity: names.count)
    for (index, name) in names.enumerated() {
      let bytes = UnsafeMutablePointer<CChar>.allocate(capacity: name.name.utf8.count)
      for (offset, byte) in name.name.utf8.enumerated() { bytes[offset] = CChar(bitPattern: byte) }
      (table + index).initialize(
        to: csimdjson_name(
          bytes: bytes, length: name.name.utf8.count, read_numbers: name.readsNumbers ? 1 : 0))
    }
  }

  deinit {
    for index in names.indices { table[index].bytes.deallocate() }
    table.deallocate()
    csimdjson_destroy(parser)
  }

  /// Whether an array in the field numbered `index` was read as numbers.
  func readsNumbers(_ index: Int) -> Bool { names[index].readsNumbers }

  /// Reads the fields of `line`, which has `csimdjson_padding` readable bytes behind it.
  ///
  /// Returns what is wrong; nil if nothing is.
  func read(_ line: UnsafeRawBufferPointer) -> (field: String?, reason: String)? {
    var failure = csimdjson_failure()
    let text = line.baseAddress?.assumingMemoryBound(to: CChar.self)
    let succeeded = fields.withUnsafeMutableBufferPointer { fields in
      csimdjson_read_fields(parser, text, line.count, table, names.count, fields.baseAddress, &failure)
    }
    if succeeded == 1 { return nil }
    let field = names.indices.contains(Int(failure.field)) ? names[Int(failure.field)].name : nil
    return (field, failure.reason.map { String(cString: $0) } ?? "the JSON is malformed")
  }
}

extension csimdjson_field {
  /// Whether the field was there and not null.
  var isPresent: Bool { token.kind != csimdjson_absent && token.kind != csimdjson_null }

  /// The number, true as 1 and false as 0; nil for anything else.
  var number: Double? {
    switch token.kind {
    case csimdjson_integer, csimdjson_number: return token.number
    case csimdjson_true: return 1
    case csimdjson_false: return 0
    default: return nil
    }
  }

  /// The number where it is a whole one of at most 2⁵³; nil for anything else.
  var integer: Int? {
    if token.kind == csimdjson_integer { return Int(token.integer) }
    guard token.kind == csimdjson_number, token.number.rounded() == token.number, abs(token.number) <= 0x1p53
    else {
      return nil
    }
    return Int(token.number)
  }

  /// The string; nil for anything else.
  var string: String? { token.kind == csimdjson_string ? token.text : nil }

  /// The numbers of an array that was read as such, row by row for an array of arrays; nil for anything else.
  var values: UnsafeBufferPointer<Double>? {
    token.kind == csimdjson_array && numbers != nil
      ? UnsafeBufferPointer(start: numbers, count: number_count) : nil
  }
}
