import Interchange

/// The notebook of an export: nbformat 4, reads only the CSVs, needs pandas and matplotlib.
enum AnalysisNotebook {
  /// The notebook for `tables`: one section for each kind of table that is there.
  static func json(tables: [TidyTable]) -> JSONValue {
    let names = tables.compactMap { $0.path.split(separator: "/").last?.dropLast(4) }.map(String.init)
    var cells = [cell(.markdown, NotebookTemplate.introduction), cell(.code, NotebookTemplate.setup)]
    for section in NotebookTemplate.sections + NotebookTemplate.comparisonSections
    where names.contains(where: { section.matches($0) }) {
      cells.append(cell(.markdown, section.heading))
      cells.append(cell(.code, section.code))
    }
    for index in cells.indices { cells[index] = identified(cells[index], "cell-\(index + 1)") }
    return .object([
      ("cells", .array(cells)),
      (
        "metadata",
        .object([
          (
            "kernelspec",
            .object([
              ("display_name", .string("Python 3")), ("language", .string("python")),
              ("name", .string("python3")),
            ])
          ), ("language_info", .object([("name", .string("python"))])),
        ])
      ),
      ("nbformat", .integer(4)),
      ("nbformat_minor", .integer(5)),
    ])
  }

  private enum Kind: String { case markdown, code }

  private static func cell(_ kind: Kind, _ text: String) -> JSONValue {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let source = lines.enumerated().map {
      JSONValue.string($0.element + ($0.offset < lines.count - 1 ? "\n" : ""))
    }
    var entries: [(String, JSONValue)] = [("cell_type", .string(kind.rawValue)), ("metadata", .object([]))]
    if kind == .code { entries += [("execution_count", .null), ("outputs", .array([]))] }
    return .object(entries + [("source", .array(source))])
  }

  private static func identified(_ cell: JSONValue, _ id: String) -> JSONValue {
    .object([("id", .string(id))] + (cell.objectValue ?? []))
  }
}
