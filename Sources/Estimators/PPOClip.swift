import Policies

/// The clipped surrogate of PPO, off-policy: its gradient as scores of the behaviour policy's rollouts.
///
/// Rollouts come from π_old; the surrogate's gradient for one rollout is `A ρ s` while the ratio `ρ = π/π_old` is inside its range, and 0 outside: with
/// a positive advantage while ρ ≤ 1 + ε_high, with a negative one while ρ ≥ 1 − ε_low and, with dual clip c, ρ ≤ c. On-policy (ρ = 1) nothing is
/// clipped and the gradient is REINFORCE's.
///
/// - Source: `schulman2017`, equation 7; dual clip `ye2020`, equation 5.
public struct PPOClip: Sendable, Hashable {
  /// What the ratio is taken of.
  public enum Ratio: String, Sendable, Hashable, CaseIterable {
    /// The whole trajectory: unbiased before clipping.
    case trajectory
    /// Each token by itself, as trainers do: biased for sequences longer than one.
    case token
  }

  /// ε_low.
  public var low: Double
  /// ε_high.
  public var high: Double
  /// The dual-clip constant c; nil for single clip.
  public var dual: Double?
  /// What the ratio is taken of.
  public var ratio: Ratio

  /// The clip ranges.
  ///
  /// - Precondition: ε_low in [0, 1], ε_high ≥ 0, c > 1.
  public init(low: Double = 0.2, high: Double = 0.2, dual: Double? = nil, ratio: Ratio = .trajectory) {
    precondition((0...1).contains(low), "low is \(low), it must lie in [0, 1]")
    precondition(high >= 0, "high is \(high), it must not be negative")
    precondition(dual.map { $0 > 1 } ?? true, "dual is \(dual ?? 0), it must exceed 1")
    self.low = low
    self.high = high
    self.dual = dual
    self.ratio = ratio
  }

  /// The factor of the score for one ratio and the sign of its advantage: ρ or 0.
  public func weight(ratio: Double, advantageIsNegative: Bool) -> Double {
    if advantageIsNegative {
      if ratio < 1 - low { return 0 }
      if let dual, ratio > dual { return 0 }
      return ratio
    }
    return ratio > 1 + high ? 0 : ratio
  }

  /// A one-step prompt sampled from `behaviour` while the gradient is taken at `target`.
  ///
  /// Throws when the policies differ in size or the behaviour policy never takes an action that the target takes.
  public func enumerated(target: SoftmaxPolicy, behaviour: SoftmaxPolicy, rewards: [Double])
    throws(PolicyError) -> EnumeratedPrompt
  {
    let onPolicy = try target.enumerated(rewards: rewards)
    let count = target.actionCount
    guard behaviour.actionCount == count else {
      throw .wrongCount(name: "behaviour probabilities", count: behaviour.actionCount, expected: count)
    }
    var gain = onPolicy.scores
    var loss = onPolicy.scores
    for a in 0..<count {
      guard behaviour.probabilities[a] > 0 else {
        throw .invalidProbability(
          name: "behaviour probabilities", index: a, value: behaviour.probabilities[a])
      }
      let ratio = target.probabilities[a] / behaviour.probabilities[a]
      for j in 0..<count {
        gain[a * count + j] *= weight(ratio: ratio, advantageIsNegative: false)
        loss[a * count + j] *= weight(ratio: ratio, advantageIsNegative: true)
      }
    }
    return EnumeratedPrompt(
      probabilities: behaviour.probabilities, rewards: rewards, lengths: onPolicy.lengths, scores: gain,
      scoresOnLoss: loss, dimension: count)
  }

  /// A sequence prompt sampled from `behaviour` while the gradient is taken at `target`.
  ///
  /// - Precondition: both policies have the same shape.
  public func enumerated(target: SequencePolicy, behaviour: SequencePolicy, reward: ([Int]) -> Double)
    throws(PolicyError) -> EnumeratedPrompt
  {
    precondition(
      target.vocabulary == behaviour.vocabulary && target.length == behaviour.length
        && target.parameters == behaviour.parameters && target.endToken == behaviour.endToken,
      "target and behaviour policy differ in shape")
    let sequences = try target.sequences()
    let sampled = try behaviour.enumerated(reward: reward)
    let dimension = target.dimension
    let vocabulary = target.vocabulary
    var gain = [Double](repeating: 0, count: sequences.count * dimension)
    var loss = gain
    for (row, sequence) in sequences.enumerated() {
      let states = target.visitedStates(sequence)
      let ratios = zip(states, sequence).map { state, token in
        target.states[state][token] / behaviour.states[state][token]
      }
      let whole = ratios.reduce(1, *)
      for (position, (state, token)) in zip(states, sequence).enumerated() {
        let rho = ratio == .trajectory ? whole : ratios[position]
        let up = weight(ratio: rho, advantageIsNegative: false)
        let down = weight(ratio: rho, advantageIsNegative: true)
        for a in 0..<vocabulary {
          let component = (a == token ? 1 : 0) - target.states[state][a]
          gain[row * dimension + state * vocabulary + a] += up * component
          loss[row * dimension + state * vocabulary + a] += down * component
        }
      }
    }
    return EnumeratedPrompt(
      probabilities: sampled.probabilities, rewards: sampled.rewards, lengths: sampled.lengths, scores: gain,
      scoresOnLoss: loss, dimension: dimension)
  }
}
