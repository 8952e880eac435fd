/// RLOO: each rollout's baseline is the mean reward of the others.
///
/// `A_i = R_i − mean_{j≠i} R_j = (R_i − mean R) · G/(G − 1)`. Unbiased, as the baseline is independent of the rollout.
/// `Var ĝ = [(G−2) V_p + P(v_S + v_F + D²) − 2P²D²] / (G(G−1))` for rewards in {0, 1}.
///
/// A group of one has no others; its advantage is the reward itself, as the released baselines have it.
///
/// - Source: `kool2019`.
public struct LeaveOneOut: GradientEstimator {
  /// The estimator; it has no parameter.
  public init() {}

  /// `rloo`.
  public var name: String { "rloo" }

  /// The difference to the mean of the others, written as its definition has it.
  public func advantages(rewards: [Double], lengths: [Int]) -> [Double] {
    guard rewards.count > 1 else { return rewards }
    return rewards.indices.map { i in
      var others = 0.0
      for j in rewards.indices where j != i { others += rewards[j] }
      return rewards[i] - others / Double(rewards.count - 1)
    }
  }

  /// `(R − mean) G/(G − 1)`.
  public func classAdvantages(counts: [Int], rewards: [Double], lengths: [Int]) -> [Double] {
    let sums = GroupSums(counts: counts, rewards: rewards)
    guard sums.size > 1 else { return rewards }
    let scale = Double(sums.size) / Double(sums.size - 1)
    return rewards.map { ($0 - sums.mean) * scale }
  }
}
