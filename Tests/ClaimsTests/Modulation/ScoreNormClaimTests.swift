import Foundation
import Modulation
import Statistics
import Testing
import _TestSupport

@testable import Claims

/// Score norms: results by hand that the two claims' machinery must reproduce.
@Suite struct ScoreNormClaimTests {
  /// By hand: (1, 1), (1, 2), (1, 3) over 2, 3, 4; (1, 1, 1) over 3 and (1, 1, 2) over 4; 2/4, 2/4 is 1/2 again.
  @Test func smallDistributionsComeOnceAndSimplestFirst() {
    let worlds = SmallDistribution.all(maximumActions: 3, maximumDenominator: 4)
    #expect(worlds.map(\.parts) == [[1, 1], [1, 2], [1, 3], [1, 1, 1], [1, 1, 2]])
    for world in worlds { #expect(world.probabilities.reduce(.zero, +) == .one) }
  }

  /// By hand for (1/3, 2/3): ‖s‖² = 4/9 + 4/9 for the rare token, 1/9 + 1/9 for the likely one; E‖s‖² = 1 − 5/9.
  @Test func normsOfASmallWorldByHand() {
    let world = SmallDistribution(parts: [1, 2])
    #expect(world.squaredNorm(0) == Rational(8, 9) && world.squaredNorm(1) == Rational(2, 9))
    #expect(world.expectedSquaredNorm == Rational(4, 9))
    #expect(isClose(ScoreNorm.squared(world.distribution, action: 0), 8.0 / 9))
  }

  /// By hand for the five worlds above: 12 tokens; the upper bound is met by the 6 of two-token states, the lower one by those, by the 3 of (1, 1, 1) and by the likely
  /// one of (1, 1, 2).
  @Test func boundsAreMetExactlyWhereTheAlternativesAreEqualOrSingle() {
    let (count, control) = ScoreNormAttenuates.count(
      SmallDistribution.all(maximumActions: 3, maximumDenominator: 4))
    #expect(count.worlds == 5 && count.actions == 12)
    #expect(count.lowerViolations == 0 && count.upperViolations == 0 && count.unexplained == 0)
    #expect(count.upperEqual == 6 && count.lowerEqual == 10)
    // The control on a coin: 1/2 ≤ 2/16 is false.
    #expect(control?.0.parts == [1, 1] && count.controlViolations > 0)
  }

  /// With two tokens ‖s‖ = √2 (1 − π) exactly, so that the slope is 1 whatever the direction; with equal alternatives too.
  @Test func theSlopeIsOneWhereTheRatioIsConstant() {
    let ends = [1e-12, 1e-2]
    #expect(abs(ScoreNormAttenuates.slope(start: [0, 1], step: [1, -1], ends: ends) - 1) < 1e-12)
    #expect(abs(ScoreNormAttenuates.slope(start: [0, 1, 1], step: [2, 0, 0], ends: ends) - 1) < 1e-12)
    // Alternatives that change their shares on the way: from two to one that counts, at most log √2 over ten decades.
    let slope = ScoreNormAttenuates.slope(start: [0, 3, 0], step: [2, 0, 1], ends: ends)
    #expect(slope != 1 && abs(slope - 1) <= 0.5 * log(2.0) / (10 * log(10.0)))
  }

  /// Redone from the features: the score in θ is w_a − Σ w/K.
  @Test func theCancellingFeaturesCancel() throws {
    let found = try #require(ScoreNormAttenuates.smallestCancellation())
    guard case .record(let fields) = found.worlds[0],
      case .list(let list)? = fields.first(where: { $0.name == "features" })?.value,
      case .integer(let action)? = fields.first(where: { $0.name == "action" })?.value
    else {
      Issue.record("\(found.worlds)")
      return
    }
    let features = list.compactMap { if case .integer(let value) = $0 { value } else { nil } }
    #expect(features.count == 3 && Set(features).count > 1)
    #expect(3 * features[action] == features.reduce(0, +))
    // Two tokens never do: (1 − π_a)(w_a − w_b) ≠ 0 for different features.
    #expect(ScoreNormAttenuates.largestSingularValue([SIMD2(3, 0), SIMD2(0, 4)]) == 4)
  }

  /// By hand: 5³ = 125 ≥ 3³·1·2² = 108 for (1/3, 2/3); equality for a coin, (1 + 1)² = 2²·1·1.
  @Test func collisionEntropyInWholeNumbers() {
    #expect(ScoreNormBoundedByEntropy.collision(SmallDistribution(parts: [1, 2])) == (true, false))
    #expect(ScoreNormBoundedByEntropy.collision(SmallDistribution(parts: [1, 1])) == (true, true))
    for world in SmallDistribution.all(maximumActions: 4, maximumDenominator: 9) {
      let bound = ScoreNormGivenEntropy.collisionBound(entropy: world.distribution.entropy)
      #expect(
        ScoreNormBoundedByEntropy.collision(world).holds == (world.expectedSquaredNorm.value <= bound + 1e-14)
      )
    }
  }

