import Modulation

/// verl's variance proxy of a step, from quantities that rollouts record anyway.
///
///     W_j = Σ_t (1 − 2π_t + Σπ²)            the squared score norm of rollout j in logit space
///     total power    = mean_j A_j² W_j
///     signal         = ‖ĝ‖²                  the batch gradient's squared norm, in parameter space
///     pure noise     = max(0, (total power − signal)/(B − 1))
///
/// It mixes two spaces and treats group advantages as independent: `allot verify` refutes that it estimates the variance without bias. It is logged because users of verl look for it, and so that it can be seen beside the
/// true variance.
public struct VarianceProxy: Sendable, Hashable {
  /// ‖ĝ‖², verl's `proxy1_signal_strength`.
  public var signal: Double
  /// mean A²W, verl's `proxy2_total_power`.
  public var totalPower: Double
  /// (total power − signal)/(B − 1), cut at 0: verl's `proxy3_pure_noise`.
  public var pureNoise: Double
  /// mean A².
  public var expectedSquaredAdvantage: Double
  /// mean W.
  public var expectedSquaredScore: Double

  /// The proxy of one step; `advantages` and `squaredScores` have one entry for each rollout.
  ///
  /// - Precondition: at least one rollout, arrays of equal length.
  public init(advantages: [Double], squaredScores: [Double], gradientNorm: Double) {
    precondition(
      !advantages.isEmpty && advantages.count == squaredScores.count, "\(advantages.count) rollouts")
    let count = Double(advantages.count)
    signal = gradientNorm * gradientNorm
    totalPower = zip(advantages, squaredScores).reduce(0) { $0 + $1.0 * $1.0 * $1.1 } / count
    pureNoise = count > 1 ? max(0, (totalPower - signal) / (count - 1)) : 0
    expectedSquaredAdvantage = advantages.reduce(0) { $0 + $1 * $1 } / count
    expectedSquaredScore = squaredScores.reduce(0, +) / count
  }

  /// W of one rollout: Σ_t (1 − 2π_t + Σπ²) over its tokens.
  public static func squaredScore(_ batch: RolloutBatch, rollout: Int) -> Double {
    batch.range(rollout).reduce(0) {
      $0
        + max(
          0,
          ScoreNorm.squared(
            logProbability: Double(batch.logProbabilities[$1]), sumOfSquares: Double(batch.sumsOfSquares[$1]))
        )
    }
  }
}
