/// What a probe of the warm-up found.
public struct WarmUpRecord: Sendable, Hashable {
  /// Supervised steps done.
  public var step: Int
  /// The mean loss per solution token, in nats, over the steps since the last probe.
  public var loss: Double
  /// The mean pass rate over the probe's prompts.
  public var passRate: Double
  /// The spread of the pass rates: their deviation over prompts.
  public var passRateDeviation: Double
  /// The share of prompts that were answered both right and wrong.
  public var mixedShare: Double
  /// Whether the warm-up ended with it.
  public var isLast: Bool
  /// Whether pass rate and spread have reached their targets.
  public var reachedTarget: Bool
}
