import Policies
import Statistics

/// A world too large to enumerate: 16³² sequences of 32 tokens over a vocabulary of 16 with shared logits.
///
/// The score of a sequence is its vector of token counts minus 32π, the reward is 1 if token 0 occurs at least m times. Variances are estimated from rollouts
/// alone, as a user with a real model would have to.
struct LongSequenceWorld: Sendable {
  let probabilities: [Double]
  let threshold: Int
  let length: Int

  /// A random world: normal logits, a threshold near the mean count of token 0.
  init(vocabulary: Int, length: Int, stream: inout RandomStream) {
    let logits = (0..<vocabulary).map { _ in stream.normal() }
    probabilities = StableSoftmax.probabilities(logits)
    let mean = Double(length) * probabilities[0]
    threshold = max(1, Int((mean + 1.5 * (stream.uniform() - 0.5) * max(mean, 1)).rounded()))
    self.length = length
  }

  /// The proxy p̂(1−p̂) (unbiased form) and the sample covariance trace of `A s` from `groups` groups of `group` rollouts.
  ///
  /// The trace is that of the per-group estimate times the group size, from the groups' deviations from their mean.
  func estimate(
    group: Int, groups: Int, stream: inout RandomStream, advantages: ([Double]) -> [Double]
  ) -> (proxy: Double, variance: Double) {
    let table = AliasTable(weights: probabilities)
    let vocabulary = probabilities.count
    var moments = VectorMoments(dimension: vocabulary)
    var successes = 0
    for _ in 0..<groups {
      var counts = [[Double]](repeating: [Double](repeating: 0, count: vocabulary), count: group)
      var rewards = [Double](repeating: 0, count: group)
      for rollout in 0..<group {
        for _ in 0..<length { counts[rollout][table.draw(&stream)] += 1 }
        if Int(counts[rollout][0]) >= threshold {
          rewards[rollout] = 1
          successes += 1
        }
      }
      let weights = advantages(rewards)
      var gradient = [Double](repeating: 0, count: vocabulary)
      for rollout in 0..<group where weights[rollout] != 0 {
        for token in 0..<vocabulary {
          let score = counts[rollout][token] - Double(length) * probabilities[token]
          gradient[token] += weights[rollout] * score / Double(group)
        }
      }
      moments.add(gradient)
    }
    let n = Double(group * groups)
    let k = Double(successes)
    return (k * (n - k) / (n * (n - 1)), Double(group) * moments.covarianceTrace)
  }
}

extension ProxyTracksVariance {
  /// Concordance on the long sequences, from estimated proxies and variances of the same rollouts: rows of the table, not findings.
  ///
  /// Noise pulls the concordance towards one half and shared rollouts push it either way, so it is another quantity than the claim's.
  func addLongSequences(_ evidence: inout Evidence, _ examination: Examination) throws {
    let vocabulary = Int(specification.value("long_vocabulary"))
    let length = Int(specification.value("long_length"))
    let group = Int(specification.value("group"))
    let groups = Int(specification.value("long_groups"))
    let rules: [(StudiedEstimator, @Sendable ([Double]) -> [Double])] = [
      (.reinforce, { $0 }),
      (
        .leaveOneOut,
        { rewards in
          let mean = rewards.reduce(0, +) / Double(rewards.count)
          let scale = Double(rewards.count) / Double(rewards.count - 1)
          return rewards.map { ($0 - mean) * scale }
        }
      ),
      (
        .grpo,
        { rewards in
          let successes = rewards.reduce(0, +)
          let mean = successes / Double(rewards.count)
          guard successes > 0, successes < Double(rewards.count) else { return rewards.map { _ in 0 } }
          let deviation = (mean * (1 - mean)).squareRoot()
          return rewards.map { ($0 - mean) / deviation }
        }
      ),
    ]
    for (index, (estimator, rule)) in rules.enumerated() {
      let concordance = try SequentialMean.run(
        examination, designPoint: 400 + index, range: 0...1, boundary: specification.margin,
        maximumCount: specification.count("long_pairs", for: examination.preset), firstBatch: 64
      ) { stream in
        let first = LongSequenceWorld(vocabulary: vocabulary, length: length, stream: &stream)
          .estimate(group: group, groups: groups, stream: &stream, advantages: rule)
        let second = LongSequenceWorld(vocabulary: vocabulary, length: length, stream: &stream)
          .estimate(group: group, groups: groups, stream: &stream, advantages: rule)
        return Concordance.indicator(first.proxy, second.proxy, first.variance, second.variance)
      }
      evidence.estimates.append(
        EstimateRow(
          design: "long-sequences |A|=\(vocabulary) T=\(length)", method: estimator.rawValue,
          stat: "concordance",
          estimate: concordance.estimate, interval: concordance.interval))
    }
  }
}
