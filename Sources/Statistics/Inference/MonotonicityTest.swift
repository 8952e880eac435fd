/// A permutation test of whether y rises with x, by how well a rising function fits.
public enum MonotonicityTest {
  /// The p-value against "y does not depend on x": how often a random pairing is fitted at least as well by a non-decreasing function.
  ///
  /// `(1 + #{R²_perm ≥ R²}) / (1 + permutations)`, a valid p-value for any number of permutations. A small value says there is a rising trend; it does not say that the trend is
  /// strictly monotone, for which `IsotonicRegression.rSquared` measures how much is left.
  ///
  /// - Source: `barlow1972`, chapter 3 (the Ē² test), by permutation instead of its tables.
  /// - Precondition: equal counts, at least one permutation.
  public static func pValue(_ x: [Double], _ y: [Double], permutations: Int, key: StreamKey) -> Double {
    precondition(permutations > 0, "\(permutations) permutations")
    let observed = IsotonicRegression(x: x, y: y).rSquared
    guard observed.isFinite else { return 1 }
    var asGood = 0
    var shuffled = y
    for permutation in 0..<permutations {
      var stream = RandomStream(key.replicate(permutation))
      shuffled.shuffle(using: &stream)
      if IsotonicRegression(x: x, y: shuffled).rSquared >= observed { asGood += 1 }
    }
    return Double(1 + asGood) / Double(1 + permutations)
  }
}
