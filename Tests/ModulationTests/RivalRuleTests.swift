import Foundation
import Modulation
import Statistics
import Testing
import _TestSupport

/// Entropy advantages, entropy bonus, W-REINFORCE, and the indicator that costs nothing.
@Suite struct RivalRuleTests {
  // MARK: - Entropy advantages

  /// By hand, α = .4, κ = 2: 1 + min(.4, .5); 1 + min(.8, .5); −1 + min(.4, .5); −1 + min(.8, .5); 0.
  @Test func entropyAdvantagesByHand() throws {
    let batch = try TokenBatch(
      logProbabilities: [-1, -1, -1, -1, -1, -1], entropies: [1, 2, 1, 2, 3, 2],
      advantages: [1, 1, -1, -1, 0, 1], sequences: [0, 0, 0, 0, 0, 0],
      isValid: [true, true, true, true, true, false])
    let advantages = EntropyAdvantages.groupRelative.advantages(batch)
    for (value, expected) in zip(advantages, [1.4, 1.5, -0.6, -0.5, 0, 1]) {
      #expect(isClose(value, expected))
    }
    #expect(EntropyAdvantages.proximal.strength == 0.1 && EntropyAdvantages.proximal.cap == 2)
    #expect(EntropyAdvantages.groupRelative.advantage(entropy: 0, advantage: -3) == -3)
  }

  @Test func entropyAdvantagesNeverFlipASign() {
    for key in RandomPolicies.keys(2000, claim: "entropy-advantage-tests") {
      var stream = RandomStream(key)
      let rule = EntropyAdvantages(strength: exp(4 * stream.normal()), cap: 1 + exp(3 * stream.normal()))
      let advantage = stream.normal() * exp(20 * stream.normal())
      let value = rule.advantage(entropy: 12 * stream.uniform(), advantage: advantage)
      // Near κ = 1 a negative advantage may be rounded to 0, but not past it.
      #expect(advantage > 0 ? value >= advantage : value <= 0 && value >= advantage, "\(key): \(advantage)")
      #expect(value <= advantage + advantage.magnitude / rule.cap, "\(key)")
    }
  }

  // MARK: - Entropy bonus

