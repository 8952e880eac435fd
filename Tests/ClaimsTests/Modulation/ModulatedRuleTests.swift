import Estimators
import Modulation
import Policies
import Statistics
import Testing
import _TestSupport

@testable import Claims

/// The rules that the oracles take, held to the batch functions of `Modulation`.
@Suite struct ModulatedRuleTests {
  static let specification = ModulationUnbiased.registered

  static func world(_ shape: TokenWorlds.Shape, _ index: Int) -> TokenPrompt {
    var stream = RandomStream(StreamKey(seed: 5, claim: "modulated-rules", designPoint: UInt64(index)))
    return TokenWorlds(shape: shape).draw(specification, &stream).prompt
  }

  /// What `AdvantageModulation` makes of the group as a batch.
  static func batched(_ rule: ModulatedRule, _ group: TokenGroup) throws -> [Double] {
    let plain = TokenTupleOracle.advantages(
      group.prompt, outcomes: group.outcomes, rule: rule.unmodulated.tokens(group.prompt))
    let batch = try TokenBatch(
      logProbabilities: group.map { _, token in token.logProbability },
      entropies: group.map { _, token in token.entropy }, advantages: plain,
      sequences: group.map { response, _ in response }, positions: group.map { _, token in token.position },
      groups: [Int](repeating: 0, count: plain.count), vocabulary: group.prompt.vocabulary)
    let changes = zip(group.map { _, token in token }, plain).map { token, advantage in
      EntropyChange.firstOrder(
        weightedDeviation: token.weightedDeviation, expectation: token.expectedWeightedDeviation,
        coefficient: advantage)
    }
    let modulation: AdvantageModulation
    switch rule.modulation {
    case .compensation(let strength):
      modulation = AdvantageModulation(
        compensation: .published(GradientCompensation(strength: strength)), compensationScope: .group,
        stabilisation: nil)
    case .stabilisation(let form):
      modulation = AdvantageModulation(
        compensation: nil, stabilisation: .published(form), stabilisationScope: .position)
    case .published(let strength, let form):
      modulation = AdvantageModulation(
        compensation: .published(GradientCompensation(strength: strength)), compensationScope: .group,
        stabilisation: .published(form), stabilisationScope: .position)
    case .released5: modulation = AdvantageModulationAsReleased.mode5
    case .released6: modulation = AdvantageModulationAsReleased.mode6
    case .fixedCompensation(let strength):
      let form = GradientCompensation(strength: strength)
      let range = EntropyRange(vocabulary: group.prompt.vocabulary)
      return plain.indices.map {
        plain[$0] * form.factor(entropy: batch.entropies[$0], advantage: plain[$0], range: range)
      }
    default: return plain
    }
    let factors = try modulation.factors(batch, exactEntropyChanges: changes)
    return zip(plain, factors.product).map { $0 * $1 }
  }

  /// The two routes differ in rounding alone: a reciprocal of the range or of the largest magnitude instead of a quotient, and exp(log π) for π.
  ///
  /// In
  /// the sigmoid that is multiplied by γ = 50 times a slope of at most ¼: 10⁻¹³ covers it.
  @Test func singleTokensAndBatchesAgree() throws {
    let rules = ModulatedRule.studied(Self.specification)
    for (row, shape) in TokenWorlds.Shape.allCases.enumerated() {
      let prompt = Self.world(shape, row)
      var stream = RandomStream(StreamKey(seed: 6, claim: "modulated-groups", designPoint: UInt64(row)))
      for _ in 0..<20 {
        let outcomes = (0..<4).map { _ in stream.index(below: prompt.outcomeCount) }
        let group = TokenGroup(prompt, outcomes: outcomes)
        for rule in rules where rule != ModulatedRule.ours(Self.specification) {
          let fast = TokenTupleOracle.advantages(prompt, outcomes: outcomes, rule: rule.tokens(prompt))
          for (a, b) in zip(fast, try Self.batched(rule, group)) {
            #expect(abs(a - b) <= 1e-13, "\(rule.name) on \(shape.rawValue): \(a) and \(b)")
          }
        }
      }
    }
  }

  /// The same for the rivals, to the bit where only one token is read; Clip-Cov's mean over its draw from the candidates of the batch.
  @Test func rivalsAreTheBatchFunctionsThatTrainersCall() throws {
    let rules = ModulatedRule.rivals(Self.specification)
    for (row, shape) in TokenWorlds.Shape.allCases.enumerated() {
      let prompt = Self.world(shape, 20 + row)
      var stream = RandomStream(StreamKey(seed: 11, claim: "rival-groups", designPoint: UInt64(row)))
      for _ in 0..<40 {
        let outcomes = (0..<4).map { _ in stream.index(below: prompt.outcomeCount) }
        let group = TokenGroup(prompt, outcomes: outcomes)
        for rule in rules {
          let fast = TokenTupleOracle.advantages(prompt, outcomes: outcomes, rule: rule.tokens(prompt))
          for (a, b) in zip(fast, try Self.batchedRival(rule, group)) {
            // n/N against 1 − n/N and a scale before or after the product: an ulp or two of numbers up to 4.
            #expect(abs(a - b) <= 2e-15, "\(rule.name) on \(shape.rawValue): \(a) and \(b)")
          }
        }
      }
    }
  }

