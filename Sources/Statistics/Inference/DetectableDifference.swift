/// What a paired comparison of so many seeds can see.
public enum DetectableDifference {
  /// The chance that the two-sided t test of `count` pairs at error `alpha` rejects, when the true mean is `effect` standard deviations of a difference.
  ///
  /// `P(|T'| > t_{1−α/2, n−1})` for the noncentral t with `n − 1` degrees of freedom and centre `effect·√n`, both tails.
  ///
  /// - Precondition: count > 1, alpha in (0, 1), the effect finite.
  public static func power(effect: Double, count: Int, alpha: Double) -> Double {
    precondition(count > 1, "\(count) pairs are too few for a test")
    precondition(alpha > 0 && alpha < 1, "alpha \(alpha) must lie in (0, 1)")
    let freedom = Double(count - 1)
    let critical = SpecialFunctions.studentUpperQuantile(alpha / 2, degreesOfFreedom: freedom)
    let centre = abs(effect) * Double(count).squareRoot()
    // The tail below −t is that above t of the distribution mirrored.
    return NoncentralStudent.upperTail(critical, degreesOfFreedom: freedom, noncentrality: centre)
      + NoncentralStudent.upperTail(critical, degreesOfFreedom: freedom, noncentrality: -centre)
  }

  /// The smallest true mean difference that `count` pairs detect with probability `power`; in the unit of `standardDeviation`.
  ///
  /// The root of `power(effect:count:alpha:)` by bisection, to 10⁻⁹ of itself, times the standard deviation of a paired difference. Infinite for fewer than two pairs.
  ///
  /// - Precondition: the deviation is not negative, alpha in (0, 1), power in (alpha, 1).
  public static func value(standardDeviation: Double, count: Int, alpha: Double, power: Double) -> Double {
    precondition(standardDeviation >= 0, "the standard deviation \(standardDeviation) is negative")
    precondition(power > alpha && power < 1, "the power \(power) must lie in (\(alpha), 1)")
    guard count > 1 else { return .infinity }
    if standardDeviation == 0 { return 0 }
    var lower = 0.0
    var upper = 1.0
    // Power rises with the effect, from alpha at zero to one.
    while self.power(effect: upper, count: count, alpha: alpha) < power {
      lower = upper
      upper *= 2
    }
    while upper - lower > 1e-9 * upper {
      let middle = (lower + upper) / 2
      if self.power(effect: middle, count: count, alpha: alpha) < power {
        lower = middle
      } else {
        upper = middle
      }
    }
    return standardDeviation * upper
  }

  /// The smallest number of pairs, at least 2, that detects `difference` with probability `power`; nil above a million.
  ///
  /// - Precondition: the difference is positive; the rest as for `value`.
  public static func count(
    standardDeviation: Double, difference: Double, alpha: Double, power: Double
  ) -> Int? {
    precondition(standardDeviation >= 0, "the standard deviation \(standardDeviation) is negative")
    precondition(difference > 0, "the difference \(difference) must be positive")
    precondition(power > alpha && power < 1, "the power \(power) must lie in (\(alpha), 1)")
    if standardDeviation == 0 { return 2 }
    let effect = difference / standardDeviation
    func suffices(_ count: Int) -> Bool { self.power(effect: effect, count: count, alpha: alpha) >= power }
    let most = 1_000_000
    var upper = 2
    while !suffices(upper) {
      guard upper < most else { return nil }
      upper = min(2 * upper, most)
    }
    var lower = upper / 2
    while upper - lower > 1 {
      let middle = (lower + upper) / 2
      if suffices(middle) { upper = middle } else { lower = middle }
    }
    return upper
  }
}
