import Foundation

/// The group estimators whose ascent is followed.
///
/// Their advantages add up to zero, so that a group with k successes among n has
/// `ĝ = w(k) (f_S − f_F)`, where f_S and f_F are the frequencies of the actions among its successes and its failures: the score's own mean `−π` drops out.
///
/// - Source: `kool2019` (leave-one-out), `shao2024` (GRPO, population deviation, ε = 0).
enum AscentEstimator: String, Sendable, CaseIterable {
  /// `A_i = n/(n−1) (R_i − mean)`, `w = k(n−k)/(n(n−1))`.
  case leaveOneOut = "rloo"
  /// `A_i = (R_i − mean)/sd`, `w = √(k(n−k))/n`.
  case normalised = "grpo"

  /// The length w(k) of the estimate along `f_S − f_F`; 0 for a group that agrees.
  ///
  /// - Precondition: n > 1.
  func weight(successes k: Int, group n: Int) -> Double {
    let product = Double(k) * Double(n - k)
    switch self {
    case .leaveOneOut: return product / (Double(n) * Double(n - 1))
    case .normalised: return product.squareRoot() / Double(n)
    }
  }

  /// The coefficients of mean and covariance for a group of n at success probability p; exact.
  ///
  /// - Precondition: n > 1.
  func coefficients(group n: Int, probability p: Double) -> GroupCoefficients {
    precondition(n > 1, "a group of \(n) has no spread to learn from")
    switch self {
    case .leaveOneOut: return Self.leaveOneOutCoefficients(n, p)
    case .normalised: return Self.normalisedCoefficients(n, p)
    }
  }

  /// Closed forms from the factorial moments of the binomial.
  private static func leaveOneOutCoefficients(_ n: Int, _ p: Double) -> GroupCoefficients {
    let q = 1 - p
    let proxy = p * q
    let g = Double(n)
    let pairs = g * (g - 1)
    let skew = q - p
    return GroupCoefficients(
      mean: proxy, variance: proxy * skew * skew / g + 2 * proxy * proxy / pairs,
      success: proxy * ((g - 2) * q + 1) / pairs, failure: proxy * ((g - 2) * p + 1) / pairs)
  }

  /// Sums over k, deviations squared about the mean; the rarer outcome is counted, so that `(1−m)^n` does not underflow.
  ///
  /// `success` is Σ P(k)(n−k)/n² over mixed groups, which is `(q − qⁿ)/n`; as a sum of positive terms it does not cancel.
  private static func normalisedCoefficients(_ n: Int, _ p: Double) -> GroupCoefficients {
    let g = Double(n)
    let rare = min(p, 1 - p)
    let odds = rare / (1 - rare)
    var power = 1.0
    var square = 1 - rare
    var bits = n
    while bits > 0 {
      if bits & 1 == 1 { power *= square }
      square *= square
      bits >>= 1
    }
    return withUnsafeTemporaryAllocation(of: SIMD2<Double>.self, capacity: n + 1) { row in
      // Each row holds P(k) and w(k).
      row[0] = SIMD2(power, 0)
      var probability = power
      var (mean, among, other) = (0.0, 0.0, 0.0)
      for k in 1...n {
        let (hits, misses) = (Double(k), Double(n - k))
        probability *= odds * ((misses + 1) / hits)
        let weight = (hits * misses).squareRoot() / g
        row[k] = SIMD2(probability, weight)
        mean += probability * weight
        if k < n {
          among += probability * misses
          other += probability * hits
        }
      }
      var variance = 0.0
      for k in 0...n {
        let deviation = row[k].y - mean
        variance += row[k].x * deviation * deviation
      }
      // `among` belongs to the outcome that was counted.
      let (success, failure) = p <= 0.5 ? (among, other) : (other, among)
      return GroupCoefficients(
        mean: mean, variance: variance, success: success / (g * g), failure: failure / (g * g))
    }
  }
}

/// Mean and covariance of a group estimate on a one-step softmax prompt, written in the prompt's own vectors.
///
/// With the conditional action distributions w_S and w_F and `d = w_S − w_F`:
///
///     E ĝ   = mean · d
///     Cov ĝ = variance · d dᵀ + success · C_S + failure · C_F,     C = diag(w) − w wᵀ
///
/// by the law of total covariance over k. `∇p = P d`, so RLOO has mean = P and GRPO mean = c_n.
struct GroupCoefficients: Sendable, Hashable {
  /// E w(k).
  var mean: Double
  /// Var w(k).
  var variance: Double
  /// E[k A_S²]/n², the weight of the spread among successes.
  var success: Double
  /// E[(n−k) A_F²]/n², the weight of the spread among failures.
  var failure: Double

  /// Those of the estimate times a factor.
  func scaled(by factor: Double) -> GroupCoefficients {
    let square = factor * factor
    return GroupCoefficients(
      mean: factor * mean, variance: square * variance, success: square * success, failure: square * failure)
  }
}

/// How per-prompt estimates make a step.
///
/// The batch gradient's factor 1/N is part of the step size: a prompt under uniform allocation moves by `η ĝ` in both.
enum Aggregation: String, Sendable, CaseIterable {
  /// Every prompt weighs the same.
  case promptEqual = "prompt-equal"
  /// Every rollout weighs the same: prompt i has the factor n_i/n̄.
  case rolloutMean = "rollout-mean"

  /// The factor of a prompt with n rollouts where there are `each` on average.
  func factor(group n: Int, each: Int) -> Double {
    self == .promptEqual ? 1 : Double(n) / Double(each)
  }
}
