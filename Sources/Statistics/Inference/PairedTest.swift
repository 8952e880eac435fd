/// Tests of whether paired differences have mean zero.
public enum PairedTest {
  /// The largest number of pairs for which every pattern of signs is tried: at most 2¹⁵ sums.
  public static let exactLimit = 16

  /// The two-sided p-value of Student's paired test, `2 P(T_{n−1} ≥ |d̄|/(s/√n))`.
  ///
  /// 1 for fewer than two pairs or where all differences are zero; 0 where they all are one other number.
  public static func student(_ differences: [Double]) -> Double {
    guard differences.count > 1 else { return 1 }
    let estimate = Moments(differences).estimate
    guard estimate.standardError > 0 else { return estimate.value == 0 ? 1 : 0 }
    return min(
      1,
      2
        * SpecialFunctions.studentUpperTail(
          abs(estimate.value) / estimate.standardError, degreesOfFreedom: Double(estimate.count - 1)))
  }

  /// The two-sided p-value of the sign-flip test: how often `|Σ ±d|` reaches `|Σ d|`.
  ///
  /// Under the null "the differences are symmetric about zero" every pattern of signs was equally likely, so that the p-value holds at every sample size, whatever
  /// the distribution. Up to `exactLimit` pairs it is the exact share of the 2ⁿ patterns; beyond, with b of `resamples` random patterns at least as extreme,
  /// `(b + 1)/(resamples + 1)`, which is a valid p-value too. It cannot fall below `smallestSignFlip`. 1 for no pairs.
  ///
  /// - Source: `fisher1935`, section 21, for the test; `phipson2010` for the random patterns.
  /// - Precondition: the differences are finite, `resamples` is positive.
  public static func signFlip(_ differences: [Double], resamples: Int, key: StreamKey) -> Double {
    precondition(differences.allSatisfy(\.isFinite), "a difference is not finite")
    precondition(resamples > 0, "\(resamples) resamples")
    guard !differences.isEmpty else { return 1 }
    let threshold = extremeSum(differences)
    if differences.count <= exactLimit { return exactSignFlip(differences, threshold: threshold) }
    var extreme = 0
    for resample in 0..<resamples {
      var stream = RandomStream(key.replicate(resample))
      var sum = 0.0
      var bits: UInt64 = 0
      for (index, difference) in differences.enumerated() {
        if index % 64 == 0 { bits = stream.next() }
        sum += bits & 1 == 0 ? difference : -difference
        bits >>= 1
      }
      if abs(sum) >= threshold { extreme += 1 }
    }
    return Double(extreme + 1) / Double(resamples + 1)
  }

  /// The smallest p-value that the sign-flip test of `count` pairs can give, `2^(1−n)`.
  ///
  /// With five pairs it is 1/16: no data whatever are significant at 5 %.
  public static func smallestSignFlip(count: Int) -> Double {
    precondition(count >= 0, "\(count) pairs")
    return count == 0 ? 1 : Double(sign: .plus, exponent: 1 - count, significand: 1)
  }

  /// The share of all patterns whose sum is extreme; a pattern and its opposite have the same |sum|, so the first sign stays.
  private static func exactSignFlip(_ differences: [Double], threshold: Double) -> Double {
    let patterns = 1 << (differences.count - 1)
    var extreme = 0
    for pattern in 0..<patterns {
      var sum = differences[0]
      for index in 1..<differences.count {
        sum += pattern >> (index - 1) & 1 == 0 ? differences[index] : -differences[index]
      }
      if abs(sum) >= threshold { extreme += 1 }
    }
    return Double(extreme) / Double(patterns)
  }

  /// The observed |sum| less the rounding of two sums of n terms.
  ///
  /// Pass rates lie on a lattice, so sums of different patterns tie; a tie must not be lost to the order of additions. Each of the n − 1 additions rounds by at most
  /// half an ulp of Σ|d|.
  private static func extremeSum(_ differences: [Double]) -> Double {
    let magnitude = differences.reduce(0) { $0 + abs($1) }
    return abs(differences.reduce(0, +)) - Double(differences.count) * magnitude.ulp
  }
}
