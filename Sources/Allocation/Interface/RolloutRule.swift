/// A complete rule for a step's rollouts: which prompts, how many rollouts in which rounds, from where.
///
/// The trainer and the arena drive the same values. Rules without a part of their own have the plain one.
public struct RolloutRule: Sendable {
  /// The name, as commands take it.
  public var name: String
  /// Which prompts are rolled out.
  public var selector: any PromptSelector
  /// How many rollouts, and which are trained on.
  public var sampler: any SequentialSampler
  /// Where rollouts begin.
  public var starter: any TrajectoryStarter
  /// Which rollouts are given up on their way; nil for none.
  public var abort: EarlyAbort?
  /// The fewest and the most rollouts of a prompt as the rule's authors have them; nil for the caller's.
  public var bounds: AllocationBounds?

  /// Whether the expected update of the mean over the selected prompts is the gradient of the mean over all of them, whatever the pass rates: no prompt or rollout is kept or dropped by its own outcome, and a selection is weighed.
  public var keepsObjective: Bool

  /// Makes the rule that knows the features of a pool's prompts; nil for a rule that starts without them.
  var overFeatures: (@Sendable ([[Double]]) throws(AllocationError) -> RolloutRule)?

  /// A rule; by default every prompt in turn from its beginning.
  public init(
    _ name: String, selector: any PromptSelector = EveryPrompt(), sampler: any SequentialSampler,
    starter: any TrajectoryStarter = FromTheBeginning(), abort: EarlyAbort? = nil,
    bounds: AllocationBounds? = nil, keepsObjective: Bool = false
  ) {
    self.keepsObjective = keepsObjective
    self.name = name
    self.selector = selector
    self.sampler = sampler
    self.starter = starter
    self.abort = abort
    self.bounds = bounds
  }

  /// A rule that is a batch allocator and nothing else: what it gives a prompt depends on the past alone, so that it keeps the objective as long as every prompt gets some.
  public init(_ name: String, allocator: some BatchAllocator, bounds: AllocationBounds? = nil) {
    self.init(name, sampler: SingleRound(allocator), bounds: bounds, keepsObjective: true)
  }

  /// Whether the rule has to know the features of the pool before it starts, and refuses to divide rollouts without them.
  public var needsFeatures: Bool { overFeatures != nil }

  /// The rule over a pool whose prompts have `features`, which are asked for only where it needs them; itself where it does not.
  ///
  /// Throws where features are missing, of different lengths or not finite.
  public func over(features: () -> [[Double]]) throws(AllocationError) -> RolloutRule {
    guard let overFeatures else { return self }
    return try overFeatures(features())
  }

  /// Shows every part what came back.
  public mutating func observe(_ outcomes: [GroupOutcome]) {
    selector.observe(outcomes)
    sampler.observe(outcomes)
    starter.observe(outcomes)
  }
}
