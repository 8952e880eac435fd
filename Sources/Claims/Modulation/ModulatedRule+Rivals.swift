import Estimators
import Modulation

/// The token rules and advantages of rivals, as trainers use them: examined beside the factors, no part of what the paper states.
///
/// A group has a handful of tokens, and Clip-Cov drops at least one however few there are: what is "two in ten thousand" in its paper is one in eight here, and the size of its bias with it; that there is
/// one does not depend on that.
///
/// All is on-policy as the factors are. There KL-Cov charges nothing (|log ρ| = 0 and so is its slope) and no range clips, so that these must be the identity.
extension ModulatedRule {
  /// The rivals that both claims examine, over leave-one-out, whose own mean is the gradient, and over GRPO, which most of them were published with.
  static func rivals(_ specification: ClaimSpecification) -> [ModulatedRule] {
    let modulations = rivalModulations(specification)
    let overAdvantages = [Advantage.leaveOneOut, .grpo].flatMap { advantage in
      modulations.map { ModulatedRule(advantage: advantage, modulation: $0) }
    }
    return overAdvantages + twoValued(specification)
  }

  /// What rivals do to tokens.
  static func rivalModulations(_ specification: ClaimSpecification) -> [Modulation] {
    let limits = specification.values("clip_cov_limits")
    return [
      .forkTokens(ForkTokensMask(fraction: specification.value("fork_fraction"))),
      .entropyAdvantages(
        EntropyAdvantages(
          strength: specification.value("bonus_strength"), cap: specification.value("bonus_cap"))),
      .clipCov(
        ClipCov(ratio: specification.value("clip_cov_ratio"), lower: limits[0], upper: limits[1])),
      .klCov(
        KLCov(
          ratio: specification.value("kl_cov_ratio"), coefficient: specification.value("kl_cov_coefficient"))),
      .clip(
        ClipIndicator(low: specification.value("clip_range"), high: specification.value("clip_range")),
        asReleased: false),
      .clip(
        ClipIndicatorAsReleased.indicator(
          configuredLow: specification.value("clip_range"), configuredHigh: specification.value("clip_range")),
        asReleased: true),
      .entropyBonus(EntropyBonus(coefficient: specification.value("entropy_coefficient"))),
    ]
  }

  /// W-REINFORCE and its two halves, then the halves with the responses of advantage 0 out of the denominator, as released.
  static func twoValued(_ specification: ClaimSpecification) -> [ModulatedRule] {
    let weights = zip(specification.values("reinforce_success"), specification.values("reinforce_failure"))
      .map {
        WeightedReinforce(success: $0, failure: $1)
      }
    let halves = weights.filter { $0.success == 0 || $0.failure == 0 }
    return (weights.map { ($0, false) } + halves.map { ($0, true) }).map { weights, drops in
      ModulatedRule(advantage: .value, modulation: .twoValues(weights, dropsZeros: drops))
    }
  }

  /// Whether it is a rival's rule.
  var isRival: Bool {
    switch modulation {
    case .forkTokens, .entropyAdvantages, .clipCov, .klCov, .clip, .entropyBonus, .twoValues: true
    default: false
    }
  }

  /// Whether on-policy it must leave every advantage as it is.
  var isIdentityOnPolicy: Bool {
    switch modulation {
    case .klCov, .clip: true
    default: false
    }
  }

  /// The name in tables; nil for other rules.
  var rivalName: String? {
    switch modulation {
    case .forkTokens: "\(advantage.rawValue)+fork-tokens"
    case .entropyAdvantages: "\(advantage.rawValue)+entropy-advantages"
    case .clipCov: "\(advantage.rawValue)+clip-cov"
    case .klCov: "\(advantage.rawValue)+kl-cov"
    case .clip(_, let asReleased): "\(advantage.rawValue)+clip\(asReleased ? "-as-released" : "")"
    case .entropyBonus: "\(advantage.rawValue)+entropy-bonus"
    case .twoValues(let weights, let drops):
      (weights.failure == 0 ? "psr" : weights.success == 0 ? "nsr" : "w-reinforce")
        + (drops ? "-as-released" : "")
    default: nil
    }
  }

