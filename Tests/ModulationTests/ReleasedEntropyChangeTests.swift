import Foundation
import Modulation
import Statistics
import Testing

/// What the released approximation of the entropy change is bound to give, whatever the policy does.
@Suite struct ReleasedEntropyChangeTests {
  static let keys = RandomPolicies.keys(300, claim: "released-change-tests")

  /// On-policy with one advantage for a response: −A Σ (w_t − mean w) = 0.
  ///
  /// The mean of n numbers is off by n units of the largest; so is each difference, and the sum of n of them.
  @Test func onPolicyTheChangesOfAResponseAddUpToZero() throws {
    for key in Self.keys {
      var stream = RandomStream(key)
      let batch = try RandomPolicies.batch(&stream, responses: 12, onPolicy: true)
      let changes = EntropyChangeAsReleased.changes(batch)
      for response in 0..<12 {
        let tokens = (0..<batch.count).filter { batch.sequences[$0] == response && batch.counts($0) }
        let sum = tokens.reduce(0) { $0 + changes[$1] }
        let largest =
          tokens.map {
            abs(exp(batch.logProbabilities[$0]) * (batch.logProbabilities[$0] + batch.entropies[$0]))
          }.max() ?? 0
        let advantage = abs(tokens.first.map { batch.advantages[$0] } ?? 0)
        let count = Double(tokens.count)
        #expect(
          abs(sum) <= 4 * count * count * RandomPolicies.unit * largest * advantage,
          "\(key), response \(response): \(sum)")
      }
    }
  }

  /// Off-policy the coefficients differ within a response and the sum is not zero: the identity is no artefact of the test.
  @Test func offPolicyTheyDoNot() throws {
    var stream = RandomStream(StreamKey(seed: 1, claim: "released-change-off-policy"))
    let batch = try RandomPolicies.batch(&stream, responses: 50, masked: false)
    let changes = EntropyChangeAsReleased.changes(batch)
    var sums = [Double](repeating: 0, count: 50)
    for index in 0..<batch.count { sums[batch.sequences[index]] += changes[index] }
    #expect(sums.filter { abs($0) > 1e-3 }.count > 20, "\(sums)")
  }

  /// The exact change of a token that is alone in its response is not zero, the released one is.
  @Test func aResponseOfOneTokenGetsNothing() throws {
    for key in Self.keys {
      var stream = RandomStream(key)
      let logProbability = log(stream.uniformOpen())
      let batch = try TokenBatch(
        logProbabilities: [logProbability, -1, -2], entropies: [stream.uniform(), 1, 1],
        advantages: [1, 1, 1],
        ratios: [1 + 0.1 * stream.uniform(), 1, 1], sequences: [0, 1, 1])
      let changes = EntropyChangeAsReleased.changes(batch)
      #expect(changes[0] == 0, "\(key)")
      #expect(changes[1] != 0 && changes[2] != 0, "\(key)")
    }
    let distribution = NextTokenDistribution(normalised: [0.5, 0.25, 0.25])
    #expect(EntropyChange.firstOrder(distribution, action: 0, coefficient: 1) != 0)
  }

  /// One valid token among masked ones is a response of one token.
  @Test func maskedTokensAreNotPartOfTheMean() throws {
    let batch = try TokenBatch(
      logProbabilities: [-1, -2, -3, -0.5], entropies: [1, 2, 0, 1], advantages: [1, 1, 1, 1],
      sequences: [0, 0, 0, 0], isValid: [false, true, false, false])
    #expect(EntropyChangeAsReleased.changes(batch) == [0, 0, 0, 0])
    let two = try TokenBatch(
      logProbabilities: [-1, -2, -3, -0.5], entropies: [1, 2, 0, 1], advantages: [1, 1, 1, 1],
      sequences: [0, 0, 0, 0], isValid: [true, false, false, true])
    let alone = try TokenBatch(
      logProbabilities: [-1, -0.5], entropies: [1, 1], advantages: [1, 1], sequences: [0, 0])
    let changes = EntropyChangeAsReleased.changes(alone)
    #expect(EntropyChangeAsReleased.changes(two) == [changes[0], 0, 0, changes[1]])
  }

  @Test func anAllMaskedBatchIsLeftAlone() throws {
    let batch = try TokenBatch(
      logProbabilities: [-1, -2], entropies: [1, 2], advantages: [1, -1], sequences: [0, 0],
      positions: [0, 1], groups: [0, 0], states: [0, 1], isValid: [false, false])
    #expect(EntropyChangeAsReleased.changes(batch) == [0, 0])
    for scope in ModulationScope.allCases {
      for var rule in [AdvantageModulationAsReleased.mode6, AdvantageModulationAsReleased.mode5] {
        rule.compensationScope = scope
        rule.stabilisationScope = scope
        #expect(try rule.factors(batch).product == [1, 1], "\(scope)")
      }
    }
  }

  @Test func anEmptyBatchGivesEmptyFactors() throws {
    let batch = try TokenBatch(
      logProbabilities: [], entropies: [], advantages: [], ratios: [], sequences: [], positions: [],
      groups: [], states: [], isValid: [])
    #expect(EntropyChangeAsReleased.changes(batch).isEmpty)
    for scope in ModulationScope.allCases {
      var rule = AdvantageModulationAsReleased.mode6
      rule.compensationScope = scope
      rule.stabilisationScope = scope
      #expect(try rule.factors(batch).product.isEmpty, "\(scope)")
      #expect(try GradientCompensation(strength: 1).factors(batch, scope: scope).isEmpty)
      #expect(
        try UpdateStabilisation(floor: 0, steepness: 1, centre: 0)
          .factors(batch, entropyChanges: [], scope: scope).isEmpty)
    }
  }

  /// A vocabulary of one has log π = 0 and H = 0.
  ///
  /// Nothing can change and every bound is 0.
  @Test func aVocabularyOfOneHasNothingToLearn() throws {
    let certain = try NextTokenDistribution(probabilities: [1])
    #expect(certain.entropy == 0 && certain.expectedWeightedDeviation == 0 && certain.sumOfSquares == 1)
    #expect(EntropyChange.firstOrder(certain, action: 0, coefficient: 3) == 0)
    #expect(EntropyChange.gradient(certain) == [0])
    #expect(FiniteEntropyChange.value(certain, action: 0, coefficient: 3, step: 2) == 0)
    #expect(ExpectedEntropyChange.policyGradient(certain, advantages: [4]) == 0)
    #expect(ExpectedEntropyChange.naturalGradient(certain, advantages: [4]) == 0)
    #expect(ScoreNorm.squared(certain, action: 0) == 0 && ScoreNorm.expectedSquared(certain) == 0)
    #expect(ScoreNorm.squared(logProbability: 0, sumOfSquares: 1) == 0)
    #expect(ScoreNorm.lowerBound(logProbability: 0, vocabulary: 1) == 0)
    #expect(ScoreNorm.upperBound(logProbability: 0) == 0)
    #expect(EntropyRange(vocabulary: 1) == (try EntropyRange(lowest: 0, highest: 0)))
    let batch = try TokenBatch(
      logProbabilities: [0, 0], entropies: [0, 0], advantages: [1, -1], sequences: [0, 0], vocabulary: 1)
    #expect(EntropyChangeAsReleased.changes(batch) == [0, 0])
    #expect(try AdvantageModulationAsReleased.mode6.factors(batch).product == [1, 1])
    // Near 1 within the tolerance is normalised to the same.
    #expect(try NextTokenDistribution(probabilities: [1 - 5e-7]).probabilities == [1])
  }

  /// A token whose probability underflows to 0 has π Λ = 0, not NaN.
  @Test func anImpossibleTokenGivesNumbers() throws {
    let batch = try TokenBatch(
      logProbabilities: [-1e5, -.greatestFiniteMagnitude, -1], entropies: [1, 1, 1], advantages: [1, 1, 1],
      sequences: [0, 0, 0])
    #expect(EntropyChangeAsReleased.changes(batch).allSatisfy { $0.isFinite })
  }
}
