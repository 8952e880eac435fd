import Statistics

/// The distribution of a number of known range, in memory that does not grow: counts and sums of equal bins.
///
/// Minimum, maximum, count and mean are exact. A quantile is the mean of the values in its bin: off by at most `resolution`, and exact where all values of the bin agree, as for
/// factors of exactly 1.
struct FactorHistogram: Sendable {
  /// The number of bins.
  static let binCount = 4096

  private let lower: Double
  private let width: Double
  private var counts = [Int](repeating: 0, count: FactorHistogram.binCount)
  private var sums = [Double](repeating: 0, count: FactorHistogram.binCount)
  private var total = CompensatedSum()
  private(set) var count = 0
  /// Values that were no finite number; they count nowhere else.
  private(set) var nonFinite = 0
  private(set) var minimum = Double.infinity
  private(set) var maximum = -Double.infinity

  /// A histogram over `range`; values outside it count in the nearest bin.
  init(_ range: ClosedRange<Double>) {
    lower = range.lowerBound
    // A range of one point has its values in the first bin, whatever the width.
    width = max((range.upperBound - range.lowerBound) / Double(Self.binCount), .leastNormalMagnitude)
  }

  /// The most by which a quantile can be off.
  var resolution: Double { width }
  /// The mean; nil without values.
  var mean: Double? { count > 0 ? total.value / Double(count) : nil }

  mutating func add(_ value: Double) {
    guard value.isFinite else {
      nonFinite += 1
      return
    }
    let place = ((value - lower) / width).rounded(.down)
    let bin = Int(min(max(place, 0), Double(Self.binCount - 1)))
    counts[bin] += 1
    sums[bin] += value
    total.add(value)
    count += 1
    minimum = min(minimum, value)
    maximum = max(maximum, value)
  }

  /// The quantile of `level`: the value of rank ⌈level · n⌉; nil without values.
  ///
  /// - Precondition: `level` in [0, 1].
  func quantile(_ level: Double) -> Double? {
    precondition((0...1).contains(level), "level is \(level), it must lie in [0, 1]")
    guard count > 0 else { return nil }
    let rank = max(1, Int((level * Double(count)).rounded(.up)))
    if rank == 1 { return minimum }
    if rank == count { return maximum }
    var seen = 0
    for bin in counts.indices {
      seen += counts[bin]
      if seen >= rank { return min(max(sums[bin] / Double(counts[bin]), minimum), maximum) }
    }
    return maximum
  }

  /// The counts of `groups` equal ranges, for drawing.
  ///
  /// - Precondition: `groups` divides the number of bins.
  func coarse(_ groups: Int) -> [(lower: Double, upper: Double, count: Int)] {
    precondition(Self.binCount % groups == 0, "\(groups) does not divide \(Self.binCount)")
    let size = Self.binCount / groups
    return (0..<groups).map { group in
      let bins = (group * size)..<((group + 1) * size)
      return (
        lower + Double(bins.lowerBound) * width, lower + Double(bins.upperBound) * width,
        counts[bins].reduce(0, +)
      )
    }
  }
}
