import Estimators

/// The tokens of real rollouts, as far as a log holds them.
///
/// What a log lacks is nil, and a claim that needs it answers "not-testable" with the field's name. Arrays of one response have one entry for each of its tokens.
public struct TokenLog: Sendable, Hashable {
  /// One response.
  public struct Response: Sendable, Hashable {
    /// The prompt, an index into `promptNames`; the same prompt at another training step is another one.
    public var prompt: Int
    /// The reward R.
    public var reward: Double
    /// The drawn tokens (`token_ids`).
    public var tokens: [Int]?
    /// log π of each drawn token, in nats (`logprobs`).
    public var logProbabilities: [Double]
    /// The entropy of the distribution each token was drawn from, in nats (`entropy`).
    public var entropies: [Double]
    /// Σπ² of that distribution (`sum_sq_probability`).
    public var sumsOfSquares: [Double]?
    /// ‖∇_θ log π(response)‖² over all parameters (`score_sqnorm`).
    public var scoreSquaredNorm: Double?

    /// Collects the parts.
    ///
    /// - Precondition: the arrays have the same count.
    public init(
      prompt: Int, reward: Double, tokens: [Int]? = nil, logProbabilities: [Double], entropies: [Double],
      sumsOfSquares: [Double]? = nil, scoreSquaredNorm: Double? = nil
    ) {
      let count = logProbabilities.count
      precondition(
        entropies.count == count && tokens?.count ?? count == count && sumsOfSquares?.count ?? count == count,
        "a response of \(count) log-probabilities has arrays of other lengths")
      self.prompt = prompt
      self.reward = reward
      self.tokens = tokens
      self.logProbabilities = logProbabilities
      self.entropies = entropies
      self.sumsOfSquares = sumsOfSquares
      self.scoreSquaredNorm = scoreSquaredNorm
    }
  }

  /// What the log is called in tables: its files.
  public var name: String
  /// The prompts, in the order in which the log names them.
  public var promptNames: [String]
  /// The responses, in the order of the log.
  public var responses: [Response]
  /// The number of tokens K of the vocabulary, where it is known; logs rarely say.
  public var vocabulary: Int?
  /// Responses of the log that carry no per-token fields, and were left out.
  public var responsesWithoutTokens: Int

  /// Collects the parts.
  ///
  /// - Precondition: every response's prompt has a name.
  public init(
    name: String, promptNames: [String], responses: [Response], vocabulary: Int? = nil,
    responsesWithoutTokens: Int = 0
  ) {
    precondition(
      responses.allSatisfy { promptNames.indices.contains($0.prompt) }, "a response's prompt has no name")
    self.name = name
    self.promptNames = promptNames
    self.responses = responses
    self.vocabulary = vocabulary
    self.responsesWithoutTokens = responsesWithoutTokens
  }

  /// The number of tokens.
  public var tokenCount: Int { responses.reduce(0) { $0 + $1.logProbabilities.count } }

  /// Whether every response says which tokens were drawn: then tokens drawn in the same state can be told.
  public var hasTokens: Bool { responses.allSatisfy { $0.tokens != nil } }

  /// Whether every response has Σπ²: then every token's score norm in logit space is known.
  public var hasSumsOfSquares: Bool { responses.allSatisfy { $0.sumsOfSquares != nil } }

  /// The deviation of a logged number that rounding to the log's decimals allows, for tolerances: half a unit of the sixth decimal.
  ///
  /// Logs print six decimals or more, from sums in single precision over large vocabularies whose relative error is of the same order.
  public static let roundingError = 1e-6
}
