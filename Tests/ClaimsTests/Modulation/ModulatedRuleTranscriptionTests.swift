import Estimators
import Foundation
import Modulation
import Statistics
import Testing

@testable import Claims

/// Every rule written out once more from its formula, on arrays of probabilities, over all ordered groups.
///
/// The claims' Monte Carlo and enumeration share `ModulatedRule` and the scores of `TokenPrompt`; nothing here goes through either, nor through `Modulation`.
@Suite struct ModulatedRuleTranscriptionTests {
  /// K = 3, T = 2, every prefix with its own distribution.
  static let first = [0.5, 0.3, 0.2]
  static let second = [[0.7, 0.2, 0.1], [0.1, 0.45, 0.45], [0.25, 0.05, 0.7]]
  static let rewards: [Double] = [1, 0, 0, 0, 1, 1, 0, 1, 0]
  static let group = 3

  /// A token: its state (0, or 1 + first token), its action, its position.
  struct Token {
    let state: Int
    let action: Int
    let position: Int
    var pi: [Double] { state == 0 ? first : second[state - 1] }
    var entropy: Double { -pi.reduce(0) { $0 + $1 * log($1) } }
    /// π_a (log π_a + H).
    func weighted(_ a: Int) -> Double { pi[a] * (log(pi[a]) + entropy) }
    /// Σ_a π_a · π_a Λ_a.
    var expectation: Double { (0..<3).reduce(0) { $0 + pi[$1] * weighted($1) } }
    var score: [Double] { (0..<3).map { ($0 == action ? 1 : 0) - pi[$0] } }
    var squaredNorm: Double { score.reduce(0) { $0 + $1 * $1 } }
  }

  static func tokens(_ outcome: Int) -> [Token] {
    [
      Token(state: 0, action: outcome / 3, position: 0),
      Token(state: 1 + outcome / 3, action: outcome % 3, position: 1),
    ]
  }

  static let probabilities = (0..<9).map { first[$0 / 3] * second[$0 / 3][$0 % 3] }
  static let success = zip(probabilities, rewards).reduce(0) { $0 + $1.0 * $1.1 }

  static func plain(_ advantage: ModulatedRule.Advantage, _ rewards: [Double]) -> [Double] {
    let size = Double(rewards.count)
    let mean = rewards.reduce(0, +) / size
    switch advantage {
    case .value: return rewards.map { $0 - success }
    case .leaveOneOut:
      return rewards.indices.map { own in
        rewards[own] - rewards.indices.filter { $0 != own }.reduce(0) { $0 + rewards[$1] } / (size - 1)
      }
    case .grpo:
      let deviation = (rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / size).squareRoot()
      return rewards.map { rewards.allSatisfy { $0 == rewards[0] } ? 0 : ($0 - mean) / deviation }
    }
  }

  static func sigmoid(_ x: Double, _ floor: Double, _ steepness: Double, _ centre: Double) -> Double {
    floor + (1 - floor) / (1 + exp(steepness * (x - centre)))
  }

  /// A β of every token of a group: `[response][position]`.
  static func modulated(_ rule: ModulatedRule, _ outcomes: [Int]) -> [[Double]] {
    let responses = outcomes.map(tokens)
    let rewards = outcomes.map { Self.rewards[$0] }
    let advantages = plain(rule.advantage, rewards)
    let entropies = responses.flatMap { $0.map(\.entropy) }
    let lowest = entropies.min() ?? .nan
    let highest = entropies.max() ?? .nan
    func each(_ value: (_ i: Int, _ t: Int) -> Double) -> [[Double]] {
      responses.indices.map { i in (0..<2).map { value(i, $0) } }
    }
    func compensation(_ alpha: Double, _ low: Double, _ high: Double, _ epsilon: Double, _ i: Int, _ t: Int)
      -> Double
    {
      let width = high - low + epsilon
      guard advantages[i] > 0, width > 0 else { return 1 }
      return 1 + alpha * (high - responses[i][t].entropy) / width
    }
    // |A (π_a Λ_a − Σ π² Λ)|.
    func exact(_ i: Int, _ t: Int) -> Double {
      let token = responses[i][t]
      return abs(advantages[i] * (token.weighted(token.action) - token.expectation))
    }
    func stabilisation(_ form: UpdateStabilisation, _ i: Int, _ t: Int) -> Double {
      let largest = responses.indices.map { exact($0, t) }.max() ?? 0
      return sigmoid(largest > 0 ? exact(i, t) / largest : 0, form.floor, form.steepness, form.centre)
    }
    // |A (π_a Λ_a − its mean over the response)|, relative to the largest of the group.
    func released(_ i: Int, _ t: Int) -> Double {
      let values = responses[i].map { $0.weighted($0.action) }
      return abs(advantages[i] * (values[t] - (values[0] + values[1]) / 2))
    }
    func release(_ alpha: Double, _ centre: Double, _ i: Int, _ t: Int) -> Double {
      let largest = responses.indices.flatMap { j in (0..<2).map { released(j, $0) } }.max() ?? 0
      return compensation(alpha, lowest, highest, 1e-8, i, t)
        * sigmoid(released(i, t) / (largest + 1e-8), 0.6, 50, centre)
    }
    switch rule.modulation {
    case .none: return each { i, _ in advantages[i] }
    case .compensation(let alpha):
      return each { i, t in advantages[i] * compensation(alpha, lowest, highest, 0, i, t) }
    case .fixedCompensation(let alpha):
      return each { i, t in advantages[i] * compensation(alpha, 0, log(3), 0, i, t) }
    case .stabilisation(let form): return each { i, t in advantages[i] * stabilisation(form, i, t) }
    case .published(let alpha, let form):
      return each { i, t in
        advantages[i] * compensation(alpha, lowest, highest, 0, i, t) * stabilisation(form, i, t)
      }
    case .released5: return each { i, t in advantages[i] * release(0.4, 0.9, i, t) }
    case .released6: return each { i, t in advantages[i] * release(0.2, 0.99, i, t) }
    case .stateBaseline(let shrinkage):
      return each { i, t in
        let others = responses.indices.filter { $0 != i }
        let mean = others.reduce(0) { $0 + rewards[$1] } / Double(others.count)
        let visits = others.filter { responses[$0][t].state == responses[i][t].state }
        let weight = visits.reduce(0) { $0 + responses[$1][t].squaredNorm }
        let sum = visits.reduce(0) { $0 + responses[$1][t].squaredNorm * rewards[$1] }
        return rewards[i] - (sum + shrinkage * mean) / (weight + shrinkage)
      }
    case .probability: return each { i, t in advantages[i] * responses[i][t].pi[responses[i][t].action] }
    case .constant(let factor): return each { i, _ in advantages[i] * factor }
    case .forkTokens, .entropyAdvantages, .klCov, .clip, .entropyBonus, .twoValues, .clipCov:
      return RivalTranscription.advantages(rule, responses, rewards, advantages)
    }
  }

