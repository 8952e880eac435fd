/// Whether a token's update survives the clipped surrogate: the indicator I_clip in `ξ = I_clip · ρ · A`.
///
/// `I = 1` if `A > 0` and `ρ ≤ 1 + ε_high`, or `A < 0` and `ρ ≥ 1 − ε_low`; else 0. A zero advantage moves nothing and gives 0. On-policy (ρ = 1) the indicator is 1
/// for every token with an advantage.
///
/// - Source: `dynamoRelease2026`, dp_actor.py lines 353 to 371; the gradient of `schulman2017`, equation 7.
public struct ClipIndicator: Sendable, Hashable {
  /// ε_low: how far the ratio of a token with a negative advantage may fall below 1.
  public let low: Double
  /// ε_high: how far the ratio of a token with a positive advantage may rise above 1.
  public let high: Double

  /// The clip range, 0.2 on both sides unless given.
  ///
  /// - Precondition: ε_low in [0, 1], ε_high ≥ 0.
  public init(low: Double = 0.2, high: Double = 0.2) {
    precondition((0...1).contains(low), "low is \(low), it must lie in [0, 1]")
    precondition(high >= 0, "high is \(high), it must not be negative")
    self.low = low
    self.high = high
  }

  /// 1 or 0 for a ratio ρ > 0 and an advantage.
  @inlinable
  public func value(ratio: Double, advantage: Double) -> Double {
    if advantage > 0 { return ratio <= 1 + high ? 1 : 0 }
    if advantage < 0 { return ratio >= 1 - low ? 1 : 0 }
    return 0
  }

  /// The update's coefficient `ξ = I_clip · ρ · A`: one sampled action moves its logits by `η ξ (e_a − π)`.
  @inlinable
  public func coefficient(ratio: Double, advantage: Double) -> Double {
    value(ratio: ratio, advantage: advantage) * ratio * advantage
  }
}
