/// Where the rollouts of a prompt begin.
public enum TrajectoryStart: Sendable, Hashable, Codable {
  /// At the prompt.
  case beginning
  /// After this fraction of a stored correct response, which is masked from the loss: a head start.
  case afterSuccess(fraction: Double)
  /// After this fraction of a stored wrong response, which is masked from the loss: a handicap.
  case afterFailure(fraction: Double)
}

/// Chooses where the rollouts of each prompt begin.
public protocol TrajectoryStarter: Sendable, Codable {
  /// The start of each prompt's rollouts; one that asks for a stored response that the prompt has not is a programmer's error.
  func starts(_ prompts: [PromptRecord]) -> [TrajectoryStart]

  /// Prompts of the pool that the next step should take again, whatever is selected beside them.
  func carriedOver() -> [Int]

  /// The tokens of a stored response of `length` tokens that are replayed for a start.
  func replayedTokens(_ start: TrajectoryStart, length: Int) -> Int

  /// Learns from what came back; a rule without memory learns nothing.
  mutating func observe(_ outcomes: [GroupOutcome])

  /// This part, whose settings are the caller's, with what `other` has learnt; nil where that is impossible for such a pool.
  ///
  /// A part without memory is itself; one that learns must say what it takes over.
  func remembering(_ other: Self, pool: PoolShape) -> Self?
}

extension TrajectoryStarter {
  /// None comes again.
  public func carriedOver() -> [Int] { [] }
  /// The fraction, rounded down, less where nothing would be left to draw.
  public func replayedTokens(_ start: TrajectoryStart, length: Int) -> Int {
    switch start {
    case .beginning: 0
    case .afterSuccess(let fraction), .afterFailure(let fraction):
      // At least one token is left to draw.
      max(0, min(length - 1, Int((fraction * Double(length)).rounded(.down))))
    }
  }
  /// Learns nothing.
  public mutating func observe(_ outcomes: [GroupOutcome]) {}
  /// A part without memory is itself.
  public func remembering(_ other: Self, pool: PoolShape) -> Self? { self }
}

/// Every rollout begins at its prompt.
public struct FromTheBeginning: TrajectoryStarter {
  /// No settings.
  public init() {}

  /// Each at its beginning.
  public func starts(_ prompts: [PromptRecord]) -> [TrajectoryStart] { prompts.map { _ in .beginning } }
}
