/// The entropy bonus: `L = L_pg − c · mean_t H_t`, whose gradient in the logits of a state is exact.
///
/// ```
/// −∂(−c H)/∂z_j = c ∂H/∂z_j = −c π_j Λ_j,   Λ = log π + H
/// ```
///
/// The coefficient of the paper's comparison is not stated; the released configuration has 0. A baseline in the released code that never runs takes −log π of
/// the sampled token for H, with c = .001: as −log π_a has the gradient −(e_a − π), whose mean over the policy is 0, that loss has no effect in expectation on-policy.
///
/// - Source: `schulman2017`, equation 9; `dynamoRelease2026`, core_algos.py lines 793 to 837, for the part that never runs.
public struct EntropyBonus: Sendable, Hashable {
  /// c, loss per nat.
  public let coefficient: Double

  /// A bonus of c per nat.
  ///
  /// - Precondition: c is finite and not negative.
  public init(coefficient: Double) {
    precondition(
      coefficient >= 0 && coefficient.isFinite,
      "coefficient is \(coefficient), it must be finite and not negative")
    self.coefficient = coefficient
  }

  /// What the bonus adds to the loss: −c times the mean entropy of the valid tokens; 0 without any.
  public func loss(_ batch: TokenBatch) -> Double {
    var sum = 0.0
    var count = 0.0
    for index in 0..<batch.count where batch.counts(index) {
      sum += batch.entropies[index]
      count += 1
    }
    return count > 0 ? -coefficient * (sum / count) : 0
  }

  /// The ascent direction c ∂H/∂z of one state's logits, before the division by the number of tokens.
  public func gradient(_ distribution: NextTokenDistribution) -> [Double] {
    EntropyChange.gradient(distribution).map { coefficient * $0 }
  }

  /// The ascent direction of the loss that takes −log π_a of the sampled token for H: −c (e_a − π).
  ///
  /// - Precondition: the vocabulary has the token.
  public func surprisalGradient(_ distribution: NextTokenDistribution, action: Int) -> [Double] {
    precondition(
      distribution.probabilities.indices.contains(action),
      "token \(action) of a vocabulary of \(distribution.probabilities.count)")
    var result = distribution.probabilities.map { coefficient * $0 }
    var others = 0.0
    for (index, p) in distribution.probabilities.enumerated() where index != action { others += p }
    // 1 − π_a as the sum of the others: it does not cancel for a confident token.
    result[action] = -coefficient * others
    return result
  }
}