  @Test func theEntropyBonusFollowsTheEntropyGradient() throws {
    for policy in RandomPolicies.policies(50, claim: "bonus-tests") {
      let gradient = EntropyBonus(coefficient: 0.25).gradient(policy.distribution)
      #expect(gradient == EntropyChange.gradient(policy.distribution).map { 0.25 * $0 }, "\(policy.name)")
      // A small step along it raises the entropy by step · ‖∇‖² to first order; the remainder is bounded by step² · R² times (1 + log K) · 2.
      let step = 1e-5
      let change = FiniteEntropyChange.value(policy.distribution, displacement: gradient.map { step * $0 })
      let slope = gradient.reduce(0) { $0 + $1 * $1 } / 0.25
      let range = (gradient.max() ?? 0) - (gradient.min() ?? 0)
      let remainder = 2 * step * step * range * range * (1 + log(Double(gradient.count)))
      #expect(abs(change - step * slope) <= remainder + 1e-20, "\(policy.name)")
    }
    let batch = try TokenBatch(
      logProbabilities: [-1, -1, -1], entropies: [1, 2, 100], advantages: [1, 1, 1], sequences: [0, 0, 0],
      isValid: [true, true, false])
    #expect(EntropyBonus(coefficient: 0.001).loss(batch) == -0.0015)
    #expect(
      EntropyBonus(coefficient: 1).loss(
        try TokenBatch(logProbabilities: [], entropies: [], advantages: [], sequences: [])) == 0)
  }

  /// The gradient of −log π_a is −(e_a − π), of mean 0: the code that never runs would do nothing in expectation.
  ///
  /// 2K + 8 units of terms below 1.
  @Test func surprisalInsteadOfEntropyHasNoEffectOnAverage() {
    for policy in RandomPolicies.policies(100, claim: "surprisal-tests") {
      let size = policy.logits.count
      var mean = [Double](repeating: 0, count: size)
      for (action, p) in policy.distribution.probabilities.enumerated() {
        let gradient = EntropyBonus(coefficient: 1).surprisalGradient(policy.distribution, action: action)
        for index in 0..<size { mean[index] += p * gradient[index] }
        let norm = gradient.reduce(0) { $0 + $1 * $1 }
        #expect(
          isClose(norm, ScoreNorm.squared(policy.distribution, action: action), ulps: 32), "\(policy.name)")
      }
      let tolerance = Double(2 * size + 8) * RandomPolicies.unit
      #expect(mean.allSatisfy { abs($0) <= tolerance }, "\(policy.name): \(mean)")
    }
  }

  // MARK: - W-REINFORCE

  @Test func weightedReinforceByHand() throws {
    #expect(try WeightedReinforce.weighted.advantages(rewards: [1, 0, 1]) == [0.1, -1, 0.1])
    #expect(try WeightedReinforce.positiveOnly.advantages(rewards: [1, 0, 1]) == [1, 0, 1])
    #expect(try WeightedReinforce.negativeOnly.advantages(rewards: [1, 0, 1]) == [0, -1, 0])
    #expect(try WeightedReinforce.positiveOnly.kept(rewards: [1, 0, 1]) == [true, false, true])
    #expect(try WeightedReinforce.negativeOnly.kept(rewards: [1, 0, 1]) == [false, true, false])
    #expect(try WeightedReinforce.weighted.kept(rewards: [1, 0]) == [true, true])
    #expect(try WeightedReinforce.weighted.advantages(rewards: []) == [])
    #expect(throws: ModulationError.outOfRange(name: "rewards", index: 1, value: 0.5, allowed: "be 0 or 1")) {
      _ = try WeightedReinforce.weighted.advantages(rewards: [1, 0.5])
    }
    #expect(throws: ModulationError.self) { _ = try WeightedReinforce.weighted.advantages(rewards: [.nan]) }
    #expect(throws: ModulationError.self) { _ = try WeightedReinforce.weighted.kept(rewards: [-1]) }
  }

  /// A = S (R − b), and therefore E[A ∇ log π] = S ∇p, whatever λ and μ: one state, some of whose tokens succeed.
  @Test func everySettingIsAScaleAndABaseline() throws {
    for (replicate, policy) in RandomPolicies.policies(100, claim: "weighted-tests").enumerated() {
      var stream = RandomStream(StreamKey(seed: 7, claim: "weighted-tests").replicate(replicate))
      let rules = [
        WeightedReinforce.weighted, .positiveOnly, .negativeOnly,
        WeightedReinforce(success: stream.uniform(), failure: 3 * stream.uniformOpen()),
      ]
      let rewards = policy.logits.map { _ in Double(stream.index(below: 2)) }
      let probabilities = policy.distribution.probabilities
      let pass = zip(probabilities, rewards).reduce(0) { $0 + $1.0 * $1.1 }
      for rule in rules {
        let advantages = try rule.advantages(rewards: rewards)
        for (advantage, reward) in zip(advantages, rewards) {
          #expect(
            abs(advantage - rule.scale * (reward - rule.baseline)) <= 4 * RandomPolicies.unit * rule.scale)
        }
        for index in probabilities.indices {
          var mean = 0.0
          for action in probabilities.indices {
            mean +=
              probabilities[action] * advantages[action] * ((action == index ? 1 : 0) - probabilities[index])
          }
          let expected = rule.scale * probabilities[index] * (rewards[index] - pass)
          let tolerance = Double(2 * rewards.count + 8) * RandomPolicies.unit * rule.scale
          #expect(abs(mean - expected) <= tolerance, "\(policy.name), \(rule)")
        }
      }
    }
    #expect(isClose(WeightedReinforce.weighted.baseline, 1 / 1.1))
  }

  // MARK: - 1 − π

  @Test func theIndicatorBoundsTheNorm() throws {
    for policy in RandomPolicies.policies(200, claim: "indicator-tests", vocabulary: 2...200) {
      let size = policy.logits.count
      for action in [0, size - 1] {
        let p = policy.distribution.probabilities[action]
        guard p > 0, p < 0.999 else { continue }
        let norm = ScoreNorm.squared(policy.distribution, action: action).squareRoot()
        // log p is off by half a unit of p, which moves 1 − p ≥ .001 by 1000 units relative to itself.
        let slack = Double(size + 2000) * 2 * RandomPolicies.unit
        for vocabulary in [nil, size] {
          let range = UpdateSizeIndicator.normRange(logProbability: log(p), vocabulary: vocabulary)
          #expect(
            norm >= range.lowerBound * (1 - slack) && norm <= range.upperBound * (1 + slack), "\(policy.name)"
          )
          #expect(range.upperBound <= UpdateSizeIndicator.largestRatio * range.lowerBound * (1 + 1e-15))
        }
      }
    }
    // By hand: log π = log .75: 1 − π = .25.
    #expect(isClose(UpdateSizeIndicator.value(logProbability: log(0.75)), 0.25))
    #expect(isClose(UpdateSizeIndicator.value(logProbability: -1e-20), 1e-20))
    #expect(UpdateSizeIndicator.normRange(logProbability: -1, vocabulary: 1) == 0...0)
    let two = UpdateSizeIndicator.normRange(logProbability: -1, vocabulary: 2)
    #expect(isClose(two.lowerBound, two.upperBound))
    let batch = try TokenBatch(
      logProbabilities: [0, -1, -1], entropies: [0, 1, 1], advantages: [1, 1, 1], sequences: [0, 0, 0],
      isValid: [true, true, false])
    #expect(UpdateSizeIndicator.values(batch) == [0, -expm1(-1), 0])
  }

  /// The entropy bounds no sampled token's norm: in states of ever lower entropy an improbable token keeps a norm of at least 1.
  @Test func aStateOfLowEntropyMayHoldALargeUpdate() {
    for exponent in 2...15 {
      let rare = pow(10, -Double(exponent))
      let distribution = NextTokenDistribution(normalised: [1 - rare, rare])
      // H ≤ r (1 − log r); 1 − r is a double that is off by half a unit of 1, and so is the entropy.
      #expect(distribution.entropy <= rare * (1 - log(rare)) + 2 * RandomPolicies.unit)
      #expect(ScoreNorm.squared(distribution, action: 1) >= 1)
    }
  }
}
