extension Estimate {
  /// The interval `value ± z·SE` of a normal estimate.
  ///
  /// - Precondition: level in (0, 1).
  public func normalInterval(level: Double) -> Interval {
    interval(quantile: SpecialFunctions.normalUpperQuantile(tail(level)))
  }

  /// The interval `value ± t·SE` with count − 1 degrees of freedom; infinite for fewer than two replicates.
  ///
  /// - Precondition: level in (0, 1).
  public func studentInterval(level: Double) -> Interval {
    guard count > 1 else { return Interval(lower: -.infinity, upper: .infinity) }
    return interval(
      quantile: SpecialFunctions.studentQuantile(1 - tail(level), degreesOfFreedom: Double(count - 1)))
  }

  private func tail(_ level: Double) -> Double {
    precondition(level > 0 && level < 1, "the level \(level) must lie in (0, 1)")
    return (1 - level) / 2
  }

  private func interval(quantile: Double) -> Interval {
    Interval(lower: value - quantile * standardError, upper: value + quantile * standardError)
  }
}
