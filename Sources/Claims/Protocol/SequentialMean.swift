import Foundation
import Statistics

/// A Monte Carlo mean of a bounded variable, watched at every moment: confidence sequence and anytime-valid p-values on both sides of a boundary.
///
/// Replicates run in batches over all threads and enter the sequence in the order of their index, so the result does not depend on the number of threads; the run
/// may stop at any batch without spoiling the error guarantee.
///
/// - Source: `waudbysmith2024`, empirical-Bernstein sequence and betting.
public struct SequentialMean: Sendable {
  /// The estimate so far.
  public var estimate: Estimate
  /// The confidence sequence at `level` error.
  public var interval: Interval
  /// The p-value against "the mean is at most the boundary".
  public var greaterPValue: Double
  /// The p-value against "the mean is at least the boundary".
  public var lessPValue: Double
  /// The sample standard deviation of one replicate.
  public var standardDeviation: Double
  /// The boundary that was tested.
  public var boundary: Double
  /// The range the variable was known to lie in.
  public var range: ClosedRange<Double>

  /// A finding whose truth is "the mean exceeds the boundary".
  public func findingGreater(estimator: String, population: String, condition: String? = nil) -> Finding {
    Finding(
      estimator: estimator, population: population,
      basis: .statistical(support: greaterPValue, refute: lessPValue, sufficientCount: sufficientCount),
      condition: condition)
  }

  /// A finding whose truth is "the mean is below the boundary".
  public func findingLess(estimator: String, population: String, condition: String? = nil) -> Finding {
    Finding(
      estimator: estimator, population: population,
      basis: .statistical(support: lessPValue, refute: greaterPValue, sufficientCount: sufficientCount),
      condition: condition)
  }

  /// The count at which the tests would about tell the estimate from the boundary at the family error; nil when they coincide.
  ///
  /// Two things take time: the noise, as in a normal test, and the bets themselves, whose capital grows by at most `1 + distance/scale` a step however small the noise.
  public var sufficientCount: Int? {
    let distance = abs(estimate.value - boundary)
    guard distance > 0, standardDeviation > 0 else { return nil }
    // z for a one-sided error of 1e-9 (a family of about a thousand at 1e-6) is 6.0; power 1/2 at that count.
    let noise = (6 * standardDeviation / distance) * (6 * standardDeviation / distance)
    let scale = estimate.value > boundary ? boundary - range.lowerBound : range.upperBound - boundary
    let bets = log(1e9) / log1p(0.99 * distance / max(scale, distance))
    let count = max(noise, bets)
    return count < 1e15 ? Int(count.rounded(.up)) : nil
  }

  /// The error of the printed confidence sequence; verdicts rest on the p-values and Holm's procedure, not on it.
  public static let intervalError = 1e-3

  /// Runs up to `maximumCount` replicates of a variable in `range`, stopping early once either p-value is below `stopBelow`.
  ///
  /// `sample` is given the replicate's own stream. Batches double in size, from `firstBatch`.
  public static func run(
    _ examination: Examination, designPoint: Int, range: ClosedRange<Double>, boundary: Double,
    maximumCount: Int,
    stopBelow: Double = 1e-12, firstBatch: Int = 256, sample: @Sendable (inout RandomStream) -> Double
  ) throws -> SequentialMean {
    precondition(maximumCount > 1, "maximumCount is \(maximumCount), it must exceed 1")
    let key = examination.key(designPoint: designPoint)
    var sequence = EmpiricalBernsteinSequence(range: range, alpha: intervalError)
    var greater = BettingTest(range: range, null: boundary, side: .greater)
    var less = BettingTest(range: range, null: boundary, side: .less)
    var moments = Moments()
    var done = 0
    var batch = firstBatch
    while done < maximumCount {
      let start = done
      let count = min(batch, maximumCount - done)
      let chunk = 32
      let values = try examination.map((count + chunk - 1) / chunk) { index in
        (index * chunk..<min((index + 1) * chunk, count)).map { offset in
          var stream = RandomStream(key.replicate(start + offset))
          return sample(&stream)
        }
      }
      for value in values.joined() {
        sequence.add(value)
        greater.add(value)
        less.add(value)
        moments.add(value)
      }
      done += count
      batch *= 2
      examination.progress(count)
      if min(greater.pValue, less.pValue) < stopBelow { break }
    }
    return SequentialMean(
      estimate: moments.estimate, interval: sequence.interval, greaterPValue: greater.pValue,
      lessPValue: less.pValue,
      standardDeviation: moments.variance.squareRoot(), boundary: boundary, range: range)
  }
}
