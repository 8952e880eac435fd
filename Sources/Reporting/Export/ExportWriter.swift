import Interchange

/// Turns a stored run into a directory for notebooks: tidy CSVs, figures, the column dictionary, a notebook that reads only the CSVs.
public struct ExportWriter: Sendable {
  /// The name of the notebook.
  public static let notebookName = "analysis.ipynb"

  /// The tables, under `data/`.
  public let tables: [TidyTable]
  private let run: StoredRun
  private let comparison: StoredComparison?
  private let verdicts: JSONValue?

  /// Prepares the export of `run`, together with what a comparison of trained methods came to.
  public init(_ run: StoredRun, comparison: StoredComparison? = nil) {
    self.run = run
    self.comparison = comparison
    verdicts = comparison.map { $0.verdicts(joinedTo: run.verdicts) } ?? run.verdicts
    let stored = run.tables + (comparison?.run.tables ?? [])
    tables = ((verdicts.map { VerdictTables.tables($0) } ?? []) + stored).map { table in
      var moved = table
      moved.path = table.path.replacing("tables/", with: "data/")
      return moved
    }
  }

  /// Every file of the export.
  public func files() -> [RunFile] {
    var files = tables.map(\.file)
    if let verdicts {
      files.append(RunFile(path: VerdictsDocument.fileName, text: verdicts.text(pretty: true) + "\n"))
    }
    files += (run.pictures + (comparison?.run.pictures ?? [])).map {
      RunFile(path: $0.path.replacing("plots/", with: "figures/"), bytes: $0.bytes)
    }
    files.append(RunFile(path: "COLUMNS.md", text: ColumnsDocument.text(tables)))
    files.append(
      RunFile(path: Self.notebookName, text: AnalysisNotebook.json(tables: tables).text(pretty: true) + "\n"))
    let title =
      "allot export of a run of allot \(run.kind.rawValue)"
      + (comparison == nil ? "" : " and of a comparison by allot compare")
    let package = DataPackage.json(
      kind: .export, title: title, tables: tables, files: files.map(\.path))
    files.append(RunFile(path: RunManifest.fileName, text: package.text(pretty: true) + "\n"))
    return files
  }
}
