extension Method {
  /// The parameter values that the method relies on, to be looked up among the validated ones.
  ///
  /// A part that claims nothing needs nothing: uniform allocation, advantages without modulation, and the masks and bonuses of rivals, which say that they train better and not that they keep the
  /// gradient. `neyman` from measured score moments needs `measured-score-moments` as its input, a value that no claim backs: Neyman's rule was examined with known deviations, and what shrinkage and
  /// small samples do to measured moments was not. A modulation with other numbers than those examined needs the value `modified`, which nothing backs either.
  public var requiredParameters: [(name: String, value: String)] {
    var required: [(name: String, value: String)] = []
    switch allocation {
    case .uniform: break
    case .proportional:
      required += [("allocation_rule", "proportional"), ("allocation_input", "estimated-proportional")]
    case .root: required += [("allocation_rule", "root"), ("allocation_input", "estimated-root")]
    case .rootJeffreys:
      required += [("allocation_rule", "root"), ("allocation_input", "estimated-root-jeffreys")]
    case .scoreAware:
      required += [("allocation_rule", "neyman"), ("allocation_input", "measured-score-moments")]
    case .minimax: required += [("allocation_rule", "minimax"), ("allocation_input", "estimated-root")]
    case .released: required.append(("allocation_rule", "released"))
    }
    if rowsMisaligned || statisticsScrambled { required.append(("allocation_pipeline", "released")) }
    switch tokenRule {
    case .none, .forkTokens, .entropyAdvantages, .clipCov, .klCov: break
    case .stateBaseline: required.append(("token_baseline", "score-weighted-state-baseline"))
    case .modulation:
      let value =
        switch tokenRule.kind {
        case .modulationPublished: "published"
        case .modulationReleased5: "released-5"
        case .modulationReleased6: "released-6"
        default: "modified"
        }
      required.append(("advantage_modulation", value))
    }
    return required
  }
}
