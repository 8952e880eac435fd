import Estimators
import Foundation
import Policies
import Statistics
import Testing
import _TestSupport

@testable import Claims

/// Moments and curvature of one group estimate against enumeration, finite differences and the library's own closed forms.
@Suite struct GroupCoefficientTests {
  static let logits = [0.4, -0.9, 1.1, 0.2]
  static let correct = [true, true, false, false]

  static func probabilities(_ logits: [Double]) -> [Double] {
    let weights = logits.map { exp($0) }
    return weights.map { $0 / weights.reduce(0, +) }
  }

  static func success(_ logits: [Double]) -> Double {
    zip(probabilities(logits), correct).reduce(0) { $0 + ($1.1 ? $1.0 : 0) }
  }

  /// H by central differences of p; with h = 10⁻⁴ truncation and rounding are both near 10⁻⁸.
  static func hessian() -> [[Double]] {
    let h = 1e-4
    func at(_ a: Int, _ s: Double, _ b: Int, _ t: Double) -> Double {
      var moved = logits
      moved[a] += s * h
      moved[b] += t * h
      return success(moved)
    }
    return (0..<4).map { a in
      (0..<4).map { b in (at(a, 1, b, 1) - at(a, 1, b, -1) - at(a, -1, b, 1) + at(a, -1, b, -1)) / (4 * h * h)
      }
    }
  }

  /// Mean and covariance of ĝ from every tuple of actions, with advantages from their definitions.
  static func bruteForce(_ estimator: AscentEstimator, group: Int) -> (mean: [Double], covariance: [[Double]])
  {
    let policy = probabilities(logits)
    var estimates: [(probability: Double, vector: [Double])] = []
    for tuple in 0..<Int(pow(4.0, Double(group))) {
      let actions = (0..<group).map { (tuple >> (2 * $0)) & 3 }
      let rewards = actions.map { correct[$0] ? 1.0 : 0.0 }
      let mean = rewards.reduce(0, +) / Double(group)
      let deviation = (rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(group)).squareRoot()
      var vector = [0.0, 0, 0, 0]
      for (action, reward) in zip(actions, rewards) {
        let advantage: Double
        switch estimator {
        case .leaveOneOut: advantage = reward - (mean * Double(group) - reward) / Double(group - 1)
        case .normalised: advantage = deviation > 0 ? (reward - mean) / deviation : 0
        }
        for a in 0..<4 {
          vector[a] += advantage * ((a == action ? 1 : 0) - policy[a]) / Double(group)
        }
      }
      estimates.append((actions.reduce(1) { $0 * policy[$1] }, vector))
    }
    let mean = (0..<4).map { a in estimates.reduce(0) { $0 + $1.probability * $1.vector[a] } }
    let covariance = (0..<4).map { a in
      (0..<4).map { b in
        estimates.reduce(0) { $0 + $1.probability * ($1.vector[a] - mean[a]) * ($1.vector[b] - mean[b]) }
      }
    }
    return (mean, covariance)
  }

