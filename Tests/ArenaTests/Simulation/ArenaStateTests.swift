import Allocation
import Foundation
import Statistics
import Testing
import _TestSupport

@testable import Arena

/// Sparse sums against dense ones: a few dozen terms, held to 10⁻¹².
@Suite struct ArenaStateTests {
  static let couplings = [0.0, 0.75, 1.0]
  static let probabilities = [0.1, 0.35, 0.5, 0.8, 0.97, 0.02, 0.6]

  private func world(_ coupling: Double) -> ArenaWorld {
    .small(Self.probabilities, clusterSize: 3) { $0.coupling = coupling }
  }

  private let gradient: ArenaGradient = {
    var gradient = ArenaGradient()
    gradient.prompts = [4, 0, 2, 3]
    gradient.values = [0.3, -0.1, 0.25, 0.6]
    gradient.across = 0.7
    return gradient
  }()

  private func dense(_ state: ArenaState, _ gradient: ArenaGradient) -> [Double] {
    var own = state.own.map { _ in 0.0 }
    var clusters = state.clusters.map { _ in 0.0 }
    state.accumulate(gradient, own: &own, clusters: &clusters)
    return own + clusters
  }

  private func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  @Test(arguments: couplings)
  func theSquaredNormIsTheDenseOne(coupling: Double) {
    let state = ArenaState(world(coupling), seed: 1)
    let vector = dense(state, gradient)
    #expect(relativeError(state.squaredNorm(of: gradient), product(vector, vector) + 0.7) < 1e-12)
  }

  /// The first step is `(ĝ·∇J)/(L‖ĝ‖²) ĝ`, whose length shows the inner product.
  @Test(arguments: couplings)
  func theStepsSignalIsTheInnerProductWithTheExactGradient(coupling: Double) {
    var state = ArenaState(world(coupling), seed: 1)
    let exact = state.exactGradient()
    let vector = dense(state, gradient)
    let length =
      product(vector, exact.own + exact.clusters)
      / (state.world.curvature * (product(vector, vector) + gradient.across))
    #expect(length > 0)
    state.apply(gradient)
    for (a, b) in zip(state.own + state.clusters, vector) { #expect(abs(a - length * b) < 1e-12) }
    #expect(state.step == 1)
    // z moves by D along the prompt's direction.
    for i in 0..<state.world.count {
      let along = state.along(i, (own: state.own, clusters: state.clusters))
      #expect(
        abs(state.logit(i) - state.world.logits[i] - state.world.distances[i] * along) < 1e-12)
    }
  }

  /// The later steps' length comes from the means of the steps before.
  @Test func theLengthComesFromThePast() {
    var state = ArenaState(world(0), seed: 1)
    let exact = state.exactGradient()
    let first = state.squaredNorm(of: gradient)
    let signal = product(dense(state, gradient), exact.own + exact.clusters)
    state.apply(gradient)
    let before = state.own
    var second = gradient
    second.values = [5, -3, 2, 9]
    state.apply(second)
    let length = signal / (state.world.curvature * first)
    // After one step the decaying means are that step's alone, up to their common weight.
    for (i, g) in zip(second.prompts, second.values) {
      #expect(abs(state.own[i] - before[i] - length * g) < 1e-12)
    }
  }

  @Test func aGradientThatPointsDownOrIsNothingMovesNothing() {
    var state = ArenaState(world(0.75), seed: 1)
    var down = gradient
    down.values = down.values.map { -$0 }
    let exact = state.exactGradient()
    #expect(product(dense(state, down), exact.own + exact.clusters) < 0)
    state.apply(down)
    state.apply(ArenaGradient())
    #expect(state.own.allSatisfy { $0 == 0 } && state.clusters.allSatisfy { $0 == 0 } && state.step == 2)
  }

  /// Central differences of quality with respect to every coordinate; h = 10⁻⁴ leaves h² D³/24 and 10⁻¹⁶/h, both below 10⁻⁸.
  @Test(arguments: couplings)
  func theExactGradientIsTheDerivativeOfQuality(coupling: Double) {
    let world = world(coupling)
    let exact = ArenaState(world, seed: 1).exactGradient()
    let h = 1e-4
    func quality(_ shift: (Int) -> Double) -> Double {
      var moved = world
      for i in 0..<world.count { moved.logits[i] += shift(i) }
      var state = ArenaState(moved, seed: 1)
      return state.quality()
    }
    func difference(_ shift: (Int) -> Double) -> Double {
      (quality { h * shift($0) } - quality { -h * shift($0) }) / (2 * h)
    }
    for j in 0..<world.count {
      let found = difference { i in i == j ? world.distances[i] * (1 - coupling).squareRoot() : 0 }
      #expect(abs(found - exact.own[j]) < 1e-8)
    }
    for c in 0..<world.clusterCount {
      let found = difference { i in world.clusters[i] == c ? world.distances[i] * coupling.squareRoot() : 0 }
      #expect(abs(found - exact.clusters[c]) < 1e-8)
    }
  }

