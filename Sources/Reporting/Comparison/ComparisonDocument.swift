import Claims
import Interchange
import Statistics
import Training

/// `comparison.json`: what was compared, by which rule, and the verdict as an entry of `verdicts.json`.
public enum ComparisonDocument {
  /// The name and version of the format.
  public static let schema = "allot-comparison/1"
  /// The file's name inside the directory of a comparison.
  public static let fileName = "comparison.json"

  /// The document.
  static func json(_ files: ComparisonFiles) -> JSONValue {
    let settings = files.comparison.settings
    return .object([
      ("schema", .string(schema)),
      ("tool", VerdictsDocument.tool(files.tool)),
      ("setting", .string(files.setting)),
      ("reference", .string(settings.reference)),
      ("level", .number(settings.level)),
      ("resamples", .integer(settings.resamples)),
      ("power", .number(settings.power)),
      // As in verdicts.json, a seed beyond the integers of JSON is text.
      ("seed", Int(exactly: settings.seed).map { .integer($0) } ?? .string(String(settings.seed))),
      ("splits", .array(files.comparison.splits.map { .string($0) })),
      ("groups", .array(files.comparison.groups.map { group($0, files.runs) })),
      ("decision_rule", JSONValue(DynamoTrainsBetter.specification)),
      ("verdict", entry(files)),
      ("configuration", .string(files.configurationText)),
    ])
  }

  private static func group(_ group: ComparisonGroup, _ runs: [ComparisonRun]) -> JSONValue {
    let methods = group.methods.map { method -> JSONValue in
      let seeds = runs.filter {
        $0.budget == group.budget && $0.aggregation == group.aggregation && $0.method == method
      }.map(\.seed).sorted()
      return .object([("method", .string(method)), ("seeds", list(seeds))])
    }
    let unpaired = group.unpaired.map { seeds in
      JSONValue.object([
        ("method", .string(seeds.method)), ("missing", list(seeds.missing)), ("extra", list(seeds.extra)),
      ])
    }
    return .object([
      ("budget", .string(group.budget.rawValue)), ("aggregation", .string(group.aggregation)),
      ("methods", .array(methods)), ("unpaired", .array(unpaired)),
    ])
  }

  /// Seeds as text: above 2⁵³ readers of JSON numbers would round them.
  private static func list(_ seeds: [UInt64]) -> JSONValue { .array(seeds.map { .string(String($0)) }) }

  /// The verdict, in the shape of an entry of `verdicts.json`.
  static func entry(_ files: ComparisonFiles) -> JSONValue {
    let verdict = files.verdict
    return .object([
      ("id", .string(DynamoTrainsBetter.id)),
      ("statement", .string(DynamoTrainsBetter.statement)),
      ("formula", .string(DynamoTrainsBetter.formula)),
      ("source", .string(DynamoTrainsBetter.source)),
      ("spec_sha256", .string(DynamoTrainsBetter.specificationHash)),
      ("registration", .string(files.registration.rawValue)),
      ("verdict", .string(verdict.verdict)),
      ("condition", .optional(verdict.condition)),
      ("margin", .number(DynamoTrainsBetter.margin)),
      ("sub_verdicts", .array(verdict.subVerdicts.map(part))),
      ("estimates", .array(estimates(files).map(VerdictsDocument.estimate))),
      ("counterexamples", .array([])),
      (
        "control",
        .object([
          ("statement", .string(DynamoTrainsBetter.controlStatement)),
          ("verdict", .string(verdict.controlRuling.rawValue)),
        ])
      ),
      ("tables", .array(files.tables.map { .string($0.path) })),
      ("seconds", .optional(files.seconds)),
    ])
  }

  private static func part(_ part: TrainingVerdict.Part) -> JSONValue {
    .object([
      ("estimator", .string(part.estimator)), ("population", .string(part.population)),
      ("verdict", .string(part.ruling.rawValue)), ("condition", .optional(part.condition)),
    ])
  }

  /// The differences that the rulings read, then mean and difference of every method; on the average of all splits.
  private static func estimates(_ files: ComparisonFiles) -> [EstimateRow] {
    var rows: [EstimateRow] = []
    for part in files.verdict.subVerdicts + files.verdict.controls {
      for (metric, difference) in [
        (ComparisonMetric.passAt1, part.passAt1), (.passAt32, part.passAt32),
      ] {
        guard let difference else { continue }
        rows.append(
          EstimateRow(
            design: part.population, method: part.estimator,
            stat: "difference in \(metric.rawValue), interval of the ruling", estimate: difference.estimate,
            interval: difference.interval))
      }
    }
    for group in files.comparison.groups {
      let design = "equal \(group.budget.rawValue), \(group.aggregation)"
      for row in group.rows where row.split == Comparison.average {
        rows.append(
          EstimateRow(
            design: design, method: row.method, stat: row.metric.rawValue, estimate: row.mean,
            interval: row.interval))
        guard let paired = row.paired else { continue }
        rows.append(
          EstimateRow(
            design: design, method: row.method, stat: "difference in \(row.metric.rawValue)",
            estimate: paired.difference, interval: paired.interval))
      }
    }
    return rows
  }
}
