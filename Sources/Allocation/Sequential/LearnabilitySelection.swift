/// Rolls out more prompts than it trains on, and keeps those whose observed `p̂(1−p̂)` is largest.
///
/// `promptsPerTrained`·|B| candidates get `each` rollouts; the |B| with the largest p̂(1−p̂) are trained on, the first among equals.
///
/// - Source: `lilo2025`. Secondary: 4|B| candidates, 8 rollouts. Unverified: that the rollouts which rank a prompt are also the ones it trains on.
/// - Edge cases: prompts with p̂(1−p̂) = 0 are taken where there are no better ones.
public struct LearnabilitySelection: SequentialSampler, Hashable {
  /// Rollouts of each candidate.
  public var each: Int
  /// Candidates for each prompt that is trained on.
  public var promptsPerTrained: Int

  /// The published numbers: four candidates for each that is kept, 8 rollouts.
  public init(each: Int = 8, promptsPerTrained: Int = 4) {
    precondition(each > 0, "\(each) rollouts, there must be at least one")
    precondition(promptsPerTrained > 0, "\(promptsPerTrained) candidates for each trained one")
    self.each = each
    self.promptsPerTrained = promptsPerTrained
  }

  /// `each` rollouts for every candidate.
  public func requests(_ groups: [StagedGroup], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    groups.map { $0.rounds.isEmpty ? each : 0 }
  }

  /// The candidates with the largest p̂(1−p̂), in the order of the batch.
  public func training(_ groups: [StagedGroup], count: Int) -> [TrainedGroup] {
    // k(n−k) is symmetric in whole numbers, so that 2 of 8 and 6 of 8 tie exactly.
    let ranked = groups.indices.map { index -> (learnability: Double, index: Int) in
      let group = groups[index]
      let samples = Double(max(1, group.samples))
      return (Double(group.successes * group.failures) / (samples * samples), index)
    }.sorted { ($1.learnability, $0.index) < ($0.learnability, $1.index) }
    return ranked.prefix(count).map(\.index).sorted().map { TrainedGroup(all: groups[$0], group: $0) }
  }
}
