/// The count, mean and sum of squared deviations of numbers seen one at a time; two of them merge exactly as if one had seen all.
///
/// Deviations are updated, never `Σx² − (Σx)²/n`, which loses all digits when the mean is large against the spread. The mean carries a
/// compensation term, so that it stays accurate over billions of numbers.
///
/// - Source: `chan1983`, equations for updating and pairwise merging.
public struct Moments: Sendable, Hashable {
  /// How many numbers were seen.
  public private(set) var count = 0
  private var high = 0.0
  private var low = 0.0
  /// Σ (x − mean)².
  public private(set) var sumOfSquaredDeviations = 0.0

  /// No numbers yet.
  public init() {}

  /// The moments of `values`.
  public init(_ values: some Sequence<Double>) {
    for value in values { add(value) }
  }

  /// Moments that a kernel has computed by itself.
  ///
  /// - Precondition: neither the count nor the sum of squared deviations is negative.
  public init(count: Int, mean: Double, sumOfSquaredDeviations: Double) {
    precondition(count >= 0, "count is \(count), it must not be negative")
    precondition(
      !(sumOfSquaredDeviations < 0),
      "sumOfSquaredDeviations is \(sumOfSquaredDeviations), it must not be negative")
    self.count = count
    high = mean
    self.sumOfSquaredDeviations = sumOfSquaredDeviations
  }

  /// The mean; 0 before the first number.
  public var mean: Double { high + low }

  /// Takes one number.
  public mutating func add(_ value: Double) {
    count += 1
    let deviation = (value - high) - low
    shift(by: deviation / Double(count))
    sumOfSquaredDeviations += deviation * ((value - high) - low)
  }

  /// Takes all that `other` has seen.
  public mutating func merge(_ other: Moments) {
    guard other.count > 0 else { return }
    guard count > 0 else {
      self = other
      return
    }
    let total = Double(count + other.count)
    let share = Double(other.count) / total
    let distance = (other.high - high) + (other.low - low)
    sumOfSquaredDeviations += other.sumOfSquaredDeviations + distance * distance * Double(count) * share
    shift(by: distance * share)
    count += other.count
  }

  /// Moves the mean, keeping what the addition rounds away.
  private mutating func shift(by step: Double) {
    let moved = high + step
    let rounding = abs(high) >= abs(step) ? (high - moved) + step : (step - moved) + high
    high = moved
    low += rounding
  }

  /// The unbiased sample variance, divisor n − 1; NaN for fewer than two numbers.
  public var variance: Double { count > 1 ? sumOfSquaredDeviations / Double(count - 1) : .nan }

  /// The variance with divisor n; NaN for none.
  public var populationVariance: Double { count > 0 ? sumOfSquaredDeviations / Double(count) : .nan }

  /// The standard error of the mean; NaN for fewer than two numbers.
  public var standardError: Double { (variance / Double(count)).squareRoot() }

  /// Mean, standard error and count.
  public var estimate: Estimate { Estimate(value: mean, standardError: standardError, count: count) }
}