  /// Mean and covariance trace over all 9³ ordered groups.
  static func moments(_ rule: ModulatedRule) -> (mean: [Double], trace: Double) {
    var estimates: [(weight: Double, value: [Double])] = []
    for index in 0..<729 {
      let outcomes = [index / 81, index / 9 % 9, index % 9]
      let plain = modulated(rule, outcomes)
      // Without a draw there is one way to write the advantages.
      let draws = RivalTranscription.draws(rule, outcomes.map(tokens), plain) ?? [plain]
      for advantages in draws {
        var estimate = [Double](repeating: 0, count: 12)
        for (i, outcome) in outcomes.enumerated() {
          for token in tokens(outcome) {
            let added = RivalTranscription.addition(rule, token)
            for (j, value) in token.score.enumerated() {
              estimate[3 * token.state + j] +=
                (advantages[i][token.position] * value + added[j]) / Double(group)
            }
          }
        }
        estimates.append((outcomes.reduce(1) { $0 * probabilities[$1] } / Double(draws.count), estimate))
      }
    }
    var mean = [Double](repeating: 0, count: 12)
    for (weight, value) in estimates { for j in 0..<12 { mean[j] += weight * value[j] } }
    let trace = estimates.reduce(0) { sum, entry in
      sum + entry.weight * zip(entry.value, mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    return (mean, trace)
  }

  /// Sums of 729 terms of order one; the sigmoid multiplies the rounding of a ratio by up to γ/4: 10⁻¹¹ of the trace and 10⁻¹³ of the mean cover both.
  @Test func everyRuleIsItsFormula() throws {
    let prompt = try #require(
      TokenWorlds(shape: .twoTokens).prompt(rows: [Self.first] + Self.second, rewards: Self.rewards))
    let specification = ModulationUnbiased.registered
    var rules = ModulatedRule.all(specification)
    rules += ModulatedRule.decays(specification).map {
      ModulatedRule(advantage: .grpo, modulation: .stabilisation($0))
    }
    rules += [
      ModulatedRule(advantage: .leaveOneOut, modulation: .probability),
      ModulatedRule(advantage: .leaveOneOut, modulation: .constant(0.5)),
      ModulatedRule(advantage: .leaveOneOut, modulation: .stateBaseline(shrinkage: 0.25)),
    ]
    var traces: Set<Double> = []
    for rule in rules {
      let fast = TokenGroupOracle.moments(prompt, group: Self.group, estimator: rule.estimator(prompt))
      let slow = Self.moments(rule)
      #expect(abs(fast.covarianceTrace / slow.trace - 1) <= 1e-11, "\(rule.name)")
      for (a, b) in zip(fast.mean, slow.mean) { #expect(abs(a - b) <= 1e-13, "\(rule.name)") }
      traces.insert((1e9 * slow.trace).rounded())
    }
    // The world tells the rules apart, which it must for the comparison to mean anything: only mode 5's constants appear twice, and what is the identity on-policy.
    #expect(rules.count { $0.isIdentityOnPolicy } == 6)
    #expect(traces.count == rules.count - 1 - 6)
  }

  /// The gradient, by a central difference of the success probability in every logit.
  ///
  /// The third derivative times h² is 10⁻¹⁰, rounding 10⁻¹⁶/h the same.
  @Test func theGradientIsTheDerivativeOfTheSuccessProbability() throws {
    let prompt = try #require(
      TokenWorlds(shape: .twoTokens).prompt(rows: [Self.first] + Self.second, rewards: Self.rewards))
    func success(_ parameter: Int, _ step: Double) -> Double {
      var logits = ([Self.first] + Self.second).map { $0.map { log($0) } }
      logits[parameter / 3][parameter % 3] += step
      let rows = logits.map { row in
        let weights = row.map { exp($0) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
      }
      var sum = 0.0
      for outcome in 0..<9 {
        let probability: Double = rows[0][outcome / 3] * rows[1 + outcome / 3][outcome % 3]
        sum += probability * Self.rewards[outcome]
      }
      return sum
    }
    for parameter in 0..<12 {
      let slope = (success(parameter, 1e-5) - success(parameter, -1e-5)) / 2e-5
      #expect(abs(prompt.gradient[parameter] - slope) < 1e-9)
    }
  }
}