  @Test(arguments: AscentEstimator.allCases, [2, 3, 5])
  func momentsAndCurvatureAreThoseOfAllTuples(estimator: AscentEstimator, group: Int) {
    let (mean, covariance) = Self.bruteForce(estimator, group: group)
    let shape = SoftmaxShape(logits: Self.logits, correct: Self.correct)
    let moments = estimator.coefficients(group: group, probability: shape.probability)
    let policy = Self.probabilities(Self.logits)
    let d = (0..<4).map {
      Self.correct[$0] ? policy[$0] / shape.probability : -policy[$0] / (1 - shape.probability)
    }
    // 1024 tuples of rounded products: a few hundred ulp of numbers below 1.
    for a in 0..<4 { #expect(abs(moments.mean * d[a] - mean[a]) < 1e-13) }
    let trace = (0..<4).reduce(0) { $0 + covariance[$1][$1] }
    #expect(abs(shape.trace(moments) - trace) < 1e-13)
    let hessian = Self.hessian()
    var curvature = 0.0
    for a in 0..<4 { for b in 0..<4 { curvature += hessian[a][b] * covariance[b][a] } }
    // The Hessian's differences are good to about 10⁻⁸.
    #expect(abs(shape.curvature(moments) - curvature) < 1e-7, "\(shape.curvature(moments)) \(curvature)")
    var along = 0.0
    for a in 0..<4 { for b in 0..<4 { along += d[a] * hessian[a][b] * d[b] } }
    #expect(abs(shape.curvatureAlongGradient - along) < 1e-7)
  }

  @Test(arguments: [0.03, 0.4, 0.5, 0.97], [2, 7, 16, 48])
  func tracesAreTheClosedForms(p: Double, group: Int) {
    let moments = BinaryScoreMoments(
      successProbability: p, successVariance: 0.3, failureVariance: 0.6, squaredDistance: 1.1)
    var shape = SoftmaxShape()
    (shape.successSpread, shape.failureSpread, shape.squaredDistance) = (0.3, 0.6, 1.1)
    let rloo = shape.trace(AscentEstimator.leaveOneOut.coefficients(group: group, probability: p))
    let grpo = AscentEstimator.normalised.coefficients(group: group, probability: p)
    // Both sides are sums of positive terms of a binomial row, whose entries carry a few n ulp.
    #expect(isClose(rloo, moments.leaveOneOutVariance(group: group), ulps: 64))
    #expect(isClose(shape.trace(grpo), moments.groupNormalisedVariance(group: group), ulps: 2000))
    #expect(isClose(grpo.mean, moments.expectedDeviation(group: group), ulps: 400))
  }

  /// Two actions, p = ¼, n = 2, by hand.
  ///
  /// w is ½ with probability 2P = 3/8, else 0: mean 3/16, variance ¼·3/8·5/8 = 15/256; κ = 1 throughout, so D² = 2, and
  /// p'' in u is P(1−2p) = 3/32, four times that along d.
  @Test func twoActionsByHand() {
    let shape = SoftmaxShape(logits: [-log(3), 0], correct: [true, false])
    let moments = AscentEstimator.leaveOneOut.coefficients(group: 2, probability: 0.25)
    #expect(isClose(shape.probability, 0.25, ulps: 4))
    #expect(isClose(moments.mean, 3.0 / 16) && isClose(moments.variance, 15.0 / 256))
    #expect(isClose(shape.trace(moments), 15.0 / 128, ulps: 32))
    #expect(isClose(shape.curvatureAlongGradient, 3.0 / 8, ulps: 32))
    #expect(isClose(shape.curvature(moments), 3.0 / 8 * 15 / 256, ulps: 32))
    // Nothing is spread within a level of one action.
    #expect(shape.curvatureAmongSuccesses == 0 && shape.curvatureAmongFailures == 0)
  }

  @Test(arguments: AscentEstimator.allCases)
  func theExpansionIsRightToSecondOrder(estimator: AscentEstimator) {
    let world = AscentWorld(
      name: "one", rates: [0.3], actions: 4, key: StreamKey(seed: 11, claim: "learning-test"))
    let shape = world.shape(0)
    func remainder(_ step: Double) -> Double {
      let exact = StochasticAscent.exactGain(world, prompt: 0, group: 6, estimator: estimator, step: step)
      return exact
        - shape.expectedGain(estimator.coefficients(group: 6, probability: shape.probability), step: step)
    }
    // Halving η divides a remainder of third order by 8, up to a relative error of the order η.
    let ratio = remainder(1.0 / 32) / remainder(1.0 / 64)
    #expect(abs(log2(ratio) - 3) < 0.1, "order \(log2(ratio))")
  }

  /// Every group raises its successes' logits and lowers its failures', so that no draw lowers p, whatever the step.
  @Test func noStepLowersSuccess() {
    let before = SoftmaxShape(logits: Self.logits, correct: Self.correct).probability
    GroupOracle.forEachComposition(group: 5, probabilities: Self.probabilities(Self.logits)) { counts, _ in
      for step in [0.1, 1, 10, 100] {
        let after = StochasticAscent.moved(
          Self.logits, correct: Self.correct, counts: counts, estimator: .normalised, step: step)
        #expect(SoftmaxShape(logits: after, correct: Self.correct).probability >= before - 1e-15)
      }
    }
  }
}
