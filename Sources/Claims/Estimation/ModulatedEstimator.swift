import Estimators
import Modulation
import Policies
import Statistics

/// The DynaMO-modulated estimators that the estimation claims speak of: GRPO's advantages with both factors.
///
/// Their variance has no closed form in score moments: factors look at every token of the group. It is enumerated, so that the group's size is limited by the number of
/// outcomes.
struct ModulatedEstimator: Sendable {
  /// The name used in tables and by `allot variance`.
  let name: String
  /// The form, as `allot variance` names it in the field `mode`.
  let mode: String
  /// The rule.
  let rule: ModulatedRule

  /// The text's factors with the constants of the specification, and the released mode 6.
  static func studied(_ specification: ClaimSpecification) -> [ModulatedEstimator] {
    let decay = UpdateStabilisation(
      floor: specification.value("floor"), steepness: specification.value("steepness"),
      centre: specification.value("centre"))
    return [
      ModulatedEstimator(
        name: "dynamo", mode: "published",
        rule: ModulatedRule(
          advantage: .grpo, modulation: .published(strength: specification.value("strength"), decay))),
      ModulatedEstimator(
        name: "dynamo-released", mode: "released-6",
        rule: ModulatedRule(advantage: .grpo, modulation: .released6)),
    ]
  }

  /// The largest factor that the rule gives a token.
  func largestFactor(_ specification: ClaimSpecification) -> Double { 1 + specification.value("strength") }

  /// G·tr Cov ĝ of a group of `group` responses to `prompt`, by enumeration.
  func variancePerRollout(_ prompt: TokenPrompt, group: Int) -> Double {
    Double(group) * TokenGroupOracle.moments(prompt, group: group, rule: rule.tokens(prompt)).covarianceTrace
  }

  /// What one prompt contributes: its proxy and its true variance.
  func point(_ prompt: Prompt, group: Int) throws(PolicyError) -> StudiedEstimator.Point {
    StudiedEstimator.Point(
      successProbability: prompt.successProbability,
      variancePerRollout: variancePerRollout(try TokenPrompt(prompt), group: group))
  }

  /// The fields that `allot variance` needs to redo this estimator on a small world.
  func worldSettings(group: Int, _ specification: ClaimSpecification) -> [StructuredValue.Field] {
    var fields: [StructuredValue.Field] = [
      .init("estimator", .text("dynamo")), .init("mode", .text(mode)), .init("group", .integer(group)),
    ]
    if mode == "published" {
      fields += [
        .init("alpha", .number(specification.value("strength"))),
        .init("floor", .number(specification.value("floor"))),
        .init("steepness", .number(specification.value("steepness"))),
        .init("centre", .number(specification.value("centre"))),
      ]
    }
    return fields
  }
}
