/// Gives up rollouts that show weakness on their way, and weighs the survivors so that nothing is biased.
///
/// A rollout that is flagged is aborted with probability `1 − ε` and goes on with probability ε; one that goes on although flagged weighs 1/ε, an aborted one nothing:
/// `E[weight] = 1` for every rollout, whatever the flag depends on. With a weight cap c < 1/ε the flagged rollouts count εc times, and `E[weight·f] = E[f] − (1 − εc) E[f; flagged]`.
///
/// `StopRule` says which rollouts are flagged.
///
/// - Source: `duet2026`.
public struct EarlyAbort: Sendable, Hashable, Codable {
  /// ε, the probability that a flagged rollout goes on.
  public var exploration: Double
  /// The largest weight.
  public var weightCap: Double
  /// The smallest share, of the mean number of rollouts, that a prompt is taken to have had.
  public var leastShare: Double

  /// The published numbers: ε = .05, weights up to 1000, shares from .05 on.
  public init(exploration: Double = 0.05, weightCap: Double = 1000, leastShare: Double = 0.05) {
    precondition(exploration > 0 && exploration <= 1, "ε is \(exploration), it must lie in (0, 1]")
    precondition(weightCap > 0, "the weight cap is \(weightCap), it must be positive")
    precondition(
      leastShare > 0 && leastShare <= 1, "the least share is \(leastShare), it must lie in (0, 1]")
    self.exploration = exploration
    self.weightCap = weightCap
    self.leastShare = leastShare
  }

  /// The weight of a rollout that goes on although flagged.
  public var survivorWeight: Double { min(1 / exploration, weightCap) }

  /// Whether a flagged rollout goes on, for a uniform number in [0, 1).
  public func goesOn(_ uniform: Double) -> Bool { uniform < exploration }

  /// What a rollout came to.
  public enum Fate: Sendable, Hashable, Codable {
    /// It was never flagged.
    case unflagged
    /// It was flagged and went on.
    case survived
    /// It was given up.
    case aborted
  }

  /// The weight of a rollout by its fate alone.
  public func weight(_ fate: Fate) -> Double {
    switch fate {
    case .unflagged: min(1, weightCap)
    case .survived: survivorWeight
    case .aborted: 0
    }
  }

  /// The weight of a rollout by its fate and by what its prompt was given, `w/clip(n/n̄, .05, 1)` and not above the cap.
  ///
  /// The clip at 1 is the authors': prompts with more rollouts than the mean are not weighed down, so that this part does not undo the allocation.
  public func weight(_ fate: Fate, rollouts: Int, mean: Double) -> Double {
    precondition(mean > 0, "the mean is \(mean) rollouts, it must be positive")
    guard fate != .aborted else { return 0 }
    let share = max(leastShare, min(1, Double(rollouts) / mean))
    return min((fate == .survived ? 1 / exploration : 1) / share, weightCap)
  }
}
