/// Watches one rollout token by token and says when it may end early.
///
/// The signal is the margin between the two largest probabilities of the next token. K1 and K2 are lengths (`StopLandmarks`).
///
/// - Before `leastTokens` nothing happens.
/// - From K1 on an answer marker arms the rule. Armed, the rollout may be *stopped* after 5 tokens in a row whose margin exceeds the threshold, and at each further one: the answer is taken to
///   be decided, and the rollout is graded as it stands.
/// - A rollout without a marker 150 tokens past K2 may be *aborted*, once: it counts for nothing (`EarlyAbort`). If it goes on it runs to its end.
///
/// Either way the caller draws whether it goes on, with probability ε. The rule itself draws nothing.
///
/// - Source: `duet2026`, released code. Only the abort is undone by weights there; a stopped rollout keeps weight 1. As ε is drawn anew at every further confident token, one of m such tokens is reached with probability ε^m and not ε.
public struct StopRule: Sendable, Hashable, Codable {
  /// What may be done after a token.
  public enum Verdict: Sendable, Hashable {
    /// Nothing.
    case goOn
    /// End the rollout and grade it.
    case mayStop
    /// Give the rollout up.
    case mayAbort
  }

  /// The margin that counts as confident.
  public var threshold: Double
  /// K1 and K2.
  public var landmarks: StopLandmarks
  /// Confident tokens in a row before a stop.
  public var patience: Int
  /// Tokens before anything happens.
  public var leastTokens: Int
  /// Tokens past K2 that a marker is waited for.
  public var grace: Int

  private var confident = 0
  private var isArmed = false
  private var isPastAbort = false

  /// The published numbers: 5 tokens in a row, 200 at least, 150 past K2.
  public init(
    threshold: Double, landmarks: StopLandmarks, patience: Int = 5, leastTokens: Int = 200, grace: Int = 150
  ) {
    precondition(threshold >= 0 && threshold <= 1, "the threshold is \(threshold), it must lie in [0, 1]")
    precondition(patience > 0, "\(patience) tokens in a row, there must be at least one")
    precondition(leastTokens >= 0, "at least \(leastTokens) tokens, it must not be negative")
    precondition(grace >= 0, "a grace of \(grace) tokens, it must not be negative")
    self.threshold = threshold
    self.landmarks = landmarks
    self.patience = patience
    self.leastTokens = leastTokens
    self.grace = grace
  }

  /// Reads the state before the next token: tokens so far, the margin of the next, whether an answer marker was seen among them.
  public mutating func read(position: Int, margin: Double, markerSeen: Bool) -> Verdict {
    guard position >= leastTokens else { return .goOn }
    if !isArmed, !isPastAbort {
      if markerSeen, position >= landmarks.first {
        isArmed = true
      } else if !markerSeen, position >= landmarks.second + grace {
        isPastAbort = true
        return .mayAbort
      }
    }
    guard isArmed else { return .goOn }
    confident = margin > threshold ? confident + 1 : 0
    return confident >= patience ? .mayStop : .goOn
  }

  /// The threshold of each prompt of a batch: `floor + (ceiling − floor)·rank/(m − 1)` by its signal per cost s²/max(L, 1), the largest last, so that what teaches most is stopped last.
  ///
  /// - Edge cases: equal prompts rank by their place; a single prompt gets the middle.
  public static func thresholds(
    signals: [Double], lengths: [Double], floor: Double = 0.5, ceiling: Double = 0.99
  ) throws(AllocationError) -> [Double] {
    guard signals.count == lengths.count else {
      throw .wrongCount(name: "lengths", count: lengths.count, expected: signals.count)
    }
    for index in signals.indices {
      guard signals[index].isFinite else {
        throw .invalidValue(name: "signal", index: index, value: signals[index])
      }
      guard lengths[index] >= 0, lengths[index].isFinite else {
        throw .invalidValue(name: "length", index: index, value: lengths[index])
      }
    }
    guard signals.count > 1 else { return signals.map { _ in (floor + ceiling) / 2 } }
    let ranked = signals.indices.map { index in
      (rate: signals[index] * signals[index] / max(lengths[index], 1), index: index)
    }.sorted { $0 < $1 }
    var thresholds = signals
    for (rank, entry) in ranked.enumerated() {
      thresholds[entry.index] = floor + (ceiling - floor) * (Double(rank) / Double(signals.count - 1))
    }
    return thresholds
  }
}
