/// Stages of rollouts until the first success; a group that stays all wrong borrows a success of former steps.
///
/// A prompt gets `each` = k rollouts a stage, for at most `stages` = S stages, and leaves after the stage with its first success. A group that is all wrong after S stages and whose prompt
/// has a stored correct response trains with that response in the place of one wrong one. Groups differ in size, from k to S·k.
///
/// - Source: `responseReuse2025`. Unverified: S and k; a reported mean of 5.7 rollouts suggests S·k = 8, here 2·4. Secondary: everything else.
/// - Edge cases: a group that is all correct leaves after the first stage with no advantage; an all-wrong group without a stored success has none either.
public struct StagedReuse: SequentialSampler, Hashable {
  /// What becomes of a stored success.
  public enum Reuse: Sendable, Hashable, Codable {
    /// It is not used.
    case none
    /// The authors' option I: its token probabilities are computed anew and it carries a gradient.
    case withGradient
    /// Their option II, reported as the better one: it enters the mean and the deviation and carries no gradient.
    case statisticsOnly
  }

  /// S, stages at most.
  public var stages: Int
  /// k, rollouts of a stage.
  public var each: Int
  /// What becomes of a stored success.
  public var reuse: Reuse

  /// Two stages of four, with reuse in the statistics alone.
  public init(stages: Int = 2, each: Int = 4, reuse: Reuse = .statisticsOnly) {
    precondition(stages > 0, "\(stages) stages, there must be at least one")
    precondition(each > 0, "\(each) rollouts a stage, there must be at least one")
    self.stages = stages
    self.each = each
    self.reuse = reuse
  }

  /// Another stage for each prompt without a success.
  public func requests(_ groups: [StagedGroup], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    groups.map { $0.rounds.count < stages && $0.successes == 0 ? each : 0 }
  }

  /// Every rollout, and a stored success in the place of one failure where a group is all wrong.
  public func training(_ groups: [StagedGroup], count: Int) -> [TrainedGroup] {
    groups.indices.prefix(count).map { index in
      let group = groups[index]
      var trained = TrainedGroup(all: group, group: index)
      if reuse != .none, group.successes == 0, group.failures > 0, group.record.storedSuccesses > 0 {
        trained.failures -= 1
        trained.replayed = 1
        trained.replayedCarryGradient = reuse == .withGradient
      }
      return trained
    }
  }
}
