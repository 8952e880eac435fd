import Claims
import Interchange
import Training

/// The directory of a comparison read back from the disk, with everything in it checked: it may come from anybody.
public struct StoredComparison: Sendable {
  /// Its tables and pictures.
  public let run: StoredRun
  /// The verdict, as an entry of `verdicts.json`.
  public let entry: JSONValue
  /// The tool that made it.
  let tool: JSONValue

  /// Reads the comparison in `directory`.
  ///
  /// A directory without `comparison.json` is `missing`; a document that no comparison writes, a table that does not fit its description, and what else
  /// `StoredRun` refuses are `damaged`.
  public init(directory: String) throws(ReportingError) {
    let document = try StoredRun.json(directory, ComparisonDocument.fileName)
    let check = Check(file: directory + "/" + ComparisonDocument.fileName)
    guard document["schema"]?.stringValue == ComparisonDocument.schema else {
      throw check.damaged("field 'schema' is not '\(ComparisonDocument.schema)'")
    }
    guard let entry = document["verdict"], entry.objectValue != nil else {
      throw check.damaged("field 'verdict' is not an object")
    }
    try check.entry(entry)
    self.entry = entry
    tool = document["tool"] ?? .null
    run = try StoredRun(directory: directory, kinds: [.compare])
    try Self.check(run, directory: directory)
  }

  /// `document` with the verdict of the comparison at its end, in the place of an earlier one; a document of its own where there is none.
  func verdicts(joinedTo document: JSONValue?) -> JSONValue {
    let fields =
      document?.objectValue
      ?? [
        ("schema", .string(VerdictsDocument.schema)), ("seed", .null), ("preset", .null), ("tool", tool),
        ("claims", .array([])),
      ]
    return .object(
      fields.map { name, value in
        guard name == "claims" else { return (name, value) }
        let others = (value.arrayValue ?? []).filter {
          $0["id"]?.stringValue != DynamoTrainsBetter.id
        }
        return (name, .array(others + [entry]))
      })
  }

  /// The tables of a comparison, by name with the columns that the notebook reads.
  private static func check(_ run: StoredRun, directory: String) throws(ReportingError) {
    let known = [
      "tables/comparison.csv": ComparisonColumns.comparison,
      "tables/comparison-runs.csv": ComparisonColumns.runs,
      "tables/comparison-curves.csv": ComparisonColumns.curves,
      "tables/comparison-verdict.csv": ComparisonColumns.verdict,
    ]
    let manifest = directory + "/" + RunManifest.fileName
    for table in run.tables {
      guard let columns = known[table.path] else {
        throw .damaged(file: manifest, line: nil, reason: "'\(table.path)' is no table of a comparison")
      }
      // Comparisons that were made before runs told what they had spent.
      let isOlder =
        table.path == "tables/comparison-runs.csv"
        && table.columns.map(\.name) == ComparisonColumns.runsWithoutSpent.map(\.name)
      guard isOlder || table.columns.map(\.name) == columns.map(\.name) else {
        throw .damaged(
          file: directory + "/" + table.path, line: 1, reason: "the columns are not those of a comparison")
      }
    }
    for path in known.keys.sorted() where run.tables.count(where: { $0.path == path }) != 1 {
      throw .damaged(file: manifest, line: nil, reason: "'\(path)' is not listed once")
    }
    // A name of its own keeps a picture from taking the place of one of the run's.
    for picture in run.pictures where !picture.path.hasPrefix("plots/comparison-") {
      throw .damaged(file: manifest, line: nil, reason: "'\(picture.path)' is no picture of a comparison")
    }
  }

  /// The fields of the verdict.
  private struct Check {
    var file: String

    func damaged(_ reason: String) -> ReportingError { .damaged(file: file, line: nil, reason: reason) }

    func entry(_ entry: JSONValue) throws(ReportingError) {
      guard entry["id"]?.stringValue == DynamoTrainsBetter.id else {
        throw damaged("field 'verdict.id' is not '\(DynamoTrainsBetter.id)'")
      }
      for name in ["statement", "formula", "source", "spec_sha256", "registration"]
      where entry[name]?.stringValue == nil {
        throw damaged("field 'verdict.\(name)' is not a text")
      }
      try verdict(entry, "verdict")
      guard let parts = entry["sub_verdicts"]?.arrayValue else {
        throw damaged("field 'verdict.sub_verdicts' is not a list")
      }
      for (index, part) in parts.enumerated() {
        let name = "verdict.sub_verdicts[\(index)]"
        for field in ["estimator", "population"] where part[field]?.stringValue == nil {
          throw damaged("field '\(name).\(field)' is not a text")
        }
        try verdict(part, name)
      }
      for name in ["estimates", "counterexamples", "tables"] where entry[name]?.arrayValue == nil {
        throw damaged("field 'verdict.\(name)' is not a list")
      }
      try verdict(entry["control"] ?? .null, "verdict.control")
    }

    private func verdict(_ value: JSONValue, _ name: String) throws(ReportingError) {
      guard value["verdict"]?.stringValue.flatMap(Verdict.init(rawValue:)) != nil else {
        throw damaged("field '\(name).verdict' is not a verdict")
      }
    }
  }
}
