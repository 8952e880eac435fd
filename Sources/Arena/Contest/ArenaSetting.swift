import Allocation

/// What a contest is run under.
public struct ArenaSetting: Sendable, Hashable {
  /// Rollouts of a run; the step that passes it is the last.
  public var rollouts: Int
  /// Response tokens of a run, in the place of rollouts; nil for rollouts.
  public var tokens: Int?
  /// Whether a second contest is held at the tokens that the rollouts would take at the start, world by world.
  public var equalsTokens: Bool
  /// Prompts m of a step.
  public var promptsPerStep: Int
  /// Mean rollouts n of a prompt.
  public var rolloutsPerPrompt: Int
  /// The fewest and the most rollouts of a prompt, for rules whose authors give none.
  public var bounds: AllocationBounds
  /// Points of the curve of quality against budget.
  public var points: Int

  /// A setting; the bounds are 2, which leave-one-out needs, and eight times the mean by default.
  public init(
    rollouts: Int = 400_000, tokens: Int? = nil, equalsTokens: Bool = false, promptsPerStep: Int = 64,
    rolloutsPerPrompt: Int = 8,
    bounds: AllocationBounds? = nil, points: Int = 40
  ) {
    self.rollouts = rollouts
    self.tokens = tokens
    self.equalsTokens = equalsTokens
    self.promptsPerStep = promptsPerStep
    self.rolloutsPerPrompt = rolloutsPerPrompt
    self.bounds = bounds ?? AllocationBounds(minimum: 2, maximum: 8 * rolloutsPerPrompt)
    self.points = points
  }

  var driver: RuleDriver.Setting {
    RuleDriver.Setting(
      promptsPerStep: promptsPerStep, rolloutsPerPrompt: rolloutsPerPrompt, bounds: bounds)
  }
}
