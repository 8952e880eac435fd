import Allocation
import Modulation

/// A method of reinforcement learning from verifiable rewards: one choice on each axis.
///
/// Every axis may be changed by itself; the named ones are in `Method.all`.
public struct Method: Sendable, Hashable {
  /// The name of the method, or what it was derived from.
  public var name: String
  /// How rewards become advantages.
  public var advantage: AdvantageRule
  /// What is done to single tokens.
  public var tokenRule: TokenRule
  /// The clipped surrogate.
  public var surrogate: Surrogate
  /// How tokens become a loss.
  public var aggregation: Aggregation
  /// The price of distance to a reference; nil for none.
  public var klPenalty: KLPenalty?
  /// c_H, the bonus on entropy, loss per nat; 0 for none.
  public var entropyCoefficient: Double
  /// Whether rollouts of advantage 0 are left out of the denominators.
  public var dropsZeroAdvantages: Bool
  /// How rollouts are spread over prompts.
  public var allocation: AllocationRule
  /// The fewest and the most rollouts of a prompt; they bind allocations other than the uniform one.
  public var bounds: RolloutBounds
  /// The fewest rollouts of a prompt, in the place of the lower bound.
  public var minimumRollouts: Int?
  /// The most rollouts of a prompt, in the place of the upper bound.
  public var maximumRollouts: Int?
  /// When the statistics that the allocation reads are brought up to date.
  public var refresh: StatisticsRefresh
  /// What is left of past counts when new ones are added, in (0, 1]; 1 forgets nothing.
  public var decay: Double
  /// Whether responses are paired with the prompts of a uniform allocation, as the released code does once counts differ.
  public var rowsMisaligned: Bool
  /// Whether successes are counted for the prompts of the batch in the order that balances its load, as the released code does.
  public var statisticsScrambled: Bool
  /// Whether prompts whose rewards agree are replaced; nil for no.
  public var dynamicSampling: DynamicSampling?
  /// The name of the rule that decides on prompts and rollouts in the place of allocation and dynamic sampling; nil for none.
  public var rolloutRule: String?
  /// The phase of updates without the prompt; nil for none.
  public var preTraining: PreTraining?

  /// A method; by default RLOO with uniform allocation and equal prompts.
  public init(
    name: String, advantage: AdvantageRule = .rloo, tokenRule: TokenRule = .none,
    surrogate: Surrogate = Surrogate(), aggregation: Aggregation = .promptEqual, klPenalty: KLPenalty? = nil,
    entropyCoefficient: Double = 0, dropsZeroAdvantages: Bool = false, allocation: AllocationRule = .uniform,
    bounds: RolloutBounds = .released, refresh: StatisticsRefresh = .step, decay: Double = 1,
    rowsMisaligned: Bool = false, statisticsScrambled: Bool = false,
    dynamicSampling: DynamicSampling? = nil, rolloutRule: String? = nil, preTraining: PreTraining? = nil
  ) {
    self.name = name
    self.advantage = advantage
    self.tokenRule = tokenRule
    self.surrogate = surrogate
    self.aggregation = aggregation
    self.klPenalty = klPenalty
    self.entropyCoefficient = entropyCoefficient
    self.dropsZeroAdvantages = dropsZeroAdvantages
    self.allocation = allocation
    self.bounds = bounds
    self.refresh = refresh
    self.decay = decay
    self.rowsMisaligned = rowsMisaligned
    self.statisticsScrambled = statisticsScrambled
    self.dynamicSampling = dynamicSampling
    self.rolloutRule = rolloutRule
    self.preTraining = preTraining
  }

