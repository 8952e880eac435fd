/// Rounds of samples until a prompt shows enough signal, then a small group of them, centred by the mean of all.
///
/// Every prompt starts active and gets `each` samples a round, for at most `rounds` rounds. It leaves once it has enough of either reward (`Exit`). Of its samples at most n = `kept` are
/// trained on: the first min(n/2, k) successes, then the first failures up to n, and slots that are still free go to the other class. The baseline is the mean over *all* samples of the
/// prompt, and the advantage is not divided by a deviation.
///
/// - Source: `reinforceAda2025`, released code.
/// - Edge cases: a prompt with one sample or none has baseline 0. A prompt that never left is trained on all the same; where its rewards agree, its advantages are 0.
public struct ReinforceAda: SequentialSampler, Hashable {
  /// When a prompt has enough signal.
  public enum Exit: Sendable, Hashable, Codable {
    /// At least n/2 successes and n − n/2 failures.
    case balanced
    /// At least this many successes, published as 1.
    ///
    /// A prompt that never left is filled with ⌈n·k/G⌉ successes, held within 1 and one less than what is taken. With one success required such a prompt has none, so that the formula changes nothing.
    case positiveFocused(successes: Int)
  }

  /// When a prompt leaves.
  public var exit: Exit
  /// Rounds at most.
  public var rounds: Int
  /// Samples of an active prompt in a round.
  public var each: Int
  /// n, the samples that are trained on.
  public var kept: Int

  /// The published numbers: 4 rounds of 8, of which 4 are kept.
  public init(exit: Exit = .balanced, rounds: Int = 4, each: Int = 8, kept: Int = 4) {
    precondition(rounds > 0, "\(rounds) rounds, there must be at least one")
    precondition(each > 0, "\(each) samples a round, there must be at least one")
    precondition(kept > 0, "\(kept) samples are kept, at least one must be")
    if case .positiveFocused(let successes) = exit {
      precondition(successes > 0, "\(successes) successes to leave, there must be at least one")
    }
    self.exit = exit
    self.rounds = rounds
    self.each = each
    self.kept = kept
  }

  /// Whether a prompt has enough signal.
  public func isResolved(_ group: StagedGroup) -> Bool {
    switch exit {
    case .balanced: group.successes >= kept / 2 && group.failures >= kept - kept / 2
    case .positiveFocused(let successes): group.successes >= successes
    }
  }

  /// Another round for each prompt that is neither resolved nor through with its rounds.
  public func requests(_ groups: [StagedGroup], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    groups.map { $0.rounds.count < rounds && !isResolved($0) ? each : 0 }
  }

  /// At most n samples of each prompt, centred by the mean of all.
  public func training(_ groups: [StagedGroup], count: Int) -> [TrainedGroup] {
    groups.indices.prefix(count).map { index in
      let group = groups[index]
      let taken = taken(group)
      let baseline = group.samples > 1 ? Double(group.successes) / Double(group.samples) : 0
      return TrainedGroup(
        group: index, successes: taken.successes, failures: taken.failures,
        centring: TrainedGroup.Centring(baseline: baseline))
    }
  }

  /// How many of either reward are trained on.
  private func taken(_ group: StagedGroup) -> (successes: Int, failures: Int) {
    let total = min(kept, group.samples)
    var aim = kept / 2
    if case .positiveFocused = exit, !isResolved(group), total > 0 {
      // ⌈n·k/G⌉ in whole numbers.
      let share = (kept * group.successes + group.samples - 1) / group.samples
      aim = max(1, min(share, total - 1))
    }
    let successes = min(aim, group.successes, total)
    let failures = min(total - successes, group.failures)
    return (successes + min(total - successes - failures, group.successes - successes), failures)
  }
}
