/// How the rollouts of a step are spread over its prompts, from what past rollouts say of each.
///
/// Every rule is a type of `Allocation`; nothing is computed here. Without any past all of them are uniform.
public enum AllocationRule: String, Sendable, Hashable, Codable, CaseIterable {
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

/// As a batch allocator it reads the counts so far and the measured moments.
extension AllocationRule: BatchAllocator {
  /// All but the uniform rule do.
  public var readsBounds: Bool { self != .uniform }

  /// The rollouts by the counts and moments of the records.
  public func rollouts(_ prompts: [PromptRecord], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    // Without a look at what it does not read.
    if self == .uniform {
      return try UniformAllocation.rollouts(promptCount: prompts.count, budget: budget, bounds: bounds)
    }
    let statistics = prompts.map(\.statistics)
    let moments = prompts.map(\.moments)
    return try rollouts(statistics: statistics, moments: moments, budget: budget, bounds: bounds)
  }
}
