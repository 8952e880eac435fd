import Foundation

/// Tables and numbers as people read them on a terminal.
enum TextTable {
  /// Columns of equal width, two blanks apart, flush left.
  static func aligned(_ rows: [[String]]) -> String {
    let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let line = zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(
        separator: "  ")
      return "  " + line.replacing(#/ +$/#, with: "") + "\n"
    }.joined()
  }

  /// Four decimals; a dash where there is no number.
  static func short(_ value: Double?) -> String { value.map { String(format: "%.4f", $0) } ?? "-" }
  /// Per cent with one decimal, two digits where that would be zero; a dash where there is no number.
  static func percent(_ value: Double?) -> String {
    guard let value else { return "-" }
    return String(format: value > 0 && value < 0.0005 ? "%.2g%%" : "%.1f%%", 100 * value)
  }
  /// Two digits.
  static func plain(_ value: Double) -> String { String(format: "%.2g", value) }
}
