import Foundation
import Modulation
import Statistics
import Testing
import _TestSupport

/// The score-weighted baseline of each state: values by hand, its limit, and its bias by enumeration.
@Suite struct StateBaselineTests {
  /// By hand, κ = 1: R = (1, 0, 1), all three in state 0 with w = (1, 2, 3), the second alone in state 1, the third twice in state 2 (own tokens do not count).
  ///
  /// State 0: b₁ = (2·0 + 3·1 + .5)/(5 + 1) = 3.5/6; b₂ = (1 + 3 + 1)/(4 + 1) = 1; b₃ = (1 + 0 + .5)/(3 + 1) = .375. Elsewhere b is the others' mean: 1 for the second, .5 for the third.
  @Test func byHand() {
    let advantages = ScoreWeightedStateBaseline(shrinkage: 1).advantages(
      rewards: [1, 0, 1], responses: [0, 1, 2, 1, 2, 2], prompts: [0, 0, 0, 0, 0, 0],
      states: [0, 0, 0, 1, 2, 2], squaredScoreNorms: [1, 2, 3, 5, 7, 11])
    for (value, expected) in zip(advantages, [1 - 3.5 / 6, -1, 0.625, -1, 0.5, 0.5]) {
      #expect(isClose(value, expected))
    }
  }

