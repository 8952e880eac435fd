/// What a step spent and what became of it; every rollout that was drawn is in it.
public struct StepCost: Sendable, Hashable {
  /// Rollouts drawn.
  public var rollouts = 0
  /// Response tokens drawn; replayed ones are not.
  public var tokens = 0
  /// Rollouts drawn that carry an advantage other than 0 in the update.
  public var useful = 0
  /// Groups rolled out; those that a rule gave no rollout are not.
  public var groups = 0
  /// Groups whose rewards all agree.
  public var deadGroups = 0
  /// Groups trained on.
  public var trainedGroups = 0

  /// Nothing yet.
  public init() {}

  /// Adds another step's.
  public static func += (sum: inout StepCost, other: StepCost) {
    sum.rollouts += other.rollouts
    sum.tokens += other.tokens
    sum.useful += other.useful
    sum.groups += other.groups
    sum.deadGroups += other.deadGroups
    sum.trainedGroups += other.trainedGroups
  }
}
