/// `COLUMNS.md`: every table of an export with its columns, for people.
enum ColumnsDocument {
  static func text(_ tables: [TidyTable]) -> String {
    var lines = [
      "# Columns", "",
      "An empty cell is a missing value. The same descriptions, for programs, are in `datapackage.json`.",
    ]
    for table in tables {
      lines += [
        "", "## `\(table.path)`", "", "\(table.description) \(table.rowCount) rows.", "",
        "| column | type | unit | meaning |",
      ]
      lines.append("|---|---|---|---|")
      lines += table.columns.map { column in
        "| `\(cell(column.name))` | \(cell(column.type)) | \(cell(column.unit ?? "")) | \(cell(column.description)) |"
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Text that stays inside its cell.
  private static func cell(_ text: String) -> String {
    text.replacing("|", with: "\\|").replacing("\n", with: " ")
  }
}
