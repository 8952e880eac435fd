/// Two one-sided tests of whether a mean lies within a margin of zero.
///
/// - Source: `schuirmann1987`.
public enum EquivalenceTest {
  /// The p-value against "|mean| ≥ margin", Student's t with count − 1 degrees of freedom; 1 for fewer than two replicates.
  ///
  /// - Precondition: the margin is positive.
  public static func twoOneSided(_ estimate: Estimate, margin: Double) -> Double {
    precondition(margin > 0, "the margin \(margin) must be positive")
    guard estimate.count > 1, estimate.standardError.isFinite else { return 1 }
    if estimate.standardError == 0 { return abs(estimate.value) < margin ? 0 : 1 }
    let freedom = Double(estimate.count - 1)
    let above = SpecialFunctions.studentUpperTail(
      (estimate.value + margin) / estimate.standardError, degreesOfFreedom: freedom)
    let below = SpecialFunctions.studentUpperTail(
      (margin - estimate.value) / estimate.standardError, degreesOfFreedom: freedom)
    return max(above, below)
  }
}
