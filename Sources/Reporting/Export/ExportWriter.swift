/// Turns a stored run into a directory for notebooks: tidy CSVs, figures, the column dictionary, a notebook that reads only the CSVs.
public struct ExportWriter: Sendable {
  /// The name of the notebook.
  public static let notebookName = "analysis.ipynb"

  /// The tables, under `data/`.
  public let tables: [TidyTable]
  private let run: StoredRun

  /// Prepares the export of `run`.
  public init(_ run: StoredRun) {
    self.run = run
    tables = ((run.verdicts.map { VerdictTables.tables($0) } ?? []) + run.tables).map { table in
      var moved = table
      moved.path = table.path.replacing("tables/", with: "data/")
      return moved
    }
  }

  /// Every file of the export.
  public func files() -> [RunFile] {
    var files = tables.map(\.file)
    files += run.pictures.map {
      RunFile(path: $0.path.replacing("plots/", with: "figures/"), bytes: $0.bytes)
    }
    files.append(RunFile(path: "COLUMNS.md", text: ColumnsDocument.text(tables)))
    files.append(
      RunFile(path: Self.notebookName, text: AnalysisNotebook.json(tables: tables).text(pretty: true) + "\n"))
    let package = DataPackage.json(
      kind: .export, title: "allot export of a run of allot \(run.kind.rawValue)", tables: tables,
      files: files.map(\.path))
    files.append(RunFile(path: RunManifest.fileName, text: package.text(pretty: true) + "\n"))
    return files
  }
}
