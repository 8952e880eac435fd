import Estimators
import Foundation
import Policies
import Statistics
import Testing
import _TestSupport

/// Worlds small enough for M^G tuples: one step, per-prefix and shared sequences, lengths that differ, graded rewards.
enum SmallTokenPrompts {
  static func all() throws -> [Prompt] {
    let logits = [[0.3, -0.7], [1.1, 0.2], [-0.4, 0.9]]
    let sequence = try SequencePolicy(vocabulary: 2, length: 2, parameters: .perPrefix, logits: logits)
    let shared = try SequencePolicy(vocabulary: 2, length: 2, parameters: .shared, logits: [[0.4, -0.2]])
    let ended = try SequencePolicy(
      vocabulary: 2, length: 2, parameters: .perPrefix, endToken: 1, logits: logits)
    return [
      try Prompt(SoftmaxPolicy(probabilities: [0.5, 0.5]), rewards: [1, 0]),
      try Prompt(SoftmaxPolicy(logits: [0.2, -1.3, 0.9]), rewards: [1, 0, 0]),
      try Prompt(SoftmaxPolicy(probabilities: [0.1, 0.2, 0.3, 0.4]), rewards: [0, 0.5, 1, 0.25]),
      try Prompt(sequence) { $0 == [0, 1] || $0 == [1, 0] ? 1 : 0 },
      try Prompt(shared) { $0.first == 0 ? 1 : 0 },
      try Prompt(ended) { $0.count == 1 ? 1 : 0 },
    ]
  }

  /// K = 3, T = 2: nine sequences, four states.
  static func threeByTwo(seed: UInt64 = 3) throws -> Prompt {
    var stream = RandomStream(StreamKey(seed: seed, claim: "token-oracle-3x2"))
    let logits = (0..<4).map { _ in (0..<3).map { _ in 1.5 * stream.normal() } }
    let policy = try SequencePolicy(vocabulary: 3, length: 2, parameters: .perPrefix, logits: logits)
    return try Prompt(policy) { $0[0] == $0[1] ? 1 : 0 }
  }
}

/// Rules that use all that a group offers; written here from scratch, so that they test the oracles and nothing else.
enum TokenRules {
  /// The same advantage for all tokens of a response, from a response-level estimator.
  static func uniform(_ estimator: any GradientEstimator) -> TokenRule {
    { group, advantages in
      let values = estimator.advantages(
        rewards: (0..<group.count).map(group.reward), lengths: (0..<group.count).map { group.range($0).count }
      )
      group.forEachToken { index, response, _ in advantages[index] = values[response] }
    }
  }

  /// GRPO's advantage, amplified where positive by the entropy's place among those of the group.
  static let amplified: TokenRule = { group, advantages in
    uniform(GRPO())(group, advantages)
    var lowest = Double.infinity
    var highest = -Double.infinity
    group.forEachToken { _, _, token in
      lowest = min(lowest, token.entropy)
      highest = max(highest, token.entropy)
    }
    group.forEachToken { index, _, token in
      if advantages[index] > 0, highest > lowest {
        advantages[index] *= 1 + 0.4 * (highest - token.entropy) / (highest - lowest)
      }
    }
  }

  /// Leave-one-out, damped where the entropy change is large beside the group's largest.
  static let damped: TokenRule = { group, advantages in
    uniform(LeaveOneOut())(group, advantages)
    let changes = group.map { _, token in abs(token.weightedDeviation - token.expectedWeightedDeviation) }
    var largest = 0.0
    group.forEachToken { index, _, _ in largest = max(largest, changes[index] * abs(advantages[index])) }
    group.forEachToken { index, _, _ in
      let x = largest > 0 ? changes[index] * abs(advantages[index]) / largest : 0
      advantages[index] *= 0.6 + 0.4 / (1 + exp(50 * (x - 0.9)))
    }
  }

  /// A baseline for each state from the other responses' score norms.
  static let stateBaseline: TokenRule = { group, advantages in
    let states = group.map { _, token in token.state }
    let norms = group.map { _, token in token.squaredScoreNorm }
    let owners = group.map { response, _ in response }
    for index in states.indices {
      var weight = 1.0
      var weighted = 0.5
      for other in states.indices where owners[other] != owners[index] && states[other] == states[index] {
        weight += norms[other]
        weighted += norms[other] * group.reward(owners[other])
      }
      advantages[index] = group.reward(owners[index]) - weighted / weight
    }
  }

  static let modulated: [TokenRule] = [amplified, damped, stateBaseline]
}

@Suite struct TokenOracleTests {
  static let estimators: [any GradientEstimator] = [
    LeaveOneOut(), GRPO(), GRPO(deviation: .sample, epsilon: 1e-4), DrGRPO(), ConstantBaseline(0.3),
  ]

