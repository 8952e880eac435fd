import Statistics

/// An endless sequence of training problems, each a pure function of (seed, tiers, index).
public struct TaskGenerator: Sendable, Hashable {
  /// The root seed.
  public let seed: UInt64
  /// The tiers, each drawn equally often.
  public let tiers: [TaskTier]

  /// The sequence of `seed`.
  ///
  /// Throws `invalid` where `tiers` is empty or names one twice.
  public init(seed: UInt64, tiers: [TaskTier] = TaskTier.allCases) throws(TrainingError) {
    try TaskTier.check(tiers)
    self.seed = seed
    self.tiers = tiers
  }

  /// The problem at `index`: a tier, then a prompt of its training side, each equally likely.
  ///
  /// Numbers are drawn until one names a training prompt, 5/4 draws on average. Prompts may repeat between indices.
  ///
  /// - Precondition: `index` not negative.
  public func problem(at index: Int) -> Problem {
    var stream = RandomStream(StreamKey(seed: seed, claim: "task-generator").replicate(index))
    let tier = tiers[stream.index(below: tiers.count)]
    while true {
      let problem = tier.problem(stream.index(below: tier.count))
      if PromptClass(of: problem.prompt) == .training { return problem }
    }
  }
}
