import Claims
import Interchange
import Mustache

/// Turns the tables of an audit of real rollouts into the files of a run directory: CSVs, plots, a report, the data package.
public struct AuditWriter: Sendable {
  /// The rows of a table that the page shows; the CSV has all.
  static let mostRows = 60

  /// Every CSV table, `tables/audit-<name>.csv`.
  public let tables: [TidyTable]
  /// The plots, drawn or missing; empty before `drawPlots`.
  public private(set) var plots: [PlotRenderer.Drawn] = []

  private let points: [PointTable]
  private let paragraphs: [String]

  /// Prepares the files of an audit.
  ///
  /// The tables `allocation`, `points` and `dead_groups` are plotted (see `AuditPlots`); others are written and listed. `paragraphs` open the page: what was
  /// read, what was skipped, what was found.
  public init(tables: [PointTable], paragraphs: [String]) {
    points = tables
    self.paragraphs = paragraphs
    self.tables = tables.map { TidyTable.points($0, prefix: "audit") }
  }

  /// Draws the plots with gnuplot, `threads` at a time.
  public mutating func drawPlots(threads: Int, isCancelled: @escaping @Sendable () -> Bool = { false }) async
  {
    plots = await PlotRenderer.draw(
      AuditPlots.planned(for: points), threads: threads, isCancelled: isCancelled)
  }

  /// The plots that are missing, each with its reason.
  public var missingPlots: [(name: String, reason: String)] {
    plots.compactMap { plot in plot.missing.map { (plot.name, $0) } }
  }

  /// Every file of the run directory; `others` are files of the caller's own, such as `audit.json`.
  public func files(others: [RunFile] = []) throws -> [RunFile] {
    var files = others + tables.map(\.file) + plots.flatMap(\.files)
    files.append(RunFile(path: VerificationReport.fileName, text: try html()))
    let package = DataPackage.json(
      kind: .audit, title: "allot audit", tables: tables, files: files.map(\.path))
    files.append(RunFile(path: RunManifest.fileName, text: package.text(pretty: true) + "\n"))
    return files
  }

  private func html() throws -> String {
    let nonFinite = tables.reduce(0) { $0 + $1.nonFiniteCount }
    let content: [String: Any] = [
      "title": "Audit of rollouts", "style": ReportStyle.css, "paragraphs": paragraphs,
      "hasMissing": !missingPlots.isEmpty,
      "missing": missingPlots.map { ["name": $0.name, "reason": $0.reason] },
      "nonFinite": nonFinite == 0
        ? "" : "Cells without a finite value, left empty in the tables: \(nonFinite).",
      "figures": plots.compactMap(Self.figure), "tables": zip(points, tables).map { Self.table($0, $1) },
    ]
    return try MustacheTemplate(string: AuditTemplate.text).render(content)
  }

  private static func figure(_ plot: PlotRenderer.Drawn) -> [String: Any]? {
    guard let script = plot.script, let source = ReportPicture.dataURI(plot) else { return nil }
    return [
      "name": plot.name, "title": script.title, "caption": script.caption, "source": source,
      "height": String(PlotLayout(script).height),
    ]
  }

  private static func table(_ points: PointTable, _ table: TidyTable) -> [String: Any] {
    let records = points.rows.prefix(mostRows).enumerated().map { index, row -> [String: Any] in
      // The header is row 1 of the CSV.
      ["cells": row.map(text), "row": String(index + 2), "link": "\(table.path)#row=\(index + 2)"]
    }
    return [
      "name": points.name.replacing("_", with: " "), "description": table.description, "path": table.path,
      "rows": String(table.rowCount), "columns": points.columns, "records": records,
      "rest": table.rowCount > mostRows ? "the first \(mostRows) are shown" : "",
    ]
  }

  private static func text(_ value: StructuredValue) -> String {
    switch value {
    case .missing: ""
    case .number(let number): ReportNumber.text(number)
    case .integer(let integer): String(integer)
    case .text(let text): text
    case .truth, .list, .record: value.canonicalJSON
    }
  }
}
