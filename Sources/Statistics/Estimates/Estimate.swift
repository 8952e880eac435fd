/// A Monte Carlo (or sample) estimate: a value, its standard error and the number of independent replicates behind it.
public struct Estimate: Sendable, Hashable, Codable {
  /// The point estimate.
  public var value: Double
  /// The standard error of `value`; NaN where fewer than two replicates leave it undefined.
  public var standardError: Double
  /// The number of independent replicates.
  public var count: Int

  /// Collects the three.
  public init(value: Double, standardError: Double, count: Int) {
    self.value = value
    self.standardError = standardError
    self.count = count
  }
}

/// A closed interval.
public struct Interval: Sendable, Hashable, Codable {
  /// The lower end.
  public var lower: Double
  /// The upper end.
  public var upper: Double

  /// The interval from `lower` to `upper`.
  public init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// Whether the interval holds `value`, ends included.
  public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

  /// Half of the interval's width.
  public var halfWidth: Double { (upper - lower) / 2 }
}
