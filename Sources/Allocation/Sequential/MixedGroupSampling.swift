/// Whole groups, batch after batch, until enough of them hold both rewards.
///
/// Every prompt gets n = `each` rollouts. A group is trained on when it holds a success and a failure, or when it is a single rollout; others are dropped, and batches follow until there are
/// enough. A group is kept with probability `1 − pⁿ − (1−p)ⁿ`, so that a prompt costs n divided by that for each group that is trained on.
///
/// - Source: `yu2025`, dynamic sampling, and its recipe in released code: batches of three times the prompts that are trained on, at most 10 of them.
/// - Edge cases: where too few groups are mixed after the last batch, fewer are trained on; the released code fails there.
public struct MixedGroupSampling: SequentialSampler, Hashable {
  /// n, rollouts of each prompt.
  public var each: Int
  /// Prompts that are rolled out for each one that is trained on.
  public var promptsPerTrained: Int
  /// Batches at most until enough groups are mixed.
  public var maximumBatches: Int

  /// The published numbers: groups of 16, 1536 prompts for 512, 10 batches.
  public init(each: Int = 16, promptsPerTrained: Int = 3, maximumBatches: Int = 10) {
    precondition(each > 0, "\(each) rollouts, there must be at least one")
    precondition(promptsPerTrained > 0, "\(promptsPerTrained) prompts for each trained one")
    precondition(maximumBatches > 0, "\(maximumBatches) batches, there must be at least one")
    self.each = each
    self.promptsPerTrained = promptsPerTrained
    self.maximumBatches = maximumBatches
  }

  /// `each` rollouts for every prompt, in one round.
  public func requests(_ groups: [StagedGroup], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    groups.map { $0.rounds.isEmpty ? each : 0 }
  }

  /// The first mixed groups, and the first groups of one.
  public func training(_ groups: [StagedGroup], count: Int) -> [TrainedGroup] {
    let kept = groups.indices.lazy.filter { groups[$0].isMixed || groups[$0].samples == 1 }
    return kept.prefix(count).map { TrainedGroup(all: groups[$0], group: $0) }
  }
}
