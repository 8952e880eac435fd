import CNumerics
import Foundation
import Testing

@testable import Statistics

/// The reduction kernels against their definitions, written out one group at a time.
@Suite struct GroupStatisticsTests {
  static let values = [0.5, -1.25, 3, 3, 0.1]
  static let weights = [0.1, 0.2, 0.3, 0.25, 0.15]
  static let counts = GroupCounts(probabilities: weights, trials: 11)
  static let drawn = counts.drawn(batches: 3, firstGroup: 0, key: StreamKey(seed: 31, claim: "statistics"))
  static let rowValues = counts.order.map { values[$0] }
  static let rowWeights = counts.order.map { weights[$0] }

  /// The row counts of a group.
  static func group(_ index: Int) -> [Double] {
    (0..<5).map { Double(drawn[(index / 16 * 5 + $0) * 16 + index % 16]) }
  }

  /// Where a group's scalar stands: even groups of the batch first.
  static func slot(_ index: Int) -> Int { index / 16 * 16 + index % 2 * 8 + index % 16 / 2 }

  @Test func totalsAreSumsOfCountedValues() {
    var totals = [Double](repeating: .nan, count: 48)
    GroupStatistics(values: Self.rowValues).totals(
      of: Self.drawn, batches: 3, dividedBy: 11, into: &totals)
    for index in 0..<48 {
      var sum = 0.0
      for (count, value) in zip(Self.group(index), Self.rowValues) { sum += count * value }
      #expect(totals[Self.slot(index)] == sum / 11)
    }
  }

  @Test func squaresAreAboutTheCentreAndMixtureIsDecidedFromCounts() {
    let centres = [Double](repeating: 0.3, count: 48)
    var squares = [Double](repeating: .nan, count: 48)
    var mixed = squares
    GroupStatistics(values: Self.rowValues).squares(
      of: Self.drawn, batches: 3, about: centres, into: &squares, mixed: &mixed)
    for index in 0..<48 {
      var sum = 0.0
      var levels: Set<Double> = []
      for (count, value) in zip(Self.group(index), Self.rowValues) where count > 0 {
        sum += count * ((value - 0.3) * (value - 0.3))
        levels.insert(value)
      }
      #expect(squares[Self.slot(index)] == sum)
      #expect(mixed[Self.slot(index)] == (levels.count > 1 ? 1 : 0))
    }
  }

  /// Two rows of the same value never make a group mixed, however the counts fall.
  @Test func equalValuesAreNotMixed() {
    let counts = GroupCounts(probabilities: [0.4, 0.6], trials: 3)
    let drawn = counts.drawn(batches: 1, firstGroup: 0, key: StreamKey(seed: 32, claim: "equal"))
    var squares = [Double](repeating: .nan, count: 16)
    var mixed = squares
    let centres = [Double](repeating: 0.1, count: 16)
    GroupStatistics(values: [0.1, 0.1]).squares(
      of: drawn, batches: 1, about: centres, into: &squares, mixed: &mixed)
    #expect(mixed == [Double](repeating: 0, count: 16))
  }

