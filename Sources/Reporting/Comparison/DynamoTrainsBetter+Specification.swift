import Claims
import Statistics
import Training

extension DynamoTrainsBetter {
  /// The proposition in words.
  public static let statement =
    "Allocating rollouts by Bernoulli variance and modulating advantages by entropy trains better than uniform \(reference) at an equal budget, under both aggregations."
  /// The proposition as a formula.
  public static let formula =
    "D = E[pass@1(variant) − pass@1(\(reference))] > 0, averaged over the evaluation splits, seeds paired"
  /// The key of the work that states it.
  public static let source = "dynamo2026 (the table of results)"
  /// The deliberately false sibling in words.
  public static let controlStatement =
    "a method that does not train, '\(control)', trains better than \(reference) (must come out refuted)"
  /// The command that examines it.
  public static let examinedBy = "allot compare"

  /// The specification as an ordered tree: everything that could move the verdict on given runs.
  public static var specification: StructuredValue {
    .record([
      .init("id", .text(id)), .init("section", .text(ClaimSection.learning.rawValue)),
      .init("statement", .text(statement)), .init("formula", .text(formula)), .init("source", .text(source)),
      .init("decision_rule", .text(decisionRule)), .init("margin", .number(margin)),
      .init("family_error", .number(familyError)), .init("power", .number(power)),
      .init("minimum_seeds", .integer(minimumSeeds)),
      .init(
        "variants",
        .list(
          variants.map { .record([.init("method", .text($0.method)), .init("label", .text($0.label))]) })),
      .init("reference", .text(reference)), .init("control", .text(control)),
      .init("negative_control", .text(controlStatement)),
    ])
  }

  /// The SHA-256 of the specification's canonical JSON.
  public static var specificationHash: String { SHA256.hexadecimal(of: specification.canonicalJSON) }

  /// How the specification stands to `lock`; `exploratory` without one.
  public static func registration(_ lock: ClaimLock?) -> Registration {
    lock?.registration(id: id, sha256: specificationHash) ?? .exploratory
  }
}