  /// Responses to another prompt do not enter the mean; a prompt with one response gets 0.
  @Test func promptsAreSeparate() {
    let advantages = ScoreWeightedStateBaseline(shrinkage: 2).advantages(
      rewards: [1, 0, 1, 5], responses: [0, 1, 2, 3], prompts: [0, 0, 1, 1], states: [0, 1, 2, 3],
      squaredScoreNorms: [1, 1, 1, 1])
    #expect(advantages == [1, -1, -4, 4])
    let alone = ScoreWeightedStateBaseline().advantages(
      rewards: [1, 0, 1], responses: [0, 1, 2], prompts: [0, 1, 1], states: [0, 1, 1],
      squaredScoreNorms: [1, 0, 1])
    // The third's b: (0 · 0 + 1 · 0)/(0 + 1) = 0; the second's: (1 + 1)/(1 + 1) = 1.
    #expect(alone == [0, -1, 1])
    #expect(
      ScoreWeightedStateBaseline().advantages(
        rewards: [], responses: [], prompts: [], states: [], squaredScoreNorms: []) == [])
  }

  /// |b − m| ≤ W/(W + κ) · range of the rewards, W the sum of the others' weights; 16 units for the quotient and the mean.
  @Test func aLargeShrinkageIsLeaveOneOut() {
    for key in RandomPolicies.keys(100, claim: "baseline-limit-tests") {
      var stream = RandomStream(key)
      let size = 2 + stream.index(below: 8)
      let rewards = (0..<size).map { _ in Double(stream.index(below: 2)) }
      let norms = (0..<size).map { _ in 2 * stream.uniform() }
      let zeros = [Int](repeating: 0, count: size)
      for shrinkage in [1e3, 1e6, 1e18, 1e300] {
        let advantages = ScoreWeightedStateBaseline(shrinkage: shrinkage).advantages(
          rewards: rewards, responses: Array(0..<size), prompts: zeros, states: zeros,
          squaredScoreNorms: norms)
        for response in 0..<size {
          let mean = (rewards.reduce(0, +) - rewards[response]) / Double(size - 1)
          let weight = norms.reduce(0, +) - norms[response]
          let tolerance = weight / (weight + shrinkage) + 16 * RandomPolicies.unit
          #expect(
            abs(advantages[response] - (rewards[response] - mean)) <= tolerance, "\(key), κ = \(shrinkage)")
        }
      }
    }
  }

  // MARK: - Enumeration

  /// Two tokens from two: a root state and one state after either first token; every response has a reward.
  struct World {
    /// The probability of token 1 in the root, after 0, after 1.
    var probabilities: [Double]
    /// The rewards of 00, 01, 10, 11.
    var rewards: [Double]

    func states(_ response: Int) -> [Int] { [0, 1 + response / 2] }
    func tokens(_ response: Int) -> [Int] { [response / 2, response % 2] }
    func probability(_ response: Int) -> Double {
      zip(states(response), tokens(response)).reduce(1) {
        $0 * ($1.1 == 1 ? probabilities[$1.0] : 1 - probabilities[$1.0])
      }
    }
    /// ∂ log π/∂z of the logit of token 1; that of token 0 is its negative.
    func score(state: Int, token: Int) -> Double { Double(token) - probabilities[state] }

    /// ∇ of the expected reward, one component for each state.
    var gradient: [Double] {
      var result = [0.0, 0, 0]
      for response in 0..<4 {
        for (state, token) in zip(states(response), tokens(response)) {
          result[state] += probability(response) * rewards[response] * score(state: state, token: token)
        }
      }
      return result
    }

    /// The expectation of (1/G) Σ_i A_{i,x} s_{i,x} over all groups of `size` responses; the advantages are a function of the tokens.
    func expectation(
      size: Int,
      _ advantages: (_ rewards: [Double], _ responses: [Int], _ states: [Int], _ norms: [Double]) -> [Double]
    ) -> [Double] {
      var result = [0.0, 0, 0]
      var number = 1
      for _ in 0..<size { number *= 4 }
      for tuple in 0..<number {
        let group = (0..<size).map { (tuple >> (2 * $0)) & 3 }
        let weight = group.reduce(1) { $0 * probability($1) }
        let owners = (0..<size).flatMap { [$0, $0] }
        let visited = group.flatMap { states($0) }
        let scores = zip(visited, group.flatMap { tokens($0) }).map { score(state: $0, token: $1) }
        // ‖e_a − π‖² has both logits' components, equal but for sign.
        let values = advantages(group.map { rewards[$0] }, owners, visited, scores.map { 2 * $0 * $0 })
        for (token, state) in visited.enumerated() {
          result[state] += weight * values[token] * scores[token] / Double(size)
        }
      }
      return result
    }
  }

  static func worlds(_ count: Int) -> [(key: StreamKey, world: World)] {
    RandomPolicies.keys(count, claim: "baseline-bias-tests").map { key in
      var stream = RandomStream(key)
      return (
        key,
        World(
          probabilities: (0..<3).map { _ in 0.02 + 0.96 * stream.uniform() },
          rewards: (0..<4).map { _ in stream.normal() })
      )
    }
  }

  /// At most 64 groups of 6 tokens, each a few units of the largest reward, of size below 5: 10⁻¹² bounds 64 · 6 · 16 units with room for both sums.
  static let tolerance = 1e-12

  @Test(arguments: [2, 3])
  func theGradientIsUnbiasedForEveryShrinkage(size: Int) {
    for (key, world) in Self.worlds(25) {
      for shrinkage in [1e-3, 1, 1e6] {
        let rule = ScoreWeightedStateBaseline(shrinkage: shrinkage)
        let mean = world.expectation(size: size) { rewards, responses, states, norms in
          rule.advantages(
            rewards: rewards, responses: responses, prompts: responses.map { _ in 0 }, states: states,
            squaredScoreNorms: norms)
        }
        for (value, expected) in zip(mean, world.gradient) {
          #expect(abs(value - expected) <= Self.tolerance, "\(key), κ = \(shrinkage): \(mean)")
        }
      }
    }
  }

  /// The same baseline with the own response in it: the enumeration finds its bias in every world, far above its tolerance.
  @Test(arguments: [2, 3])
  func withTheOwnResponseItIsBiased(size: Int) {
    for (key, world) in Self.worlds(25) {
      let mean = world.expectation(size: size) { rewards, _, states, norms in
        let groupMean = rewards.reduce(0, +) / Double(rewards.count)
        return states.indices.map { token in
          var (weighted, weight) = (groupMean, 1.0)
          for other in states.indices where states[other] == states[token] {
            weighted += norms[other] * rewards[other / 2]
            weight += norms[other]
          }
          return rewards[token / 2] - weighted / weight
        }
      }
      let bias = zip(mean, world.gradient).map { abs($0 - $1) }.max() ?? 0
      #expect(bias > 1e-3, "\(key): \(bias)")
    }
  }
}
