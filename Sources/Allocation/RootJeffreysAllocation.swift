/// Rollouts in proportion to the root of the posterior mean of p(1−p) under Jeffreys' prior Beta(½, ½).
///
/// With a = k + ½ and b = G − k + ½: `E[p(1−p) | k] = ab/((a+b)(a+b+1))`. It is never 0, so a prompt whose samples all agree is not given up.
///
/// - Source: `jeffreys1946`; the posterior mean is the ratio B(a+1, b+1)/B(a, b).
public enum RootJeffreysAllocation {
  /// Rollouts for each prompt.
  public static func rollouts(_ prompts: [PromptStatistics], budget: Int, bounds: AllocationBounds = .none)
    throws(AllocationError) -> [Int]
  {
    try PromptStatistics.check(prompts)
    return try BoundedProportion.rollouts(
      weights: prompts.map { posteriorMean($0).squareRoot() }, name: "posterior deviation", budget: budget,
      bounds: bounds)
  }

  /// The real-valued solution.
  public static func shares(_ prompts: [PromptStatistics], budget: Double, bounds: AllocationBounds = .none)
    throws(AllocationError) -> [Double]
  {
    try PromptStatistics.check(prompts)
    return try BoundedProportion.continuous(
      weights: prompts.map { posteriorMean($0).squareRoot() }, name: "posterior deviation", budget: budget,
      bounds: bounds)
  }

  /// `E[p(1−p) | k]`.
  public static func posteriorMean(_ prompt: PromptStatistics) -> Double {
    let a = Double(prompt.successes) + 0.5
    let b = Double(prompt.samples - prompt.successes) + 0.5
    return a * b / ((a + b) * (a + b + 1))
  }

  /// `E[√(p(1−p)) | k] = B(a+½, b+½)/B(a, b)`: the posterior mean of the deviation itself, the other natural choice.
  ///
  /// It is smaller than the root of the posterior mean (Jensen). Computed as r(k) r(G−k)/(G+1) with r(j) = Γ(j+1)/Γ(j+½): the difference of the two
  /// log-betas is of the order 1 while each grows like G, which costs nine digits at G = 10⁶.
  ///
  /// - Precondition: 0 ≤ successes ≤ samples.
  public static func posteriorMeanDeviation(_ prompt: PromptStatistics) -> Double {
    HalfStepGammaRatio.value(prompt.successes) * HalfStepGammaRatio.value(prompt.samples - prompt.successes)
      / (Double(prompt.samples) + 1)
  }
}
