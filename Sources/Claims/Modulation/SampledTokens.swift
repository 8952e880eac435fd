import Estimators
import Foundation
import Modulation
import Statistics

/// Tokens drawn from states, with everything exact about each that token-level rules are judged by.
struct SampledTokens: Sendable {
  /// What the rules read.
  var batch: TokenBatch
  /// ‖e_a − π‖² of each token.
  var squaredNorms: [Double]
  /// 1 − Σπ² of each token's state.
  var expectedNorms: [Double]
  /// dH/dη = −A (π_a Λ_a − Σπ²Λ) of each token, on-policy.
  var entropyChanges: [Double]
  /// The state of each token.
  var states: [NextTokenDistribution]
  /// The place of each drawn token in its state.
  var actions: [Int]

  /// Tokens `actions` of `states`, with their labels.
  init(
    states: [NextTokenDistribution], actions: [Int], advantages: [Double], sequences: [Int], groups: [Int]
  ) throws(ModulationError) {
    self.states = states
    self.actions = actions
    squaredNorms = []
    expectedNorms = []
    entropyChanges = []
    var logProbabilities: [Double] = []
    for (index, state) in states.enumerated() {
      let action = actions[index]
      squaredNorms.append(ScoreNorm.squared(state, action: action))
      expectedNorms.append(ScoreNorm.expectedSquared(state))
      entropyChanges.append(
        EntropyChange.firstOrder(state, action: action, coefficient: advantages[index]))
      logProbabilities.append(log(state.probabilities[action]))
    }
    batch = try TokenBatch(
      logProbabilities: logProbabilities, entropies: states.map(\.entropy), advantages: advantages,
      sequences: sequences, groups: groups)
  }

  /// The sizes of a random batch.
  struct Sizes: Sendable {
    var prompts: Int
    var responses: Int
    var length: Int
  }

  /// A random batch: every token in a state of its own, GRPO advantages within each prompt.
  ///
  /// The number of successes among a prompt's responses is uniform on 1 … G − 1: a prompt without both kinds moves nothing.
  init(_ population: TokenStatePopulation, _ sizes: Sizes, stream: inout RandomStream) throws(ModulationError)
  {
    var states: [NextTokenDistribution] = []
    var actions: [Int] = []
    var advantages: [Double] = []
    var sequences: [Int] = []
    var groups: [Int] = []
    for prompt in 0..<sizes.prompts {
      let successes = 1 + stream.index(below: sizes.responses - 1)
      let values = GRPO().advantages(
        rewards: (0..<sizes.responses).map { $0 < successes ? 1 : 0 },
        lengths: [Int](repeating: sizes.length, count: sizes.responses))
      for response in 0..<sizes.responses {
        for _ in 0..<sizes.length {
          let state = NextTokenDistribution(normalised: population.probabilities(&stream))
          actions.append(Self.draw(state, &stream))
          states.append(state)
          advantages.append(values[response])
          sequences.append(prompt * sizes.responses + response)
          groups.append(prompt)
        }
      }
    }
    try self.init(
      states: states, actions: actions, advantages: advantages, sequences: sequences, groups: groups)
  }

  /// A token of `state` by inversion; rounding of the sum falls to the likeliest token, never to one of probability 0.
  static func draw(_ state: NextTokenDistribution, _ stream: inout RandomStream) -> Int {
    var left = stream.uniform()
    for (index, p) in state.probabilities.enumerated() {
      if left < p { return index }
      left -= p
    }
    return state.probabilities.indices.max { state.probabilities[$0] < state.probabilities[$1] } ?? 0
  }
}
