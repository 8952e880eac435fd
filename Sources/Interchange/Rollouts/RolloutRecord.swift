/// One rollout of a log: a response that was sampled for a prompt and rewarded.
public struct Rollout: Sendable, Equatable {
  /// The prompt: `prompt_id`, verl's `uid` up to its session and output index, or verl's prompt text.
  public var prompt: String
  /// The training step; 0 where the log has none.
  ///
  /// Rollouts of one prompt at different steps come from different policies.
  public var step: Int
  /// The number of the rollout within its prompt, where the log has it.
  public var index: Int?
  /// Whether the rollout succeeded: R = 1, or the reward reached the threshold.
  public var succeeded: Bool
  /// The reward as logged.
  public var reward: Double
  /// ‖s‖², the squared norm of the response's score vector, where the log has it.
  public var scoreSquaredNorm: Double?
  /// What the log says of each token, where it does and the reader was asked for it.
  public var tokens: RolloutTokens?

  /// Collects the parts; without a reward it is 1 for a success and 0 for a failure.
  public init(
    prompt: String, step: Int = 0, index: Int? = nil, succeeded: Bool, reward: Double? = nil,
    scoreSquaredNorm: Double? = nil, tokens: RolloutTokens? = nil
  ) {
    self.prompt = prompt
    self.step = step
    self.index = index
    self.succeeded = succeeded
    self.reward = reward ?? (succeeded ? 1 : 0)
    self.scoreSquaredNorm = scoreSquaredNorm
    self.tokens = tokens
  }
}

/// The rollouts of one prompt with the inner products of their score vectors.
public struct GramRecord: Sendable, Equatable {
  /// The prompt.
  public var prompt: String
  /// The training step; 0 where the log has none.
  public var step: Int
  /// Whether each rollout succeeded.
  public var succeeded: [Bool]
  /// For each rollout the index of its distinct response, in `0..<distinctCount`.
  public var response: [Int]
  /// The number of distinct responses.
  public var distinctCount: Int
  /// ⟨s_a, s_b⟩ of the distinct responses a and b, row by row: `distinctCount`² values, symmetric.
  public var gram: [Double]

  /// Collects the six.
  public init(
    prompt: String, step: Int = 0, succeeded: [Bool], response: [Int], distinctCount: Int, gram: [Double]
  ) {
    precondition(
      gram.count == distinctCount * distinctCount,
      "gram has \(gram.count) values for \(distinctCount) responses")
    precondition(succeeded.count == response.count, "\(succeeded.count) rewards, \(response.count) responses")
    self.prompt = prompt
    self.step = step
    self.succeeded = succeeded
    self.response = response
    self.distinctCount = distinctCount
    self.gram = gram
  }
}

/// What is known of a prompt by counting.
public struct PromptCounts: Sendable, Equatable {
  /// The prompt.
  public var prompt: String
  /// The kind of task, where the table has it.
  public var kind: String?
  /// Rollouts in the log, where the table has them.
  public var samples: Int?
  /// Successes among `samples`.
  public var successes: Int?
  /// Further rollouts, independent of those in the log, where the table has them.
  public var screenSamples: Int?
  /// Successes among `screenSamples`.
  public var screenSuccesses: Int?
}

/// One record of the files of an audit.
public enum RolloutRecord: Sendable, Equatable {
  /// A rollout.
  case rollout(Rollout)
  /// A prompt's rollouts with their Gram matrix.
  case gram(GramRecord)
  /// A prompt's counts.
  case counts(PromptCounts)
}
