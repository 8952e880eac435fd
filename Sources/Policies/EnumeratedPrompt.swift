/// One prompt with every outcome written out: probability, reward, length and score vector.
///
/// The slow exact representation: everything else is tested against it.
public struct EnumeratedPrompt: Sendable, Hashable {
  /// The outcome probabilities, M numbers.
  public let probabilities: [Double]
  /// The rewards, M numbers.
  public let rewards: [Double]
  /// The lengths in tokens, M numbers.
  public let lengths: [Int]
  /// The scores row by row, M × d; multiplied by a positive advantage.
  public let scores: [Double]
  /// The scores multiplied by a negative advantage; equal to `scores` unless a clipped surrogate made them differ.
  public let scoresOnLoss: [Double]
  /// The number of parameters d.
  public let dimension: Int

  /// Collects the parts.
  ///
  /// - Precondition: the counts match.
  public init(
    probabilities: [Double], rewards: [Double], lengths: [Int], scores: [Double],
    scoresOnLoss: [Double]? = nil,
    dimension: Int
  ) {
    let count = probabilities.count
    precondition(
      rewards.count == count && lengths.count == count, "\(count) outcomes, \(rewards.count) rewards")
    precondition(
      scores.count == count * dimension, "\(scores.count) score entries for \(count) × \(dimension)")
    precondition(scoresOnLoss.map { $0.count == scores.count } ?? true, "the two score tables differ in size")
    self.probabilities = probabilities
    self.rewards = rewards
    self.lengths = lengths
    self.scores = scores
    self.scoresOnLoss = scoresOnLoss ?? scores
    self.dimension = dimension
  }

  /// The number of outcomes M.
  public var outcomeCount: Int { probabilities.count }

  /// The score row of an outcome.
  public func score(_ outcome: Int) -> ArraySlice<Double> {
    scores[outcome * dimension..<(outcome + 1) * dimension]
  }

  /// The true gradient of the expected reward, `Σ π_y R_y s_y`, for on-policy scores.
  public var gradient: [Double] {
    var result = [Double](repeating: 0, count: dimension)
    for outcome in 0..<outcomeCount {
      let weight = probabilities[outcome] * rewards[outcome]
      for (j, value) in score(outcome).enumerated() { result[j] += weight * value }
    }
    return result
  }

  /// The classes of outcomes that share reward and length, with their conditional score moments (two passes).
  public var scoreSummary: ScoreSummary {
    struct Key: Hashable, Comparable {
      var reward: Double
      var length: Int
      static func < (a: Key, b: Key) -> Bool { (a.reward, a.length) < (b.reward, b.length) }
    }
    var members: [Key: [Int]] = [:]
    for outcome in 0..<outcomeCount where probabilities[outcome] > 0 {
      members[Key(reward: rewards[outcome], length: lengths[outcome]), default: []].append(outcome)
    }
    let classes = members.sorted { $0.key < $1.key }.map { key, outcomes in
      ScoreClass(
        probability: outcomes.reduce(0) { $0 + probabilities[$1] }, reward: key.reward, length: key.length,
        onGain: moments(of: outcomes, in: scores), onLoss: moments(of: outcomes, in: scoresOnLoss))
    }
    return ScoreSummary(classes: classes, dimension: dimension)
  }

  private func moments(of outcomes: [Int], in table: [Double]) -> ScoreMoments {
    let q = outcomes.reduce(0) { $0 + probabilities[$1] }
    var mean = [Double](repeating: 0, count: dimension)
    for outcome in outcomes {
      let weight = probabilities[outcome] / q
      for j in 0..<dimension { mean[j] += weight * table[outcome * dimension + j] }
    }
    var trace = 0.0
    for outcome in outcomes where outcomes.count > 1 {
      var square = 0.0
      for j in 0..<dimension {
        let deviation = table[outcome * dimension + j] - mean[j]
        square += deviation * deviation
      }
      trace += probabilities[outcome] / q * square
    }
    return ScoreMoments(mean: mean, covarianceTrace: trace)
  }
}
