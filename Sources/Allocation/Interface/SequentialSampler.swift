/// Draws a step's rollouts in rounds, and says which of them are trained on.
public protocol SequentialSampler: Sendable, Codable {
  /// The prompts that are rolled out for each one that is trained on.
  var promptsPerTrained: Int { get }
  /// Batches of prompts at most until enough are trained on; 1 where a step trains on what it has.
  var maximumBatches: Int { get }
  /// Whether groups that are fit for training, and more than a step needs, wait for the next ones in the place of being dropped.
  ///
  /// They are trained on with the rollouts of the step that drew them, before anything else is drawn, the oldest first. A sampler that keeps them judges each group by itself: what `training` takes of one does not depend on the others, nor on `count` but for how many.
  var keepsSurplus: Bool { get }
  /// Whether the bounds it is given change what it does.
  var readsBounds: Bool { get }
  /// Whether it reads the log-probabilities of prompts, which take a pass of the model.
  var readsPromptLogProbability: Bool { get }

  /// Rollouts to draw next for each prompt of the batch; all zero ends the batch.
  ///
  /// `budget` is the step's, for the whole batch; a sampler that decides prompt by prompt does not read it. It is asked again after each round, with that round's outcome in the groups.
  func requests(_ groups: [StagedGroup], budget: Int, bounds: AllocationBounds) throws(AllocationError)
    -> [Int]

  /// The rollouts that are trained on: at most one entry for each group, at most `count` in all.
  func training(_ groups: [StagedGroup], count: Int) -> [TrainedGroup]

  /// Learns from what came back; a rule without memory learns nothing.
  mutating func observe(_ outcomes: [GroupOutcome])

  /// This part, whose settings are the caller's, with what `other` has learnt; nil where that is impossible for such a pool.
  ///
  /// A part without memory is itself; one that learns must say what it takes over.
  func remembering(_ other: Self, pool: PoolShape) -> Self?
}

extension SequentialSampler {
  /// As many as are trained on.
  public var promptsPerTrained: Int { 1 }
  /// A step trains on what it has.
  public var maximumBatches: Int { 1 }
  /// What a step does not need is dropped.
  public var keepsSurplus: Bool { false }
  /// Whether bounds are read.
  public var readsBounds: Bool { false }
  /// Whether the log-probabilities of prompts are read.
  public var readsPromptLogProbability: Bool { false }
  /// Every rollout of the first groups.
  public func training(_ groups: [StagedGroup], count: Int) -> [TrainedGroup] {
    groups.indices.prefix(count).map { TrainedGroup(all: groups[$0], group: $0) }
  }
  /// Learns nothing.
  public mutating func observe(_ outcomes: [GroupOutcome]) {}
  /// A part without memory is itself.
  public func remembering(_ other: Self, pool: PoolShape) -> Self? { self }
}

/// A batch allocator as a sampler of one round.
public struct SingleRound<Allocator: BatchAllocator>: SequentialSampler {
  /// What divides the budget.
  public var allocator: Allocator

  /// One round by `allocator`.
  public init(_ allocator: Allocator) { self.allocator = allocator }

  /// Whether bounds are read.
  public var readsBounds: Bool { allocator.readsBounds }
  /// Whether the log-probabilities of prompts are read.
  public var readsPromptLogProbability: Bool { allocator.readsPromptLogProbability }

  /// The allocator's rollouts in the first round, none after it.
  public func requests(_ groups: [StagedGroup], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    guard groups.allSatisfy({ $0.rounds.isEmpty }) else { return groups.map { _ in 0 } }
    return try allocator.rollouts(groups.map(\.record), budget: budget, bounds: bounds)
  }

  /// Learns from what came back.
  public mutating func observe(_ outcomes: [GroupOutcome]) { allocator.observe(outcomes) }

  /// These settings with what `other` has learnt; nil where that is impossible for such a pool.
  public func remembering(_ other: Self, pool: PoolShape) -> Self? {
    allocator.remembering(other.allocator, pool: pool).map(Self.init)
  }
}
