/// W-REINFORCE: successes and failures get advantages of their own, without a baseline.
///
/// ```
/// A = λ if R = 1,   −μ if R = 0
/// ```
///
/// Any two values are a scale and a baseline: `A = S (R − b)` with S = λ + μ and b = μ/(λ + μ). With all responses in the denominator the three settings are therefore REINFORCE
/// with constant baselines, 1/1.1 = .909…, 0 and 1, and unbiased for S ∇p. The release drops the responses of advantage 0 before the mean, which then divides by the random number of
/// successes (or failures): a ratio, no longer unbiased, whose step grows as that side becomes rare.
///
/// - Source: `zhu2025`, the released code's core_algos.py lines 111 to 151.
public struct WeightedReinforce: Sendable, Hashable {
  /// λ, the advantage of a success.
  public let success: Double
  /// μ, the advantage of a failure with its sign turned.
  public let failure: Double

  /// W-REINFORCE as recommended: λ = .1, μ = 1.
  public static let weighted = WeightedReinforce(success: 0.1, failure: 1)
  /// PSR: successes only, λ = 1, μ = 0.
  public static let positiveOnly = WeightedReinforce(success: 1, failure: 0)
  /// NSR: failures only, λ = 0, μ = 1.
  public static let negativeOnly = WeightedReinforce(success: 0, failure: 1)

  /// The rule with advantages λ and −μ.
  ///
  /// - Precondition: both are finite and not negative, one is positive.
  public init(success: Double, failure: Double) {
    precondition(
      success >= 0 && failure >= 0 && (success + failure).isFinite && success + failure > 0,
      "success \(success) and failure \(failure) must be finite, not negative and not both 0")
    self.success = success
    self.failure = failure
  }

  /// S = λ + μ, the step size that the rule amounts to.
  public var scale: Double { success + failure }

  /// b = μ/(λ + μ), the baseline that the rule amounts to.
  public var baseline: Double { failure / scale }

  /// The advantage of every response; throws for a reward other than 0 and 1.
  public func advantages(rewards: [Double]) throws(ModulationError) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(rewards.count)
    for (index, reward) in rewards.enumerated() {
      guard reward == 0 || reward == 1 else {
        throw .outOfRange(name: "rewards", index: index, value: reward, allowed: "be 0 or 1")
      }
      result.append(reward == 1 ? success : 0 - failure)
    }
    return result
  }

  /// Whether the release leaves each response in the batch: whether its advantage is not 0.
  public func kept(rewards: [Double]) throws(ModulationError) -> [Bool] {
    try advantages(rewards: rewards).map { $0 != 0 }
  }
}
