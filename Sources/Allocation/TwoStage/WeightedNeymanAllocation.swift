/// Neyman's rule for a weighted mean: `n_i ∝ w_i σ̂_i`, which minimises `Σ w_i² σ_i²/n_i`.
///
/// `σ̂² = E[P | past]·ĉ`: the posterior mean of p(1−p) from discounted counts, times the squared score norm where it was measured, shrunk towards the pool's as in `ScoreAwareNeymanAllocation`. The weights are those of the selector.
///
/// - Source: `neyman1934`.
public struct WeightedNeymanAllocation: BatchAllocator {
  /// Whether pass rates are those of the rule's memory; else those of the record's counts, which an oracle fills.
  public var remembers: Bool
  /// What is remembered of pass rates.
  public private(set) var memory = PassRateMemory()

  /// Nothing remembered.
  public init(remembers: Bool = true) { self.remembers = remembers }

  /// The division of `budget` in integers that minimises `Σ w_i² σ̂_i²/n_i`; all of it is spent.
  ///
  /// Throws where the bounds do not admit the budget, and for counts or moments that are impossible.
  public func rollouts(_ prompts: [PromptRecord], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    let statistics = prompts.map(\.statistics)
    try PromptStatistics.check(statistics)
    let factors = try ScoreAwareNeymanAllocation.corrections(statistics, moments: prompts.map(\.moments))
    return try IntegerOptimalAllocation.rollouts(
      deviations: prompts.indices.map { i in
        let law =
          remembers ? memory.posterior(prompts[i].prompt) : PassRateMemory.Pair(prompts[i])
        return prompts[i].weight * (law.meanVariance * factors[i]).squareRoot()
      }, budget: budget, bounds: bounds)
  }

  /// Remembers what came back.
  public mutating func observe(_ outcomes: [GroupOutcome]) { memory.observe(outcomes) }

  /// These settings with what `other` has learnt; nil where that is impossible for such a pool.
  public func remembering(_ other: Self, pool: PoolShape) -> Self? {
    guard other.memory.isSound(pool) else { return nil }
    var result = self
    result.memory = other.memory
    return result
  }
}
