import Foundation
import Statistics

/// The claim that settles the paper: allocation by Bernoulli variance trains better than uniform GRPO at an equal budget.
///
/// The rule, fixed before any run. A part is a variant of the method at one budget under one aggregation; what decides is the mean paired difference D in average pass@1.
///
/// - `supported` where the interval of D lies above 0; `refuted` where it lies below `margin`; `supported-when` where it does both: better, by less than
///   the margin; else `inconclusive`, with the number of seeds that would settle it.
/// - The intervals are Student's, at levels that step down as Holm's do: the r-th most decided of m parts is judged at `1 − familyError/(m − r + 1)`, as long as all
///   before it were settled. No more than one of "D ≤ 0" and "D ≥ margin" is true, so each part can be settled wrongly in one way, and the chance that any is stays below
///   `familyError`.
/// - A part needs `minimumSeeds` pairs. With fewer the sign-flip test, which assumes no distribution, could not reach 5 % at all, and the ruling would rest on normality alone.
/// - A deliberately false sibling, a method that does not train, is judged in the same family; unless it is refuted wherever the claim was asked, nothing is settled.
///
/// The whole is the weakest of its parts.
///
/// - Source: `holm1979`.
public enum DynamoTrainsBetter {
  /// The register's identifier.
  public static let id = "dynamo-trains-better"
  /// The smallest difference in pass rate that counts as better: one problem in a hundred.
  ///
  /// Less is within what a choice of learning rate moves.
  public static let margin = 0.01
  /// The chance of any wrongly settled part.
  public static let familyError = 0.05
  /// The power behind the number of seeds that would settle a part.
  public static let power = 0.8
  /// The fewest pairs of a ruling: the smallest n with `2^(1−n) ≤ 5 %`.
  public static let minimumSeeds = 6
  /// The method that the claim is made against.
  public static let reference = "grpo"
  /// The method of the false sibling: the warm model as it is, scored once for each seed.
  public static let control = "untrained"

  /// A variant that the claim is made for.
  public struct Variant: Sendable, Hashable {
    /// The method's name in the runs.
    public var method: String
    /// What it stands for.
    public var label: String

    /// Names a variant.
    public init(method: String, label: String) {
      self.method = method
      self.label = label
    }
  }

  /// The variants of the claim.
  public static let variants = [
    Variant(method: "dynamo", label: "as published"),
    Variant(method: "dynamo-as-released", label: "as released"),
  ]

  /// The rule in words, with its numbers, for the specification.
  public static let decisionRule =
    "The mean paired difference D to \(reference) in average pass@1, for each variant, budget and aggregation: supported if the interval lies above 0, refuted if it lies below \(margin), "
    + "supported-when if both, else inconclusive. Student's intervals at step-down levels 1 − \(familyError)/(m − r + 1), in one family with the control '\(control)'; at least "
    + "\(minimumSeeds) pairs. pass@32 is reported and does not decide."

  /// Judges `comparison`, whose reference the variants are held against.
  ///
  /// `setting` names model, tasks and budget in a few words: support is support there, and no wider.
  public static func verdict(
    _ comparison: Comparison, setting: String, variants: [Variant] = DynamoTrainsBetter.variants,
    control: String = DynamoTrainsBetter.control
  ) -> TrainingVerdict {
    var cells: [Cell] = []
    for group in comparison.groups {
      for variant in variants {
        cells.append(Cell(group, method: variant.method, estimator: "\(variant.method) (\(variant.label))"))
      }
      cells.append(Cell(group, method: control, estimator: "\(control) (control)"))
    }
    let parts = settle(cells)
    let perGroup = variants.count + 1
    let controls = parts.enumerated().filter { $0.offset % perGroup == variants.count }.map(\.element)
    let claimed = parts.enumerated().filter { $0.offset % perGroup != variants.count }.map(\.element)
    var result = TrainingVerdict(
      ruling: .weakest(claimed.map(\.ruling)), condition: summary(claimed), subVerdicts: claimed,
      controls: controls, controlRuling: controlRuling(controls))
    if result.ruling == .supported {
      result.ruling = .supportedWhen
      result.condition = "for \(setting)"
    }
    if result.controlRuling != .refuted, result.ruling != .notTestable {
      result.ruling = .inconclusive
      result.condition =
        "without power: the control '\(control)' was \(result.controlRuling.rawValue), where it must be refuted; "
        + summary(claimed)
    }
    return result
  }

  /// `refuted` only where every control is; otherwise the strongest that was said of one.
  private static func controlRuling(_ controls: [TrainingVerdict.Part]) -> TrainingVerdict.Ruling {
    let rulings = controls.map(\.ruling)
    return TrainingVerdict.Ruling.allCases.first { rulings.contains($0) } ?? .notTestable
  }

  /// Which parts came out how.
  private static func summary(_ parts: [TrainingVerdict.Part]) -> String {
    TrainingVerdict.Ruling.allCases.compactMap { ruling in
      let names = parts.filter { $0.ruling == ruling }.map { "\($0.estimator) at \($0.population)" }
      return names.isEmpty ? nil : "\(ruling.rawValue): \(names.joined(separator: "; "))"
    }.joined(separator: ". ")
  }
}
