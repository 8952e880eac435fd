import Allocation

/// How the rollouts of a step are spread over its prompts, from what past rollouts say of each.
///
/// Every rule is a type of `Allocation`; nothing is computed here. Without any past all of them are uniform.
public enum AllocationRule: String, Sendable, Hashable, CaseIterable {
  /// The same for all.
  case uniform
  /// n ∝ P̂, the text's rule at its word.
  case proportional
  /// n ∝ √P̂.
  case root
  /// n ∝ √E[P | k] under Jeffreys' prior.
  case rootJeffreys = "root-jeffreys"
  /// n ∝ σ̂ from counts and measured score moments.
  case scoreAware = "score-aware"
  /// The least worst case among σ² ≤ C·P, with P̂ for P.
  case minimax
  /// The released water level on the released priorities.
  case released

  /// Rollouts for each prompt; they add up to `budget`.
  ///
  /// `moments`, for `scoreAware` alone, has an entry for each prompt, nil where nothing was measured, or is empty where nothing was measured anywhere. Throws where the budget does not fit the bounds
  /// and where counts are impossible.
  public func rollouts(
    statistics: [PromptStatistics], moments: [ScoreAwareNeymanAllocation.ScoreMoments?] = [], budget: Int,
    bounds: AllocationBounds
  ) throws(AllocationError) -> [Int] {
    switch self {
    case .uniform:
      try UniformAllocation.rollouts(promptCount: statistics.count, budget: budget, bounds: bounds)
    case .proportional:
      try ProportionalAllocation.rollouts(statistics, budget: budget, bounds: bounds)
    case .root:
      try RootProportionalAllocation.rollouts(statistics, budget: budget, bounds: bounds)
    case .rootJeffreys:
      try RootJeffreysAllocation.rollouts(statistics, budget: budget, bounds: bounds)
    case .scoreAware:
      try ScoreAwareNeymanAllocation.rollouts(
        statistics, moments: moments.isEmpty ? nil : moments, budget: budget, bounds: bounds)
    case .minimax:
      try MinimaxAllocation.rollouts(
        bernoulliVariances: statistics.map(\.bernoulliVariance), budget: budget, bounds: bounds)
    case .released:
      try ReleasedWaterLevelAsReleased.rollouts(statistics, budget: budget, bounds: bounds)
    }
  }
}

/// The fewest and the most rollouts of a prompt, as numbers or relative to the mean number.
public enum RolloutBounds: Sendable, Hashable {
  /// As they stand.
  case absolute(AllocationBounds)
  /// Multiples of the mean number of rollouts per prompt, the lower rounded down, the upper up.
  case relative(low: Double, high: Double)

  /// 8 and 24 at 16 rollouts per prompt, as the released script has them.
  ///
  /// - Source: `dynamoRelease2026`, examples/dynamo_trainer/run_qwen2.5-math-7b.sh.
  public static let released = RolloutBounds.relative(low: 0.5, high: 1.5)

  /// What makes the numbers impossible; empty when they are sound.
  public var problems: [String] {
    switch self {
    case .absolute(let bounds):
      bounds.minimum >= 0 && bounds.minimum <= bounds.maximum
        ? []
        : [
          "the bounds are \(bounds.minimum) and \(bounds.maximum): they must satisfy 0 ≤ minimum ≤ maximum"
        ]
    case .relative(let low, let high):
      (0...1).contains(low) && high >= 1 && high.isFinite
        ? [] : ["the bounds are \(low) and \(high) times the mean: they must satisfy 0 ≤ low ≤ 1 ≤ high"]
    }
  }

  /// The bounds for a budget shared by `promptCount` prompts; relative ones always admit the budget.
  ///
  /// - Precondition: at least one prompt, a budget that is not negative, no `problems`.
  public func bounds(budget: Int, promptCount: Int) -> AllocationBounds {
    precondition(promptCount > 0 && budget >= 0, "\(budget) rollouts for \(promptCount) prompts")
    switch self {
    case .absolute(let bounds): return bounds
    case .relative(let low, let high):
      let mean = Double(budget) / Double(promptCount)
      return AllocationBounds(
        minimum: Int((low * mean).rounded(.down)), maximum: Int((high * mean).rounded(.up)))
    }
  }
}

/// When the statistics that an allocation reads are brought up to date.
public enum StatisticsRefresh: String, Sendable, Hashable, CaseIterable {
  /// Before every step.
  case step
  /// At the end of every pass over the prompts, as the released code does.
  case epoch
}

/// Prompts whose rewards all agree are replaced by further ones until the step is full.
///
/// A group whose rewards differ is kept, and so is a group of one.
///
/// - Source: `yu2025`, dynamic sampling.
public struct DynamicSampling: Sendable, Hashable {
  /// The most batches of prompts that are rolled out for a step.
  public var maximumBatches: Int

  /// At most this many batches; 10 as the published scripts have it.
  public init(maximumBatches: Int = 10) { self.maximumBatches = maximumBatches }

  /// Whether a group is kept.
  public static func keeps(rewards: [Double]) -> Bool {
    guard rewards.count > 1, let first = rewards.first else { return true }
    return rewards.contains { $0 != first }
  }
}
