/// A JSON value whose objects keep the order of their keys.
///
/// Order is kept because printed JSON is compared byte by byte between runs and thread counts; a dictionary would not do.
public enum JSONValue: Sendable, Equatable {
  /// `null`; also what a non-finite number is written as.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number written without fraction and exponent that fits 64 bits.
  case integer(Int)
  /// Any other number.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object, keys in the order of writing.
  case object([(String, JSONValue)])

  /// Whether both are the same value, keys in the same order; NaN equals nothing.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): return true
    case (.bool(let a), .bool(let b)): return a == b
    case (.integer(let a), .integer(let b)): return a == b
    case (.number(let a), .number(let b)): return a == b
    case (.string(let a), .string(let b)): return a == b
    case (.array(let a), .array(let b)): return a == b
    case (.object(let a), .object(let b)):
      return a.count == b.count && zip(a, b).allSatisfy { $0.0 == $1.0 && $0.1 == $1.1 }
    default: return false
    }
  }

  /// The value of the first entry named `key`; nil where this is no object or has no such entry.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let entries) = self else { return nil }
    return entries.first { $0.0 == key }?.1
  }

  /// The element at `index`; nil where this is no array or is shorter.
  public subscript(index: Int) -> JSONValue? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  /// The number as a double, of an integer too; nil for anything else.
  public var doubleValue: Double? {
    switch self {
    case .integer(let value): return Double(value)
    case .number(let value): return value
    default: return nil
    }
  }

  /// The integer; nil for anything else, a number with a zero fraction included.
  public var integerValue: Int? {
    if case .integer(let value) = self { return value }
    return nil
  }

  /// The string; nil for anything else.
  public var stringValue: String? {
    if case .string(let value) = self { return value }
    return nil
  }

  /// The truth value; nil for anything else.
  public var boolValue: Bool? {
    if case .bool(let value) = self { return value }
    return nil
  }

  /// The elements; nil for anything but an array.
  public var arrayValue: [JSONValue]? {
    if case .array(let value) = self { return value }
    return nil
  }

  /// The entries; nil for anything but an object.
  public var objectValue: [(String, JSONValue)]? {
    if case .object(let value) = self { return value }
    return nil
  }

  /// The number, or null where there is none.
  public static func optional(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
  /// The integer, or null where there is none.
  public static func optional(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
}
