import Allocation

/// A rule in the arena.
public struct Contender: Sendable {
  /// The rule.
  public var rule: RolloutRule
  /// Whether it is shown the true success probabilities and score moments: an oracle, not a method.
  public var knowsTruth: Bool

  /// Makes the rule for a world, where it needs to know the pool before it starts; nil where it does not.
  public var preparation: (@Sendable (ArenaWorld) throws(AllocationError) -> RolloutRule)?

  /// A rule, by default one that knows only what rollouts told.
  public init(_ rule: RolloutRule, knowsTruth: Bool = false) {
    self.rule = rule
    self.knowsTruth = knowsTruth
  }

  /// The contender as it starts in `world`.
  func prepared(for world: ArenaWorld) throws(AllocationError) -> Contender {
    guard let preparation else { return self }
    return Contender(try preparation(world), knowsTruth: knowsTruth)
  }

  /// VIP with its Gaussian process over the world's features.
  ///
  /// Throws, when it is prepared, where the world has no features.
  public static let predictedVariance: Contender = {
    var contender = Contender(
      RolloutRule("vip-features", allocator: VariancePredictiveAllocation()))
    contender.preparation = { world throws(AllocationError) in
      let process = try GaussianProcessPassRates(features: (0..<world.count).map { world.features($0) })
      return RolloutRule(
        "vip-features", allocator: VariancePredictiveAllocation(predictor: process),
        bounds: VariancePredictiveAllocation.publishedBounds)
    }
    return contender
  }()

  /// Every method that has a name, for `each` rollouts of a prompt.
  public static func all(each: Int) -> [Contender] {
    RolloutRule.all(each: each).flatMap { rule in
      rule.name == "vip" ? [Contender(rule), predictedVariance] : [Contender(rule)]
    }
  }

  /// The name in tables.
  public var name: String { rule.name }
}
