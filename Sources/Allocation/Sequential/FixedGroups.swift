/// The same number of rollouts for every prompt, all of them trained on: the sampler of rules that only select prompts.
public struct FixedGroups: SequentialSampler, Hashable {
  /// n, rollouts of each prompt.
  public var each: Int

  /// Groups of `each`.
  public init(each: Int) {
    precondition(each > 0, "\(each) rollouts, there must be at least one")
    self.each = each
  }

  /// `each` rollouts for every prompt, in one round.
  public func requests(_ groups: [StagedGroup], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    groups.map { $0.rounds.isEmpty ? each : 0 }
  }
}
