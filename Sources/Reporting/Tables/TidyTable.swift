import Claims
import Interchange

/// A CSV table of a run with the description of its columns.
public struct TidyTable: Sendable, Hashable {
  /// The path inside the run directory.
  public var path: String
  /// One line that says what a row is.
  public var description: String
  /// The columns, described.
  public var columns: [ColumnDescription]
  /// The CSV text, header included.
  public var text: String
  /// The number of rows below the header.
  public var rowCount: Int
  /// The number of cells left empty because their number was not finite.
  public var nonFiniteCount: Int

  /// The file of the table.
  public var file: RunFile { RunFile(path: path, text: text) }

  /// The header of every estimate table, in this order.
  public static let estimateColumns = [
    "claim", "design", "method", "stat", "est", "mcse", "lower", "upper", "exact", "n", "seed",
  ]

  /// `tables/<claim>.csv`: one row for each statistic of each method at each design point.
  public static func estimates(of outcome: ClaimOutcome, seed: UInt64) -> TidyTable {
    let id = outcome.specification.id
    var writer = CSVWriter(header: estimateColumns)
    for row in outcome.evidence.allEstimates {
      writer.append([
        .text(id), .text(row.design), .text(row.method), .text(row.stat), .number(row.estimate),
        .optional(row.standardError), .optional(row.lower), .optional(row.upper), .optional(row.exact),
        .integer(row.count),
        .text(String(seed)),
      ])
    }
    return TidyTable(
      path: "tables/\(id).csv", description: "Every estimate of the claim \(id).",
      columns: estimateColumns.map { ColumnDictionary.describe($0) }, text: writer.text,
      rowCount: outcome.evidence.allEstimates.count, nonFiniteCount: writer.nonFiniteCount)
  }

  /// `tables/<prefix>-<name>.csv`: the points of a plot.
  ///
  /// A row that is shorter than the header is filled with empty cells, a longer one is cut: a table with a mistake must not lose the whole run.
  public static func points(_ table: PointTable, prefix: String) -> TidyTable {
    var writer = CSVWriter(header: table.columns)
    for row in table.rows {
      writer.append(table.columns.indices.map { row.indices.contains($0) ? CSVWriter.Cell(row[$0]) : .empty })
    }
    let columns = table.columns.indices.map { index in
      ColumnDictionary.describe(
        table.columns[index],
        values: table.rows.lazy.compactMap { $0.indices.contains(index) ? $0[index] : nil })
    }
    return TidyTable(
      path: "tables/\(prefix)-\(table.name).csv",
      description: "The points '\(table.name)' of \(prefix), as plotted.",
      columns: columns, text: writer.text, rowCount: table.rows.count, nonFiniteCount: writer.nonFiniteCount)
  }
}

extension CSVWriter.Cell {
  /// A cell of a point table; lists and records become their JSON text.
  init(_ value: StructuredValue) {
    switch value {
    case .missing: self = .empty
    case .truth(let truth): self = .text(truth ? "true" : "false")
    case .integer(let integer): self = .integer(integer)
    case .number(let number): self = .number(number)
    case .text(let text): self = .text(text)
    case .list, .record: self = .text(value.canonicalJSON)
    }
  }
}
