/// A step's rollouts with their rewards: what the stages after sampling read.
public struct JudgedRollouts: Sendable, Hashable {
  /// The prompts of the step, by their place in the pool.
  public var prompts: [Int]
  /// Rollouts of each prompt.
  public var counts: [Int]
  /// The responses, prompt by prompt.
  public var batch: RolloutBatch
  /// The prompt (an index into `prompts`) whose metadata each response is paired with: its own, unless rows are misaligned as released.
  public var rows: [Int]
  /// The reward of each response, judged against the answer of its row.
  public var rewards: [Double]
  /// Whether each response answers the prompt it was drawn for.
  public var isCorrect: [Bool]
  /// Rollouts drawn, those included that dynamic sampling threw away.
  public var drawnRollouts: Int
  /// Response tokens drawn, those included that dynamic sampling threw away.
  public var drawnTokens: Int
  /// Batches of prompts taken from the pool.
  public var batchesTaken: Int
  /// What each prompt drawn came to, those included that dynamic sampling threw away.
  public var tallies: [PromptTally]
  /// What a rollout rule adds; nil without one.
  public var ruled: RuledRollouts?

  /// The responses of each row as consecutive runs: row, and its places among the rollouts.
  public var groups: [(row: Int, rollouts: Range<Int>)] {
    var groups: [(row: Int, rollouts: Range<Int>)] = []
    var start = 0
    while start < rows.count {
      var end = start + 1
      while end < rows.count, rows[end] == rows[start] { end += 1 }
      groups.append((rows[start], start..<end))
      start = end
    }
    return groups
  }
}