  /// λ of E ĝ = λ ∇p on a prompt of success probability p, where that is proved; nil elsewhere.
  ///
  /// Two values are a scale and a constant baseline: λ = S. With the zeros out of the denominator the estimate is the mean score of the k successes, or 0 for k = 0: E = P(k ≥ 1) E[s | R = 1] and
  /// E[s | R = 1] = ∇p/p, so that λ = (1 − (1 − p)^G)/p times the value of a success; for failures (1 − p^G)/(1 − p).
  func provedScale(successProbability p: Double, group: Int) -> Double? {
    switch modulation {
    case .twoValues(let weights, let drops):
      func atLeastOne(_ chance: Double) -> Double {
        let none = (0..<group).reduce(1.0) { result, _ in result * (1 - chance) }
        return (1 - none) / chance
      }
      if drops, weights.failure == 0 { return weights.success * atLeastOne(p) }
      if drops, weights.success == 0 { return weights.failure * atLeastOne(1 - p) }
      return weights.scale
    default: return isUnbiasedByConstruction ? 1 : nil
    }
  }

  /// The whole estimator: the rule, with the draw of Clip-Cov and the gradient of the entropy bonus.
  func estimator(_ prompt: TokenPrompt) -> TokenEstimator {
    var estimator = TokenEstimator(rule: tokens(prompt))
    switch modulation {
    case .clipCov(let rule):
      estimator.lottery = Self.lottery(rule, advantage.rule(successProbability: prompt.successProbability))
    case .entropyBonus(let bonus): estimator.addition = Self.gradients(bonus, prompt)
    default: break
    }
    return estimator
  }

