import Foundation
import Modulation
import Statistics
import Testing
import _TestSupport

/// Over which tokens the extremes are taken.
@Suite struct ScopeTests {
  /// Two prompts with two responses of two tokens; the last token is masked.
  ///
  /// | token | prompt | response | place | state | H | ΔH |
  /// |---|---|---|---|---|---|---|
  /// | 0 | 0 | 0 | 0 | 0 | 1 | 2 |
  /// | 1 | 0 | 0 | 1 | 1 | 3 | −1 |
  /// | 2 | 0 | 1 | 0 | 0 | 1 | −4 |
  /// | 3 | 0 | 1 | 1 | 2 | 2 | 2 |
  /// | 4 | 1 | 2 | 0 | 3 | 5 | 8 |
  /// | 5 | 1 | 2 | 1 | 4 | 4 | 4 |
  /// | 6 | 1 | 3 | 0 | 3 | 5 | 2 |
  /// | 7 | 1 | 3 | 1 | 5 | 9 | 64 |
  static func batch(groups: [Int]? = [0, 0, 0, 0, 1, 1, 1, 1]) throws -> TokenBatch {
    try TokenBatch(
      logProbabilities: [Double](repeating: -1, count: 8), entropies: [1, 3, 1, 2, 5, 4, 5, 9],
      advantages: [Double](repeating: 1, count: 8), sequences: [0, 0, 1, 1, 2, 2, 3, 3],
      positions: [0, 1, 0, 1, 0, 1, 0, 1], groups: groups, states: [0, 1, 0, 2, 3, 4, 3, 5],
      isValid: [true, true, true, true, true, true, true, false])
  }

  static let changes: [Double] = [2, -1, -4, 2, 8, 4, 2, 64]

  /// (H_max − H)/(H_max − H_min) by hand; 0 where a part is a point.
  static let fractions: [ModulationScope: [Double]] = [
    .microBatch: [1, 0.5, 1, 0.75, 0, 0.25, 0, 0],
    .group: [1, 0, 1, 0.5, 0, 1, 0, 0],
    .sequence: [1, 0, 1, 0, 0, 1, 0, 0],
    .position: [0, 0, 0, 1, 0, 0, 0, 0],
    .state: [0, 0, 0, 0, 0, 0, 0, 0],
  ]

  /// |ΔH|/max|ΔH| by hand.
  static let ratios: [ModulationScope: [Double]] = [
    .microBatch: [0.25, 0.125, 0.5, 0.25, 1, 0.5, 0.25, 0],
    .group: [0.5, 0.25, 1, 0.5, 1, 0.5, 0.25, 0],
    .sequence: [1, 0.5, 1, 0.5, 1, 0.5, 1, 0],
    .position: [0.5, 0.5, 1, 1, 1, 1, 0.25, 0],
    .state: [0.5, 1, 1, 1, 1, 1, 0.25, 0],
  ]

  @Test(arguments: ModulationScope.allCases)
  func theCompensationReadsItsScope(scope: ModulationScope) throws {
    let factors = try GradientCompensation(strength: 0.5).factors(Self.batch(), scope: scope)
    let fractions = try #require(Self.fractions[scope])
    #expect(factors == fractions.map { 1 + 0.5 * $0 })
  }

  @Test(arguments: ModulationScope.allCases)
  func theStabilisationReadsItsScope(scope: ModulationScope) throws {
    let rule = UpdateStabilisation(floor: 0.5, steepness: 3, centre: 0.5)
    let factors = try rule.factors(Self.batch(), entropyChanges: Self.changes, scope: scope)
    let ratios = try #require(Self.ratios[scope])
    var expected = ratios.map { rule.decay($0) }
    expected[7] = 1
    #expect(factors == expected)
  }

