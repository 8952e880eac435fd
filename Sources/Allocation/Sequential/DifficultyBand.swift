/// Whole groups, batch after batch, until enough of them have a pass rate within a band.
///
/// Every prompt gets `each` rollouts, and a group is trained on when `lower ≤ p̂ ≤ upper`. The argument is that the progress of a KL-regularised step is at least `p(1−p)/(2β²)`, which the
/// band keeps from 0.
///
/// - Source: `bae2025`. Secondary: the band .2 to .8. Unverified: groups of 8, and the batches at most.
public struct DifficultyBand: SequentialSampler, Hashable {
  /// Rollouts of each prompt.
  public var each: Int
  /// The smallest pass rate that is trained on.
  public var lower: Double
  /// The largest pass rate that is trained on.
  public var upper: Double
  /// Prompts that are rolled out for each one that is trained on.
  public var promptsPerTrained: Int
  /// Batches at most until enough lie within the band.
  public var maximumBatches: Int

  /// The band .2 to .8 on groups of 8, refilled like DAPO's dynamic sampling.
  public init(
    each: Int = 8, lower: Double = 0.2, upper: Double = 0.8, promptsPerTrained: Int = 3,
    maximumBatches: Int = 10
  ) {
    precondition(each > 0, "\(each) rollouts, there must be at least one")
    precondition(0 <= lower && lower <= upper && upper <= 1, "the band is \(lower) to \(upper)")
    precondition(promptsPerTrained > 0, "\(promptsPerTrained) prompts for each trained one")
    precondition(maximumBatches > 0, "\(maximumBatches) batches, there must be at least one")
    self.each = each
    self.lower = lower
    self.upper = upper
    self.promptsPerTrained = promptsPerTrained
    self.maximumBatches = maximumBatches
  }

  /// `each` rollouts for every prompt.
  public func requests(_ groups: [StagedGroup], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    groups.map { $0.rounds.isEmpty ? each : 0 }
  }

  /// The first groups within the band.
  public func training(_ groups: [StagedGroup], count: Int) -> [TrainedGroup] {
    let kept = groups.indices.lazy.filter { index in
      guard groups[index].samples > 0 else { return false }
      // A quotient rounds to the nearest double, as the bound does: 2 of 10 is .2 and lies within.
      let rate = Double(groups[index].successes) / Double(groups[index].samples)
      return lower <= rate && rate <= upper
    }
    return kept.prefix(count).map { TrainedGroup(all: groups[$0], group: $0) }
  }
}
