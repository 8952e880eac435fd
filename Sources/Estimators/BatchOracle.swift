import Policies

/// The exact moments of an estimator that couples the prompts of a batch, such as REINFORCE++.
///
/// Prompts have their own parameters, so the batch gradient is a block for each prompt; the oracle gives each block's moments. It enumerates the product of the
/// prompts' compositions: (G + 1)^N for binary rewards.
public enum BatchOracle {
  /// The moments of each prompt's block `(1/G) Σ_i A_i s_i` in a batch of `prompts`, with `group` rollouts each.
  ///
  /// - Precondition: there is a prompt, `group > 0`, and the product of compositions is at most `GroupOracle.compositionLimit`.
  public static func moments(_ prompts: [ScoreSummary], estimator: ReinforcePlusPlus, group: Int)
    -> [EstimatorMoments]
  {
    let merged = prompts.map(\.mergedByReward.classes)
    let count = merged.reduce(1.0) { $0 * Compositions.count(total: group, parts: $1.count) }
    precondition(!prompts.isEmpty && group > 0, "\(prompts.count) prompts, group \(group)")
    precondition(count <= GroupOracle.compositionLimit, "\(count) joint compositions are too many")
    let rewards = merged.map { $0.map(\.reward) }
    let grams = merged.map(MeanGram.init)
    let scale = 1 / Double(group)
    var expected = merged.map { [Double](repeating: 0, count: 2 * $0.count) }
    var traces = [Double](repeating: 0, count: prompts.count)

    forEachJoint(merged, group: group) { counts, probability in
      let advantages = estimator.batchClassAdvantages(counts: counts, rewards: rewards)
      for i in merged.indices {
        for k in counts[i].indices where counts[i][k] > 0 {
          let advantage = advantages[i][k]
          let weight = Double(counts[i][k]) * scale * advantage
          let moments = advantage < 0 ? merged[i][k].onLoss : merged[i][k].onGain
          expected[i][2 * k + (advantage < 0 ? 1 : 0)] += probability * weight
          traces[i] += probability * weight * scale * advantage * moments.covarianceTrace
        }
      }
    }
    forEachJoint(merged, group: group) { counts, probability in
      let advantages = estimator.batchClassAdvantages(counts: counts, rewards: rewards)
      for i in merged.indices {
        var deviation = expected[i].map { -$0 }
        for k in counts[i].indices where counts[i][k] > 0 {
          deviation[2 * k + (advantages[i][k] < 0 ? 1 : 0)] += Double(counts[i][k]) * scale * advantages[i][k]
        }
        traces[i] += probability * grams[i].squaredNorm(deviation)
      }
    }
    return merged.indices.map {
      EstimatorMoments(mean: grams[$0].combination(expected[$0]), covarianceTrace: traces[$0])
    }
  }

  private static func forEachJoint(_ prompts: [[ScoreClass]], group: Int, _ body: ([[Int]], Double) -> Void) {
    var counts = prompts.map { [Int](repeating: 0, count: $0.count) }
    func descend(_ prompt: Int, _ probability: Double) {
      if prompt == prompts.count {
        body(counts, probability)
        return
      }
      Compositions.forEach(total: group, probabilities: prompts[prompt].map(\.probability)) { own, weight in
        counts[prompt] = own
        descend(prompt + 1, probability * weight)
      }
    }
    descend(0, 1)
  }
}
