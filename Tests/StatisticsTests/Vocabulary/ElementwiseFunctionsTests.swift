import CNumerics
import Foundation
import Testing

@testable import Statistics

/// The vector forms of exp, log and the logistic decay against Foundation's scalar functions.
@Suite struct ElementwiseFunctionsTests {
  typealias Kernel = (
    UnsafeBufferPointer<Double>, UnsafeMutableBufferPointer<Double>, numerics_lanes
  ) -> Void

  static func apply(
    _ arguments: [Double], lanes: numerics_lanes = numerics_lanes_automatic, _ kernel: Kernel
  ) -> [Double] {
    var results = [Double](repeating: .nan, count: arguments.count)
    arguments.withUnsafeBufferPointer { from in
      results.withUnsafeMutableBufferPointer { kernel(from, $0, lanes) }
    }
    return results
  }

  static func exponentials(_ x: [Double]) -> [Double] {
    apply(x) { ElementwiseFunctions.exponentials(of: $0, into: $1, lanes: $2) }
  }

  static func logarithms(_ x: [Double]) -> [Double] {
    apply(x) { ElementwiseFunctions.logarithms(of: $0, into: $1, lanes: $2) }
  }

  static func decays(_ x: [Double], floor: Double, steepness: Double, midpoint: Double) -> [Double] {
    apply(x) {
      ElementwiseFunctions.logisticDecay(
        of: $0, floor: floor, steepness: steepness, midpoint: midpoint, into: $1, lanes: $2)
    }
  }

  /// The largest distance in units of the last place of the expected value.
  static func worst(_ values: [Double], _ expected: [Double]) -> Double {
    zip(values, expected).map { value, exact in
      value == exact ? 0 : abs(value - exact) / max(exact.ulp, .leastNonzeroMagnitude)
    }.max() ?? 0
  }

  static func uniform(_ count: Int, seed: UInt64, _ range: ClosedRange<Double>) -> [Double] {
    var stream = RandomStream(StreamKey(seed: seed, claim: "elementwise"))
    return (0..<count).map { _ in range.lowerBound + (range.upperBound - range.lowerBound) * stream.uniform()
    }
  }

  // The stated 2 ulp and the C library's own error, below one (glibc states 1 for exp and log).
  @Test(arguments: [-1.0...1, -40...0, -708...709.78, -746 ... -708])
  func exponentialsAreWithinTwoUnits(range: ClosedRange<Double>) {
    let x = Self.uniform(50_000, seed: 51, range) + [0, -0.0, range.lowerBound, range.upperBound]
    let error = Self.worst(Self.exponentials(x), x.map { exp($0) })
    #expect(error <= 3, "worst error \(error) ulp")
  }

  @Test func logarithmsOfProbabilitiesAreWithinTwoUnits() {
    let unit = Self.uniform(100_000, seed: 52, 0...1).filter { $0 > 0 }
    let near = Self.uniform(100_000, seed: 53, 0.7...1) + (1...53).map { 1 - scalbn(1, -$0) }
    let small = Self.uniform(50_000, seed: 54, -1074...0).map { exp2($0) }.filter { $0 > 0 }
    let edges = [0.71875, 0.71875.nextDown, 0.96875, 0.96875.nextDown, 0x1p-1022, 0x1p-1074, 1]
    for x in [unit, near, small, edges] {
      let error = Self.worst(Self.logarithms(x), x.map { log($0) })
      #expect(error <= 3, "worst error \(error) ulp")
    }
  }

  @Test func logarithmsAboveOneAreWithinFourUnits() {
    let x =
      Self.uniform(50_000, seed: 55, 1...1.5) + Self.uniform(50_000, seed: 56, 0...1023).map { exp2($0) }
    let error = Self.worst(Self.logarithms(x), x.map { log($0) })
    #expect(error <= 5, "worst error \(error) ulp")
  }

