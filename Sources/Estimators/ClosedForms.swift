import Foundation
import Policies

/// The covariance traces of the common estimators in closed form, for rewards in {0, 1}.
///
/// With p, P = p(1 − p), v_S, v_F and D² of `BinaryScoreMoments`. Each line is tested against the enumeration oracle. They hold for any parametrisation and any
/// length, as long as scores are on-policy (so that the mean score is zero).
extension BinaryScoreMoments {
  /// `‖∇p‖² = P² D²`.
  public var squaredGradientNorm: Double { bernoulliVariance * bernoulliVariance * squaredDistance }

  /// `E‖s‖² = p v_S + (1 − p) v_F + P D²`, the Fisher trace.
  public var meanSquaredScore: Double {
    let p = successProbability
    return p * successVariance + (1 - p) * failureVariance + bernoulliVariance * squaredDistance
  }

  /// `V_b = p(1−b)² v_S + (1−p) b² v_F + P (1−p−b)² D²`: one rollout, constant baseline b.
  public func variance(baseline b: Double) -> Double {
    let p = successProbability
    return p * (1 - b) * (1 - b) * successVariance + (1 - p) * b * b * failureVariance
      + bernoulliVariance * (1 - p - b) * (1 - p - b) * squaredDistance
  }

  /// `c = (1−p) v_S + p v_F + (1−2p)² D²`: what the proxy P misses, as V_p = P c.
  public var correctionFactor: Double {
    let p = successProbability
    return (1 - p) * successVariance + p * failureVariance + (1 - 2 * p) * (1 - 2 * p) * squaredDistance
  }

  /// `V_p = P c`: one rollout, value baseline.
  public var valueBaselineVariance: Double { bernoulliVariance * correctionFactor }

  /// `b* = [p v_S + P(1−p) D²] / E‖s‖²`: the optimal constant baseline; 0 where the score vanishes.
  public var optimalBaseline: Double {
    let p = successProbability
    guard meanSquaredScore > 0 else { return 0 }
    return (p * successVariance + bernoulliVariance * (1 - p) * squaredDistance) / meanSquaredScore
  }

  /// `V_b* = P [v_S v_F + D²(p³ v_S + (1−p)³ v_F)] / E‖s‖²`: one rollout, optimal baseline.
  public var optimalBaselineVariance: Double {
    let p = successProbability
    let q = 1 - p
    guard meanSquaredScore > 0 else { return 0 }
    let bracket =
      successVariance * failureVariance
      + squaredDistance * (p * p * p * successVariance + q * q * q * failureVariance)
    return bernoulliVariance * bracket / meanSquaredScore
  }

  /// `[(G−2) V_p + P(v_S + v_F + D²) − 2P²D²] / (G(G−1))`: RLOO on a group of G > 1.
  public func leaveOneOutVariance(group: Int) -> Double {
    precondition(group > 1, "leave-one-out needs a group of at least 2, not \(group)")
    let g = Double(group)
    let proxy = bernoulliVariance
    return
      ((g - 2) * valueBaselineVariance + proxy * (successVariance + failureVariance)
      + proxy * (1 - 2 * proxy) * squaredDistance) / (g * (g - 1))
  }

  /// Dr.GRPO: RLOO's times ((G−1)/G)².
  public func groupMeanVariance(group: Int) -> Double {
    let shrink = Double(group - 1) / Double(group)
    return shrink * shrink * leaveOneOutVariance(group: group)
  }

  /// `c_G = E√(k(G−k)) / G`, the expected population deviation of a group's rewards.
  public func expectedDeviation(group: Int) -> Double {
    let row = Compositions.binomialRow(group, successProbability)
    var sum = 0.0
    for k in 1..<max(group, 1) { sum += row[k] * (Double(k) * Double(group - k)).squareRoot() }
    return sum / Double(group)
  }

  /// GRPO with ε = 0 on a group of G: `(1/G)[v_S((1−p) − (1−p)^G) + v_F(p − p^G)] + D²[(G−1)P/G − c_G²]`, population deviation; the sample deviation multiplies by (G−1)/G.
  ///
  /// The two terms of the last bracket nearly cancel for large G, so it is summed as the variance of `√(k(G−k))/G` plus what the mixed groups leave: see the code.
  public func groupNormalisedVariance(group: Int, sampleDeviation: Bool = false) -> Double {
    guard group > 1 else { return 0 }
    let g = Double(group)
    let row = Compositions.binomialRow(group, successProbability)
    let mean = expectedDeviation(group: group)
    var success = 0.0
    var failure = 0.0
    var spread = 0.0
    for k in 0...group {
      let kk = Double(k)
      if k > 0, k < group {
        // Σ A² over successes is G − k, over failures k.
        success += row[k] * (g - kk) / (g * g)
        failure += row[k] * kk / (g * g)
      }
      let deviation = (kk * (g - kk)).squareRoot() / g - mean
      spread += row[k] * deviation * deviation
    }
    let variance = success * successVariance + failure * failureVariance + spread * squaredDistance
    return sampleDeviation ? variance * (g - 1) / g : variance
  }
}