  /// What makes the choices impossible, or impossible together; empty when they are sound.
  public var problems: [String] {
    var found = surrogate.problems + bounds.problems + (klPenalty?.problems ?? [])
    found += preTraining?.problems ?? []
    if let rolloutRule {
      if !RolloutRule.names.contains(rolloutRule) {
        found.append(
          "rollout_rule is '\(rolloutRule)', it must be one of \(RolloutRule.names.joined(separator: ", "))")
      }
      if minimumRollouts != nil || maximumRollouts != nil,
        RolloutRule.named(rolloutRule, each: 16)?.sampler.readsBounds == false
      {
        let keys = [
          minimumRollouts.map { _ in "minimum_rollouts" }, maximumRollouts.map { _ in "maximum_rollouts" },
        ]
        found.append(
          "\(keys.compactMap(\.self).joined(separator: " and ")) would be ignored: the rollout rule '\(rolloutRule)' reads no bounds"
        )
      }
      if preTraining != nil, RolloutRule.named(rolloutRule, each: 16)?.sampler.keepsSurplus == true {
        found.append(
          "the rollout rule '\(rolloutRule)' trains on rollouts of former steps, whose ratio without the prompt nobody has recorded: it excludes updates without the prompt"
        )
      }
      if allocation != .uniform || dynamicSampling != nil || rowsMisaligned || statisticsScrambled {
        found.append(
          "rollout_rule takes the place of allocation, dynamic_sampling, rows_misaligned and statistics_scrambled: none may be set beside it"
        )
      }
    }
    if !(entropyCoefficient >= 0 && entropyCoefficient.isFinite) {
      found.append("entropy_coefficient is \(entropyCoefficient), it must be finite and not negative")
    }
    if !(decay > 0 && decay <= 1) { found.append("decay is \(decay), it must lie in (0, 1]") }
    if let sampling = dynamicSampling, sampling.maximumBatches < 1 {
      found.append("dynamic_sampling is \(sampling.maximumBatches) batches, it must be at least 1")
    }
    if let minimumRollouts, let maximumRollouts, minimumRollouts > maximumRollouts {
      found.append(
        "minimum_rollouts is \(minimumRollouts), it must be at most maximum_rollouts, \(maximumRollouts)")
    }
    if rowsMisaligned, dynamicSampling != nil {
      found.append(
        "rows_misaligned and dynamic_sampling exclude each other: a group thrown away is no prompt's own")
    }
    if case .klCov = tokenRule, surrogate.clips {
      found.append("kl-cov prices what others clip: it needs a surrogate that does not clip")
    }
    return found
  }

  /// The loss of an update.
  ///
  /// - Precondition: no `problems`.
  public var objective: Objective {
    precondition(problems.isEmpty, "\(problems)")
    return Objective(
      tokenRule: tokenRule, surrogate: surrogate, aggregation: aggregation, klPenalty: klPenalty,
      entropyBonus: entropyCoefficient > 0 ? EntropyBonus(coefficient: entropyCoefficient) : nil,
      dropsZeroAdvantages: dropsZeroAdvantages)
  }

  /// The loss of an update in the phase without the prompt.
  ///
  /// - Precondition: no `problems`, such a phase.
  var preTrainingObjective: Objective {
    precondition(problems.isEmpty, "\(problems)")
    return Objective(
      surrogate: surrogate, aggregation: aggregation,
      dropsZeroAdvantages: preTraining?.negativeOnly ?? false)
  }

  /// The phase without the prompt, where it holds at this step, counted from 0.
  func preTraining(step: Int) -> PreTraining? {
    preTraining.flatMap { $0.isActive(step: step) ? $0 : nil }
  }

  /// Rollouts for each prompt of a step; the bounds bind allocations other than the uniform one.
  ///
  /// - Precondition: at least one prompt, a budget that is not negative, no `problems`.
  public func rollouts(
    statistics: [PromptStatistics], moments: [ScoreAwareNeymanAllocation.ScoreMoments?] = [], budget: Int
  ) throws(AllocationError) -> [Int] {
    try allocation.rollouts(
      statistics: statistics, moments: moments, budget: budget,
      bounds: allocation == .uniform ? .none : limits(budget: budget, promptCount: statistics.count))
  }

  /// The fewest and the most rollouts of a prompt; `own` stands in the place of the method's where a rule has bounds of its own.
  func limits(budget: Int, promptCount: Int, own: AllocationBounds? = nil) -> AllocationBounds {
    var limits = own ?? bounds.bounds(budget: budget, promptCount: promptCount)
    if let minimumRollouts { limits.minimum = minimumRollouts }
    if let maximumRollouts { limits.maximum = maximumRollouts }
    return limits
  }

  /// The same method under another name, changed in some axes.
  func with(_ name: String, _ change: (inout Method) -> Void) -> Method {
    var result = self
    result.name = name
    change(&result)
    return result
  }
}
