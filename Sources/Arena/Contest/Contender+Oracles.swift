import Allocation

extension Contender {
  /// Neyman's rule with the true deviations, on every prompt in turn.
  public static let neymanOracle = Contender(
    RolloutRule("oracle-neyman", allocator: AllocationRule.scoreAware), knowsTruth: true)
}
