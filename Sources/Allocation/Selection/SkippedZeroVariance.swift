public import Statistics

/// Skips, before any rollout, prompts whose last visits all had equal rewards, and tunes itself how often.
///
/// The trailing run of visits with mean reward at least .98 has length z_easy, that with mean at most .11 has length z_hard. A prompt is kept with probability
///
///     max(p^z, .01),   p = p_easy or p_hard
///
/// After each step p_hard falls by .01 where the share of all-wrong groups reached its target 1/6, else it rises by .01, within .05 to .95; p_easy likewise with all-correct groups and 1/12.
///
/// A prompt without history has z = 0 and is kept, so that nothing is skipped in the first epoch. The controller rests there too: it moves only after a step that rolled out a prompt it had seen before.
///
/// Skipping costs nothing: whoever drives the rule goes on with further candidates until the batch is full.
///
/// - Source: `greso2025`, released code. There a refill that is expected to do is the last one; here the sampler's batches at most end a step.
/// - Edge cases: the thresholds were published for groups of 8. From 10 rollouts on a group with one success counts as hard, from 50 on one with a single failure as easy, although both are mixed.
public struct SkippedZeroVariance: PromptSelector, Hashable {
  /// From this mean reward on a visit counts as easy.
  public var easyReward = 0.98
  /// Up to this mean reward a visit counts as hard.
  public var hardReward = 0.11
  /// The least probability of being kept.
  public var leastKept = 0.01
  /// The share of all-correct groups that the controller aims at.
  public var easyTarget = 1.0 / 12
  /// The share of all-wrong groups that the controller aims at.
  public var hardTarget = 1.0 / 6
  /// What the controller adds or takes off.
  public var step = 0.01
  /// The smallest p_easy and p_hard.
  public var leastBase = 0.05
  /// The largest p_easy and p_hard.
  public var mostBase = 0.95
  /// Prompts of a step's first batch for each useful one, 384 for 256.
  public var firstBatch = 1.5
  /// The smallest refill for each useful prompt, 64 for 256.
  public var leastRefill = 0.25
  /// By how much a refill is larger than what is expected to do.
  public var refillMargin = 1.25

  /// p_easy, as tuned so far.
  public private(set) var easyBase: Double
  /// p_hard, as tuned so far.
  public private(set) var hardBase: Double
  /// For each prompt of the pool the length of its trailing run: positive for easy, negative for hard visits.
  private var streaks: [Int32] = []
  private var seen: [Bool] = []

  /// The published numbers; p_easy and p_hard start at ½.
  public init(easyBase: Double = 0.5, hardBase: Double = 0.5) {
    precondition(easyBase > 0 && easyBase <= 1, "p_easy is \(easyBase), it must lie in (0, 1]")
    precondition(hardBase > 0 && hardBase <= 1, "p_hard is \(hardBase), it must lie in (0, 1]")
    self.easyBase = easyBase
    self.hardBase = hardBase
  }

  /// The probability that a prompt of the pool is kept.
  public func keepProbability(prompt: Int) -> Double {
    guard streaks.indices.contains(prompt) else { return 1 }
    let streak = streaks[prompt]
    return keepProbability(run: Int(abs(streak)), base: streak > 0 ? easyBase : hardBase)
  }

  /// `max(p^z, .01)`; 1 for a run of length 0.
  public func keepProbability(run: Int, base: Double) -> Double {
    precondition(run >= 0, "the run is \(run), it must not be negative")
    var power = 1.0
    for _ in 0..<run {
      power *= base
      if power <= leastKept { return leastKept }
    }
    return power
  }

  /// The candidates that are not skipped, in order; one uniform number is drawn for each that is looked at.
  public mutating func select(_ candidates: [PromptRecord], count: Int, stream: inout RandomStream) -> [Int] {
    var kept: [Int] = []
    for index in candidates.indices {
      if kept.count >= count { break }
      if stream.uniform() < keepProbability(prompt: candidates[index].prompt) { kept.append(index) }
    }
    return kept
  }

  /// The first batch, then `⌊remaining/(1 − d)·1.25⌋` where a share d of the groups was useless, but not more than the first batch nor less than the smallest refill.
  ///
  /// - Edge cases: with every group useless the first batch again.
  public func batchSize(remaining: Int, count: Int, deadShare: Double?) -> Int {
    let first = Int(firstBatch * Double(count))
    guard let deadShare else { return first }
    let wanted = Double(remaining) / (1 - deadShare) * refillMargin
    // The order matters where the smallest refill exceeds the first batch; it is the released code's.
    return max(wanted < Double(first) ? Int(wanted) : first, Int(leastRefill * Double(count)))
  }

  /// Lengthens or ends the runs of the prompts that were rolled out, and moves the controller.
  public mutating func observe(_ outcomes: [GroupOutcome]) {
    var easy = 0
    var hard = 0
    var groups = 0
    var revisits = 0
    for outcome in outcomes where outcome.samples > 0 {
      grow(to: outcome.prompt)
      groups += 1
      if outcome.successes == outcome.samples { easy += 1 }
      if outcome.successes == 0 { hard += 1 }
      if seen[outcome.prompt] { revisits += 1 }
      seen[outcome.prompt] = true
      let reward = Double(outcome.successes) / Double(outcome.samples)
      let streak = streaks[outcome.prompt]
      streaks[outcome.prompt] =
        reward >= easyReward ? max(streak, 0) + 1 : reward <= hardReward ? min(streak, 0) - 1 : 0
    }
    guard revisits > 0 else { return }
    easyBase = moved(easyBase, share: Double(easy) / Double(groups), target: easyTarget)
    hardBase = moved(hardBase, share: Double(hard) / Double(groups), target: hardTarget)
  }

  /// These settings with what `other` has learnt; nil where that is impossible for such a pool.
  public func remembering(_ other: Self, pool: PoolShape) -> Self? {
    let bases = [other.easyBase, other.hardBase]
    guard bases.allSatisfy({ $0 > 0 && $0 <= 1 }), other.streaks.count == other.seen.count,
      other.streaks.count <= pool.promptCount,
      // The largest magnitudes have no successor.
      other.streaks.allSatisfy({ abs(Int($0)) < Int(Int32.max) })
    else { return nil }
    var result = self
    result.easyBase = other.easyBase
    result.hardBase = other.hardBase
    result.streaks = other.streaks
    result.seen = other.seen
    return result
  }

  private func moved(_ base: Double, share: Double, target: Double) -> Double {
    share >= target ? max(base - step, leastBase) : min(base + step, mostBase)
  }

  private mutating func grow(to prompt: Int) {
    precondition(prompt >= 0, "the prompt's place in the pool is \(prompt)")
    guard prompt >= streaks.count else { return }
    let missing = prompt + 1 - streaks.count
    streaks.append(contentsOf: repeatElement(0, count: missing))
    seen.append(contentsOf: repeatElement(false, count: missing))
  }
}
