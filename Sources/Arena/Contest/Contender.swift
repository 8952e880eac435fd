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

  /// The contender as it starts in `world`; throws where it needs features and the world has none.
  func prepared(for world: ArenaWorld) throws(AllocationError) -> Contender {
    Contender(
      try rule.over { (0..<world.count).map { world.features($0) } }, knowsTruth: knowsTruth)
  }

  /// Every method that has a name, for `each` rollouts of a prompt.
  public static func all(each: Int) -> [Contender] { RolloutRule.all(each: each).map { Contender($0) } }

  /// The name in tables.
  public var name: String { rule.name }
}
