import Allocation
import Estimators
import Policies
import Statistics
import Testing
import _TestSupport

@testable import Arena

/// A simulated group's contribution has the mean and the variance of the closed forms, by enumeration of the counts.
///
/// Sums of at most a hundred terms after an elimination of at most five equations: errors of some 10⁻¹³, held to 10⁻¹¹.
@Suite struct GroupGradientTests {
  static let tolerance = 1e-11

  /// Over k of n rollouts at prompt 0 of `world`.
  private func exact(
    _ world: ArenaWorld, group n: Int, centring: TrainedGroup.Centring? = nil
  ) -> OverCounts {
    let classes = ObservedClasses(world, prompt: 0, probability: logistic(world.logits[0]))
    var over = OverCounts()
    for k in 0...n {
      let trained = TrainedGroup(group: 0, successes: k, failures: n - k, centring: centring)
      over.add(
        GivenCounts(normals: 2) { GroupGradient(trained, classes: classes, stream: &$0) },
        probability: binomialProbability(k, of: n, classes.acceptance))
    }
    return over
  }

  @Test(arguments: [2, 3, 8], [0.02, 0.3, 0.5, 0.93])
  func leaveOneOutHasTheMeanAndTheVarianceOfTheClosedForm(group: Int, probability: Double) {
    let world = ArenaWorld.small([probability], distances: [1.7])
    let moments = world.moments(0)
    let over = exact(world, group: group)
    #expect(relativeError(over.probability, 1) < Self.tolerance)
    #expect(relativeError(over.mean, moments.bernoulliVariance * 1.7) < Self.tolerance)
    let whole = moments.leaveOneOutVariance(group: group)
    #expect(relativeError(over.variance + over.across, whole) < Self.tolerance)
    // Apart: a share 1/50 of v with all of D² along d, the rest of v across it.
    var along = moments
    along.successVariance /= 50
    along.failureVariance /= 50
    #expect(relativeError(over.variance, along.leaveOneOutVariance(group: group)) < Self.tolerance)
    #expect(relativeError(over.across, whole - along.leaveOneOutVariance(group: group)) < Self.tolerance)
  }

  @Test(arguments: [0.0, 0.4, 1.0])
  func aGivenBaselineHasItsClosedForm(baseline: Double) {
    let world = ArenaWorld.small([0.3])
    let over = exact(world, group: 1, centring: .init(baseline: baseline))
    #expect(
      relativeError(over.variance + over.across, world.moments(0).variance(baseline: baseline))
        < Self.tolerance)
    #expect(relativeError(over.mean, 0.21) < Self.tolerance)
  }

  @Test func aGroupOfOneHasNoBaseline() {
    let over = exact(ArenaWorld.small([0.3]), group: 1)
    let expected = ArenaWorld.small([0.3]).moments(0).variance(baseline: 0)
    #expect(relativeError(over.variance + over.across, expected) < Self.tolerance)
  }

  /// The reference enumerates how many rollouts are right or wrong and accepted or refused; the simulator knows the accepted alone.
  @Test(arguments: [(0.1, 0.05), (0.4, 0.3), (0, 0.2)])
  func anErringVerifierIsTheMixtureOfRightAndWrong(falseNegative: Double, falsePositive: Double) {
    let n = 3
    let p = 0.35
    let world = ArenaWorld.small([p]) {
      $0.falseNegative = falseNegative
      $0.falsePositive = falsePositive
    }
    let over = exact(world, group: n)
    let d = world.distances[0]
    let kinds = [
      (p * (1 - falseNegative), 1.0, (1 - p) * d, world.successVariances[0]),
      (p * falseNegative, 0.0, (1 - p) * d, world.successVariances[0]),
      ((1 - p) * falsePositive, 1.0, -p * d, world.failureVariances[0]),
      ((1 - p) * (1 - falsePositive), 0.0, -p * d, world.failureVariances[0]),
    ]
    var (mean, square, across) = (0.0, 0.0, 0.0)
    for code in 0..<64 {
      let drawn = [code & 3, code >> 2 & 3, code >> 4 & 3].map { kinds[$0] }
      let probability = drawn.reduce(1) { $0 * $1.0 }
      let sum = drawn.reduce(0) { $0 + $1.1 }
      let given = drawn.map { (advantage: $0.1 - (sum - $0.1) / 2, score: $0.2, variance: $0.3) }
      let value = given.reduce(0) { $0 + $1.advantage * $1.score } / 3
      let spread = given.reduce(0) { $0 + $1.advantage * $1.advantage * $1.variance } / 9
      mean += probability * value
      square += probability * (value * value + spread / 50)
      across += probability * spread * 49 / 50
    }
    #expect(relativeError(over.mean, mean) < Self.tolerance)
    #expect(relativeError(over.variance, square - mean * mean) < Self.tolerance)
    #expect(relativeError(over.across, across) < Self.tolerance)
    // An error rate takes its part of the gradient.
    #expect(relativeError(mean, (1 - falseNegative - falsePositive) * p * (1 - p) * d) < Self.tolerance)
  }

  @Test func replayedResponsesEnterTheBaselineAndAreNotUseful() {
    let world = ArenaWorld.small([0.3])
    let classes = ObservedClasses(world, prompt: 0, probability: 0.3)
    var trained = TrainedGroup(group: 0, successes: 0, failures: 3, replayed: 1)
    let key = StreamKey(seed: 1, claim: "replay")
    func gradient() -> GroupGradient {
      var stream = RandomStream(key)
      return GroupGradient(trained, classes: classes, stream: &stream)
    }
    // Three failures at A = −(1/4)(4/3), a quarter each.
    let without = GivenCounts(normals: 2) { GroupGradient(trained, classes: classes, stream: &$0) }
    #expect(relativeError(without.mean, -0.25 * classes.refusedMean) < Self.tolerance)
    #expect(gradient().useful == 3)
    trained.replayedCarryGradient = true
    let with = GivenCounts(normals: 2) { GroupGradient(trained, classes: classes, stream: &$0) }
    #expect(relativeError(with.mean, 0.25 * (classes.acceptedMean - classes.refusedMean)) < Self.tolerance)
    #expect(gradient().useful == 3)
  }

  @Test(arguments: [0, 5])
  func aGroupWithoutContrastContributesNothing(successes: Int) {
    var stream = RandomStream(StreamKey(seed: 1, claim: "dead"))
    let classes = ObservedClasses(ArenaWorld.small([0.3]), prompt: 0, probability: 0.3)
    let dead = GroupGradient(
      TrainedGroup(group: 0, successes: successes, failures: 5 - successes), classes: classes, stream: &stream
    )
    #expect(dead.along == 0 && dead.across == 0 && dead.useful == 0)
    let none = GroupGradient(
      TrainedGroup(group: 0, successes: 0, failures: 0), classes: classes, stream: &stream)
    #expect(none.along == 0 && none.across == 0)
  }
}
