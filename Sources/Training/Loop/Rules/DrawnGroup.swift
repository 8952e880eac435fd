import Allocation

/// All that a rollout rule drew for one prompt at one step, whether it is trained on or not.
public struct DrawnGroup: Sendable, Hashable {
  /// The prompt's place in the pool.
  public var prompt: Int
  /// Where its rollouts began.
  public var start: TrajectoryStart
  /// Response tokens that were replayed before each rollout; they count for nothing but the verifier.
  public var replayedTokens: Int
  /// Successes and samples of each round.
  public var rounds: [PromptStatistics]
  /// Tokens drawn.
  public var tokens = 0
  /// Rollouts that were given up on their way; they count as failures.
  public var aborted = 0
  /// The tokens of each rollout that was not.
  public var lengths: [Int] = []
  /// Σ over the successes of the score norm in logit space.
  public var acceptedNormSum = 0.0
  /// The first correct response.
  public var success: [Int32]?
  /// The first wrong response that was not given up.
  public var failure: [Int32]?
  /// Its weight in the step's mean.
  public var weight = 1.0
  /// Whether it was drawn at a former step and waited: it was counted and remembered then.
  public var isStale = false
  /// Whether rollouts of it are trained on.
  public var isTrained = false

  /// A prompt without rollouts.
  init(prompt: Int, start: TrajectoryStart, replayedTokens: Int) {
    self.prompt = prompt
    self.start = start
    self.replayedTokens = replayedTokens
    rounds = []
  }

  /// The rollouts.
  public var samples: Int { rounds.reduce(0) { $0 + $1.samples } }
  /// The successes among them.
  public var successes: Int { rounds.reduce(0) { $0 + $1.successes } }

  /// What the rule is shown.
  public var outcome: GroupOutcome {
    GroupOutcome(
      prompt: prompt, successes: successes, samples: samples, tokens: tokens, start: start,
      isTrained: isTrained, weight: weight)
  }
}
