/// A small ordered tree of data: what a specification, a counterexample or a table cell is made of.
///
/// Claims must not know the JSON of the outside world (Interchange), yet a specification is hashed in canonical JSON and a counterexample is
/// written into `verdicts.json`; both go through this one type.
public indirect enum StructuredValue: Sendable, Hashable {
  /// No value: JSON null, an empty CSV cell.
  case missing
  /// True or false.
  case truth(Bool)
  /// An integer.
  case integer(Int)
  /// A real number; non-finite ones are written as missing.
  case number(Double)
  /// Text.
  case text(String)
  /// A list.
  case list([StructuredValue])
  /// Named values in order of writing.
  case record([Field])

  /// One named value of a record.
  public struct Field: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The value.
    public var value: StructuredValue

    /// Names a value.
    public init(_ name: String, _ value: StructuredValue) {
      self.name = name
      self.value = value
    }
  }

  /// A list of numbers.
  public static func numbers(_ values: [Double]) -> StructuredValue { .list(values.map { .number($0) }) }

  /// A list of integers.
  public static func integers(_ values: [Int]) -> StructuredValue { .list(values.map { .integer($0) }) }

  /// A list of texts.
  public static func texts(_ values: [String]) -> StructuredValue { .list(values.map { .text($0) }) }

  /// Canonical JSON: record keys sorted by their UTF-8 bytes, no white space, numbers in Swift's shortest exact form.
  ///
  /// Two equal specifications have equal canonical JSON whatever the order their fields were written in.
  public var canonicalJSON: String {
    switch self {
    case .missing: return "null"
    case .truth(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .number(let value): return value.isFinite ? "\(value)" : "null"
    case .text(let value): return Self.quoted(value)
    case .list(let values): return "[" + values.map(\.canonicalJSON).joined(separator: ",") + "]"
    case .record(let fields):
      let sorted = fields.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
      return "{" + sorted.map { Self.quoted($0.name) + ":" + $0.value.canonicalJSON }.joined(separator: ",")
        + "}"
    }
  }

  /// `text` as a JSON string: quotes, backslashes and control characters escaped, all else as it is.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      default:
        if scalar.value < 0x20 {
          let digits = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}
