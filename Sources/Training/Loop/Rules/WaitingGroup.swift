import Allocation

/// A group that a step drew and did not need: it waits for a later one, with the rollouts as they are.
///
/// The log-probabilities are those of the policy that drew them, so that the ratio of a later update is the true one; updates of log π without the prompt have no such ratio, and their methods are refused a rule that keeps groups.
public struct WaitingGroup: Sendable, Hashable, Codable {
  /// What the rule saw of it.
  public var staged: StagedGroup
  /// Its rollouts, round after round, all answers to prompt 0 of the batch.
  public var batch: RolloutBatch
  /// The reward of each.
  public var rewards: [Double]

  /// Whether it is such as a step leaves behind, for responses of at most `maximumLength` tokens of a vocabulary of that size.
  func isSound(promptCount: Int, maximumLength: Int, vocabularySize: Int) -> Bool {
    let counts = staged.rounds.map(\.samples)
    let (count, tokens) = (rewards.count, batch.tokens.count)
    guard (0..<promptCount).contains(staged.record.prompt), count > 0, batch.count == count,
      counts.allSatisfy({ (1...count).contains($0) }), counts.count <= count,
      counts.reduce(0, +) == count, batch.isTerminated.count == count, batch.groups.allSatisfy({ $0 == 0 }),
      rewards.allSatisfy({ $0 == 0 || $0 == 1 }), batch.starts.count == count + 1, batch.starts[0] == 0,
      batch.starts[count] == tokens, batch.margins.isEmpty, staged.record.weight.isFinite
    else { return false }
    let lengths = zip(batch.starts, batch.starts.dropFirst()).map { $1.subtractingReportingOverflow($0) }
    guard lengths.allSatisfy({ !$0.overflow && (1...maximumLength).contains($0.partialValue) }) else {
      return false
    }
    var first = 0
    for round in staged.rounds {
      guard rewards[first..<first + round.samples].count(where: { $0 > 0 }) == round.successes else {
        return false
      }
      first += round.samples
    }
    let numbers = [batch.logProbabilities, batch.entropies, batch.sumsOfSquares, batch.squaredLogarithmSums]
    return numbers.allSatisfy { $0.count == tokens && $0.allSatisfy(\.isFinite) }
      && batch.tokens.allSatisfy { $0 >= 0 && Int($0) < vocabularySize }
  }
}
