import Interchange

/// `verdicts.json` as tidy tables, for readers of CSV.
enum VerdictTables {
  /// The verdicts, sub-verdicts and exact values of counterexamples in `document`.
  static func tables(_ document: JSONValue) -> [TidyTable] {
    var verdicts = Rows(["claim", "verdict", "condition", "registration", "control", "statement"])
    var parts = Rows(["claim", "estimator", "population", "verdict", "condition"])
    var examples = Rows(["claim", "title", "name", "fraction", "decimal", "world"])
    for claim in document["claims"]?.arrayValue ?? [] {
      let id = text(claim["id"])
      verdicts.append([
        id, text(claim["verdict"]), text(claim["condition"]), text(claim["registration"]),
        text(claim["control"]?["verdict"]),
        text(claim["statement"]),
      ])
      for part in claim["sub_verdicts"]?.arrayValue ?? [] {
        parts.append([
          id, text(part["estimator"]), text(part["population"]), text(part["verdict"]),
          text(part["condition"]),
        ])
      }
      for example in claim["counterexamples"]?.arrayValue ?? [] {
        let world = example["world"].map { $0 == .null ? "" : $0.shortText } ?? ""
        for (name, value) in example["values"]?.objectValue ?? [] {
          examples.append([
            id, text(example["title"]), .text(name), text(example["exact"]?[name]), number(value),
            .text(world),
          ])
        }
      }
    }
    return [
      verdicts.table("verdicts", "One row for each claim."),
      parts.table("sub_verdicts", "One row for each estimator and population of each claim."),
      examples.table("counterexamples", "One row for each exact value of each counterexample."),
    ]
  }

  private static func text(_ value: JSONValue?) -> CSVWriter.Cell { .text(value?.stringValue ?? "") }
  private static func number(_ value: JSONValue?) -> CSVWriter.Cell { .optional(value?.doubleValue) }

  /// Rows on their way into a table.
  private struct Rows {
    let columns: [String]
    var writer: CSVWriter
    var count = 0

    init(_ columns: [String]) {
      self.columns = columns
      writer = CSVWriter(header: columns)
    }

    mutating func append(_ cells: [CSVWriter.Cell]) {
      writer.append(cells)
      count += 1
    }

    func table(_ name: String, _ description: String) -> TidyTable {
      TidyTable(
        path: "tables/\(name).csv", description: description,
        columns: columns.map { ColumnDictionary.describe($0) },
        text: writer.text, rowCount: count, nonFiniteCount: writer.nonFiniteCount)
    }
  }
}