  /// A rival's rule after `fill`, which writes the plain advantages; for Clip-Cov its mean over the draw, `A (1 − n/N)` for each of N candidates of which n are drawn.
  ///
  /// Single-token functions where there are any, which allocate nothing; a test holds them to the batch functions that trainers call.
  func rivalTokens(_ fill: @escaping TokenRule) -> TokenRule {
    switch modulation {
    case .forkTokens(let mask):
      return { group, advantages in
        fill(group, advantages)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: advantages.count) { entropies in
          group.forEachToken { index, _, token in entropies.initializeElement(at: index, to: token.entropy) }
          guard let threshold = mask.threshold(entropies) else { return }
          group.forEachToken { index, _, token in
            if token.entropy < threshold { advantages[index] = 0 }
          }
        }
      }
    case .entropyAdvantages(let rule):
      return { group, advantages in
        fill(group, advantages)
        group.forEachToken { index, _, token in
          advantages[index] = rule.advantage(entropy: token.entropy, advantage: advantages[index])
        }
      }
    case .clipCov(let rule):
      return { group, advantages in
        fill(group, advantages)
        Self.withCandidates(group, advantages, rule) { candidates in
          guard !candidates.isEmpty else { return }
          let drawn = rule.drawn(candidates: candidates.count, valid: advantages.count)
          let kept = Double(candidates.count - drawn) / Double(candidates.count)
          for index in candidates { advantages[index] *= kept }
        }
      }
    case .klCov(let rule):
      return { group, advantages in
        fill(group, advantages)
        for (index, value) in rule.coefficients(Self.batch(group, advantages)).enumerated() {
          advantages[index] = value
        }
      }
    case .clip(let indicator, _):
      return { group, advantages in
        fill(group, advantages)
        for index in advantages.indices {
          advantages[index] = indicator.coefficient(ratio: 1, advantage: advantages[index])
        }
      }
    case .twoValues(let rule, let drops):
      guard let values = try? rule.advantages(rewards: [0, 1]) else {
        preconditionFailure("\(rule) has no advantage for the rewards 0 and 1")
      }
      let (failure, success) = (values[0], values[1])
      return { group, advantages in
        var successes = 0
        for response in 0..<group.count where group.reward(response) == 1 { successes += 1 }
        let kept = (success != 0 ? successes : 0) + (failure != 0 ? group.count - successes : 0)
        let scale = drops && kept > 0 ? Double(group.count) / Double(kept) : 1
        group.forEachToken { index, response, _ in
          advantages[index] = scale * (group.reward(response) == 1 ? success : failure)
        }
      }
    default: return fill
    }
  }

  /// Calls `body` with the places of Clip-Cov's candidates, whose contributions to the covariance are taken from the buffer of plain advantages.
  private static func withCandidates<Result>(
    _ group: TokenGroup, _ advantages: UnsafeMutableBufferPointer<Double>, _ rule: ClipCov,
    _ body: (Slice<UnsafeMutableBufferPointer<Int>>) -> Result
  ) -> Result {
    var meanAdvantage = 0.0
    var meanLogProbability = 0.0
    group.forEachToken { index, _, token in
      meanAdvantage += advantages[index]
      meanLogProbability += token.logProbability
    }
    meanAdvantage /= Double(advantages.count)
    meanLogProbability /= Double(advantages.count)
    return withUnsafeTemporaryAllocation(of: Int.self, capacity: advantages.count) { places in
      var count = 0
      group.forEachToken { index, _, token in
        let covariance = (advantages[index] - meanAdvantage) * (token.logProbability - meanLogProbability)
        if rule.isCandidate(covariance: covariance, advantage: advantages[index], ratio: 1) {
          places.initializeElement(at: count, to: index)
          count += 1
        }
      }
      return body(places[0..<count])
    }
  }

  /// The group as the batch rules read it.
  private static func batch(_ group: TokenGroup, _ advantages: UnsafeMutableBufferPointer<Double>)
    -> TokenBatch
  {
    guard
      let batch = try? TokenBatch(
        logProbabilities: group.map { _, token in token.logProbability },
        entropies: group.map { _, token in token.entropy }, advantages: Array(advantages),
        sequences: group.map { response, _ in response })
    else { preconditionFailure("a drawn token without a probability in \(group.outcomes)") }
    return batch
  }

  /// Clip-Cov's draw, and the variance that it adds.
  ///
  /// n of N vectors v_j = A_j s_j/G are drawn without replacement and left out: their sum has the covariance trace `n (1 − n/N) Σ_j ‖v_j − v̄‖²/(N − 1)`.
  private static func lottery(_ rule: ClipCov, _ fill: @escaping TokenRule) -> TokenEstimator.Lottery {
    TokenEstimator.Lottery(
      draw: { group, advantages, stream in
        fill(group, advantages)
        let keep = rule.keep(batch(group, advantages), stream: stream)
        for index in advantages.indices where !keep[index] { advantages[index] = 0 }
      },
      variance: { group in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: group.tokenCount) { advantages in
          advantages.initialize(repeating: 0)
          fill(group, advantages)
          return withCandidates(group, advantages, rule) { candidates in
            let drawn = rule.drawn(candidates: candidates.count, valid: advantages.count)
            guard drawn < candidates.count else { return 0 }
            let total = Double(candidates.count)
            let spread = spread(group, Array(candidates), advantages)
            return Double(drawn) * (1 - Double(drawn) / total) * spread / (total - 1)
          }
        }
      })
  }

  /// Σ_j ‖v_j − v̄‖² of the tokens at `places`, v_j = A_j s_j/G.
  private static func spread(
    _ group: TokenGroup, _ places: [Int], _ advantages: UnsafeMutableBufferPointer<Double>
  ) -> Double {
    let prompt = group.prompt
    let tokens = group.map { _, token in token }
    let vectors = places.map { place -> [Double] in
      var vector = [Double](repeating: 0, count: prompt.dimension)
      let start = tokens[place].block * prompt.vocabulary
      for j in 0..<prompt.vocabulary {
        let score = prompt.scores[(start + tokens[place].action) * prompt.vocabulary + j]
        vector[start + j] = advantages[place] * score / Double(group.count)
      }
      return vector
    }
    var sum = 0.0
    for j in 0..<prompt.dimension {
      let mean = vectors.reduce(0) { $0 + $1[j] } / Double(vectors.count)
      for vector in vectors { sum += (vector[j] - mean) * (vector[j] - mean) }
    }
    return sum
  }

  /// c ∂H/∂z of every block.
  private static func gradients(_ bonus: EntropyBonus, _ prompt: TokenPrompt) -> [Double] {
    var probabilities = [Double](repeating: 0, count: prompt.dimension)
    for token in prompt.tokens {
      probabilities[token.block * prompt.vocabulary + token.action] = token.probability
    }
    return stride(from: 0, to: prompt.dimension, by: prompt.vocabulary).flatMap {
      bonus.gradient(NextTokenDistribution(normalised: Array(probabilities[$0..<$0 + prompt.vocabulary])))
    }
  }
}
