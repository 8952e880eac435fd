import Policies

extension PPOClip {
  /// The class moments of a one-step off-policy prompt in O(K), without writing out K × K scores.
  ///
  /// Within a reward level with weights w (under the behaviour policy) and factors f (ρ or 0) the effective score of action a is `f_a (e_a − π)`, with mean
  /// `m = u − f̄ π`, where `u_a = w_a f_a` and `f̄ = Σ w f`. The trace is `Σ_a w_a ‖f_a s_a − m‖²`: deviations from the mean, which is exact to rounding of the
  /// deviations themselves, not `Σ w f²‖s‖² − ‖m‖²`.
  ///
  /// - Source: `schulman2017`, equation 7.
  public func scoreSummary(target: SoftmaxPolicy, behaviour: SoftmaxPolicy, rewards: [Double])
    throws(PolicyError) -> ScoreSummary
  {
    let count = target.actionCount
    guard behaviour.actionCount == count else {
      throw .wrongCount(name: "behaviour probabilities", count: behaviour.actionCount, expected: count)
    }
    guard rewards.count == count else {
      throw .wrongCount(name: "rewards", count: rewards.count, expected: count)
    }
    var ratios = [Double](repeating: 0, count: count)
    for a in 0..<count {
      guard behaviour.probabilities[a] > 0 else {
        throw .invalidProbability(
          name: "behaviour probabilities", index: a, value: behaviour.probabilities[a])
      }
      ratios[a] = target.probabilities[a] / behaviour.probabilities[a]
    }
    var classes: [ScoreClass] = []
    for level in Set(rewards).sorted() {
      let members = (0..<count).filter { rewards[$0] == level }
      let q = members.reduce(0) { $0 + behaviour.probabilities[$1] }
      let moments = [false, true].map { isLoss in
        Self.moments(
          weights: members.map { behaviour.probabilities[$0] / q },
          factors: members.map { weight(ratio: ratios[$0], advantageIsNegative: isLoss) }, members: members,
          target: target.probabilities)
      }
      classes.append(
        ScoreClass(probability: q, reward: level, length: 1, onGain: moments[0], onLoss: moments[1]))
    }
    return ScoreSummary(classes: classes, dimension: count)
  }

  private static func moments(weights: [Double], factors: [Double], members: [Int], target: [Double])
    -> ScoreMoments
  {
    let meanFactor = zip(weights, factors).reduce(0) { $0 + $1.0 * $1.1 }
    var mean = target.map { -meanFactor * $0 }
    for (index, action) in members.enumerated() { mean[action] += weights[index] * factors[index] }
    // f s_a − m = f e_a − [(f − f̄) π + u]; three inner products, computed once, give every action's squared norm.
    var targetSquare = 0.0
    for probability in target { targetSquare += probability * probability }
    var own = 0.0
    var cross = 0.0
    for (index, action) in members.enumerated() {
      let u = weights[index] * factors[index]
      own += u * u
      cross += u * target[action]
    }
    var trace = 0.0
    for (index, action) in members.enumerated() {
      let f = factors[index]
      let shift = f - meanFactor
      let offset = shift * target[action] + weights[index] * f
      let square = shift * shift * targetSquare + 2 * shift * cross + own
      trace += weights[index] * max(f * f - 2 * f * offset + square, 0)
    }
    return ScoreMoments(mean: mean, covarianceTrace: trace)
  }
}
