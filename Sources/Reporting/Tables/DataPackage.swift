import Interchange

/// `datapackage.json`: the tables of a run for programs, and the list of the run's own files.
///
/// Frictionless Data Package with one Table Schema for each CSV; an empty cell is a missing value. It holds no time and no machine, so that equal runs
/// have equal packages.
public enum DataPackage {
  /// The package of `tables`, in a directory that holds `files` besides the package itself.
  public static func json(
    kind: RunManifest.Kind, title: String, tables: [TidyTable], files: [String]
  ) -> JSONValue {
    .object([
      ("name", .string("allot-\(kind.rawValue)")),
      ("title", .string(title)),
      ("profile", .string("tabular-data-package")),
      ("resources", .array(tables.map(resource))),
      (RunManifest.kindKey, .string(kind.rawValue)),
      (RunManifest.filesKey, .array((files + [RunManifest.fileName]).sorted().map { .string($0) })),
    ])
  }

  private static func resource(_ table: TidyTable) -> JSONValue {
    let fileName = table.path.split(separator: "/").last.map(String.init) ?? table.path
    return .object([
      ("name", .string(fileName.replacing(".csv", with: "").lowercased())),
      ("path", .string(table.path)),
      ("profile", .string("tabular-data-resource")),
      ("description", .string(table.description)),
      ("format", .string("csv")),
      ("mediatype", .string("text/csv")),
      ("encoding", .string("utf-8")),
      ("rows", .integer(table.rowCount)),
      ("non_finite_cells", .integer(table.nonFiniteCount)),
      (
        "schema",
        .object([
          ("fields", .array(table.columns.map(\.json))),
          ("missingValues", .array([.string("")])),
        ])
      ),
    ])
  }
}
