import Foundation

/// What a log says of the tokens of one response: arrays with one entry for each token, as many of them as the log has.
///
/// | array | field | also read as |
/// |---|---|---|
/// | `tokens` | `token_ids` | `completion_ids` (TRL, prime-rl) |
/// | `logProbabilities` | `logprobs` | `rollout_log_probs` (verl), `completion_logprobs` (prime-rl) |
/// | `entropies` | `entropy` | `entropys` (verl) |
/// | `sumsOfSquares` | `sum_sq_probability` | `sum_pi_squared` (verl) |
/// | `oldLogProbabilities` | `old_logprobs` | `old_log_probs` (verl), `old_per_token_logps` (TRL) |
///
/// The trainers' names are those of their batches; their dumps hold them only where the user adds them. Of several names for one array the first in the table counts. A
/// field that holds no array (a mean entropy, say) is no per-token field and is passed over. Nothing marks tokens that the policy did not draw: arrays with padding, prompt
/// tokens or tool output must be cut down to the drawn tokens before.
public struct RolloutTokens: Sendable, Equatable {
  /// The drawn tokens.
  public var tokens: [Int]?
  /// log π of each drawn token, in nats, at most 0.
  public var logProbabilities: [Double]?
  /// The entropy H of the distribution that each token was drawn from, in nats, not negative.
  public var entropies: [Double]?
  /// Σπ² of that distribution, in [0, 1].
  public var sumsOfSquares: [Double]?
  /// log π_old of each drawn token, in nats, at most 0: the ratio is exp(log π − log π_old).
  public var oldLogProbabilities: [Double]?

  /// How far a logged number may lie outside its range and count as its end: single precision over a large vocabulary.
  public static let roundingTolerance = 1e-6

  /// The largest entropy that a vocabulary can have whose tokens a 64-bit integer counts: log 2⁶³ nats.
  public static let largestEntropy = 63 * 0.6931471805599453

  /// How far Σπ² may lie outside what the drawn token's π allows: six decimals of log π move π² by 2·10⁻⁶ at most, single precision Σπ² by as much again.
  public static let consistencyTolerance = 1e-5

  /// Whether a distribution with this Σπ² can have a token of this log-probability: `π² ≤ Σπ² ≤ π² + (1 − π)²`, within `consistencyTolerance`.
  ///
  /// Numbers outside come from different distributions, such as one before and one after a temperature.
  public static func isPossible(sumOfSquares: Double, logProbability: Double) -> Bool {
    let probability = exp(logProbability)
    let missing = -expm1(logProbability)
    let rest = sumOfSquares - probability * probability
    return rest >= -consistencyTolerance && rest <= missing * missing + consistencyTolerance
  }

  /// Collects the arrays.
  ///
  /// - Precondition: those that are given have the same count.
  public init(
    tokens: [Int]? = nil, logProbabilities: [Double]? = nil, entropies: [Double]? = nil,
    sumsOfSquares: [Double]? = nil, oldLogProbabilities: [Double]? = nil
  ) {
    self.tokens = tokens
    self.logProbabilities = logProbabilities
    self.entropies = entropies
    self.sumsOfSquares = sumsOfSquares
    self.oldLogProbabilities = oldLogProbabilities
    let counts = [
      tokens?.count, logProbabilities?.count, entropies?.count, sumsOfSquares?.count,
      oldLogProbabilities?.count,
    ].compactMap { $0 }
    precondition(counts.allSatisfy { $0 == counts.first }, "the arrays have the counts \(counts)")
  }

  /// The number of tokens.
  public var count: Int {
    tokens?.count ?? logProbabilities?.count ?? entropies?.count ?? sumsOfSquares?.count
      ?? oldLogProbabilities?.count ?? 0
  }
}