  /// The formula with Foundation's exponential; the exponential's error is divided by at most one on the way, the rest are four roundings.
  @Test(arguments: [(0.0, 1.0, 0.0), (0.25, 5.0, 1.2), (0.5, 20, 0.3), (0, -3, 2), (1, 4, 1), (0.1, 0, 1)])
  func logisticDecayFollowsTheFormula(floor: Double, steepness: Double, midpoint: Double) {
    let x = Self.uniform(50_000, seed: 57, -12...12) + [midpoint, 0]
    let values = Self.decays(x, floor: floor, steepness: steepness, midpoint: midpoint)
    let expected = x.map { floor + (1 - floor) / (1 + exp(steepness * ($0 - midpoint))) }
    let error = Self.worst(values, expected)
    #expect(error <= 4, "worst error \(error) ulp")
    #expect(values.allSatisfy { $0 >= floor && $0 <= 1 })
    #expect(values[50_000] == floor + (1 - floor) / 2)
  }

  @Test func exponentsSaturate() {
    let huge = [-Double.greatestFiniteMagnitude, -1e5, 1e5, .greatestFiniteMagnitude, 800, -800]
    #expect(Self.exponentials(huge).allSatisfy { $0.isFinite })
    #expect(Self.exponentials([-800, -.greatestFiniteMagnitude, -.infinity]) == [0, 0, 0])
    for steepness in [0, 5, -5, Double.greatestFiniteMagnitude] {
      for midpoint in [0, 1e308, -1e308] {
        let values = Self.decays(huge, floor: 0.25, steepness: steepness, midpoint: midpoint)
        #expect(values.allSatisfy { (0.25...1).contains($0) }, "\(steepness), \(midpoint): \(values)")
      }
    }
    let limits = Self.decays([-.infinity, .infinity], floor: 0.25, steepness: 2, midpoint: 1)
    #expect(limits == [1, 0.25])
  }

  @Test func specialArgumentsHaveTheirValues() {
    let logarithms = Self.logarithms([0, -0.0, -1, .infinity, .nan, -.infinity, 1])
    #expect(logarithms[0] == -.infinity && logarithms[1] == -.infinity && logarithms[3] == .infinity)
    #expect(logarithms[2].isNaN && logarithms[4].isNaN && logarithms[5].isNaN && logarithms[6] == 0)
    #expect(Self.exponentials([.nan])[0].isNaN)
    #expect(Self.exponentials([0, .infinity])[0] == 1)
    #expect(Self.decays([.nan], floor: 0, steepness: 1, midpoint: 0)[0].isNaN)
  }

  /// Every length around the step of 24, in place and not, nothing written outside.
  @Test func everyLengthIsDoneAndNothingElse() {
    let all = Self.uniform(80, seed: 58, -9...0)
    let expected = Self.exponentials(all)
    for count in 0...72 {
      var buffer = [7] + all[0..<count] + [8]
      buffer.withUnsafeMutableBufferPointer { whole in
        let inner = UnsafeMutableBufferPointer(rebasing: whole[1..<(count + 1)])
        ElementwiseFunctions.exponentials(of: UnsafeBufferPointer(inner), into: inner)
      }
      #expect(buffer == [7] + expected[0..<count] + [8])
    }
  }

  @Test func everyVariantComputesTheSameBits() {
    let arguments =
      Self.uniform(5000, seed: 59, -30...5) + Self.uniform(500, seed: 60, -760...720)
      + [0, -0.0, .infinity, -.infinity, .nan, 0x1p-1074, -0x1p-1030]
    let kernels: [Kernel] = [
      { ElementwiseFunctions.exponentials(of: $0, into: $1, lanes: $2) },
      { ElementwiseFunctions.logarithms(of: $0, into: $1, lanes: $2) },
      {
        ElementwiseFunctions.logisticDecay(
          of: $0, floor: 0.25, steepness: 5, midpoint: -2, into: $1, lanes: $2)
      },
    ]
    for x in [arguments, arguments.map { exp($0) }] {
      for kernel in kernels {
        let baseline = Self.apply(x, lanes: numerics_lanes_baseline, kernel)
        for lanes in VocabularySumsTests.variants {
          // NaN payloads are no part of the promise.
          let same = zip(Self.apply(x, lanes: lanes, kernel), baseline).allSatisfy {
            $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN)
          }
          #expect(same, "variant \(lanes.rawValue)")
        }
      }
    }
  }
}
