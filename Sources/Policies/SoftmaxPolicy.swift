/// One step: a softmax over K actions, parametrised by its logits.
///
/// The score of action a is `∇_z log π_a = e_a − π`, a vector of K numbers.
public struct SoftmaxPolicy: Sendable, Hashable {
  /// The action probabilities π.
  public let probabilities: [Double]

  /// The allowed deviation of a given probability vector's sum from one: rounding to 9 decimals of up to 10³ entries.
  public static let normalisationTolerance = 1e-6

  /// The policy with these action probabilities; they are divided by their sum.
  ///
  /// Throws when an entry is negative or not finite, or when the sum misses one by more than `normalisationTolerance`.
  public init(probabilities: [Double], name: String = "probabilities") throws(PolicyError) {
    guard !probabilities.isEmpty else { throw .wrongCount(name: name, count: 0, expected: 1) }
    for (index, value) in probabilities.enumerated()
    where !(value >= 0 && value <= 1 + Self.normalisationTolerance) {
      throw .invalidProbability(name: name, index: index, value: value)
    }
    let sum = probabilities.reduce(0, +)
    guard abs(sum - 1) <= Self.normalisationTolerance else {
      throw .unnormalised(name: name, sum: sum, tolerance: Self.normalisationTolerance)
    }
    self.probabilities = probabilities.map { $0 / sum }
  }

  /// The policy with these logits.
  public init(logits: [Double], name: String = "logits") throws(PolicyError) {
    guard !logits.isEmpty else { throw .wrongCount(name: name, count: 0, expected: 1) }
    for (index, value) in logits.enumerated() where !value.isFinite {
      throw .invalidLogit(name: name, index: index, value: value)
    }
    probabilities = StableSoftmax.probabilities(logits)
  }

  /// A policy whose probabilities are known to be valid, as drawn by a population.
  init(trusted probabilities: [Double]) { self.probabilities = probabilities }

  /// The number of actions K.
  public var actionCount: Int { probabilities.count }

  /// The conditional score moments of each reward level, in O(K) without making the K scores.
  ///
  /// Within a level of probability q the actions have weights w = π/q: mean score `w − π`, covariance trace `1 − Σw²`, here summed as
  /// `2 Σ_{a<b} w_a w_b`, whose terms are all positive; `1 − Σw²` cancels when one action dominates.
  ///
  /// - Source: `dynamo2026`, one-step case; each line is checked against enumeration.
  public func scoreSummary(rewards: [Double]) throws(PolicyError) -> ScoreSummary {
    try checkRewards(rewards, count: actionCount)
    var classes: [ScoreClass] = []
    for level in Set(rewards).sorted() {
      var q = 0.0
      for a in 0..<actionCount where rewards[a] == level { q += probabilities[a] }
      guard q > 0 else { continue }
      var mean = probabilities.map { -$0 }
      var prefix = 0.0
      var trace = 0.0
      for a in 0..<actionCount where rewards[a] == level {
        let weight = probabilities[a] / q
        mean[a] += weight
        trace += 2 * weight * prefix
        prefix += weight
      }
      let moments = ScoreMoments(mean: mean, covarianceTrace: trace)
      classes.append(ScoreClass(probability: q, reward: level, length: 1, onGain: moments, onLoss: moments))
    }
    return ScoreSummary(classes: classes, dimension: actionCount)
  }

  /// The policy with its K scores written out.
  public func enumerated(rewards: [Double]) throws(PolicyError) -> EnumeratedPrompt {
    try checkRewards(rewards, count: actionCount)
    let count = actionCount
    var scores = [Double](repeating: 0, count: count * count)
    for a in 0..<count {
      for b in 0..<count { scores[a * count + b] = (a == b ? 1 : 0) - probabilities[b] }
    }
    return EnumeratedPrompt(
      probabilities: probabilities, rewards: rewards, lengths: [Int](repeating: 1, count: count),
      scores: scores,
      dimension: count)
  }
}

/// Throws unless there are `count` rewards, all finite.
func checkRewards(_ rewards: [Double], count: Int) throws(PolicyError) {
  guard rewards.count == count else {
    throw .wrongCount(name: "rewards", count: rewards.count, expected: count)
  }
  for (index, value) in rewards.enumerated() where !value.isFinite {
    throw .invalidReward(index: index, value: value)
  }
}
