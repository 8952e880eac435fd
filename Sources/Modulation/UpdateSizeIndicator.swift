import Foundation

/// 1 − π_a, the indicator of a token's update size that costs nothing: the sampled token's log-probability is in every log.
///
/// ```
/// (1 − π_a) √(K/(K−1)) ≤ ‖e_a − π‖ ≤ √2 (1 − π_a)
/// ```
///
/// It knows the score's norm up to a factor of √2/√(K/(K−1)) < √2, exactly for K = 2. The entropy H and the entropy change Ξ, which the paper's factors read, bound the norm of the
/// sampled token's score by no such factor: a token may be improbable in a state of low entropy. What they know beyond 1 − π_a has to be shown beyond this factor.
///
/// - Source: `dynamo2026`, for the claim that entropy indicates update size; the bounds are `ScoreNorm`'s.
public enum UpdateSizeIndicator {
  /// The largest possible ratio of two norms that share one value of the indicator, √2, whatever the vocabulary.
  public static let largestRatio = 2.0.squareRoot()

  /// 1 − π_a from log π_a ≤ 0, without cancellation for confident tokens.
  @inlinable
  public static func value(logProbability: Double) -> Double { 0 - expm1(logProbability) }

  /// The indicator of every token; 0 for tokens that do not count.
  public static func values(_ batch: TokenBatch) -> [Double] {
    batch.logProbabilities.indices.map {
      batch.counts($0) ? value(logProbability: batch.logProbabilities[$0]) : 0
    }
  }

  /// Between which values ‖e_a − π‖ lies, given the indicator and, if known, the vocabulary's size; [0, 0] for a vocabulary of one.
  ///
  /// - Precondition: log π_a ≤ 0, a vocabulary has at least one token.
  public static func normRange(logProbability: Double, vocabulary: Int? = nil) -> ClosedRange<Double> {
    precondition(logProbability <= 0, "logProbability is \(logProbability), it must be at most 0")
    if vocabulary == 1 { return 0...0 }
    let upper = ScoreNorm.upperBound(logProbability: logProbability)
    // For K = 2 both are √2 (1 − π_a), each rounded its own way.
    return min(ScoreNorm.lowerBound(logProbability: logProbability, vocabulary: vocabulary), upper)...upper
  }
}