  /// Three routes to the same sums of at most 4⁴ terms, each with a relative error of a few hundred ulps (10⁻¹³); 10⁻¹² leaves a factor of ten.
  @Test(arguments: TokenOracleTests.estimators.indices, [1, 2, 3, 4])
  func oneAdvantageForAllTokensIsTheResponseLevelEstimator(index: Int, group: Int) throws {
    let estimator = Self.estimators[index]
    guard group > 1 || !(estimator is LeaveOneOut) else { return }
    for prompt in try SmallTokenPrompts.all() {
      let expected = GroupOracle.moments(prompt.scoreSummary, estimator: estimator, group: group)
      let slow = TupleOracle.moments(try prompt.enumerated(), estimator: estimator, group: group)
      let moments = TokenGroupOracle.moments(
        try TokenPrompt(prompt), group: group, rule: TokenRules.uniform(estimator))
      let scale = max(expected.secondMoment, 1e-300)
      #expect(abs(moments.covarianceTrace - expected.covarianceTrace) <= 1e-12 * scale)
      #expect(abs(moments.covarianceTrace - slow.covarianceTrace) <= 1e-12 * scale)
      for (a, b) in zip(moments.mean, expected.mean) { #expect(abs(a - b) <= 1e-12) }
    }
  }

  @Test(arguments: TokenRules.modulated.indices, [2, 3, 4])
  func multisetsAndTuplesAgreeForModulatedRules(index: Int, group: Int) throws {
    for prompt in try SmallTokenPrompts.all() {
      let tokens = try TokenPrompt(prompt)
      let rule = TokenRules.modulated[index]
      let fast = TokenGroupOracle.moments(tokens, group: group, rule: rule)
      let slow = TokenTupleOracle.moments(tokens, group: group, rule: rule)
      #expect(abs(fast.covarianceTrace - slow.covarianceTrace) <= 1e-12 * max(slow.secondMoment, 1e-300))
      for (a, b) in zip(fast.mean, slow.mean) { #expect(abs(a - b) <= 1e-12) }
    }
  }

  /// The 6561 tuples of nine outcomes: sums of 6561 terms, hence 10⁻¹¹.
  @Test(arguments: TokenRules.modulated.indices)
  func nineSequencesInGroupsOfFourAgreeWithAllTuples(index: Int) throws {
    let tokens = try TokenPrompt(SmallTokenPrompts.threeByTwo())
    #expect(TokenGroupOracle.groupCount(tokens, group: 4) == 495)
    let fast = TokenGroupOracle.moments(tokens, group: 4, rule: TokenRules.modulated[index])
    let slow = TokenTupleOracle.moments(tokens, group: 4, rule: TokenRules.modulated[index])
    #expect(abs(fast.covarianceTrace / slow.covarianceTrace - 1) <= 1e-11)
    for (a, b) in zip(fast.mean, slow.mean) { #expect(abs(a - b) <= 1e-12) }
  }

  /// The multiset oracle rests on it.
  @Test(arguments: TokenRules.modulated.indices)
  func exchangingResponsesExchangesTheirAdvantages(index: Int) throws {
    let tokens = try TokenPrompt(SmallTokenPrompts.threeByTwo())
    let rule = TokenRules.modulated[index]
    let straight = TokenTupleOracle.advantages(tokens, outcomes: [1, 8, 4, 3], rule: rule)
    let exchanged = TokenTupleOracle.advantages(tokens, outcomes: [3, 1, 4, 8], rule: rule)
    let moved = [3, 0, 2, 1].flatMap { straight[2 * $0..<2 * $0 + 2] }
    // Sums over the group run in another order: a few ulps.
    for (a, b) in zip(exchanged, moved) { #expect(abs(a - b) <= 1e-14) }
  }

  @Test func tokensCarryTheirDistribution() throws {
    // Reference values: the definitions written out for π = (0.7, 0.2, 0.1); ‖e_a − π‖² = 0.3² + 0.2² + 0.1² = 0.14.
    let prompt = try TokenPrompt(SoftmaxPolicy(probabilities: [0.7, 0.2, 0.1]), rewards: [1, 0, 0])
    let token = prompt.tokens[0]
    let entropy = -(0.7 * log(0.7) + 0.2 * log(0.2) + 0.1 * log(0.1))
    #expect(isClose(token.entropy, entropy))
    #expect(isClose(token.logProbability, log(0.7)))
    #expect(isClose(token.sumOfSquares, 0.54))
    #expect(isClose(token.squaredScoreNorm, 0.14))
    let expected = 0.49 * (log(0.7) + entropy) + 0.04 * (log(0.2) + entropy) + 0.01 * (log(0.1) + entropy)
    #expect(isClose(token.expectedWeightedDeviation, expected))
    #expect(isClose(token.weightedDeviation, 0.7 * (log(0.7) + entropy)))
  }

  @Test func prefixesAreToldApartWhereLogitsAreShared() throws {
    let policy = try SequencePolicy(vocabulary: 2, length: 2, parameters: .shared, logits: [[0.4, -0.2]])
    let prompt = try TokenPrompt(Prompt(policy) { $0.first == 0 ? 1 : 0 })
    #expect(prompt.dimension == 2)
    #expect(prompt.tokens.map(\.state) == [0, 1, 0, 1, 0, 2, 0, 2])
    #expect(prompt.tokens.map(\.block) == [Int](repeating: 0, count: 8))
    #expect(prompt.tokens.map(\.position) == [0, 1, 0, 1, 0, 1, 0, 1])
    #expect(prompt.tokens.map(\.action) == [0, 0, 0, 1, 1, 0, 1, 1])
  }

  @Test func theGradientIsThatOfTheEnumeratedPrompt() throws {
    for prompt in try SmallTokenPrompts.all() + [SmallTokenPrompts.threeByTwo()] {
      for (a, b) in zip(try TokenPrompt(prompt).gradient, try prompt.enumerated().gradient) {
        #expect(abs(a - b) < 1e-15)
      }
    }
  }

  @Test(arguments: TokenRules.modulated.indices)
  func simulatedGroupsHaveTheExactMoments(index: Int) throws {
    let tokens = try TokenPrompt(SmallTokenPrompts.threeByTwo())
    let rule = TokenRules.modulated[index]
    let exact = TokenGroupOracle.moments(tokens, group: 3, rule: rule)
    let simulation = TokenGroupSimulation(tokens, group: 3, rule: rule)
    let key = StreamKey(seed: 11, claim: "token-simulation", designPoint: UInt64(index))
    let trace = try simulation.covarianceTrace(pairs: 20_000, key: key, threads: 2)
    expectMean(trace, equals: exact.covarianceTrace, detectable: 0.1 * exact.covarianceTrace)
    let gradient = tokens.gradient
    let along = zip(gradient, exact.mean).reduce(0) { $0 + $1.0 * $1.1 }
    let projection = try simulation.projection(gradient, count: 20_000, key: key, threads: 2)
    expectMean(projection, equals: along, detectable: 0.2 * along)
    let single = try simulation.covarianceTrace(pairs: 600, key: key, threads: 1)
    #expect(try simulation.covarianceTrace(pairs: 600, key: key, threads: 2) == single)
  }

  /// A coin for each group, 0 or 2 in place of 1, and a vector for each token: E ĝ = E s + v = v, and tr Cov = E‖s‖² from groups and as much again from the coin.
  ///
  /// By hand for π = (¼, ¾) and G = 1: ‖s‖² is 2 · (¾)² and 2 · (¼)², with mean 3/8.
  @Test func drawsAndAdditionsEnterTheMoments() throws {
    let prompt = try TokenPrompt(SoftmaxPolicy(probabilities: [0.25, 0.75]), rewards: [1, 0])
    let estimator = TokenEstimator(
      rule: { _, advantages in advantages[0] = 1 }, addition: [0.5, -0.25],
      lottery: .init(
        draw: { _, advantages, stream in
          var stream = stream
          advantages[0] = stream.index(below: 2) == 0 ? 0 : 2
        }, variance: { group in prompt.tokens[group.outcomes[0]].squaredScoreNorm }))
    let exact = TokenGroupOracle.moments(prompt, group: 1, estimator: estimator)
    #expect(abs(exact.mean[0] - 0.5) < 1e-15 && abs(exact.mean[1] + 0.25) < 1e-15)
    #expect(abs(exact.covarianceTrace - 0.75) < 1e-15)
    let simulation = TokenGroupSimulation(prompt, group: 1, estimator: estimator)
    let key = StreamKey(seed: 12, claim: "token-lottery")
    expectMean(
      try simulation.covarianceTrace(pairs: 20_000, key: key, threads: 2), equals: 0.75, detectable: 0.12)
    expectMean(
      try simulation.projection([1, 0], count: 20_000, key: key.designPoint(1), threads: 2), equals: 0.5,
      detectable: 0.1)
    // The draw takes nothing from the stream: the same groups as without it.
    var first = RandomStream(key)
    var second = RandomStream(key)
    _ = simulation.estimate(&first)
    _ = TokenGroupSimulation(prompt, group: 1, rule: estimator.rule).estimate(&second)
    #expect(first.next() == second.next())
  }

  @Test func agreementTellsAStretchFromATurn() {
    let stretched = GradientAgreement(
      EstimatorMoments(mean: [3, 0], covarianceTrace: 18), gradient: [2, 0])
    #expect(stretched.scale == 1.5)
    #expect(stretched.cosine == 1)
    #expect(stretched.strictBias == 0.5)
    #expect(stretched.relativeBias == 0)
    #expect(stretched.varianceAtEqualStep == 8)
    #expect(stretched.groupsToBias == .infinity)
    let turned = GradientAgreement(EstimatorMoments(mean: [2, 2], covarianceTrace: 8), gradient: [2, 0])
    #expect(turned.scale == 1)
    #expect(isClose(turned.cosine, 0.5.squareRoot()))
    #expect(turned.relativeBias == 1)
    #expect(turned.groupsToBias == 2)
    let reversed = GradientAgreement(EstimatorMoments(mean: [-1, 0], covarianceTrace: 1), gradient: [2, 0])
    #expect(reversed.varianceAtEqualStep == .infinity)
  }
}
