import Allocation
import Statistics
import Testing
import _TestSupport

@testable import Arena

/// Early abort with inverse weights leaves the gradient unbiased, by enumeration of what became of each rollout.
@Suite struct AbortedGroupTests {
  /// What becomes of a rollout, with its probability.
  private struct Fate {
    var probability: Double
    var isAccepted: Bool
    var weight: Double
    var place: WritableKeyPath<AbortedCounts, Int>
  }

  private func fates(_ classes: ObservedClasses, _ shared: ArenaWorld.Shared, _ abort: EarlyAbort) -> [Fate] {
    kind(true, classes.acceptance, flagged: shared.flaggedSuccesses, abort)
      + kind(false, 1 - classes.acceptance, flagged: shared.flaggedFailures, abort)
  }

  private func kind(_ isAccepted: Bool, _ p: Double, flagged: Double, _ abort: EarlyAbort) -> [Fate] {
    let plain: WritableKeyPath<AbortedCounts, Int> = isAccepted ? \.successes : \.failures
    let survived: WritableKeyPath<AbortedCounts, Int> = isAccepted ? \.flaggedSuccesses : \.flaggedFailures
    let left = abort.exploration
    return [
      Fate(probability: p * (1 - flagged), isAccepted: isAccepted, weight: 1, place: plain),
      Fate(
        probability: p * flagged * left, isAccepted: isAccepted, weight: abort.survivorWeight, place: survived
      ),
      Fate(probability: p * flagged * (1 - left), isAccepted: isAccepted, weight: 0, place: \.aborted),
    ]
  }

  /// The sum over all 6ⁿ outcomes of `value`, with their probabilities.
  private func expectation(_ fates: [Fate], group n: Int, _ value: ([Fate]) -> Double) -> Double {
    var sum = 0.0
    var count = 1
    for _ in 0..<n { count *= fates.count }
    for code in 0..<count {
      var rest = code
      let drawn = (0..<n).map { _ in
        defer { rest /= fates.count }
        return fates[rest % fates.count]
      }
      sum += drawn.reduce(1) { $0 * $1.probability } * value(drawn)
    }
    return sum
  }

  private func counts(_ drawn: [Fate]) -> AbortedCounts {
    var counts = AbortedCounts.none
    for fate in drawn { counts[keyPath: fate.place] += 1 }
    return counts
  }

  /// 1296 outcomes at most, weights up to 1/ε: 10⁻¹¹ is far above rounding.
  @Test(arguments: [0.05, 0.3, 1], [2, 3])
  func inverseWeightsLeaveTheGradientUnbiased(exploration: Double, group: Int) {
    let world = ArenaWorld.small([0.3])
    let classes = ObservedClasses(world, prompt: 0, probability: 0.3)
    let abort = EarlyAbort(exploration: exploration)
    let fates = self.fates(classes, world.shared, abort)
    #expect(abs(fates.reduce(0) { $0 + $1.probability } - 1) < 1e-15)
    let mean = expectation(fates, group: group) { drawn in
      GivenCounts(normals: 4) {
        GroupGradient(counts(drawn), weight: abort.survivorWeight, classes: classes, stream: &$0)
      }.mean
    }
    #expect(abs(mean - 0.21 * world.distances[0]) < 1e-11)
  }

  @Test func anErringVerifierLeavesTheCovarianceOfWhatItSays() {
    let world = ArenaWorld.small([0.3]) {
      $0.falseNegative = 0.2
      $0.falsePositive = 0.1
    }
    let classes = ObservedClasses(world, prompt: 0, probability: 0.3)
    let abort = EarlyAbort(exploration: 0.2)
    let mean = expectation(fates(classes, world.shared, abort), group: 3) { drawn in
      GivenCounts(normals: 4) {
        GroupGradient(counts(drawn), weight: abort.survivorWeight, classes: classes, stream: &$0)
      }.mean
    }
    #expect(abs(mean - 0.7 * 0.21 * world.distances[0]) < 1e-11)
  }

  /// Controls: leave-one-out over survivors without weights, and weights with a baseline that holds the rollout itself, are both biased by more than a twentieth.
  @Test func withoutWeightsOrWithOneselfInTheBaselineItIsBiased() {
    let world = ArenaWorld.small([0.3])
    let classes = ObservedClasses(world, prompt: 0, probability: 0.3)
    let truth = 0.21 * world.distances[0]
    let fates = self.fates(classes, world.shared, EarlyAbort())
    func score(_ fate: Fate) -> Double { fate.isAccepted ? classes.acceptedMean : classes.refusedMean }
    let unweighted = expectation(fates, group: 3) { drawn in
      let left = drawn.filter { $0.weight > 0 }
      let k = left.count { $0.isAccepted }
      return GivenCounts(normals: 2) {
        GroupGradient(
          TrainedGroup(group: 0, successes: k, failures: left.count - k), classes: classes, stream: &$0)
      }.mean
    }
    #expect(abs(unweighted - truth) > 0.05 * truth)
    let inclusive = expectation(fates, group: 3) { drawn in
      let weight = drawn.reduce(0) { $0 + $1.weight }
      guard weight > 0 else { return 0 }
      let baseline = drawn.reduce(0) { $0 + ($1.isAccepted ? $1.weight : 0) } / weight
      return drawn.reduce(0) { $0 + $1.weight * (($1.isAccepted ? 1 : 0) - baseline) * score($1) } / 3
    }
    #expect(abs(inclusive - truth) > 0.05 * truth)
  }

  /// The mean of the other survivors' rewards is not p, yet biases nothing: it does not depend on the rollout, whose weighted score has the mean 0.
  @Test func theOtherSurvivorsAreABaselineWithoutBias() {
    let world = ArenaWorld.small([0.3])
    let classes = ObservedClasses(world, prompt: 0, probability: 0.3)
    let fates = self.fates(classes, world.shared, EarlyAbort(exploration: 0.2))
    let mean = expectation(fates, group: 3) { drawn in
      drawn.indices.reduce(0) { sum, j in
        let others = drawn.indices.filter { $0 != j && drawn[$0].weight > 0 }
        let accepted = others.count { drawn[$0].isAccepted }
        let baseline = others.isEmpty ? 0 : Double(accepted) / Double(others.count)
        let score = drawn[j].isAccepted ? classes.acceptedMean : classes.refusedMean
        return sum + drawn[j].weight * ((drawn[j].isAccepted ? 1 : 0) - baseline) * score / 3
      }
    }
    #expect(abs(mean - 0.21 * world.distances[0]) < 1e-11)
  }

  @Test func everyRolloutHasOneFate() {
    var stream = RandomStream(StreamKey(seed: 2, claim: "fates"))
    for n in 0..<40 {
      let counts = AbortedCounts(
        accepted: n, refused: 2 * n, abort: EarlyAbort(exploration: 0.3), shared: .init(), stream: &stream)
      #expect(counts.total == 3 * n && counts.successes + counts.flaggedSuccesses <= n)
      #expect(counts.failures + counts.flaggedFailures <= 2 * n && counts.aborted >= 0)
    }
  }
}
