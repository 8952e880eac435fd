import Claims
import Interchange

/// `verdicts.json`: every verdict with the numbers behind it.
public enum VerdictsDocument {
  /// The name and version of the format.
  public static let schema = "allot-verdicts/1"
  /// The file's name inside a run directory.
  public static let fileName = "verdicts.json"

  /// The document of a run; wall-clock seconds and the tool stand in no other file.
  public static func json(outcomes: [ClaimOutcome], run: RunInformation) -> JSONValue {
    .object([
      ("schema", .string(schema)),
      // A seed above 2⁶³ has no JSON integer that readers agree on; it is written as text.
      ("seed", Int(exactly: run.seed).map { .integer($0) } ?? .string(String(run.seed))),
      ("preset", .string(run.preset.rawValue)),
      ("tool", tool(run.tool)),
      ("claims", .array(outcomes.map(claim))),
    ])
  }

  /// The tool that made a document.
  static func tool(_ tool: ToolDescription) -> JSONValue {
    .object([
      ("version", .string(tool.version)), ("commit", .optional(tool.commit)),
      ("compiler", .string(tool.compiler)), ("gsl", .string(tool.gsl)), ("cpu", .optional(tool.cpu)),
    ])
  }

  private static func claim(_ outcome: ClaimOutcome) -> JSONValue {
    let specification = outcome.specification
    let id = specification.id
    let tables = ["tables/\(id).csv"] + outcome.evidence.allPointTables.map { "tables/\(id)-\($0.name).csv" }
    return .object([
      ("id", .string(id)),
      ("statement", .string(specification.statement)),
      ("formula", .string(specification.formula)),
      ("source", .string(specification.source)),
      ("spec_sha256", .string(specification.sha256)),
      ("registration", .string(outcome.registration.rawValue)),
      ("verdict", .string(outcome.verdict.rawValue)),
      ("condition", .optional(outcome.condition)),
      ("margin", .number(specification.margin)),
      ("sub_verdicts", .array((outcome.subVerdicts + outcome.logVerdicts).map(subVerdict))),
      ("estimates", .array(outcome.evidence.allEstimates.map(estimate))),
      ("counterexamples", .array(outcome.evidence.counterexamples.map(counterexample))),
      (
        "control",
        .object([
          ("statement", .string(specification.negativeControl)),
          ("verdict", .string(outcome.controlVerdict.rawValue)),
        ])
      ),
      ("tables", .array(tables.map { .string($0) })),
      ("seconds", .number(outcome.seconds)),
    ])
  }

  private static func subVerdict(_ part: SubVerdict) -> JSONValue {
    .object([
      ("estimator", .string(part.estimator)), ("population", .string(part.population)),
      ("verdict", .string(part.verdict.rawValue)), ("condition", .optional(part.condition)),
    ])
  }

  /// One estimate of an entry.
  static func estimate(_ row: EstimateRow) -> JSONValue {
    .object([
      ("design", .string(row.design)), ("method", .string(row.method)), ("stat", .string(row.stat)),
      ("est", .number(row.estimate)), ("mcse", .optional(row.standardError)), ("lower", .optional(row.lower)),
      ("upper", .optional(row.upper)), ("exact", .optional(row.exact)), ("n", .integer(row.count)),
    ])
  }

  private static func counterexample(_ example: Counterexample) -> JSONValue {
    let worlds = example.worlds.map { JSONValue($0) }
    let exact = example.values.compactMap { value in value.exact.map { (value.name, JSONValue.string($0)) } }
    return .object([
      ("title", .string(example.title)),
      ("world", worlds.first ?? .null),
      ("worlds", .array(worlds)),
      ("values", .object(example.values.map { ($0.name, .number($0.value)) })),
      ("exact", .object(exact)),
      ("explanation", .string(example.explanation)),
    ])
  }
}
