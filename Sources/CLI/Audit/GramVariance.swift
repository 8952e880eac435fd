import Interchange

/// A subset of a prompt's rollouts, grouped into classes of equal response and equal reward, over a Gram matrix of responses.
///
/// Rollouts of one class have the same A·s, so that sums over rollouts become sums over classes with multiplicities.
struct GramSample {
  private struct Class {
    var response: Int
    var succeeded: Bool
    var count: Int
  }

  /// n.
  let samples: Int
  /// k.
  let successes: Int
  private let classes: [Class]
  private let size: Int
  private let gram: [Double]

  /// The rollouts of `record` that belong to `subset`.
  init(_ record: GramRecord, _ subset: RolloutSubset) {
    var counts = Array(repeating: 0, count: 2 * record.distinctCount)
    var samples = 0
    var successes = 0
    for (index, succeeded) in record.succeeded.enumerated() where subset.contains(index) {
      counts[2 * record.response[index] + (succeeded ? 1 : 0)] += 1
      samples += 1
      if succeeded { successes += 1 }
    }
    classes = counts.indices.filter { counts[$0] > 0 }.map {
      Class(response: $0 / 2, succeeded: $0 % 2 == 1, count: counts[$0])
    }
    self.samples = samples
    self.successes = successes
    size = record.distinctCount
    gram = record.gram
  }

  /// Σ‖s‖² over the rollouts with the given reward.
  func squaredNorms(succeeded: Bool) -> Double {
    classes.reduce(0) {
      $1.succeeded == succeeded ? $0 + Double($1.count) * gram[$1.response * (size + 1)] : $0
    }
  }

  /// The trace of the sample covariance of A·s:  1/(n − 1) Σ_i ‖A_i s_i − mean‖²  =  1/(n(n − 1)) Σ_{i<j} ‖A_i s_i − A_j s_j‖².
  ///
  /// The second form is used: it is a sum of squared distances, exactly 0 between rollouts of one class. The textbook form
  /// Σ A²‖s‖² − ‖ΣAs‖²/n subtracts two large sums where the mean is large against the deviations. What is left is the rounding of the
  /// Gram entries themselves, which no formula removes.
  ///
  /// - Complexity: O(m²) for m distinct responses.
  /// - Returns: nil with fewer than two rollouts.
  func covarianceTrace(success: Double, failure: Double) -> Double? {
    guard samples >= 2 else { return nil }
    var sum = 0.0
    for (position, left) in classes.enumerated() {
      let a = left.succeeded ? success : failure
      var row = 0.0
      for right in classes[(position + 1)...] {
        let b = right.succeeded ? success : failure
        row += Double(right.count) * squaredDistance(a, left.response, b, right.response)
      }
      sum += Double(left.count) * row
    }
    return max(0, sum / (Double(samples) * Double(samples - 1)))
  }

  /// The measured variance of `estimator`; nil with fewer than two rollouts.
  func variance(of estimator: MeasuredEstimator) -> Double? {
    guard samples >= 2 else { return nil }
    let advantages = estimator.advantages(
      samples: samples, successes: successes, successNorms: squaredNorms(succeeded: true),
      failureNorms: squaredNorms(succeeded: false))
    return covarianceTrace(success: advantages.success, failure: advantages.failure)
  }

  /// The score moments of the successes and of the failures; nil parts where there are too few rollouts.
  var moments: ScoreMoments {
    let successVariance = spread(succeeded: true)
    let failureVariance = spread(succeeded: false)
    var moments = ScoreMoments(successVariance: successVariance, failureVariance: failureVariance)
    if let successVariance, let failureVariance {
      // ‖m̂_S − m̂_F‖² has the expectation D² + v_S/k + v_F/(n − k).
      let noise = successVariance / Double(successes) + failureVariance / Double(samples - successes)
      moments.squaredDistance = max(0, squaredDistanceOfMeans - noise)
    }
    return moments
  }

  /// ‖a·s_i − b·s_j‖².
  private func squaredDistance(_ a: Double, _ i: Int, _ b: Double, _ j: Int) -> Double {
    if i == j { return (a - b) * (a - b) * gram[i * (size + 1)] }
    return a * a * gram[i * (size + 1)] + b * b * gram[j * (size + 1)] - 2 * a * b * gram[i * size + j]
  }

  /// The covariance trace of the scores with the given reward (divisor n − 1); nil with fewer than two of them.
  private func spread(succeeded: Bool) -> Double? {
    let chosen = classes.filter { $0.succeeded == succeeded }
    let n = Double(succeeded ? successes : samples - successes)
    guard n >= 2 else { return nil }
    var distances = 0.0
    for (position, left) in chosen.enumerated() {
      for right in chosen[(position + 1)...] {
        distances +=
          Double(left.count) * Double(right.count) * squaredDistance(1, left.response, 1, right.response)
      }
    }
    return max(0, distances / (n * (n - 1)))
  }

  /// ‖m̂_S − m̂_F‖², as the quadratic form of weights that add up to 0.
  private var squaredDistanceOfMeans: Double {
    let weights = classes.map {
      $0.succeeded ? Double($0.count) / Double(successes) : -Double($0.count) / Double(samples - successes)
    }
    var sum = 0.0
    for (left, a) in zip(classes, weights) {
      for (right, b) in zip(classes, weights) { sum += a * b * gram[left.response * size + right.response] }
    }
    return sum
  }
}

/// v_S, v_F and D² as one sample estimates them.
struct ScoreMoments: Sendable, Equatable {
  /// v̂_S, the covariance trace of the successes' scores (divisor k − 1); nil with fewer than two successes.
  var successVariance: Double?
  /// v̂_F, of the failures' scores; nil with fewer than two failures.
  var failureVariance: Double?
  /// D̂², the squared distance of the two means less its bias, at least 0; nil unless both spreads are known.
  var squaredDistance: Double?
}

/// What is kept of a prompt's Gram matrix: counts, the measured variances and the score moments of all rollouts and of each half.
struct GramSummary: Sendable, Equatable {
  /// The rollouts of the Gram record.
  let samples: Int
  /// Their successes.
  let successes: Int
  /// variances[subset.rawValue][estimator's place in allCases]; nil with fewer than two rollouts in the subset.
  let variances: [[Double?]]
  /// moments[subset.rawValue].
  let moments: [ScoreMoments]

  /// Computes the summary; the record is not needed afterwards.
  init(_ record: GramRecord) {
    samples = record.succeeded.count
    successes = record.succeeded.count { $0 }
    let parts = RolloutSubset.allCases.map { GramSample(record, $0) }
    variances = parts.map { part in MeasuredEstimator.allCases.map { part.variance(of: $0) } }
    moments = parts.map(\.moments)
  }
}
