import Foundation

/// The expected first-order entropy change of a state when its tokens are drawn from its own policy.
///
/// Values are changes for a unit step, in nats. `advantages` holds A(a) for every token of the vocabulary; Ā = Σ π A.
public enum ExpectedEntropyChange {
  /// Under the policy gradient, Δz = η π (A − Ā): `dH = −Cov_π(log π, π (A − Ā)) = −Σ π² (A − Ā) Λ`.
  ///
  /// The average over the sampled token of `EntropyChange.firstOrder` with ξ = A. The sum over Λ is the covariance with its mean already taken away.
  ///
  /// - Source: `cui2025`, for the covariance form; the centring of A is needed.
  /// - Precondition: one advantage for each token of the vocabulary.
  public static func policyGradient(_ distribution: NextTokenDistribution, advantages: [Double]) -> Double {
    -sum(distribution, advantages) { $0 * $0 }
  }

  /// Under the natural gradient, Δz = η A: `dH = −Cov_π(log π, A) = −Σ π (A − Ā) Λ`.
  ///
  /// - Source: `cui2025`.
  /// - Precondition: one advantage for each token of the vocabulary.
  public static func naturalGradient(_ distribution: NextTokenDistribution, advantages: [Double]) -> Double {
    -sum(distribution, advantages) { $0 }
  }

  private static func sum(
    _ distribution: NextTokenDistribution, _ advantages: [Double], weight: (Double) -> Double
  ) -> Double {
    precondition(
      advantages.count == distribution.probabilities.count,
      "\(advantages.count) advantages for a vocabulary of \(distribution.probabilities.count)")
    let mean = zip(distribution.probabilities, advantages).reduce(0) { $0 + $1.0 * $1.1 }
    var total = 0.0
    for (p, advantage) in zip(distribution.probabilities, advantages) where p > 0 {
      total += weight(p) * (advantage - mean) * (log(p) + distribution.entropy)
    }
    return total
  }
}