  @Test func qualityIsTheMeanAndTheWorstTenthItsLowEnd() {
    var state = ArenaState(world(0.75), seed: 1)
    let mean = Self.probabilities.reduce(0, +) / 7
    #expect(abs(state.quality() - mean) < 1e-14)
    #expect(abs(state.worstTenth() - 0.02) < 1e-14)
  }

  /// The random walk has drift² times the part of the budget that was spent.
  @Test func driftHasItsVariance() {
    let world = ArenaWorld.small((0..<4000).map { _ in 0.5 }) { $0.drift = 0.6 }
    var state = ArenaState(world, seed: 4)
    state.moveClock(to: 0.5)
    _ = state.quality()
    let moved = (0..<4000).map { state.logit($0) }
    expectMean(Moments(moved), equals: 0, detectable: 0.15)
    expectMean(Moments(moved.map { $0 * $0 }), equals: 0.5 * 0.36, detectable: 0.06)
    _ = state.quality()
    #expect((0..<4000).map { state.logit($0) } == moved)
  }

  /// Steps, and how often anybody looked, are no part of it: only the budget is.
  @Test func everyRuleMeetsTheSameDrift() {
    let world = ArenaWorld.small([0.2, 0.5, 0.7]) { $0.drift = 1 }
    var (few, many) = (ArenaState(world, seed: 4), ArenaState(world, seed: 4))
    for step in 1...40 {
      many.moveClock(to: Double(step) / 40)
      _ = many.quality()
      many.apply(ArenaGradient())
    }
    few.moveClock(to: 1)
    few.apply(ArenaGradient())
    #expect(few.quality() == many.quality())
    #expect(few.quality() != ArenaState(world, seed: 5).probability(0))
  }

  /// Central differences of p behind a prefix with respect to the prompt's own coordinate, against the mean of the gradient that is drawn there: P' D times the share that is trained.
  ///
  /// h = 10⁻⁴ leaves 10⁻⁸.
  @Test(arguments: [TrajectoryStart.afterSuccess(fraction: 0.75), .afterFailure(fraction: 0.25)])
  func behindAPrefixTheMeanGradientIsTheDerivative(start: TrajectoryStart) {
    let world = ArenaWorld.small([0.3, 0.6], clusterSize: 1)
    let (share, shift) =
      start == .afterSuccess(fraction: 0.75)
      ? (0.25, world.shared.prefixShift * 0.75) : (0.75, -world.shared.prefixShift * 0.25)
    func state(_ step: Double) -> ArenaState {
      var state = ArenaState(world, seed: 1)
      state.place(step, at: 1)
      return state
    }
    func p(_ step: Double) -> Double { logistic(state(step).logit(1, shift: shift, share: share)) }
    let slope = (p(1e-4) - p(-1e-4)) / 2e-4
    let classes = ObservedClasses(world, prompt: 1, probability: p(0), share: share)
    let mean = p(0) * (1 - p(0)) * (classes.acceptedMean - classes.refusedMean)
    #expect(abs(slope - mean) < 1e-7 && mean > 1e-3)
  }

  @Test func theTruthIsShownAsAMillionRollouts() throws {
    let world = ArenaWorld.small([0.3, 0.5]) {
      $0.falseNegative = 0.1; $0.falsePositive = 0.05
    }
    var state = ArenaState(world, seed: 1)
    let record = state.record(0, knowsTruth: true)
    #expect(record.statistics.samples == 1_000_000)
    // What the verifier says, to half of a count: 0.3·0.9 + 0.7·0.05.
    #expect(record.statistics.successes == 305_000 && record.discountedSuccesses == 305_000)
    let moments = try #require(record.moments)
    // An accepted rollout is right with probability 27/30.5, a refused one with 3/69.5; D = 1.
    let (right, missed) = (27 / 30.5, 3 / 69.5)
    #expect(abs(moments.squaredDistance - (right - missed) * (right - missed)) < 1e-12)
    let mixture = right * world.successVariances[0] + (1 - right) * world.failureVariances[0]
    #expect(abs(moments.successVariance - mixture - right * (1 - right)) < 1e-12)
    #expect(state.record(0, knowsTruth: false).statistics.samples == 0)
  }
}
