/// What the rollouts of one prompt at one step came to: what its history is credited with.
public struct PromptTally: Sendable, Hashable {
  /// The prompt's place in the pool.
  public var prompt: Int
  /// Rollouts credited to the prompt.
  public var samples = 0
  /// Rollouts drawn for it; another number only where rows are misaligned.
  public var drawn = 0
  /// Rollouts with reward 1 as the update saw it.
  public var successes = 0
  /// Rollouts that answer the prompt they were drawn for.
  public var correct = 0
  /// Σ‖s‖² in logit space over the rollouts.
  public var squaredScores = 0.0

  /// Nothing yet of `prompt`.
  public init(prompt: Int) { self.prompt = prompt }

  /// The tallies of a batch's prompts.
  ///
  /// Right answers belong to the prompt that was asked. Successes and scores belong to the row that a response was paired with; with `scrambles`, to that of the balanced order, while the success is read from the order
  /// before it, as the released code does.
  static func of(
    _ batch: RolloutBatch, prompts: [Int], rows: [Int], rewards: [Double], isCorrect: [Bool], scrambles: Bool
  ) -> [PromptTally] {
    let credited =
      scrambles
      ? MetadataRowsAsReleased.scrambled(lengths: (0..<batch.count).map { batch.range($0).count })
      : Array(0..<batch.count)
    var tallies = prompts.map(PromptTally.init(prompt:))
    for rollout in 0..<batch.count {
      let row = rows[credited[rollout]]
      tallies[row].samples += 1
      if rewards[rollout] > 0 { tallies[row].successes += 1 }
      tallies[row].squaredScores += VarianceProxy.squaredScore(batch, rollout: credited[rollout])
    }
    for rollout in 0..<batch.count {
      tallies[batch.groups[rollout]].drawn += 1
      if isCorrect[rollout] { tallies[batch.groups[rollout]].correct += 1 }
    }
    return tallies
  }
}
