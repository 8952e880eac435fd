/// The exact first-order change of a state's entropy when one sampled token's logits are updated.
///
/// ```
/// Δz = η ξ (e_a − π)   ⟹   dH/dη|₀ = −ξ [ π_a Λ_a − Σ_j π_j² Λ_j ],   Λ = log π + H
/// ```
///
/// It follows from `∂H/∂z_j = −π_j Λ_j`. The sum runs over the vocabulary of the same state, which logs of sampled tokens do not hold; the release replaces it, see
/// `EntropyChangeAsReleased`. Values are changes for a unit step η, in nats.
///
/// - Source: `dynamo2026`, the statement that the referees quote as equation 29; checked against finite differences.
public enum EntropyChange {
  /// The change when `action` was drawn from `distribution` and its update has the coefficient ξ.
  ///
  /// - Precondition: the vocabulary has the token.
  public static func firstOrder(_ distribution: NextTokenDistribution, action: Int, coefficient: Double)
    -> Double
  {
    firstOrder(
      weightedDeviation: distribution.weightedDeviation(action),
      expectation: distribution.expectedWeightedDeviation, coefficient: coefficient)
  }

  /// The change from π_a Λ_a and Σ π² Λ.
  @inlinable
  public static func firstOrder(weightedDeviation: Double, expectation: Double, coefficient: Double) -> Double
  {
    -coefficient * (weightedDeviation - expectation)
  }

  /// The gradient of the entropy in the logits: `∂H/∂z_j = −π_j Λ_j`, 0 where π_j is 0.
  public static func gradient(_ distribution: NextTokenDistribution) -> [Double] {
    distribution.probabilities.indices.map { -distribution.weightedDeviation($0) }
  }
}