  /// By hand at m = 4: 1 − 9/16 − 16/64² = 111/256; the likely token 1/16 + 16/64² = 17/256.
  ///
  /// The entropy from the seventeen atoms.
  @Test func theTailKeepsItsEntropyAndLosesItsNorm() {
    let member = ScoreNormBoundedByEntropy.Tail(order: 4)
    #expect(member.expectedNorm == Rational(111, 256) && member.likelyNorm == Rational(17, 256))
    let state = NextTokenDistribution(normalised: [0.75] + [Double](repeating: 1 / 64, count: 16))
    #expect(isClose(member.entropy, state.entropy))
    #expect(isClose(ScoreNorm.expectedSquared(state), 111.0 / 256))
    #expect(ScoreNormBoundedByEntropy.Tail(order: 100).expectedNorm.value < 0.02)
  }

  /// The lower curve's own distribution: 1 − ε and four equal others, whose likely token has ε² (1 + 1/4).
  @Test func theLeastTokenNormIsReachedByTheLowerCurve() throws {
    let state = NextTokenDistribution(normalised: [0.7] + [Double](repeating: 0.075, count: 4))
    let smallest = try ScoreNormGivenEntropy.smallest(entropy: state.entropy, vocabulary: 5)
    let least = ScoreNormBoundedByEntropy.leastTokenNorm(smallest: smallest, count: 5)
    #expect(abs(least - 0.09 * 1.25) < 1e-12)
    #expect(abs(least - ScoreNorm.squared(state, action: 0)) < 1e-12)
  }

  /// The states that attain the curves attain them; a state in between exceeds neither.
  @Test func excessIsZeroOnTheCurvesAndNegativeInside() throws {
    let inside = try ScoreNormBoundedByEntropy.Excess(NextTokenDistribution(normalised: [0.5, 0.3, 0.2]))
    #expect(inside.above < 0 && inside.below < 0 && inside.tokenBelow < 0)
    let coin = try ScoreNormBoundedByEntropy.Excess(NextTokenDistribution(normalised: [0.9, 0.1]))
    #expect(abs(coin.above) < 1e-12 && abs(coin.below) < 1e-12)
    // ‖s‖² = 2·81/100 for the rare token against 1 − e^{−H}.
    #expect(coin.token == 1 && coin.tokenAbove > 1)
  }

  static func examine(_ claim: any Claim) throws -> ClaimOutcome {
    let outcomes = try Verification.run([claim], seed: 11, preset: .quick, threads: 2, lock: nil)
    return try #require(outcomes.first)
  }

  @Test func attenuationIsSupportedAndItsControlRefuted() throws {
    let outcome = try Self.examine(
      ScoreNormAttenuates(specification: ScoreNormAttenuates.registered.cutDown))
    #expect(outcome.verdict == .supported && outcome.controlVerdict == .refuted)
  }

  @Test func onlyTheReadingsThatHoldAreSupported() throws {
    let outcome = try Self.examine(
      ScoreNormBoundedByEntropy(specification: ScoreNormBoundedByEntropy.registered.cutDown))
    #expect(outcome.verdict == .refuted && outcome.controlVerdict == .refuted)
    let holding: Set = [
      "expected, from above", "expected, from below, K fixed", "each token, from below, K fixed",
    ]
    for finding in outcome.subVerdicts {
      #expect((finding.verdict == .supported) == holding.contains(finding.estimator), "\(finding)")
    }
  }
}
