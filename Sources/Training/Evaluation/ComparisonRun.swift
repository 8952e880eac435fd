/// What two methods have in equal amounts when they are compared.
public enum ComparisonBudget: String, Sendable, Hashable, CaseIterable {
  /// The number of rollouts.
  case rollouts
  /// The number of tokens drawn.
  case tokens
}

/// The two scores of an evaluation.
public enum ComparisonMetric: String, Sendable, Hashable, CaseIterable {
  /// The pass rate of single answers.
  case passAt1 = "pass@1"
  /// The probability that one of 32 answers is right.
  case passAt32 = "pass@32"
}

/// The scores of one trained model on one evaluation split.
public struct SplitScore: Sendable, Hashable {
  /// The split's name.
  public var split: String
  /// pass@1, the mean over the split's problems.
  public var passAt1: Double
  /// pass@32, the mean over the split's problems.
  public var passAt32: Double

  /// Collects the scores.
  public init(split: String, passAt1: Double, passAt32: Double) {
    self.split = split
    self.passAt1 = passAt1
    self.passAt32 = passAt32
  }

  /// The scores of counts; throws `invalid` where a problem has fewer than 32 answers.
  public init(_ result: SplitResult) throws(TrainingError) {
    guard result.largestK >= 32 else {
      throw .invalid(
        name: "the number of answers for a problem of split '\(result.split)'",
        value: String(result.largestK),
        allowed: "be at least 32 for pass@32")
    }
    self.init(split: result.split, passAt1: result.pass(at: 1), passAt32: result.pass(at: 32))
  }

  /// One of the two scores.
  public func value(_ metric: ComparisonMetric) -> Double {
    switch metric {
    case .passAt1: passAt1
    case .passAt32: passAt32
    }
  }
}

/// What one training run came to: one method, one seed, one budget, one aggregation.
public struct ComparisonRun: Sendable, Hashable {
  /// The method, as it is called on the command line.
  public var method: String
  /// The seed; runs of two methods with the same seed share warm model, prompts and random numbers, and are paired.
  public var seed: UInt64
  /// What was held equal.
  public var budget: ComparisonBudget
  /// How the loss weighs prompts and rollouts, such as `prompt-equal`.
  public var aggregation: String
  /// The scores, one for each split.
  public var scores: [SplitScore]
  /// What had been drawn when it was evaluated; nil where that is not known, and for a model that was not trained.
  public var spent: Spent?

  /// Rollouts and response tokens drawn.
  public struct Spent: Sendable, Hashable {
    /// The rollouts.
    public var rollouts: Int
    /// Their tokens.
    public var tokens: Int

    /// Collects the two.
    public init(rollouts: Int, tokens: Int) {
      self.rollouts = rollouts
      self.tokens = tokens
    }
  }

  /// Collects the parts.
  public init(
    method: String, seed: UInt64, budget: ComparisonBudget, aggregation: String, scores: [SplitScore],
    spent: Spent? = nil
  ) {
    self.spent = spent
    self.method = method
    self.seed = seed
    self.budget = budget
    self.aggregation = aggregation
    self.scores = scores
  }

  /// Throws `invalid` unless the run has the splits `expected` in this order, each with two probabilities.
  func check(splits expected: [String]) throws(TrainingError) {
    let name = "of '\(method)' with seed \(seed) (equal \(budget.rawValue), \(aggregation))"
    let splits = scores.map(\.split)
    guard splits == expected else {
      throw .invalid(
        name: "the list of splits \(name)", value: "\(splits)",
        allowed: "be that of the first run, \(expected)")
    }
    for score in scores {
      for metric in ComparisonMetric.allCases {
        // A comparison with NaN is false, so NaN is refused here too.
        guard score.value(metric) >= 0 && score.value(metric) <= 1 else {
          throw .invalid(
            name: "\(metric.rawValue) on split '\(score.split)' \(name)", value: "\(score.value(metric))",
            allowed: "lie between 0 and 1")
        }
      }
    }
  }
}
