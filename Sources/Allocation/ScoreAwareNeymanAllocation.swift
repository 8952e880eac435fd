/// Neyman's rule with the variance as it is, not its proxy: `σ̂² = P·ĉ`, where c is what the proxy misses.
///
/// For the value baseline `c = (1−p) v_S + p v_F + (1−2p)² D²`; where only the root mean square of the score norm was measured, `c = E‖s‖²` stands for it. P is the posterior mean
/// under Jeffreys' prior, so that it is not 0 where samples agree. c is noisy when samples are few, so it is shrunk towards the pool:
///
///     ĉ_i = (G_i c_i + G₀ c̄) / (G_i + G₀),   c̄ the mean of c over prompts, weighted by G
///
/// with G₀ = 8 samples' worth of prior. A prompt without measured moments gets c̄.
///
/// - Source: `neyman1934`; the shrinkage is ours, linear empirical Bayes with a fixed prior size.
public enum ScoreAwareNeymanAllocation {
  /// The score moments of one prompt, as measured.
  public struct ScoreMoments: Sendable, Hashable, Codable {
    /// v_S = tr Cov(s | R = 1).
    public var successVariance: Double
    /// v_F = tr Cov(s | R = 0).
    public var failureVariance: Double
    /// D² = ‖m_S − m_F‖².
    public var squaredDistance: Double

    /// Collects the three.
    public init(successVariance: Double, failureVariance: Double, squaredDistance: Double) {
      self.successVariance = successVariance
      self.failureVariance = failureVariance
      self.squaredDistance = squaredDistance
    }
  }

  /// The size of the prior, in samples.
  public static let priorSamples = 8.0

  /// Rollouts for each prompt; `moments` has an entry for each prompt, nil where nothing was measured.
  public static func rollouts(
    _ prompts: [PromptStatistics], moments: [ScoreMoments?]? = nil, budget: Int,
    bounds: AllocationBounds = .none
  ) throws(AllocationError) -> [Int] {
    try BoundedProportion.rollouts(
      weights: deviations(prompts, moments: moments), name: "estimated deviation", budget: budget,
      bounds: bounds)
  }

  /// The real-valued solution.
  public static func shares(
    _ prompts: [PromptStatistics], moments: [ScoreMoments?]? = nil, budget: Double,
    bounds: AllocationBounds = .none
  ) throws(AllocationError) -> [Double] {
    try BoundedProportion.continuous(
      weights: deviations(prompts, moments: moments), name: "estimated deviation", budget: budget,
      bounds: bounds)
  }

  /// σ̂ of each prompt.
  public static func deviations(_ prompts: [PromptStatistics], moments: [ScoreMoments?]? = nil)
    throws(AllocationError) -> [Double]
  {
    zip(prompts, try corrections(prompts, moments: moments)).map { prompt, correction in
      (RootJeffreysAllocation.posteriorMean(prompt) * correction).squareRoot()
    }
  }

  /// ĉ of each prompt, shrunk towards the pool.
  static func corrections(_ prompts: [PromptStatistics], moments: [ScoreMoments?]? = nil)
    throws(AllocationError) -> [Double]
  {
    try PromptStatistics.check(prompts)
    if let moments, moments.count != prompts.count {
      throw .wrongCount(name: "moments", count: moments.count, expected: prompts.count)
    }
    var corrections: [Double?] = []
    var pooled = 0.0
    var weight = 0.0
    for (index, prompt) in prompts.enumerated() {
      let correction = try correction(prompt, moments?[index], index: index)
      corrections.append(correction)
      if let correction {
        pooled += Double(prompt.samples) * correction
        weight += Double(prompt.samples)
      }
    }
    // Nothing measured anywhere: c is the same for all, and only P is left.
    let mean = weight > 0 ? pooled / weight : 1
    return zip(prompts, corrections).map { prompt, correction in
      let samples = correction == nil ? 0 : Double(prompt.samples)
      return (samples * (correction ?? 0) + priorSamples * mean) / (samples + priorSamples)
    }
  }

  private static func correction(_ prompt: PromptStatistics, _ moments: ScoreMoments?, index: Int)
    throws(AllocationError) -> Double?
  {
    guard let moments else { return prompt.scoreDeviation.map { $0 * $0 } }
    let named = [
      ("v_success", moments.successVariance), ("v_failure", moments.failureVariance),
      ("d_squared", moments.squaredDistance),
    ]
    for (name, value) in named where !(value >= 0 && value.isFinite) {
      throw .invalidValue(name: name, index: index, value: value)
    }
    let p = (Double(prompt.successes) + 0.5) / (Double(prompt.samples) + 1)
    return (1 - p) * moments.successVariance + p * moments.failureVariance
      + (1 - 2 * p) * (1 - 2 * p) * moments.squaredDistance
  }
}