  /// What the trainer's functions make of the group as a batch.
  static func batchedRival(_ rule: ModulatedRule, _ group: TokenGroup) throws -> [Double] {
    let plain = TokenTupleOracle.advantages(
      group.prompt, outcomes: group.outcomes, rule: rule.unmodulated.tokens(group.prompt))
    let batch = try TokenBatch(
      logProbabilities: group.map { _, token in token.logProbability },
      entropies: group.map { _, token in token.entropy }, advantages: plain,
      sequences: group.map { response, _ in response })
    switch rule.modulation {
    case .forkTokens(let mask): return zip(plain, mask.keep(batch)).map { $1 ? $0 : 0 }
    case .entropyAdvantages(let bonus): return bonus.advantages(batch)
    case .clipCov(let rule):
      let candidates = Set(rule.candidates(batch))
      let dropped = rule.keep(batch, stream: RandomStream(StreamKey(seed: 1, claim: "any"))).count { !$0 }
      let share = Double(dropped) / Double(candidates.count)
      return plain.indices.map { candidates.contains($0) ? plain[$0] * (1 - share) : plain[$0] }
    case .klCov(let rule): return rule.coefficients(batch)
    case .clip(let indicator, _):
      return plain.map { indicator.coefficient(ratio: 1, advantage: $0) }
    case .twoValues(let weights, let drops):
      let rewards = (0..<group.count).map(group.reward)
      let values = try weights.advantages(rewards: rewards)
      let kept = try weights.kept(rewards: rewards).count { $0 }
      let scale = drops && kept > 0 ? Double(group.count) / Double(kept) : 1
      return group.map { response, _ in values[response] * scale }
    default: return plain
    }
  }

