import Foundation
import Statistics

/// A binomial number by inversion of one uniform number.
///
/// Inversion makes counts of different rules comonotone: two rules that draw from the same stream see the same luck. It walks through the probabilities upwards from zero successes of the rarer kind, about n·min(p, 1−p)
/// steps; beyond 64 expected steps GSL's rejection method takes over, which is no longer comonotone but exact.
@inlinable
func binomial(_ trials: Int, _ p: Double, _ stream: inout RandomStream) -> Int {
  let u = stream.uniform()
  guard trials > 0, p > 0 else { return 0 }
  guard p < 1 else { return trials }
  let rare = min(p, 1 - p)
  if Double(trials) * rare > 64 { return stream.binomial(trials: trials, probability: p) }
  let odds = rare / (1 - rare)
  var term = exp(Double(trials) * log1p(-rare))
  // The rarer kind is counted; for p > 1/2 the tail is turned, so that counts still rise with u.
  var left = p <= 0.5 ? u : 1 - u
  var k = 0
  while left >= term, k < trials {
    left -= term
    term *= odds * Double(trials - k) / Double(k + 1)
    k += 1
  }
  return p <= 0.5 ? k : trials - k
}

/// Two independent standard normal numbers from one pair of points in the disc (the polar method).
///
/// The library's own gives one of the two away and calls through GSL; here both are used.
@inlinable
func normalPair(_ stream: inout RandomStream) -> (Double, Double) {
  while true {
    let x = 2 * stream.uniformOpen() - 1
    let y = 2 * stream.uniformOpen() - 1
    let square = x * x + y * y
    if square < 1, square > 0 {
      let scale = (-2 * log(square) / square).squareRoot()
      return (x * scale, y * scale)
    }
  }
}

/// The length of `count` responses together, with the given mean and coefficient of variation of one, at least one token each, rounded.
///
/// Normal by the central limit; what lies below one token for each is cut off, which for the variations in use is rarer than one in thirty for a single response.
@inlinable
func totalLength(_ count: Int, mean: Double, variation: Double, normal: Double) -> Int {
  guard count > 0 else { return 0 }
  let total = mean * (Double(count) + variation * Double(count).squareRoot() * normal)
  return max(count, Int(total.rounded()))
}
