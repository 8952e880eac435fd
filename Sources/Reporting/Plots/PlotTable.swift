import Claims

/// Why a plot cannot be drawn.
public struct PlotUnavailable: Error, Hashable, Sendable {
  /// The reason, for the report.
  public var reason: String

  /// A reason.
  public init(_ reason: String) { self.reason = reason }
}

/// A point table as a plot reads it: columns by name, cells as numbers or labels.
public struct PlotTable: Sendable {
  /// The rows.
  public let rows: [PlotRow]

  /// Checks that `table` has the columns `needed` and at least one row.
  public init(_ table: PointTable, needing needed: [String]) throws(PlotUnavailable) {
    let missing = needed.filter { !table.columns.contains($0) }
    guard missing.isEmpty else {
      throw PlotUnavailable(
        "the table '\(table.name)' has no column \(missing.map { "'\($0)'" }.joined(separator: ", "))")
    }
    guard !table.rows.isEmpty else { throw PlotUnavailable("the table '\(table.name)' has no rows") }
    let index = Dictionary(
      table.columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    rows = table.rows.map { PlotRow(cells: $0, index: index) }
  }

  /// The distinct labels of `column`, in the order of first appearance.
  public func labels(_ column: String) -> [String] {
    var seen: Set<String> = []
    return rows.compactMap { row in
      let label = row.label(column)
      return seen.insert(label).inserted ? label : nil
    }
  }
}

/// One row of a `PlotTable`.
public struct PlotRow: Sendable {
  let cells: [StructuredValue]
  let index: [String: Int]

  private func cell(_ column: String) -> StructuredValue {
    guard let position = index[column], cells.indices.contains(position) else { return .missing }
    return cells[position]
  }

  /// The finite number in `column`; nil for anything else.
  public func number(_ column: String) -> Double? {
    switch cell(column) {
    case .integer(let value): return Double(value)
    case .number(let value): return value.isFinite ? value : nil
    default: return nil
    }
  }

  /// The cell as a label: text as it is, numbers in their shortest form, nothing as an empty label.
  public func label(_ column: String) -> String {
    switch cell(column) {
    case .text(let text): return text
    case .integer(let value): return String(value)
    case .number(let value):
      return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
    case .truth(let value): return value ? "true" : "false"
    default: return ""
    }
  }
}
