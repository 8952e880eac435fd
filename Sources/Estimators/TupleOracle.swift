import Policies

/// The slow oracle: every tuple of G outcomes, the estimator's definition applied rollout by rollout.
///
/// It shares nothing with `GroupOracle` but the scores, and exists to check it. Cost: M^G · G · d, twice.
public enum TupleOracle {
  /// The largest number of tuples that is enumerated.
  public static let tupleLimit = 20_000_000.0

  /// The moments of `estimator` on a group of `group` rollouts of `prompt`.
  ///
  /// - Precondition: `group > 0` and M^G ≤ `tupleLimit`.
  public static func moments(_ prompt: EnumeratedPrompt, estimator: some GradientEstimator, group: Int)
    -> EstimatorMoments
  {
    var tuples = 1.0
    for _ in 0..<group { tuples *= Double(prompt.outcomeCount) }
    precondition(group > 0 && tuples <= tupleLimit, "\(tuples) tuples, enumeration stops at \(tupleLimit)")
    var mean = [Double](repeating: 0, count: prompt.dimension)
    forEachTuple(prompt, group: group) { outcomes, probability in
      let estimate = evaluate(prompt, estimator, outcomes)
      for j in mean.indices { mean[j] += probability * estimate[j] }
    }
    var trace = 0.0
    forEachTuple(prompt, group: group) { outcomes, probability in
      let estimate = evaluate(prompt, estimator, outcomes)
      var square = 0.0
      for j in mean.indices { square += (estimate[j] - mean[j]) * (estimate[j] - mean[j]) }
      trace += probability * square
    }
    return EstimatorMoments(mean: mean, covarianceTrace: trace)
  }

  /// The estimate `(1/G) Σ A_i s_i` that a tuple of outcomes gives.
  static func evaluate(_ prompt: EnumeratedPrompt, _ estimator: some GradientEstimator, _ outcomes: [Int])
    -> [Double]
  {
    let advantages = estimator.advantages(
      rewards: outcomes.map { prompt.rewards[$0] }, lengths: outcomes.map { prompt.lengths[$0] })
    let dimension = prompt.dimension
    var estimate = [Double](repeating: 0, count: dimension)
    for (outcome, advantage) in zip(outcomes, advantages) {
      let table = advantage < 0 ? prompt.scoresOnLoss : prompt.scores
      for j in 0..<dimension {
        estimate[j] += advantage * table[outcome * dimension + j] / Double(outcomes.count)
      }
    }
    return estimate
  }

  private static func forEachTuple(_ prompt: EnumeratedPrompt, group: Int, _ body: ([Int], Double) -> Void) {
    var outcomes = [Int](repeating: 0, count: group)
    while true {
      body(outcomes, outcomes.reduce(1) { $0 * prompt.probabilities[$1] })
      var position = group - 1
      while position >= 0, outcomes[position] == prompt.outcomeCount - 1 {
        outcomes[position] = 0
        position -= 1
      }
      guard position >= 0 else { return }
      outcomes[position] += 1
    }
  }
}
