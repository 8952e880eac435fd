import Claims
import Interchange

extension JSONValue {
  /// The tree as JSON, fields in their order; non-finite numbers become null when written.
  public init(_ value: StructuredValue) {
    switch value {
    case .missing: self = .null
    case .truth(let truth): self = .bool(truth)
    case .integer(let integer): self = .integer(integer)
    case .number(let number): self = .number(number)
    case .text(let text): self = .string(text)
    case .list(let values): self = .array(values.map { JSONValue($0) })
    case .record(let fields): self = .object(fields.map { ($0.name, JSONValue($0.value)) })
    }
  }

  /// The string, or null where there is none.
  static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}
