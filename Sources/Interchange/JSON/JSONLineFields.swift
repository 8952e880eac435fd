import CSimdJSON

/// Reads chosen fields of the JSON objects of a file, one line after another.
///
/// Everything else in a line is checked and passed over. Blank lines are not counted as objects.
public final class JSONLineFields {
  /// A field to read.
  public struct Name: Sendable {
    /// The name.
    public var name: String
    /// Whether an array in it is read as numbers, or as rows of numbers; else its content is passed over.
    public var readsNumbers: Bool

    /// A name.
    public init(_ name: String, readsNumbers: Bool = false) {
      self.name = name
      self.readsNumbers = readsNumbers
    }
  }

  /// What a field holds.
  public enum Value: Sendable, Equatable {
    /// Nothing: the line has no such field, or null.
    case absent
    /// true or false.
    case truth(Bool)
    /// A number; `integer` where it was written as one of at most 64 bits.
    case number(Double, integer: Int?)
    /// A string.
    case text(String)
    /// An array of numbers.
    case numbers([Double])
    /// An array of arrays of numbers, row by row, all of the length `rowLength`.
    case rows([Double], rowLength: Int)
    /// An object, or an array that was not asked for as numbers.
    case other
  }

  /// The name that errors carry.
  public var file: String { lines.name }
  /// The number of the line read last.
  public var lineNumber: Int { lines.lineNumber }
  /// The bytes of the line read last; valid until the next call.
  public private(set) var text = UnsafeRawBufferPointer(start: nil, count: 0)

  private let lines: LineReader
  private let reader: JSONFieldReader

  /// Reads `names` from `lines`.
  public init(_ lines: LineReader, _ names: [Name]) throws(InterchangeError) {
    guard
      let reader = JSONFieldReader(names.map { .init(name: $0.name, readsNumbers: $0.readsNumbers) })
    else { throw .unreadable(file: lines.name, reason: "there is no memory for the parser") }
    self.lines = lines
    self.reader = reader
  }

  /// Reads the next line that is not blank; false at the end.
  public func next() throws(InterchangeError) -> Bool {
    while let line = try lines.next() {
      if lines.isTooLong { throw damaged(nil, "the line is too long") }
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
      text = line
      if let failure = reader.read(line) { throw damaged(failure.field, failure.reason) }
      return true
    }
    return false
  }

  /// Whether the line has the field numbered `index` in the order of the names, be it null.
  public func has(_ index: Int) -> Bool { reader.fields[index].token.kind != csimdjson_absent }

  /// The value of the field numbered `index` in the order of the names.
  public func value(_ index: Int) -> Value {
    let field = reader.fields[index]
    switch field.token.kind {
    case csimdjson_absent, csimdjson_null: return .absent
    case csimdjson_true: return .truth(true)
    case csimdjson_false: return .truth(false)
    case csimdjson_integer: return .number(field.token.number, integer: Int(field.token.integer))
    case csimdjson_number: return .number(field.token.number, integer: nil)
    case csimdjson_string: return .text(field.token.text)
    case csimdjson_array:
      guard reader.readsNumbers(index) else { return .other }
      // An empty array has no address to read from.
      let values =
        field.number_count > 0
        ? Array(UnsafeBufferPointer(start: field.numbers, count: field.number_count)) : []
      return field.row_count > 0 ? .rows(values, rowLength: field.row_length) : .numbers(values)
    default: return .other
    }
  }

  /// The error for the line read last.
  public func damaged(_ field: String?, _ reason: String) -> InterchangeError {
    .damaged(file: lines.name, line: lines.lineNumber, field: field, reason: reason)
  }
}
