import Modulation

extension ModulatedRule {
  /// The fields of `allot variance` that name the rule; nil where that format has no name for it.
  ///
  /// There β_comp alone is both factors with λ_min = 1, and β_stab alone both with α = 0. The range of entropies is always the group's, so that a fixed one
  /// has no name. Without modulation a value baseline is taken per response there, whatever the group.
  var fields: [StructuredValue.Field]? {
    func dynamo(_ mode: String, _ own: [StructuredValue.Field] = []) -> [StructuredValue.Field] {
      [
        .init("estimator", .text("dynamo")), .init("mode", .text(mode)),
        .init("advantage", .text(advantage.rawValue)),
      ] + own
    }
    switch modulation {
    case .none: return [.init("estimator", .text(advantage.rawValue))]
    case .compensation(let strength):
      return dynamo("published", [.init("alpha", .number(strength)), .init("floor", .number(1))])
    case .stabilisation(let form):
      return dynamo("published", [.init("alpha", .number(0))] + Self.fields(form))
    case .published(let strength, let form):
      return dynamo("published", [.init("alpha", .number(strength))] + Self.fields(form))
    case .released5: return dynamo("released-5")
    case .released6: return dynamo("released-6")
    case .stateBaseline(let shrinkage):
      return [
        .init("estimator", .text("score-weighted-state-baseline")), .init("shrinkage", .number(shrinkage)),
      ]
    case .fixedCompensation, .probability, .constant, .forkTokens, .entropyAdvantages, .clipCov, .klCov,
      .clip,
      .entropyBonus, .twoValues:
      return nil
    }
  }

  private static func fields(_ form: UpdateStabilisation) -> [StructuredValue.Field] {
    [
      .init("floor", .number(form.floor)), .init("steepness", .number(form.steepness)),
      .init("centre", .number(form.centre)),
    ]
  }

  /// What to say beside a printed world whose rule that format cannot name.
  static let isNotInTheFormat =
    "The input format of `allot variance` has no name for this rule: the world is printed with the advantage alone."
}
