import Allocation

/// A rule in the arena.
public struct Contender: Sendable {
  /// The rule.
  public var rule: RolloutRule
  /// Whether it is shown the true success probabilities and score moments: an oracle, not a method.
  public var knowsTruth: Bool

  /// A rule, by default one that knows only what rollouts told.
  public init(_ rule: RolloutRule, knowsTruth: Bool = false) {
    self.rule = rule
    self.knowsTruth = knowsTruth
  }

  /// The name in tables.
  public var name: String { rule.name }
}
