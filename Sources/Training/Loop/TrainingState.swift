/// What changes during a run: all that a checkpoint must hold.
///
/// Streams of random numbers are pure functions of (seed, step), so there is no generator state beside the counters.
public struct TrainingState: Sendable, Hashable {
  /// The weights.
  public var parameters: [Float]
  /// The optimiser of the present phase.
  public var optimiser: AdamW
  /// What is remembered of each prompt.
  public var history: PromptHistory
  /// The rollout rule with its memory; nil without one.
  public var rule: RuleState?
  /// The weights that a KL penalty refers to, those at the end of the warm-up; empty where the method has no such penalty.
  public var reference: [Float]
  /// Whether the warm-up has ended.
  public var isWarm: Bool
  /// Supervised steps done.
  public var warmUpStep: Int
  /// Steps of reinforcement done.
  public var step: Int
  /// Batches of prompts taken from the pool; dynamic sampling may take several in a step.
  public var batchesTaken: Int
  /// Rollouts drawn in reinforcement.
  public var rollouts: Int
  /// Response tokens drawn in reinforcement.
  public var tokens: Int

  /// A run at its beginning.
  public init(parameters: [Float], optimiser: AdamW, history: PromptHistory) {
    self.parameters = parameters
    self.optimiser = optimiser
    self.history = history
    reference = []
    isWarm = false
    warmUpStep = 0
    step = 0
    batchesTaken = 0
    rollouts = 0
    tokens = 0
  }

  /// The rollouts and tokens that were drawn and have had their turn in steps of so many prompts.
  ///
  /// While enough groups wait for a whole step, which then draws nothing, the last draw is still being used: what it cost is not settled. A budget is over, and a model is judged at it, once as much is settled.
  public func settled(promptsPerStep: Int) -> (rollouts: Int, tokens: Int) {
    guard let rule, rule.waiting.count >= promptsPerStep else { return (rollouts, tokens) }
    return (rollouts - rule.lastDraw.rollouts, tokens - rule.lastDraw.tokens)
  }
}
