import Allocation
import Estimators
import Foundation
import Policies

@testable import Arena

extension ArenaWorld {
  /// A world of the given success probabilities, in clusters of `clusterSize`; scores differ from prompt to prompt.
  static func small(
    _ probabilities: [Double], distances: [Double]? = nil, clusterSize: Int = 2,
    _ change: (inout Shared) -> Void = { _ in }
  ) -> ArenaWorld {
    var shared = Shared()
    change(&shared)
    let places = probabilities.indices.map(Double.init)
    return ArenaWorld(
      name: "small", summary: "made up here", logits: probabilities.map { log($0) - log1p(-$0) },
      distances: distances ?? places.map { 1 + 0.25 * $0 }, successVariances: places.map { 6 + $0 },
      failureVariances: places.map { 9 / (1 + 0.1 * $0) }, successLengths: places.map { 40 + $0 },
      failureLengths: places.map { 80 + $0 }, clusters: probabilities.indices.map { $0 / clusterSize },
      shared: shared)
  }

  /// What the closed forms read of prompt i, with a right verifier.
  func moments(_ i: Int) -> BinaryScoreMoments {
    BinaryScoreMoments(
      successProbability: logistic(logits[i]), successVariance: successVariances[i],
      failureVariance: failureVariances[i], squaredDistance: distances[i] * distances[i])
  }
}

/// The probability of k successes in n, by the product of ratios: exact to a few ulp for the small n of these tests.
func binomialProbability(_ k: Int, of n: Int, _ p: Double) -> Double {
  var value = 1.0
  for j in 0..<k { value *= Double(n - j) / Double(j + 1) * p }
  for _ in k..<n { value *= 1 - p }
  return value
}
