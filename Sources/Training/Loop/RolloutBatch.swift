/// The rollouts of one step: prompts, responses and what the sampler recorded of each token.
///
/// Responses are laid end to end; rollouts of one prompt are consecutive, in the order of the prompts. The token-level arrays run over response tokens only.
public struct RolloutBatch: Sendable, Hashable, Codable {
  /// The tokens of each prompt of the step.
  public var prompts: [[Int32]]
  /// The prompt that each rollout answers, an index into `prompts`.
  public var groups: [Int]
  /// Where each response starts in the token-level arrays, and their length at the end.
  public var starts: [Int]
  /// The response tokens, the stop token included where it was drawn.
  public var tokens: [Int32]
  /// log π of each token, in nats, under the policy that drew it (at the sampling temperature, before any truncation).
  public var logProbabilities: [Float]
  /// The exact entropy of the distribution that each token was drawn from, in nats.
  public var entropies: [Float]
  /// Σπ² of that distribution.
  public var sumsOfSquares: [Float]
  /// Σπ² log π of that distribution, which the exact entropy change of a token needs.
  public var squaredLogarithmSums: [Float]
  /// The largest probability of that distribution less the second largest; empty where it was not recorded.
  public var margins: [Float]
  /// Whether each response ended with the stop token rather than at the length limit.
  public var isTerminated: [Bool]

  /// A batch without rollouts.
  public init(prompts: [[Int32]]) {
    self.prompts = prompts
    groups = []
    starts = [0]
    tokens = []
    logProbabilities = []
    entropies = []
    sumsOfSquares = []
    squaredLogarithmSums = []
    margins = []
    isTerminated = []
  }

  /// The number of rollouts.
  public var count: Int { groups.count }
  /// The number of response tokens.
  public var tokenCount: Int { tokens.count }
  /// The token-level places of one response.
  public func range(_ rollout: Int) -> Range<Int> { starts[rollout]..<starts[rollout + 1] }
}

extension RolloutBatch {
  /// Adds one rollout of another batch, as an answer to prompt `group` of this one.
  ///
  /// Of the response its first `length` tokens; it counts as ended only if it is whole.
  public mutating func append(_ other: RolloutBatch, rollout: Int, group: Int, length: Int = .max) {
    let whole = other.range(rollout)
    let range = whole.prefix(length)
    groups.append(group)
    tokens.append(contentsOf: other.tokens[range])
    logProbabilities.append(contentsOf: other.logProbabilities[range])
    entropies.append(contentsOf: other.entropies[range])
    sumsOfSquares.append(contentsOf: other.sumsOfSquares[range])
    squaredLogarithmSums.append(contentsOf: other.squaredLogarithmSums[range])
    if !other.margins.isEmpty { margins.append(contentsOf: other.margins[range]) }
    isTerminated.append(other.isTerminated[rollout] && range.count == whole.count)
    starts.append(tokens.count)
  }
}
