import Allocation

/// What every allocation rule is asked for in an audit.
struct AllocationRequest {
  /// What the rule may know of each prompt.
  let prompts: [PromptStatistics]
  /// B.
  let budget: Int
  let bounds: AllocationBounds

  init(counts: [AuditFold.Counts], budget: Int, bounds: RolloutBounds) {
    prompts = counts.map { PromptStatistics(successes: $0.successes, samples: $0.samples) }
    self.budget = budget
    self.bounds = AllocationBounds(minimum: bounds.minimum, maximum: bounds.maximum ?? .max)
  }

  /// The rollouts of a rule that knows counts alone.
  ///
  /// - Precondition: `method` is none of `neyman`, `scoreAware` and `oracle`, which need more.
  func rollouts(by method: AuditMethod) throws(AllocationError) -> [Int] {
    switch method {
    case .uniform:
      return try UniformAllocation.rollouts(promptCount: prompts.count, budget: budget, bounds: bounds)
    case .proportional: return try ProportionalAllocation.rollouts(prompts, budget: budget, bounds: bounds)
    case .root: return try RootProportionalAllocation.rollouts(prompts, budget: budget, bounds: bounds)
    case .rootJeffreys: return try RootJeffreysAllocation.rollouts(prompts, budget: budget, bounds: bounds)
    case .minimax:
      return try MinimaxAllocation.rollouts(
        bernoulliVariances: prompts.map(\.bernoulliVariance), budget: budget, bounds: bounds)
    case .released: return try ReleasedWaterLevelAsReleased.rollouts(prompts, budget: budget, bounds: bounds)
    case .neyman, .scoreAware, .oracle: preconditionFailure("\(method.rawValue) needs more than counts")
    }
  }

  /// Neyman's rule for given deviations, rounded by largest remainders.
  func neyman(deviations: [Double]) throws(AllocationError) -> [Int] {
    try BoundedNeymanAllocation.rollouts(deviations: deviations, budget: budget, bounds: bounds)
  }

  /// The least total variance that integers within the bounds can have for given deviations.
  func optimum(deviations: [Double]) throws(AllocationError) -> [Int] {
    try IntegerOptimalAllocation.rollouts(deviations: deviations, budget: budget, bounds: bounds)
  }

  /// The score-aware rule; moments that are incomplete count as not measured, and the pool stands in for them.
  func scoreAware(moments: [ScoreMoments]) throws(AllocationError) -> [Int] {
    try ScoreAwareNeymanAllocation.rollouts(
      prompts, moments: moments.map(\.forAllocation), budget: budget, bounds: bounds)
  }
}

extension ScoreMoments {
  /// The moments as the allocation rule takes them; nil unless both spreads are known.
  fileprivate var forAllocation: ScoreAwareNeymanAllocation.ScoreMoments? {
    guard let successVariance, let failureVariance else { return nil }
    return ScoreAwareNeymanAllocation.ScoreMoments(
      successVariance: successVariance, failureVariance: failureVariance,
      squaredDistance: squaredDistance ?? 0)
  }
}
