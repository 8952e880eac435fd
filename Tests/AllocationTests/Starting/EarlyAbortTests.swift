import Allocation
import Testing

/// The inverse-probability weights of early abort, against every outcome of a small world.
///
/// A rollout has six tokens, each an answer marker with probability ¼ of its own; it is flagged where `StopRule` would give it up. What is estimated may depend on everything, also on what an
/// aborted rollout never came to.
@Suite struct EarlyAbortTests {
  /// A rollout of the small world: which tokens are markers.
  struct Rollout {
    var markers: [Bool]
    var probability: Double
    /// Anything that depends on the whole rollout.
    var value: Double { markers.enumerated().reduce(-1) { $1.element ? $0 + Double(1 << $1.offset) : $0 } }
    var isFlagged: Bool {
      var rule = StopRule(
        threshold: 0.5, landmarks: StopLandmarks(first: 1, second: 2), leastTokens: 0, grace: 1)
      return markers.indices.contains { position in
        rule.read(position: position, margin: 0, markerSeen: markers[..<position].contains(true)) == .mayAbort
      }
    }
  }

  static let rollouts: [Rollout] = (0..<64).map { bits in
    let markers = (0..<6).map { bits >> $0 & 1 == 1 }
    return Rollout(markers: markers, probability: markers.reduce(1) { $0 * ($1 ? 0.25 : 0.75) })
  }

  /// `E[weight · value]` over rollouts and over the draw that lets a flagged one go on.
  private func weighted(_ abort: EarlyAbort) -> Double {
    Self.rollouts.reduce(0) { sum, rollout in
      guard rollout.isFlagged else {
        return sum + rollout.probability * abort.weight(.unflagged) * rollout.value
      }
      let fates = [(EarlyAbort.Fate.survived, abort.exploration), (.aborted, 1 - abort.exploration)]
      return sum
        + fates.reduce(0) { $0 + rollout.probability * $1.1 * abort.weight($1.0) * rollout.value }
    }
  }

  @Test func aRolloutWithoutAMarkerBeforeK2AndItsGraceIsFlagged() {
    for rollout in Self.rollouts {
      #expect(rollout.isFlagged == !rollout.markers[..<3].contains(true))
    }
    let flagged = Self.rollouts.count { $0.isFlagged }
    #expect(flagged == 8)
  }

  @Test(arguments: [0.05, 0.5, 1])
  func weightsLeaveEveryMeanUnbiased(exploration: Double) {
    let plain = Self.rollouts.reduce(0) { $0 + $1.probability * $1.value }
    // 64 terms below 63 and 1/ε·ε, each a few ulp off.
    #expect(abs(weighted(EarlyAbort(exploration: exploration)) - plain) < 1e-12)
  }

  /// With a cap c < 1/ε the mean is off by −(1 − εc)·E[value; flagged].
  @Test(arguments: [1, 4, 19.5])
  func aCapBiasesByAKnownAmount(cap: Double) {
    let plain = Self.rollouts.reduce(0) { $0 + $1.probability * $1.value }
    let flagged = Self.rollouts.filter(\.isFlagged).reduce(0) { $0 + $1.probability * $1.value }
    #expect(abs(flagged) > 0.1)
    let expected = plain - (1 - 0.05 * cap) * flagged
    #expect(abs(weighted(EarlyAbort(weightCap: cap)) - expected) < 1e-12)
  }

  @Test func abortedRolloutsWeighNothing() {
    let abort = EarlyAbort()
    #expect(abort.weight(.aborted) == 0)
    #expect(abort.weight(.aborted, rollouts: 1, mean: 8) == 0)
    #expect(abort.weight(.unflagged) == 1)
    #expect(abort.survivorWeight == 20)
    #expect(abort.goesOn(0.0499) && !abort.goesOn(0.05))
  }

  /// METHODS A9: n/n̄ clipped to .05…1; 1/.05 for survivors; at most 1000.
  @Test(arguments: [
    (EarlyAbort.Fate.unflagged, 4, 8.0, 2.0), (.unflagged, 16, 8, 1), (.unflagged, 0, 8, 20),
    (.survived, 4, 8, 40), (.survived, 1, 32, 400), (.survived, 16, 8, 20),
  ])
  func weightsUndoTheAllocationBelowTheMean(
    fate: EarlyAbort.Fate, rollouts: Int, mean: Double, weight: Double
  ) {
    #expect(abs(EarlyAbort().weight(fate, rollouts: rollouts, mean: mean) - weight) < 1e-12)
    #expect(EarlyAbort(weightCap: 30).weight(fate, rollouts: rollouts, mean: mean) <= 30)
  }
}
