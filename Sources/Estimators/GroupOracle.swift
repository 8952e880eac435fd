import Policies

/// The exact mean vector and covariance trace of a group estimator, by enumeration over counts.
///
/// Advantages depend on rewards and lengths alone, so a group is described by how many of its rollouts fall into each class. Given the counts c, scores are independent with
/// the class moments m, v, hence
///
///     E[ĝ | c]      = (1/G)  Σ_k c_k A_k(c) m_k
///     tr Cov[ĝ | c] = (1/G²) Σ_k c_k A_k(c)² v_k
///
/// and the law of total variance sums both over all compositions c. Deviations from the mean are squared, never `E‖ĝ‖² − ‖Eĝ‖²`, which would lose every digit
/// of a small variance.
public enum GroupOracle {
  /// The largest number of compositions that is enumerated.
  public static let compositionLimit = 20_000_000.0

  /// Whether the compositions of a group stay within `compositionLimit`.
  public static func isEnumerable(_ summary: ScoreSummary, estimator: some GradientEstimator, group: Int)
    -> Bool
  {
    let parts = (estimator is OPO ? summary : summary.mergedByReward).classes.count
    let size = estimator.isPerRollout ? 1 : group
    return Compositions.count(total: size, parts: parts) <= compositionLimit
  }

  /// The moments of `estimator` on a group of `group` rollouts of the prompt `summary`.
  ///
  /// Classes that only length tells apart are merged when lengths cannot matter. A per-rollout estimator needs a single rollout: its variance is divided by G.
  ///
  /// - Precondition: `group > 0`, and the compositions number at most `compositionLimit`.
  public static func moments(_ summary: ScoreSummary, estimator: some GradientEstimator, group: Int)
    -> EstimatorMoments
  {
    precondition(group > 0, "group is \(group), it must be positive")
    if estimator.isPerRollout && group > 1 {
      var single = moments(summary, estimator: estimator, group: 1)
      single.covarianceTrace /= Double(group)
      return single
    }
    return enumerate(estimator is OPO ? summary : summary.mergedByReward, estimator: estimator, group: group)
  }

  /// The same by enumeration in every case: rollouts of per-rollout estimators are not taken to be independent.
  public static func exhaustive(_ summary: ScoreSummary, estimator: some GradientEstimator, group: Int)
    -> EstimatorMoments
  {
    precondition(group > 0, "group is \(group), it must be positive")
    return enumerate(estimator is OPO ? summary : summary.mergedByReward, estimator: estimator, group: group)
  }

  /// Calls `body` with every way to spread `group` rollouts over classes with these probabilities, and its probability.
  public static func forEachComposition(group: Int, probabilities: [Double], _ body: ([Int], Double) -> Void)
  {
    Compositions.forEach(total: group, probabilities: probabilities, body)
  }

  static func enumerate(_ summary: ScoreSummary, estimator: some GradientEstimator, group: Int)
    -> EstimatorMoments
  {
    let classes = summary.classes
    let count = Compositions.count(total: group, parts: classes.count)
    precondition(count <= compositionLimit, "\(count) compositions, enumeration stops at \(compositionLimit)")
    let rewards = classes.map(\.reward)
    let lengths = classes.map(\.length)
    let probabilities = classes.map(\.probability)
    let gram = MeanGram(classes)
    let scale = 1 / Double(group)

    // First pass: the expected coefficient of each mean vector (two a class: gain and loss).
    var expected = [Double](repeating: 0, count: 2 * classes.count)
    var within = 0.0
    Compositions.forEach(total: group, probabilities: probabilities) { counts, probability in
      let advantages = estimator.classAdvantages(counts: counts, rewards: rewards, lengths: lengths)
      var spread = 0.0
      for k in counts.indices where counts[k] > 0 {
        let weight = Double(counts[k]) * scale * advantages[k]
        let isLoss = advantages[k] < 0
        expected[2 * k + (isLoss ? 1 : 0)] += probability * weight
        let moments = isLoss ? classes[k].onLoss : classes[k].onGain
        spread += weight * scale * advantages[k] * moments.covarianceTrace
      }
      within += probability * spread
    }

    // Second pass: the squared distance of the conditional mean from the mean.
    var between = 0.0
    var deviation = [Double](repeating: 0, count: 2 * classes.count)
    Compositions.forEach(total: group, probabilities: probabilities) { counts, probability in
      let advantages = estimator.classAdvantages(counts: counts, rewards: rewards, lengths: lengths)
      for j in deviation.indices { deviation[j] = -expected[j] }
      for k in counts.indices where counts[k] > 0 {
        deviation[2 * k + (advantages[k] < 0 ? 1 : 0)] += Double(counts[k]) * scale * advantages[k]
      }
      between += probability * gram.squaredNorm(deviation)
    }
    return EstimatorMoments(mean: gram.combination(expected), covarianceTrace: within + between)
  }
}

/// The mean score vectors of all classes, gain and loss, and the products between them.
struct MeanGram {
  private let vectors: [[Double]]
  private let gram: [Double]

  init(_ classes: [ScoreClass]) {
    vectors = classes.flatMap { [$0.onGain.mean, $0.onLoss.mean] }
    let count = vectors.count
    var gram = [Double](repeating: 0, count: count * count)
    for i in 0..<count {
      for j in i..<count {
        var product = 0.0
        for (a, b) in zip(vectors[i], vectors[j]) { product += a * b }
        gram[i * count + j] = product
        gram[j * count + i] = product
      }
    }
    self.gram = gram
  }

  /// `‖Σ_j a_j m_j‖²` from the products; never negative.
  func squaredNorm(_ coefficients: [Double]) -> Double {
    let count = vectors.count
    var result = 0.0
    for i in 0..<count where coefficients[i] != 0 {
      for j in 0..<count { result += coefficients[i] * coefficients[j] * gram[i * count + j] }
    }
    return max(result, 0)
  }

  /// `Σ_j a_j m_j`.
  func combination(_ coefficients: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: vectors.first?.count ?? 0)
    for (vector, coefficient) in zip(vectors, coefficients) where coefficient != 0 {
      for j in result.indices { result[j] += coefficient * vector[j] }
    }
    return result
  }
}
