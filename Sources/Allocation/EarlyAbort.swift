/// Gives up rollouts that show weakness on their way, and weighs the survivors so that nothing is biased.
///
/// A rollout that is flagged is aborted with probability `1 − ε` and goes on with probability ε; one that goes on although flagged weighs 1/ε, an aborted one nothing:
/// `E[weight] = 1` for every rollout, whatever the flag depends on.
///
/// - Source: `duet2026`.
public struct EarlyAbort: Sendable, Hashable, Codable {
  /// ε, the probability that a flagged rollout goes on.
  public var exploration: Double
  /// The largest weight.
  public var weightCap: Double

  /// The published numbers: ε = .05, weights up to 1000.
  public init(exploration: Double = 0.05, weightCap: Double = 1000) {
    precondition(exploration > 0 && exploration <= 1, "ε is \(exploration), it must lie in (0, 1]")
    self.exploration = exploration
    self.weightCap = weightCap
  }

  /// The weight of a rollout that goes on although flagged.
  public var survivorWeight: Double { min(1 / exploration, weightCap) }
}
