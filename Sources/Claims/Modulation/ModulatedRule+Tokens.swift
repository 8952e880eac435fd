import Estimators
import Modulation

extension ModulatedRule {
  /// The rule as the oracles and the simulation take it, for groups of `prompt`.
  ///
  /// Rewards are 0 or 1. The single-token functions are used, which allocate nothing; a test holds them to `AdvantageModulation.factors` on a `TokenBatch`.
  func tokens(_ prompt: TokenPrompt) -> TokenRule {
    let fill = advantage.rule(successProbability: prompt.successProbability)
    switch modulation {
    case .none: return fill
    case .compensation(let strength):
      let form = GradientCompensation(strength: strength)
      return { group, advantages in
        fill(group, advantages)
        Self.compensate(group, advantages, range: Self.entropyRange(group), form)
      }
    case .fixedCompensation(let strength):
      let form = GradientCompensation(strength: strength)
      let range = EntropyRange(vocabulary: prompt.vocabulary)
      return { group, advantages in
        fill(group, advantages)
        Self.compensate(group, advantages, range: range, form)
      }
    case .stabilisation(let form):
      return { group, advantages in
        fill(group, advantages)
        Self.stabilise(group, advantages, form, strength: nil)
      }
    case .published(let strength, let form):
      let compensation = GradientCompensation(strength: strength)
      return { group, advantages in
        fill(group, advantages)
        Self.stabilise(group, advantages, form, strength: compensation)
      }
    case .released5:
      return { group, advantages in
        fill(group, advantages)
        Self.release(group, advantages, .mode5, .mode5)
      }
    case .released6:
      return { group, advantages in
        fill(group, advantages)
        Self.release(group, advantages, .mode6, .mode6)
      }
    case .stateBaseline(let shrinkage):
      let rule = ScoreWeightedStateBaseline(shrinkage: shrinkage)
      return { group, advantages in
        let values = rule.advantages(
          rewards: (0..<group.count).map(group.reward), responses: group.map { response, _ in response },
          prompts: [Int](repeating: 0, count: group.tokenCount),
          states: group.map { _, token in token.state },
          squaredScoreNorms: group.map { _, token in token.squaredScoreNorm })
        for (index, value) in values.enumerated() { advantages[index] = value }
      }
    case .probability:
      return { group, advantages in
        fill(group, advantages)
        group.forEachToken { index, _, token in advantages[index] *= token.probability }
      }
    case .constant(let factor):
      return { group, advantages in
        fill(group, advantages)
        for index in advantages.indices { advantages[index] *= factor }
      }
    // The bonus is added to the gradient and not to advantages: see `estimator(_:)`.
    case .entropyBonus: return fill
    case .forkTokens, .entropyAdvantages, .clipCov, .klCov, .clip, .twoValues: return rivalTokens(fill)
    }
  }

  /// The smallest and the largest entropy of the group's tokens.
  private static func entropyRange(_ group: TokenGroup) -> EntropyRange? {
    var lowest = Double.infinity
    var highest = -Double.infinity
    group.forEachToken { _, _, token in
      lowest = min(lowest, token.entropy)
      highest = max(highest, token.entropy)
    }
    return try? EntropyRange(lowest: lowest, highest: highest)
  }

  private static func compensate(
    _ group: TokenGroup, _ advantages: UnsafeMutableBufferPointer<Double>, range: EntropyRange?,
    _ form: GradientCompensation
  ) {
    guard let range else { return }
    group.forEachToken { index, _, token in
      advantages[index] *= form.factor(entropy: token.entropy, advantage: advantages[index], range: range)
    }
  }

  /// The exact |ΔH| of a token; on-policy the coefficient ξ is the advantage.
  private static func magnitude(_ token: TokenDraw, _ advantage: Double) -> Double {
    EntropyChange.firstOrder(
      weightedDeviation: token.weightedDeviation, expectation: token.expectedWeightedDeviation,
      coefficient: advantage
    ).magnitude
  }

  /// β_stab relative to the largest |ΔH| at the same position, and β_comp before it where `strength` is given.
  ///
  /// Both read the advantage before modulation.
  private static func stabilise(
    _ group: TokenGroup, _ advantages: UnsafeMutableBufferPointer<Double>, _ form: UpdateStabilisation,
    strength: GradientCompensation?
  ) {
    let range = strength == nil ? nil : entropyRange(group)
    var longest = 0
    for response in 0..<group.count { longest = max(longest, group.range(response).count) }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(longest, 1)) { largest in
      largest.initialize(repeating: 0)
      group.forEachToken { index, _, token in
        largest[token.position] = max(largest[token.position], magnitude(token, advantages[index]))
      }
      group.forEachToken { index, _, token in
        let advantage = advantages[index]
        var factor = form.factor(magnitude: magnitude(token, advantage), largest: largest[token.position])
        if let strength, let range {
          factor *= strength.factor(entropy: token.entropy, advantage: advantage, range: range)
        }
        advantages[index] = advantage * factor
      }
    }
  }

  /// Both released factors; |ΔH| relative to the response's own mean, as `EntropyChangeAsReleased` has it.
  private static func release(
    _ group: TokenGroup, _ advantages: UnsafeMutableBufferPointer<Double>,
    _ compensation: GradientCompensationAsReleased, _ stabilisation: UpdateStabilisationAsReleased
  ) {
    guard let range = entropyRange(group) else { return }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: advantages.count) { magnitudes in
      var largest = 0.0
      var index = 0
      for response in 0..<group.count {
        let places = group.range(response)
        var sum = 0.0
        for place in places { sum += group.prompt.tokens[place].weightedDeviation }
        let mean = sum / Double(max(places.count, 1))
        for place in places {
          // A response of one token is its own mean: 0 however that was rounded.
          magnitudes[index] =
            places.count > 1
            ? EntropyChange.firstOrder(
              weightedDeviation: group.prompt.tokens[place].weightedDeviation, expectation: mean,
              coefficient: advantages[index]
            ).magnitude : 0
          largest = max(largest, magnitudes[index])
          index += 1
        }
      }
      group.forEachToken { index, _, token in
        let advantage = advantages[index]
        advantages[index] =
          advantage * compensation.factor(entropy: token.entropy, advantage: advantage, range: range)
          * stabilisation.factor(magnitude: magnitudes[index], largest: largest)
      }
    }
  }
}

extension ModulatedRule.Advantage {
  /// The same advantage for every token of a response, for rewards 0 and 1.
  func rule(successProbability p: Double) -> TokenRule {
    { group, advantages in
      var successes = 0.0
      for response in 0..<group.count { successes += group.reward(response) }
      let size = Double(group.count)
      // The deviation is √(k(G − k))/G, and which groups have one is decided from the count.
      let isMixed = successes > 0 && successes < size
      let inverse = isMixed ? 1 / (successes * (size - successes)).squareRoot() : 0
      group.forEachToken { index, response, _ in
        let reward = group.reward(response)
        switch self {
        case .value: advantages[index] = reward - p
        case .leaveOneOut:
          advantages[index] = isMixed ? (reward * size - successes) / (size - 1) : 0
        case .grpo: advantages[index] = (reward * size - successes) * inverse
        }
      }
    }
  }
}
