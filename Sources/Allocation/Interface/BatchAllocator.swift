/// Divides a step's rollouts over its prompts before any is drawn.
public protocol BatchAllocator: Sendable, Codable {
  /// Whether the bounds it is given change what it does.
  var readsBounds: Bool { get }
  /// Whether it reads the log-probabilities of prompts, which take a pass of the model.
  var readsPromptLogProbability: Bool { get }

  /// Rollouts for each prompt; they add up to `budget`, except under a rule with a token budget of its own, which says so.
  ///
  /// Throws where the budget does not fit the bounds, and where a prompt lacks what the rule needs.
  func rollouts(_ prompts: [PromptRecord], budget: Int, bounds: AllocationBounds) throws(AllocationError)
    -> [Int]

  /// Learns from what came back; a rule without memory learns nothing.
  mutating func observe(_ outcomes: [GroupOutcome])

  /// This part, whose settings are the caller's, with what `other` has learnt; nil where that is impossible for such a pool.
  ///
  /// A part without memory is itself; one that learns must say what it takes over.
  func remembering(_ other: Self, pool: PoolShape) -> Self?
}

extension BatchAllocator {
  /// Whether bounds are read.
  public var readsBounds: Bool { true }
  /// Whether the log-probabilities of prompts are read.
  public var readsPromptLogProbability: Bool { false }
  /// Learns nothing.
  public mutating func observe(_ outcomes: [GroupOutcome]) {}
  /// A part without memory is itself.
  public func remembering(_ other: Self, pool: PoolShape) -> Self? { self }
}
