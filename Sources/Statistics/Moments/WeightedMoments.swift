/// The weighted mean and variance of numbers seen one at a time; mergeable.
///
/// Weights are reliabilities (inverse variances, shares), not repetition counts: the variance is `Σw(x−m)² / (W − Σw²/W)`, unbiased when numbers
/// share one variance and weights are fixed.
///
/// - Source: `chan1983`, with weights in place of counts.
public struct WeightedMoments: Sendable, Hashable {
  /// Σ w.
  public private(set) var totalWeight = 0.0
  /// Σ w².
  public private(set) var totalSquaredWeight = 0.0
  /// The weighted mean; 0 before the first number of positive weight.
  public private(set) var mean = 0.0
  /// How many numbers had a positive weight.
  public private(set) var count = 0
  private var sumOfSquaredDeviations = 0.0

  /// No numbers yet.
  public init() {}

  /// Takes one number with its weight; weight 0 changes nothing.
  ///
  /// - Precondition: the weight is finite and not negative.
  public mutating func add(_ value: Double, weight: Double) {
    precondition(weight >= 0 && weight.isFinite, "the weight \(weight) must be finite and not negative")
    guard weight > 0 else { return }
    count += 1
    totalWeight += weight
    totalSquaredWeight += weight * weight
    let deviation = value - mean
    mean += deviation * (weight / totalWeight)
    sumOfSquaredDeviations += weight * deviation * (value - mean)
  }

  /// Takes all that `other` has seen.
  public mutating func merge(_ other: WeightedMoments) {
    guard other.totalWeight > 0 else { return }
    let total = totalWeight + other.totalWeight
    let distance = other.mean - mean
    sumOfSquaredDeviations +=
      other.sumOfSquaredDeviations + distance * distance * totalWeight * (other.totalWeight / total)
    mean += distance * (other.totalWeight / total)
    count += other.count
    totalWeight = total
    totalSquaredWeight += other.totalSquaredWeight
  }

  /// The unbiased variance for reliability weights; NaN for fewer than two numbers.
  public var variance: Double {
    // Decided by the count: for one number the difference below is zero only up to rounding.
    guard count > 1 else { return .nan }
    return sumOfSquaredDeviations / (totalWeight - totalSquaredWeight / totalWeight)
  }

  /// Kish's effective number of observations, `(Σw)²/Σw²`; 0 for none.
  public var effectiveCount: Double {
    totalSquaredWeight > 0 ? totalWeight * totalWeight / totalSquaredWeight : 0
  }
}