  /// Without modulation the rules are the estimators of the same name.
  @Test func unmodulatedRulesAreTheEstimators() throws {
    let prompt = Self.world(.twoTokens, 9)
    var stream = RandomStream(StreamKey(seed: 7, claim: "modulated-groups"))
    for _ in 0..<50 {
      let outcomes = (0..<4).map { _ in stream.index(below: 9) }
      let rewards = outcomes.map { prompt.rewards[$0] }
      let expected: [(ModulatedRule.Advantage, [Double])] = [
        (.value, rewards.map { $0 - prompt.successProbability }),
        (.leaveOneOut, LeaveOneOut().advantages(rewards: rewards, lengths: [2, 2, 2, 2])),
        (.grpo, GRPO().advantages(rewards: rewards, lengths: [2, 2, 2, 2])),
      ]
      for (advantage, values) in expected {
        let rule = ModulatedRule(advantage: advantage, modulation: .none)
        let tokens = TokenTupleOracle.advantages(prompt, outcomes: outcomes, rule: rule.tokens(prompt))
        // Quotients of small integers against sums of quotients: a few ulps of 1.
        for (index, value) in tokens.enumerated() { #expect(abs(value - values[index / 2]) < 1e-15) }
      }
    }
  }

  /// What the fast oracle rests on, for every rule that it is given.
  @Test func everyRuleIsPermutationEquivariant() {
    let prompt = Self.world(.twoTokens, 11)
    for rule in ModulatedRule.all(Self.specification) {
      let straight = TokenTupleOracle.advantages(prompt, outcomes: [1, 8, 4, 3], rule: rule.tokens(prompt))
      let exchanged = TokenTupleOracle.advantages(prompt, outcomes: [3, 1, 4, 8], rule: rule.tokens(prompt))
      let moved = [3, 0, 2, 1].flatMap { straight[2 * $0..<2 * $0 + 2] }
      for (a, b) in zip(exchanged, moved) { #expect(abs(a - b) <= 1e-14, "\(rule.name)") }
    }
  }

  /// The fast oracle and all 9³ tuples, for every rule.
  @Test func multisetsAndTuplesAgreeForEveryRule() {
    let prompt = Self.world(.twoTokens, 12)
    for rule in ModulatedRule.all(Self.specification) {
      let fast = TokenGroupOracle.moments(prompt, group: 3, rule: rule.tokens(prompt))
      let slow = TokenTupleOracle.moments(prompt, group: 3, rule: rule.tokens(prompt))
      // Sums of 729 terms: 10⁻¹².
      #expect(abs(fast.covarianceTrace / slow.covarianceTrace - 1) <= 1e-12, "\(rule.name)")
      for (a, b) in zip(fast.mean, slow.mean) { #expect(abs(a - b) <= 1e-13, "\(rule.name)") }
    }
  }

  /// The mean over Clip-Cov's draw is the mean of the draws that the trainer makes, and their spread the variance that the oracle adds.
  ///
  /// World and group are the first whose draw is among more than one candidate. A draw's squared distance from the mean is bounded, so that 20 000 of them tell a tenth of it.
  @Test func theDrawOfClipCovIsTheOneAveragedOver() throws {
    for advantage in [ModulatedRule.Advantage.leaveOneOut, .grpo] {
      let rule = ModulatedRule(advantage: advantage, modulation: .clipCov(.published))
      var stream = RandomStream(StreamKey(seed: 9, claim: "clip-cov-groups"))
      var group = TokenGroup(Self.world(.twoTokens, 30), outcomes: [0, 0, 0, 0])
      var estimator = rule.estimator(group.prompt)
      var lottery = try #require(estimator.lottery)
      for attempt in 0..<10_000 where lottery.variance(group) == 0 {
        let prompt = Self.world(.twoTokens, 30 + attempt / 100)
        group = TokenGroup(prompt, outcomes: (0..<4).map { _ in stream.index(below: prompt.outcomeCount) })
        estimator = rule.estimator(prompt)
        lottery = try #require(estimator.lottery)
      }
      let variance = lottery.variance(group)
      try #require(variance > 0)
      let mean = Self.estimate(group, estimator.rule)
      var distances = Moments()
      for replicate in 0..<20_000 {
        let own = RandomStream(StreamKey(seed: 9, claim: "clip-cov-draws").replicate(replicate))
        let draw = lottery.draw
        let drawn = Self.estimate(group) { draw($0, $1, own) }
        distances.add(zip(drawn, mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) })
      }
      // Two candidates are equally far from their mean: then there is no spread to test with, only rounding.
      if distances.estimate.standardError < 1e-12 {
        #expect(abs(distances.estimate.value / variance - 1) < 1e-12)
      } else {
        expectMean(distances, equals: variance, detectable: 0.1 * variance)
      }
    }
  }

  /// Σ A s/G of a group.
  static func estimate(_ group: TokenGroup, _ rule: @escaping TokenRule) -> [Double] {
    let prompt = group.prompt
    let advantages = TokenTupleOracle.advantages(prompt, outcomes: group.outcomes, rule: rule)
    var result = [Double](repeating: 0, count: prompt.dimension)
    group.forEachToken { index, _, token in
      let start = token.block * prompt.vocabulary
      for j in 0..<prompt.vocabulary {
        result[start + j] +=
          advantages[index] * prompt.scores[(start + token.action) * prompt.vocabulary + j]
          / Double(group.count)
      }
    }
    return result
  }

  /// On-policy nothing is priced and nothing clipped, in any group.
  @Test func klCovAndTheClipRangesAreTheIdentityOnPolicy() {
    let prompt = Self.world(.twoTokens, 14)
    let rules = ModulatedRule.rivals(Self.specification).filter(\.isIdentityOnPolicy)
    #expect(rules.count == 6)
    var stream = RandomStream(StreamKey(seed: 10, claim: "identities"))
    for _ in 0..<50 {
      let outcomes = (0..<4).map { _ in stream.index(below: 9) }
      for rule in rules {
        let own = TokenTupleOracle.advantages(prompt, outcomes: outcomes, rule: rule.tokens(prompt))
        let plain = TokenTupleOracle.advantages(
          prompt, outcomes: outcomes, rule: rule.unmodulated.tokens(prompt))
        #expect(own == plain, "\(rule.name)")
      }
    }
  }

  @Test func everyRuleHasANameOfItsOwn() {
    let names = ModulatedRule.all(Self.specification).map(\.name)
    #expect(Set(names).count == names.count && !names.contains(""))
  }

  @Test func confidentWorldsAreConfident() {
    var stream = RandomStream(StreamKey(seed: 8, claim: "confident"))
    let specification = ModulationReducesVariance.registered
    for worlds in ModulationReducesVariance.families where worlds.confidence == .highAndCorrect {
      for _ in 0..<20 {
        let prompt = worlds.draw(specification, &stream).prompt
        let limit =
          specification.value("confident_entropy_share")
          * TokenBatch.largestEntropy(vocabulary: prompt.vocabulary)
        #expect(prompt.tokens.allSatisfy { $0.entropy <= limit })
        let likeliest = prompt.probabilities.indices.max {
          prompt.probabilities[$0] < prompt.probabilities[$1]
        }
        #expect(likeliest.map { prompt.rewards[$0] } == 1)
      }
    }
  }
}
