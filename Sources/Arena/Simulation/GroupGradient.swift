import Allocation
import Statistics

/// What one group contributes to a step: `(1/n) Σ A_j s_j`, along the prompt's direction d and across it.
///
/// Given how many rollouts of a kind share an advantage, the mean of their scores along d is normal with the class's variance over their number (exact for normal scores, a central limit for others); across d only the squared length
/// is needed, of which the expectation given the counts is taken.
struct GroupGradient {
  /// The contribution along d.
  private(set) var along = 0.0
  /// The expected squared length across d, given the counts.
  private(set) var across = 0.0
  /// Rollouts drawn that carry an advantage other than 0; replayed ones are not among them.
  private(set) var useful = 0

  /// A contribution of nothing.
  init() {}

  /// Adds `count` of a group's `total` rollouts, accepted or refused, with one advantage; `normal` is a standard normal number.
  @inlinable
  mutating func add(
    _ count: Int, of total: Int, accepted: Bool, advantage: Double, classes: ObservedClasses, normal: Double
  ) {
    guard count > 0, advantage != 0 else { return }
    let share = Double(count) / Double(total)
    let mean = accepted ? classes.acceptedMean : classes.refusedMean
    let spread = accepted ? classes.acceptedAlong : classes.refusedAlong
    let trace = accepted ? classes.acceptedAcross : classes.refusedAcross
    along += advantage * share * (mean + normal * (spread / Double(count)).squareRoot())
    across += advantage * advantage * share / Double(total) * trace
    useful += count
  }

  /// Rollouts that are trained on as they are.
  ///
  /// Where no centring is given it is leave-one-out: `A = (r − k/n) n/(n−1)`; a group of one has A = r.
  @inlinable
  init(_ trained: TrainedGroup, classes: ObservedClasses, stream: inout RandomStream) {
    let n = trained.successes + trained.failures + trained.replayed
    // Two numbers are drawn whatever happens, so that the streams of different rules stay together.
    let (first, second) = normalPair(&stream)
    guard n > 0 else { return }
    let total = Double(n)
    let k = Double(trained.successes + trained.replayed)
    let scale = trained.centring?.scale ?? (n > 1 ? total / (total - 1) : 1)
    let baseline = trained.centring?.baseline ?? (n > 1 ? k / total : 0)
    let carried = trained.successes + (trained.replayedCarryGradient ? trained.replayed : 0)
    add(carried, of: n, accepted: true, advantage: scale * (1 - baseline), classes: classes, normal: first)
    // A replayed success cost nothing, so that it cannot save anything from being wasted.
    useful = min(useful, trained.successes)
    add(
      trained.failures, of: n, accepted: false, advantage: -scale * baseline, classes: classes,
      normal: second)
  }

  /// Rollouts some of which were given up on their way; survivors among the flagged weigh 1/ε.
  ///
  /// `A_j = w_j (r_j − b_j)`, b_j the mean reward of the other survivors, 0 where there is none: the weight of a rollout has the mean 1 and b_j does not depend on it, so that nothing is biased. Weights inside b would have its mean at p but add their variance, twenty-fold rewards at ε = .05; a
  /// baseline that holds the rollout itself would be biased.
  @inlinable
  init(_ counts: AbortedCounts, weight: Double, classes: ObservedClasses, stream: inout RandomStream) {
    let (first, second) = (normalPair(&stream), normalPair(&stream))
    let n = counts.total
    let right = Double(counts.successes + counts.flaggedSuccesses)
    let others = Double(n - counts.aborted - 1)
    // Of the others of a right survivor one less is right.
    let (good, bad) =
      others > 0 ? (1 - (right - 1) / others, -right / others) : (1, 0)
    add(counts.successes, of: n, accepted: true, advantage: good, classes: classes, normal: first.0)
    add(
      counts.flaggedSuccesses, of: n, accepted: true, advantage: weight * good, classes: classes,
      normal: first.1)
    add(counts.failures, of: n, accepted: false, advantage: bad, classes: classes, normal: second.0)
    add(
      counts.flaggedFailures, of: n, accepted: false, advantage: weight * bad, classes: classes,
      normal: second.1)
  }
}

/// The rollouts of a group under early abort, by what became of them.
struct AbortedCounts {
  /// Right, never flagged.
  var successes = 0
  /// Right, flagged, and gone on.
  var flaggedSuccesses = 0
  /// Wrong, never flagged.
  var failures = 0
  /// Wrong, flagged, and gone on.
  var flaggedFailures = 0
  /// Given up, whatever they would have become.
  var aborted = 0

  /// All of them.
  var total: Int { successes + flaggedSuccesses + failures + flaggedFailures + aborted }

  /// How `accepted` and `refused` rollouts fare.
  @inlinable
  init(accepted: Int, refused: Int, abort: EarlyAbort, shared: ArenaWorld.Shared, stream: inout RandomStream)
  {
    let flaggedAccepted = binomial(accepted, shared.flaggedSuccesses, &stream)
    let flaggedRefused = binomial(refused, shared.flaggedFailures, &stream)
    flaggedSuccesses = binomial(flaggedAccepted, abort.exploration, &stream)
    flaggedFailures = binomial(flaggedRefused, abort.exploration, &stream)
    successes = accepted - flaggedAccepted
    failures = refused - flaggedRefused
    aborted = flaggedAccepted + flaggedRefused - flaggedSuccesses - flaggedFailures
  }
}
