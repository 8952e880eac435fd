import Foundation

/// The squared norm of a token's score in logit space, and what bounds it.
///
/// ```
/// ‖∇_z log π_a‖² = ‖e_a − π‖² = (1 − π_a)² + Σ_{b≠a} π_b² = 1 − 2π_a + Σπ²
/// (1 − π_a) √(K/(K−1)) ≤ ‖e_a − π‖ ≤ √2 (1 − π_a)
/// ```
///
/// The middle form is the one that is computed: it is a sum of squares, while 1 − 2π_a + Σπ² cancels for a confident token.
public enum ScoreNorm {
  /// ‖e_a − π‖² of a token of `distribution`.
  ///
  /// - Precondition: the vocabulary has the token.
  public static func squared(_ distribution: NextTokenDistribution, action: Int) -> Double {
    precondition(
      distribution.probabilities.indices.contains(action),
      "token \(action) of a vocabulary of \(distribution.probabilities.count)")
    var rest = 0.0
    var others = 0.0
    for (index, p) in distribution.probabilities.enumerated() where index != action {
      rest += p * p
      others += p
    }
    return others * others + rest
  }

  /// ‖e_a − π‖² from log π_a and Σπ², as logs have them.
  ///
  /// Σπ² − π_a² = Σ_{b≠a} π_b² cancels for a confident token; what is left of it is held within what (1 − π_a)² allows, [0, (1 − π_a)²], so that the norm lies between 1 − π_a and
  /// √2 (1 − π_a) whatever the rounding.
  @inlinable
  public static func squared(logProbability: Double, sumOfSquares: Double) -> Double {
    let probability = exp(logProbability)
    let missing = -expm1(logProbability)
    let most = missing * missing
    return most + min(max(sumOfSquares - probability * probability, 0), most)
  }

  /// E_a‖e_a − π‖² = 1 − Σπ², the trace of the Fisher information of the logits.
  ///
  /// Computed as Σ π (1 − π), which does not cancel.
  public static func expectedSquared(_ distribution: NextTokenDistribution) -> Double {
    distribution.probabilities.reduce(0) { $0 + $1 * (1 - $1) }
  }

  /// The least norm of a token of log-probability log π_a: (1 − π_a)√(K/(K−1)), or 1 − π_a if the vocabulary's size is not known.
  ///
  /// 0 for a vocabulary of one, whose score vanishes.
  ///
  /// - Precondition: a vocabulary has at least one token.
  @inlinable
  public static func lowerBound(logProbability: Double, vocabulary: Int? = nil) -> Double {
    let missing = -expm1(logProbability)
    guard let vocabulary else { return missing }
    precondition(vocabulary > 0, "vocabulary is \(vocabulary), it must be positive")
    if vocabulary == 1 { return 0 }
    return missing * (Double(vocabulary) / Double(vocabulary - 1)).squareRoot()
  }

  /// The greatest norm of a token of log-probability log π_a: √2 (1 − π_a), reached with one other token.
  @inlinable
  public static func upperBound(logProbability: Double) -> Double {
    -expm1(logProbability) * 2.0.squareRoot()
  }
}
