import Foundation

/// The true change of a state's entropy after a finite step on its logits.
///
/// For Δz = d the new policy is π'_j = π_j e^{d_j}/Z with Z = Σ π e^d, and
///
/// ```
/// H' − H = −Σ_j (π'_j − π_j) Λ_j − Σ_j π'_j d_j + log Z,   π'_j − π_j = π_j (e^{d_j − log Z} − 1)
/// ```
///
/// Every term is of the order of the step. The difference of two entropies, each of order log K, would lose the digits that a small step's change consists of.
public enum FiniteEntropyChange {
  /// The change after the step `Δz = step · coefficient · (e_a − π)` of one sampled token.
  ///
  /// - Precondition: the vocabulary has the token; the step is finite.
  public static func value(
    _ distribution: NextTokenDistribution, action: Int, coefficient: Double, step: Double
  ) -> Double {
    let scale = step * coefficient
    precondition(scale.isFinite, "the step \(step) times the coefficient \(coefficient) is not finite")
    precondition(
      distribution.probabilities.indices.contains(action),
      "token \(action) of a vocabulary of \(distribution.probabilities.count)")
    var displacement = distribution.probabilities.map { -scale * $0 }
    displacement[action] += scale
    return value(distribution, displacement: displacement)
  }

  /// The change after any displacement of the logits.
  ///
  /// - Precondition: one finite displacement for each token of the vocabulary.
  public static func value(_ distribution: NextTokenDistribution, displacement: [Double]) -> Double {
    let probabilities = distribution.probabilities
    precondition(
      displacement.count == probabilities.count,
      "\(displacement.count) displacements for a vocabulary of \(probabilities.count)")
    // A common shift of all logits changes nothing; taking the largest away keeps the exponentials finite.
    var shift = -Double.infinity
    for (p, d) in zip(probabilities, displacement) where p > 0 { shift = max(shift, d) }
    var excess = 0.0
    for (p, d) in zip(probabilities, displacement) where p > 0 { excess += p * expm1(d - shift) }
    var logNormaliser = log1p(excess)
    // Where nearly all mass was on tokens that fall far behind, −1 swallows the new sum; that sum's own logarithm is accurate there.
    if excess < -0.5 {
      var sum = 0.0
      for (p, d) in zip(probabilities, displacement) where p > 0 { sum += p * exp(d - shift) }
      logNormaliser = log(sum)
    }
    var change = logNormaliser
    for (p, d) in zip(probabilities, displacement) where p > 0 {
      let growth = expm1(d - shift - logNormaliser)
      change -= p * growth * (log(p) + distribution.entropy) + p * (1 + growth) * (d - shift)
    }
    return change
  }
}
