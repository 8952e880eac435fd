import Foundation
import Testing

@testable import Training

/// The estimators of the divergence from a reference, and what their gradients aim at.
@Suite struct KLPenaltyTests {
  static let policy = [0.2, 0.5, 0.3]
  static let reference = [0.4, 0.35, 0.25]

  /// E_π f for every action's value of the estimator.
  private func mean(_ estimator: KLPenalty.Estimator, _ pick: (Double, Double) -> Double) -> Double {
    let penalty = KLPenalty(coefficient: 1, estimator: estimator)
    return zip(Self.policy, Self.reference).reduce(0) { sum, pair in
      let value = penalty.value(logProbability: log(pair.0), reference: log(pair.1))
      return sum + pair.0 * pick(value.value, value.slope)
    }
  }

  @Test func firstAndThirdEstimatorHaveTheDivergenceForMean() {
    let exact = zip(Self.policy, Self.reference).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
    #expect(abs(mean(.k1) { value, _ in value } - exact) < 1e-15)
    #expect(abs(mean(.k3) { value, _ in value } - exact) < 1e-15)
    #expect(abs(mean(.k2) { value, _ in value } - exact) > 1e-3)
  }

  /// E slope · (e_a − π) against the gradients of both divergences in the logits.
  @Test func gradientsAimAtWhatTheTableSays() {
    let exact = zip(Self.policy, Self.reference).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
    for j in Self.policy.indices {
      func direction(_ estimator: KLPenalty.Estimator) -> Double {
        let penalty = KLPenalty(coefficient: 1, estimator: estimator)
        return Self.policy.indices.reduce(0) { sum, action in
          let slope = penalty.value(
            logProbability: log(Self.policy[action]), reference: log(Self.reference[action])
          ).slope
          return sum + Self.policy[action] * slope * ((action == j ? 1 : 0) - Self.policy[j])
        }
      }
      #expect(abs(direction(.k1)) < 1e-15)
      #expect(
        abs(direction(.k2) - Self.policy[j] * (log(Self.policy[j] / Self.reference[j]) - exact)) < 1e-15)
      #expect(abs(direction(.k3) - (Self.policy[j] - Self.reference[j])) < 1e-15)
    }
  }

  @Test func theDifferenceIsHeldWithinTwenty() {
    for estimator in KLPenalty.Estimator.allCases {
      let value = KLPenalty(coefficient: 1, estimator: estimator).value(logProbability: -900, reference: -1)
      let limit = KLPenalty(coefficient: 1, estimator: estimator).value(logProbability: -21, reference: -1)
      #expect(value.value == limit.value && value.value.isFinite)
      #expect(value.slope == 0 && limit.slope != 0)
    }
  }
}
