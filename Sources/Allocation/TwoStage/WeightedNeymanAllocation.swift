/// Neyman's rule for a weighted mean: `n_i ∝ w_i σ̂_i`, which minimises `Σ w_i² σ_i²/n_i`.
///
/// `σ̂² = E[P | past]·ĉ`: the posterior mean of p(1−p) from discounted counts, times the squared score norm where it was measured, shrunk towards the pool's as in `ScoreAwareNeymanAllocation`. The weights are those of the selector.
///
/// Where it is tokens that are paid for, c_i each, `n_i ∝ w_i σ̂_i/√c_i`: whatever the number of rollouts, this makes the product of `Σ w_i² σ_i²/n_i` and the cost `Σ n_i c_i` least (Cauchy and Schwarz), and so the gain for a token where noise outweighs the signal.
///
/// - Source: `neyman1934`; with costs `cochran1977`, section 5.5.
public struct WeightedNeymanAllocation: BatchAllocator {
  /// Whether pass rates are those of the rule's memory; else those of the record's counts, which an oracle fills.
  public var remembers: Bool
  /// Whether tokens are what rollouts cost: c_i is the mean length of a prompt's responses so far, that of the others where there is none.
  public var paysTokens: Bool
  /// What is remembered of pass rates.
  public private(set) var memory = PassRateMemory()

  /// Nothing remembered.
  public init(remembers: Bool = true, paysTokens: Bool = false) {
    self.remembers = remembers
    self.paysTokens = paysTokens
  }

  /// The division of `budget` in integers that minimises `Σ w_i² σ̂_i²/(c_i n_i)`, c = 1 unless tokens are paid; all of it is spent.
  ///
  /// Throws where the bounds do not admit the budget, and for counts or moments that are impossible.
  public func rollouts(_ prompts: [PromptRecord], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    let statistics = prompts.map(\.statistics)
    try PromptStatistics.check(statistics)
    let factors = try ScoreAwareNeymanAllocation.corrections(statistics, moments: prompts.map(\.moments))
    let costs = paysTokens ? prompts.costs : prompts.map { _ in 1.0 }
    return try IntegerOptimalAllocation.rollouts(
      deviations: prompts.indices.map { i in
        let law =
          remembers ? memory.posterior(prompts[i].prompt) : PassRateMemory.Pair(prompts[i])
        return prompts[i].weight * (law.meanVariance * factors[i] / costs[i]).squareRoot()
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
