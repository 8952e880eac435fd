import Foundation

/// A confidence sequence for the mean of numbers in a known range: valid at every stopping time, however the moment of stopping is chosen.
///
/// Predictable plug-in empirical Bernstein: with bets `λ_t = min(√(2 log(2/α) / (σ̂²_{t−1} t log(1+t))), ½)` and `ψ(λ) = (−log(1−λ) − λ)/4`,
///
///     Σλx/Σλ ± [log(2/α) + Σ 4(x_t − μ̂_{t−1})² ψ(λ_t)] / Σλ
///
/// on numbers scaled to [0, 1]. Bets look only at the past, which is what makes the exponential process a supermartingale. Its width adapts to the variance; Hoeffding's does not.
///
/// - Source: `waudbysmith2024`, theorem 2.
public struct EmpiricalBernsteinSequence: Sendable, Hashable {
  private let lower: Double
  private let width: Double
  private let logTerm: Double
  private var weightedSum = 0.0
  private var weight = 0.0
  private var variation = 0.0
  private var sum = 0.0
  private var squares = 0.25
  /// How many numbers were seen.
  public private(set) var count = 0

  /// The sequence for numbers in `range` with error `alpha`.
  ///
  /// - Precondition: the range has positive finite width, alpha in (0, 1).
  public init(range: ClosedRange<Double>, alpha: Double) {
    let width = range.upperBound - range.lowerBound
    precondition(width > 0 && width.isFinite, "the range \(range) must have positive finite width")
    precondition(alpha > 0 && alpha < 1, "alpha \(alpha) must lie in (0, 1)")
    lower = range.lowerBound
    self.width = width
    logTerm = log(2 / alpha)
  }

  /// Takes one number.
  ///
  /// - Precondition: it lies in the range, up to rounding.
  public mutating func add(_ value: Double) {
    let x = (value - lower) / width
    precondition(x >= -1e-9 && x <= 1 + 1e-9, "\(value) lies outside [\(lower), \(lower + width)]")
    let t = Double(count + 1)
    let priorMean = (0.5 + sum) / t
    let priorVariance = squares / t
    let bet = min((2 * logTerm / (priorVariance * t * log(1 + t))).squareRoot(), 0.5)
    let psi = (-log1p(-bet) - bet) / 4
    weightedSum += bet * x
    weight += bet
    variation += 4 * (x - priorMean) * (x - priorMean) * psi
    count += 1
    sum += x
    let mean = (0.5 + sum) / (t + 1)
    squares += (x - mean) * (x - mean)
  }

  /// The plain mean of the numbers; NaN before the first.
  public var mean: Double { count > 0 ? lower + width * sum / Double(count) : .nan }

  /// The interval now; the whole range before the first number.
  public var interval: Interval {
    guard weight > 0 else { return Interval(lower: lower, upper: lower + width) }
    let centre = weightedSum / weight
    let radius = (logTerm + variation) / weight
    return Interval(
      lower: lower + width * max(centre - radius, 0), upper: lower + width * min(centre + radius, 1))
  }
}
