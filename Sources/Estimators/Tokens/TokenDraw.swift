/// One token of an outcome, with what token-level rules may read of it.
public struct TokenDraw: Sendable, Hashable {
  /// The prefix that the token was chosen after: breadth-first number, 0 for the empty one; the child of n for token a is `nK + a + 1`.
  ///
  /// Unlike `block` it tells prefixes apart also where they share their logits.
  public let state: Int
  /// The block of K logits that the token's distribution has as parameters.
  public let block: Int
  /// The place in the outcome, from 0.
  public let position: Int
  /// The token a itself.
  public let action: Int
  /// π_a.
  public let probability: Double
  /// log π_a, in nats.
  public let logProbability: Double
  /// H of the token's distribution, in nats.
  public let entropy: Double
  /// Σπ² of the token's distribution.
  public let sumOfSquares: Double
  /// Σπ²Λ of the token's distribution, Λ = log π + H: the expectation in the exact entropy change.
  public let expectedWeightedDeviation: Double
  /// ‖e_a − π‖², from a sum of squares.
  public let squaredScoreNorm: Double

  /// π_a Λ_a, what the entropy change compares with its expectation.
  @inlinable
  public var weightedDeviation: Double { probability * (logProbability + entropy) }
}
