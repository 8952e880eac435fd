import Estimators
import Modulation

/// How the rewards of a step become one advantage for each rollout.
///
/// Every rule is a type of `Estimators` or `Modulation.WeightedReinforce`; nothing is computed here. Groups may differ in size. Rules on a group see that group alone, the two of REINFORCE++ the
/// whole step.
public enum AdvantageRule: String, Sendable, Hashable, CaseIterable {
  /// A = R.
  case reinforce
  /// A = R less the mean of the group's others.
  case rloo
  /// A = (R − mean)/(sample deviation + 10⁻⁶), as trainers have it; a group of one gets R/(1 + 10⁻⁶).
  case grpo
  /// The same with the population deviation and ε = 0: a group of one gets 0.
  case grpoPopulation = "grpo-population"
  /// A = R − mean.
  case drGRPO = "dr-grpo"
  /// A = R less the group's mean reward weighted by length.
  case opo
  /// Rewards standardised over the step, ε = 10⁻⁸.
  ///
  /// Trainers take mean and deviation over tokens, so that a long response counts more; here each response counts once, as the estimator that was examined has it.
  case reinforcePlusPlus = "reinforce++"
  /// Rewards less their group's mean, then standardised over the step.
  case reinforcePlusPlusBaseline = "reinforce++-baseline"
  /// .1 for a success, −1 for a failure.
  case weightedReinforce = "w-reinforce"
  /// 1 for a success, 0 for a failure.
  case positiveOnly = "psr"
  /// 0 for a success, −1 for a failure.
  case negativeOnly = "nsr"

  /// The advantage of every rollout.
  ///
  /// `groups` labels each rollout's prompt, in any order; `lengths` are in tokens. Throws for a reward that is not finite, and for W-REINFORCE, PSR and NSR for one other than 0 and 1.
  ///
  /// - Precondition: one reward, one length and one label for each rollout; labels are not negative.
  public func advantages(rewards: [Double], lengths: [Int], groups: [Int]) throws(TrainingError) -> [Double] {
    let count = rewards.count
    precondition(
      lengths.count == count && groups.count == count && groups.allSatisfy { $0 >= 0 },
      "\(count) rewards, \(lengths.count) lengths, \(groups.count) labels, the least \(groups.min() ?? 0)")
    for (index, reward) in rewards.enumerated() where !reward.isFinite {
      throw .invalid(name: "reward[\(index)]", value: "\(reward)", allowed: "be finite")
    }
    if let rule = weights {
      do { return try rule.advantages(rewards: rewards) } catch { throw TrainingError(error) }
    }
    var members = [[Int]](repeating: [], count: (groups.max() ?? -1) + 1)
    for (rollout, group) in groups.enumerated() { members[group].append(rollout) }
    members.removeAll(where: \.isEmpty)
    let byGroup: [[Double]]
    if let rule = whitening {
      byGroup = rule.batchAdvantages(rewards: members.map { $0.map { rewards[$0] } })
    } else if let rule = estimator {
      byGroup = members.map { group in
        rule.advantages(rewards: group.map { rewards[$0] }, lengths: group.map { lengths[$0] })
      }
    } else {
      preconditionFailure("\(rawValue) has no estimator")
    }
    var result = [Double](repeating: 0, count: count)
    for (group, values) in zip(members, byGroup) {
      for (rollout, value) in zip(group, values) { result[rollout] = value }
    }
    return result
  }

  /// The estimator of a rule on groups; nil for the others.
  public var estimator: (any GradientEstimator)? {
    switch self {
    case .reinforce: NoBaseline()
    case .rloo: LeaveOneOut()
    case .grpo: GRPO(deviation: .sample, epsilon: 1e-6, groupOfOne: .reward)
    case .grpoPopulation: GRPO()
    case .drGRPO: DrGRPO()
    case .opo: OPO()
    default: nil
    }
  }

  /// The estimator of a rule on the whole step; nil for the others.
  public var whitening: ReinforcePlusPlus? {
    switch self {
    case .reinforcePlusPlus: ReinforcePlusPlus(variant: .plain, epsilon: 1e-8)
    case .reinforcePlusPlusBaseline: ReinforcePlusPlus(variant: .groupBaseline, epsilon: 1e-8)
    default: nil
    }
  }

  /// The two values of a rule that looks at the rollout's own reward alone; nil for the others.
  public var weights: WeightedReinforce? {
    switch self {
    case .weightedReinforce: .weighted
    case .positiveOnly: .positiveOnly
    case .negativeOnly: .negativeOnly
    default: nil
    }
  }
}
