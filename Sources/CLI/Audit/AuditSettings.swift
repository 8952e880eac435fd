import Statistics

/// The bounds that every prompt's number of rollouts keeps.
struct RolloutBounds: Sendable, Equatable {
  /// The least number of rollouts.
  var minimum: Int
  /// The greatest number; nil for none.
  var maximum: Int?

  /// The bounds that are looked at unless the user gives some: at least one rollout; between half and one
  /// and a half times the mean; between an eighth and three times the mean.
  ///
  /// With 16 rollouts per prompt: (1, none), (8, 24), (2, 48).
  static func standard(budgetPerPrompt: Int) -> [RolloutBounds] {
    [
      RolloutBounds(minimum: 1, maximum: nil),
      RolloutBounds(
        minimum: max(1, budgetPerPrompt / 2), maximum: budgetPerPrompt + (budgetPerPrompt + 1) / 2),
      RolloutBounds(minimum: max(1, budgetPerPrompt / 8), maximum: 3 * budgetPerPrompt),
    ]
  }
}

/// The choices of one audit.
struct AuditSettings: Sendable {
  /// Rollouts per prompt on average, B/N.
  var budgetPerPrompt = 16
  /// The bounds to allocate under.
  var bounds = RolloutBounds.standard(budgetPerPrompt: 16)
  /// Resamples of the bootstrap.
  var resamples = 2000
  /// The level of every interval.
  var level = 0.95
  /// The root seed.
  var seed: UInt64 = 20_260_219
  /// Threads to compute on; no result depends on it.
  var threads = 1

  /// A bias-corrected and accelerated bootstrap interval over `units`; nil where there is none.
  func interval(units: Int, claim: String, _ statistic: ([Int]) -> Double) -> Interval? {
    guard units >= 2 else { return nil }
    let interval = Bootstrap.bca(
      count: units, level: level, resamples: resamples, key: StreamKey(seed: seed, claim: claim),
      statistic: statistic)
    return interval.lower.isFinite && interval.upper.isFinite ? interval : nil
  }
}