  /// The released forms differ by 10⁻⁸ in a denominator of at least 1: the fraction is off by at most 10⁻⁸, the ratio by 10⁻⁸ times the slope.
  @Test(arguments: ModulationScope.allCases)
  func theReleasedFormsDifferByTheirEpsilon(scope: ModulationScope) throws {
    let batch = try Self.batch()
    let fractions = try #require(Self.fractions[scope])
    let compensation = try GradientCompensationAsReleased(largest: 1.5).factors(batch, scope: scope)
    for (factor, fraction) in zip(compensation, fractions) {
      #expect(abs(factor - 1 - 0.5 * fraction) <= 0.5e-8)
    }
    let form = UpdateStabilisation(floor: 0.5, steepness: 3, centre: 0.5)
    let ratios = try #require(Self.ratios[scope])
    let stabilisation = try UpdateStabilisationAsReleased(form).factors(
      batch, entropyChanges: Self.changes, scope: scope)
    for (factor, ratio) in zip(stabilisation, ratios).prefix(7) {
      // The slope of the decay is at most (1 − λ) γ/4.
      #expect(abs(factor - form.decay(ratio)) <= 0.5 * 3 / 4 * 1e-8)
    }
    #expect(stabilisation[7] == 1)
  }

  /// 0/0: the coinciding entropies of a state are left alone or fully amplified, as the setting says; the released form leaves them alone.
  @Test func whereAllEntropiesCoincide() throws {
    let batch = try Self.batch()
    let full = GradientCompensation(strength: 0.5, coincidence: .full)
    #expect(try full.factors(batch, scope: .state) == [1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1])
    #expect(
      try GradientCompensation(strength: 0.5).factors(batch, scope: .state)
        == [Double](repeating: 1, count: 8))
    #expect(
      try GradientCompensationAsReleased.mode6.factors(batch, scope: .state)
        == [Double](repeating: 1, count: 8))
    // Only parts that are points are concerned: prompt 0 at place 1 has two entropies, prompt 1 at place 0 one.
    #expect(try full.factors(batch, scope: .position) == [1.5, 1, 1.5, 1.5, 1.5, 1.5, 1.5, 1])
    let point = try EntropyRange(lowest: 2, highest: 2)
    #expect(full.factor(entropy: 2, advantage: 1, range: point) == 1.5)
    #expect(full.factor(entropy: 2, advantage: -1, range: point) == 1)
  }

  /// A part in which nothing changes has x = 0, as far below the centre as can be.
  @Test func whereNothingChanges() throws {
    let rule = UpdateStabilisation(floor: 0.5, steepness: 3, centre: 0.5)
    let zeros = [Double](repeating: 0, count: 8)
    for scope in ModulationScope.allCases {
      let factors = try rule.factors(Self.batch(), entropyChanges: zeros, scope: scope)
      #expect(factors == [Double](repeating: rule.decay(0), count: 7) + [1])
    }
  }

  /// Without prompts a place is a place of the whole batch: tokens 0, 2, 4, 6 and 1, 3, 5.
  @Test func positionsWithoutPromptsAreSharedByAll() throws {
    let batch = try Self.batch(groups: nil)
    #expect(try batch.parts(.position) == [0, 1, 0, 1, 0, 1, 0, 1])
    let factors = try GradientCompensation(strength: 0.5).factors(batch, scope: .position)
    #expect(factors == [1.5, 1.25, 1.5, 1.5, 1, 1, 1, 1])
    #expect(try Self.batch().parts(.position) == [0, 1, 0, 1, 2, 3, 2, 3])
  }

  /// Places far apart (or negative) cannot be looked up in a table; they are numbered alike.
  @Test func positionsFarApartAreNumberedAlike() throws {
    for positions in [[7, 1 << 40, 7, -5], [0, .max, 0, .min], [3, 9, 3, 4]] {
      let batch = try TokenBatch(
        logProbabilities: [-1, -1, -1, -1], entropies: [1, 1, 1, 1], advantages: [1, 1, 1, 1],
        sequences: [0, 0, 1, 1], positions: positions, groups: [0, 0, 0, 0])
      #expect(try batch.parts(.position) == [0, 1, 0, 2], "\(positions)")
    }
  }

  /// What else is in the micro-batch changes a token's released factors: the same response beside two different ones.
  @Test func theReleasedFactorsDependOnTheCompany() throws {
    func factor(companion entropy: Double) throws -> Double {
      let batch = try TokenBatch(
        logProbabilities: [-1, -0.5, -1], entropies: [1, 0.5, entropy], advantages: [1, 1, 1],
        sequences: [0, 0, 1])
      return try AdvantageModulationAsReleased.mode6.factors(batch).compensation[0]
    }
    #expect(abs(try factor(companion: 1) - 1) <= 1e-8)
    // By hand: 1 + .2 (3 − 1)/(3 − .5) = 1.16.
    #expect(abs(try factor(companion: 3) - 1.16) <= 1e-8)
  }
}
