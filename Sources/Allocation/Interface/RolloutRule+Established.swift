extension RolloutRule {
  /// Every prompt in turn, the same number of rollouts each.
  public static let uniform = RolloutRule("uniform", allocator: AllocationRule.uniform)
  /// n ∝ P̂, the paper's rule at its word.
  public static let dynamo = RolloutRule("dynamo", allocator: AllocationRule.proportional)
  /// The released water level, within the released multiples of the mean.
  public static func dynamoAsReleased(each: Int) -> RolloutRule {
    RolloutRule(
      "dynamo-as-released", allocator: AllocationRule.released,
      bounds: AllocationBounds(minimum: each / 2, maximum: each + (each + 1) / 2))
  }
  /// n ∝ √P̂.
  public static let root = RolloutRule("root", allocator: AllocationRule.root)
  /// n ∝ √E[P | k].
  public static let rootJeffreys = RolloutRule("root-jeffreys", allocator: AllocationRule.rootJeffreys)
  /// n ∝ σ̂ from counts and measured score norms.
  public static let scoreAware = RolloutRule("score-aware", allocator: AllocationRule.scoreAware)
}