  /// 21 of 24 pairs count; the vectors, their sums and distances follow the definition within 16 ulp of the largest term.
  @Test func pairsFollowTheDefinition() {
    let scales = (0..<48).map { 0.05 + 0.01 * Double($0) }
    let centres = (0..<48).map { 0.2 - 0.02 * Double($0) }
    let drifts = (0..<48).map { 0.3 * Double($0 % 5) }
    var pairs = GroupPairs(rows: 5, capacity: 21)
    let statistics = GroupStatistics(values: Self.rowValues)
    statistics.accumulate(
      Self.drawn, batches: 3, pairs: 21, weights: Self.rowWeights, scales: scales, centres: centres,
      drifts: drifts, into: &pairs)

    func vector(_ index: Int) -> [Double] {
      let at = Self.slot(index)
      return Self.group(index).enumerated().map { row, count in
        scales[at] * (count * (Self.rowValues[row] - centres[at]) - Self.rowWeights[row] * drifts[at])
      }
    }
    var sums = [Double](repeating: 0, count: 5)
    var squares = sums
    var distances: [Double] = []
    var lengths: [Double] = []
    for pair in 0..<21 {
      let (a, b) = (vector(2 * pair), vector(2 * pair + 1))
      for row in 0..<5 {
        sums[row] += a[row] + b[row]
        squares[row] += (a[row] - b[row]) * (a[row] - b[row])
      }
      distances.append(zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / 2)
      lengths.append((a + b).reduce(0) { $0 + $1 * $1 } / 2)
    }
    #expect(pairs.count == 21)
    for row in 0..<5 {
      #expect(abs(pairs.vectorSums[row] - sums[row]) <= 16 * 0x1p-52 * 42 * 10)
      #expect(abs(pairs.squaredDifferenceSums[row] - squares[row]) <= 16 * squares[row].ulp)
    }
    for (kernel, expected) in [
      (pairs.halfSquaredDistance, Moments(distances)), (pairs.meanSquaredLength, Moments(lengths)),
    ] {
      #expect(kernel.count == 21)
      #expect(abs(kernel.mean - expected.mean) <= 16 * expected.mean.ulp)
      #expect(
        abs(kernel.sumOfSquaredDeviations - expected.sumOfSquaredDeviations)
          <= 16 * expected.sumOfSquaredDeviations.ulp)
    }
  }

  @Test func everyVariantComputesTheSameBits() {
    func result(_ lanes: numerics_lanes) -> [Double] {
      let statistics = GroupStatistics(values: Self.rowValues, lanes: lanes)
      var centres = [Double](repeating: 0, count: 48)
      var scales = centres
      var mixed = centres
      statistics.totals(of: Self.drawn, batches: 3, dividedBy: 11, into: &centres)
      statistics.squares(of: Self.drawn, batches: 3, about: centres, into: &scales, mixed: &mixed)
      var pairs = GroupPairs(rows: 5, capacity: 24)
      statistics.accumulate(
        Self.drawn, batches: 3, pairs: 24, weights: Self.rowWeights, scales: scales, centres: centres,
        drifts: mixed, into: &pairs)
      let moments = [pairs.halfSquaredDistance, pairs.meanSquaredLength]
      return centres + scales + mixed + pairs.vectorSums + pairs.squaredDifferenceSums
        + moments.flatMap { [$0.mean, $0.sumOfSquaredDeviations] }
    }
    let baseline = result(numerics_lanes_baseline)
    for lanes in [numerics_lanes_v3, numerics_lanes_v4] where numerics_lanes_supported(lanes) == 1 {
      #expect(result(lanes).map(\.bitPattern) == baseline.map(\.bitPattern), "variant \(lanes.rawValue)")
    }
  }

  /// A mean of 10⁸ under a spread of 1: the two-pass sum keeps the variance, which E[x²] − E[x]² would lose.
  @Test(arguments: [1, 7, 8, 100, 1001])
  func twoPassMomentsKeepSmallSpreads(count: Int) {
    let values = (0..<count).map { 1e8 + Double($0 % 3) }
    var result = [0.0, 0.0]
    numerics_two_pass_moments(count, values, &result, numerics_lanes_automatic)
    let expected = Moments(values)
    #expect(abs(result[0] - expected.mean) <= 2 * expected.mean.ulp)
    #expect(abs(result[1] - expected.sumOfSquaredDeviations) <= 1e-7 * Double(count))
  }

  /// Against the C library, over the arguments that occur: probabilities, odds and the test's heights.
  @Test func logarithmsAreWithinTwoUnits() {
    var stream = RandomStream(StreamKey(seed: 33, claim: "logarithm"))
    var x = (0..<20_000).map { _ in stream.uniformOpen() }
    x += (1...2000).map(Double.init) + (0..<2000).map { 1 + Double($0 - 1000) * 0x1p-40 }
    x += [0x1p-52, 0x1p-1000, 0x1p1000, 0x1.6a09e667f3bcdp-1, 0x1.6a09e667f3bcdp0]
    var logarithms = [Double](repeating: 0, count: x.count)
    numerics_logarithms(x.count, x, &logarithms, numerics_lanes_automatic)
    var worst = 0.0
    for (argument, value) in zip(x, logarithms) {
      let exact = log(argument)
      worst = max(worst, abs(value - exact) / max(exact.ulp, .leastNormalMagnitude))
    }
    #expect(worst <= 2, "worst error \(worst) ulp")
  }
}
