/// How many replicates an examination needs, from the standard error it aims at.
public enum SampleSize {
  /// The smallest n with `sd/√n ≤ target`, at least 2.
  ///
  /// - Source: `morris2019`, section 5.3.
  /// - Precondition: the deviation is not negative, the target positive, the answer below 2⁵³.
  public static func count(standardDeviation: Double, targetStandardError: Double) -> Int {
    precondition(standardDeviation >= 0, "the standard deviation \(standardDeviation) is negative")
    precondition(targetStandardError > 0, "the target \(targetStandardError) must be positive")
    let ratio = standardDeviation / targetStandardError
    precondition(ratio * ratio < 0x1p53, "sd/target = \(ratio) asks for more than 2⁵³ replicates")
    return max(2, Int((ratio * ratio).rounded(.up)))
  }

  /// The smallest n at which a two-sided normal test of error `falseFailure` misses a true difference `detectable` with probability at most `falsePass`.
  ///
  /// - Precondition: a positive difference, errors in (0, 1).
  public static func count(
    standardDeviation: Double, detectable: Double, falseFailure: Double, falsePass: Double
  ) -> Int {
    precondition(detectable > 0, "the detectable difference \(detectable) must be positive")
    let z =
      SpecialFunctions.normalUpperQuantile(falseFailure / 2) + SpecialFunctions.normalUpperQuantile(falsePass)
    return count(standardDeviation: standardDeviation, targetStandardError: detectable / z)
  }
}
