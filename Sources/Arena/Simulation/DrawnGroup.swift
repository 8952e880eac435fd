import Allocation
import Foundation
import Statistics

/// What the simulator knows of the rollouts of one prompt at one step, beside what the rule sees in its `StagedGroup`.
struct DrawnGroup {
  /// The prompt.
  let prompt: Int
  /// Where its rollouts start.
  let start: TrajectoryStart
  /// Its weight among the groups of the step.
  let weight: Double
  /// Tokens drawn.
  private(set) var tokens = 0
  private let visit: Int
  private let classes: ObservedClasses
  private var counts = AbortedCounts.none
  private let successLength: Double
  private let failureLength: Double
  private let meanSquaredScore: Double
  private let acceptedSquaredScore: Double
  private let measuresScores: Bool
  private var abortedTokens = 0
  private var finished = 0
  private var finishedTokens = 0

  /// A prompt before its first round, drift up to date; `visit` counts its visits, those of the same step included.
  init(_ record: PromptRecord, start: TrajectoryStart, weight: Double, visit: Int, state: ArenaState) {
    var share = 1.0
    var probability = 0.0
    switch start {
    case .beginning: probability = state.probability(record.prompt)
    case .afterSuccess(let fraction):
      share = 1 - fraction
      let shift = state.world.shared.prefixShift * fraction
      probability = logistic(state.logit(record.prompt, shift: shift, share: share))
    case .afterFailure(let fraction):
      share = 1 - fraction
      let shift = -state.world.shared.prefixShift * fraction
      probability = logistic(state.logit(record.prompt, shift: shift, share: share))
    }
    self.init(
      record.prompt, start: start, weight: weight, visit: visit, probability: probability, share: share,
      world: state.world)
  }

  /// The world is only looked at: a copy of its lists' references for every group would cost more than the draw.
  private init(
    _ i: Int, start: TrajectoryStart, weight: Double, visit: Int, probability p: Double, share: Double,
    world: borrowing ArenaWorld
  ) {
    prompt = i
    self.start = start
    self.weight = weight
    self.visit = visit
    classes = ObservedClasses(
      distance: world.distances[i] * share, success: world.successVariances[i] * share,
      failure: world.failureVariances[i] * share, shared: world.shared, probability: p)
    successLength = max(1, share * world.successLengths[i])
    failureLength = max(1, share * world.failureLengths[i])
    meanSquaredScore =
      p * world.successVariances[i] + (1 - p) * world.failureVariances[i]
      + p * (1 - p) * world.distances[i] * world.distances[i]
    acceptedSquaredScore =
      classes.acceptedAlong + classes.acceptedAcross + classes.acceptedMean * classes.acceptedMean
    measuresScores = world.shared.measuresScores
  }

  private func stream(_ key: UInt64, round: Int) -> RandomStream {
    // Sixteen bits for the visit, eight for the round; a longer history meets its old numbers again, which is harmless.
    let replicate = UInt64(prompt) << 24 | UInt64(visit & 0xFFFF) << 8 | UInt64(round & 0xFF)
    return RandomStream(key: key, replicate: replicate)
  }

  /// Draws one round of `count` rollouts and returns its successes; of aborted rollouts none is known to have succeeded.
  mutating func draw(_ count: Int, round: Int, key: UInt64, abort: EarlyAbort?, shared: ArenaWorld.Shared)
    -> Int
  {
    var stream = stream(key, round: round)
    let accepted = binomial(count, classes.acceptance, &stream)
    let variation = shared.lengthVariation
    let (first, second) = normalPair(&stream)
    guard let abort else {
      tokens += totalLength(accepted, mean: successLength, variation: variation, normal: first)
      tokens += totalLength(count - accepted, mean: failureLength, variation: variation, normal: second)
      (finished, finishedTokens) = (finished + count, tokens)
      return accepted
    }
    let fates = AbortedCounts(
      accepted: accepted, refused: count - accepted, abort: abort, shared: shared, stream: &stream)
    counts.add(fates)
    let successes = fates.successes + fates.flaggedSuccesses
    let failures = fates.failures + fates.flaggedFailures
    tokens += totalLength(successes, mean: successLength, variation: variation, normal: first)
    tokens += totalLength(failures, mean: failureLength, variation: variation, normal: second)
    finished += successes + failures
    finishedTokens = tokens - abortedTokens
    let cut = totalLength(
      fates.aborted, mean: shared.flagPosition * failureLength, variation: variation,
      normal: normalPair(&stream).0)
    abortedTokens += cut
    tokens += cut
    return successes
  }

  /// The group's contribution to the gradient.
  func gradient(_ trained: TrainedGroup, abort: EarlyAbort?, key: UInt64) -> GroupGradient {
    var stream = stream(key, round: 0xFF)
    if let abort {
      return GroupGradient(counts, weight: abort.survivorWeight, classes: classes, stream: &stream)
    }
    return GroupGradient(trained, classes: classes, stream: &stream)
  }

  /// Brings what is known of the prompt up to date with `successes` of `samples`; rollouts from a prefix say nothing of the prompt itself.
  func remember(successes k: Int, samples n: Int, _ record: inout PromptRecord, key: UInt64) {
    record.visits += 1
    if k > 0 { record.storedSuccesses = 1 }
    if n > k { record.storedFailures = 1 }
    guard start == .beginning else { return }
    record.latest = PromptStatistics(successes: k, samples: n)
    let old = Double(record.statistics.samples)
    let all = old + Double(n)
    if finished > 0 {
      // The mean over all rollouts that ran to their end, those of the past counted as its samples.
      let length = Double(finishedTokens) / Double(finished)
      record.meanLength = record.meanLength.map { ($0 * old + length * Double(n)) / all } ?? length
    }
    if measuresScores {
      // A squared score norm is known to a quarter from one rollout; its root mean square over all rollouts is kept.
      var stream = stream(key, round: 0xFE)
      let error = max(0, 1 + 0.25 / Double(n).squareRoot() * normalPair(&stream).0)
      let past = record.statistics.scoreDeviation ?? 0
      record.statistics.scoreDeviation =
        ((past * past * old + meanSquaredScore * error * Double(n)) / all).squareRoot()
      if k > 0 { record.acceptedScoreNorm = (acceptedSquaredScore * error).squareRoot() }
    }
    record.statistics.successes += k
    record.statistics.samples += n
    record.discountedSuccesses = ArenaState.discount * record.discountedSuccesses + Double(k)
    record.discountedSamples = ArenaState.discount * record.discountedSamples + Double(n)
    // The deviation of A Σ log π: log π per token is about −0.3 nats, so that the sum goes with the length.
    let deviation = n > 1 ? (Double(k) * Double(n - k) / (Double(n) * Double(n - 1))).squareRoot() : 0
    let signal = 0.3 * deviation * Double(tokens) / Double(n)
    record.signal = ((record.signal ?? 0) * Double(record.visits - 1) + signal) / Double(record.visits)
  }
}

extension AbortedCounts {
  /// No rollouts.
  static var none: AbortedCounts { AbortedCounts() }

  private init() {}

  /// Adds another round's.
  mutating func add(_ other: AbortedCounts) {
    successes += other.successes
    flaggedSuccesses += other.flaggedSuccesses
    failures += other.failures
    flaggedFailures += other.flaggedFailures
    aborted += other.aborted
  }
}
