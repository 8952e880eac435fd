public import Statistics

/// Chooses, before any rollout, which prompts a step takes.
public protocol PromptSelector: Sendable, Codable {
  /// Candidates that are looked at for each prompt that is taken.
  var candidatesPerPrompt: Int { get }

  /// The places, among the candidates, of those to roll out, in order; at most `count`.
  mutating func select(_ candidates: [PromptRecord], count: Int, stream: inout RandomStream) -> [Int]

  /// The weight of each prompt of the last selection beside the others, 1 where all count the same.
  ///
  /// A selector that takes a prompt with probability π says 1/π up to a factor, so that the mean over the selection estimates the mean over the candidates without bias.
  func weights(_ selected: [Int]) -> [Double]

  /// The prompts to ask for next where `remaining` of `count` useful ones are missing; `deadShare` is the share of useless ones among those of this step so far, nil before the first.
  func batchSize(remaining: Int, count: Int, deadShare: Double?) -> Int

  /// Learns from what came back; a rule without memory learns nothing.
  mutating func observe(_ outcomes: [GroupOutcome])

  /// This part, whose settings are the caller's, with what `other` has learnt; nil where that is impossible for such a pool.
  ///
  /// A part without memory is itself; one that learns must say what it takes over.
  func remembering(_ other: Self, pool: PoolShape) -> Self?
}

extension PromptSelector {
  /// As many candidates as places.
  public var candidatesPerPrompt: Int { 1 }
  /// All count the same.
  public func weights(_ selected: [Int]) -> [Double] { selected.map { _ in 1 } }
  /// The whole batch again.
  public func batchSize(remaining: Int, count: Int, deadShare: Double?) -> Int { count }
  /// Learns nothing.
  public mutating func observe(_ outcomes: [GroupOutcome]) {}
  /// A part without memory is itself.
  public func remembering(_ other: Self, pool: PoolShape) -> Self? { self }
}

/// Takes the candidates as they come.
public struct EveryPrompt: PromptSelector {
  /// No settings.
  public init() {}

  /// The first candidates.
  public mutating func select(_ candidates: [PromptRecord], count: Int, stream: inout RandomStream) -> [Int] {
    Array(candidates.indices.prefix(count))
  }
}
