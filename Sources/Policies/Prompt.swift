/// One prompt: a policy with a reward for each of its outcomes.
public struct Prompt: Sendable, Hashable {
  /// The two kinds of policy.
  public enum Policy: Sendable, Hashable {
    /// One step over K actions.
    case softmax(SoftmaxPolicy)
    /// A sequence of tokens.
    case sequence(SequencePolicy)
  }

  /// The policy.
  public let policy: Policy
  /// The rewards: one for each action, or for each sequence in lexicographic order.
  public let rewards: [Double]
  /// The classes of outcomes with their score moments.
  public let scoreSummary: ScoreSummary

  /// A one-step prompt.
  public init(_ policy: SoftmaxPolicy, rewards: [Double]) throws(PolicyError) {
    self.policy = .softmax(policy)
    self.rewards = rewards
    scoreSummary = try policy.scoreSummary(rewards: rewards)
  }

  /// A sequence prompt; `reward` is given each sequence.
  public init(_ policy: SequencePolicy, reward: ([Int]) -> Double) throws(PolicyError) {
    let enumerated = try policy.enumerated(reward: reward)
    self.policy = .sequence(policy)
    rewards = enumerated.rewards
    scoreSummary = enumerated.scoreSummary
  }

  /// The prompt with every outcome and score written out.
  public func enumerated() throws(PolicyError) -> EnumeratedPrompt {
    switch policy {
    case .softmax(let policy): return try policy.enumerated(rewards: rewards)
    case .sequence(let policy):
      var next = rewards.makeIterator()
      return try policy.enumerated { _ in next.next() ?? 0 }
    }
  }

  /// The success probability, Σ π R.
  public var successProbability: Double { scoreSummary.classes.reduce(0) { $0 + $1.probability * $1.reward } }
}
