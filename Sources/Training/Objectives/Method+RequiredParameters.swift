import Allocation

extension Method {
  /// The parameter values that the method relies on, to be looked up among the validated ones.
  ///
  /// A part that changes nothing of what a baseline does needs nothing: uniform allocation, and the advantages of groups. Of GRPO's the claims report, without a verdict, that on a prompt it
  /// keeps the direction of the gradient and stretches it by a factor that depends on the prompt's success probability (rows of `modulation-unbiased`), and judge how its variance follows the proxy
  /// (`normalised-variance-follows-proxy`); neither is a condition for using it as the baseline that methods are compared with. A bonus on entropy and a penalty on divergence are other objectives
  /// and no other estimates of the same.
  ///
  /// Rivals' token rules need `token_rule`, judged over leave-one-out, so that a verdict on the rule is none on the advantage. Rules of two values need `advantage_rule`; PSR and NSR
  /// with zeros out of the denominator are other estimators than with them in it. `neyman` from a measured score norm needs `logit-score-norm` as its input, a value that no claim backs: Neyman's rule was examined with known deviations, and what shrinkage and
  /// small samples do to measured moments was not. Rollout rules other than those that are an allocation need `rollout_rule`, and updates without the prompt `objective`: no claim is about either. A modulation with other numbers than those examined needs the value `modified`, which nothing backs either; so does a token rule.
  public var requiredParameters: [(name: String, value: String)] {
    var required: [(name: String, value: String)] = []
    switch advantage {
    case .weightedReinforce: required.append(("advantage_rule", advantage.rawValue))
    case .positiveOnly, .negativeOnly:
      required.append(
        ("advantage_rule", advantage.rawValue + (dropsZeroAdvantages ? "-as-released" : "")))
    default: break
    }
    required += Self.needs(allocation)
    switch rolloutRule {
    case nil, "uniform": break
    // The rules that are an allocation need what the allocation needs.
    case "dynamo": required += Self.needs(.proportional)
    case "dynamo-as-released": required += Self.needs(.released)
    case "root-jeffreys": required += Self.needs(.rootJeffreys)
    case "score-aware": required += Self.needs(.scoreAware)
    case let rule?: required.append(("rollout_rule", rule))
    }
    if preTraining != nil { required.append(("objective", "without-prompt")) }
    if rowsMisaligned || statisticsScrambled { required.append(("allocation_pipeline", "released")) }
    switch tokenRule {
    case .none: break
    case .forkTokens, .entropyAdvantages, .clipCov, .klCov:
      let examined = tokenRule.kind.flatMap { TokenRule($0) == tokenRule ? $0 : nil }
      required.append(("token_rule", examined?.rawValue ?? "modified"))
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

  /// The parameter values that an allocation relies on.
  private static func needs(_ allocation: AllocationRule) -> [(name: String, value: String)] {
    switch allocation {
    case .uniform: []
    case .proportional:
      [("allocation_rule", "proportional"), ("allocation_input", "estimated-proportional")]
    case .root: [("allocation_rule", "root"), ("allocation_input", "estimated-root")]
    case .rootJeffreys: [("allocation_rule", "root"), ("allocation_input", "estimated-root-jeffreys")]
    case .scoreAware: [("allocation_rule", "neyman"), ("allocation_input", "logit-score-norm")]
    case .minimax: [("allocation_rule", "minimax"), ("allocation_input", "estimated-root")]
    case .released: [("allocation_rule", "released")]
    }
  }
}
