/// The clip range that the released configuration really runs.
///
/// Deviation from `dynamo2026`: a high side of exactly .2 is silently multiplied by 1.4, so that every ".2/.2" run, the GRPO baseline included, clips at .2/.28: the
/// setting that DAPO calls clip-higher.
///
/// - Source: `dynamoRelease2026`, dp_actor.py lines 79 and 373 to 387; `yu2025` for .28.
public enum ClipIndicatorAsReleased {
  /// The factor on the high side.
  public static let highFactor = 1.4
  /// The configured value on which the factor fires.
  public static let trigger = 0.2

  /// The indicator that a configured pair of ranges gives.
  ///
  /// - Precondition: as for `ClipIndicator`.
  public static func indicator(configuredLow: Double = 0.2, configuredHigh: Double = 0.2) -> ClipIndicator {
    ClipIndicator(
      low: configuredLow, high: configuredHigh == trigger ? configuredHigh * highFactor : configuredHigh)
  }
}
