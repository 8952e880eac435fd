import Foundation
import Interchange

/// Numbers for people: five significant digits; the files have all of them.
enum ReportNumber {
  static func text(_ value: Double) -> String {
    guard value.isFinite else { return "" }
    return String(format: "%.5g", value)
  }
}

extension JSONValue {
  /// JSON to copy: on one line, numbers in the shortest form that reads back the same.
  ///
  /// `0.1` rather than `0.10000000000000001`.
  var shortText: String {
    switch self {
    case .number(let value): value.isFinite ? "\(value)" : "null"
    case .array(let values): "[" + values.map(\.shortText).joined(separator: ", ") + "]"
    case .object(let entries):
      "{"
        + entries.map { JSONValue.string($0.0).text(pretty: false) + ": " + $0.1.shortText }.joined(
          separator: ", ") + "}"
    default: text(pretty: false)
    }
  }
}
