import Foundation
import Modulation
import Statistics

/// Random next-token distributions, from nearly uniform to nearly certain, as pure functions of a key.
enum RandomPolicies {
  static let unit = 0x1p-53

  /// A policy with its logits, for comparisons that move the logits.
  struct Policy {
    var logits: [Double]
    var distribution: NextTokenDistribution
    var name: String
  }

  static func policies(_ count: Int, claim: String, vocabulary: ClosedRange<Int> = 2...12) -> [Policy] {
    (0..<count).map { replicate in
      let key = StreamKey(seed: 20_261_125, claim: claim).replicate(replicate)
      var stream = RandomStream(key)
      let size = Int.random(in: vocabulary, using: &stream)
      // Spreads from .1 (nearly uniform) to 6.3 (confident), evenly in their logarithm.
      let spread = pow(10, -1 + 1.8 * stream.uniform())
      let logits = (0..<size).map { _ in spread * stream.normal() }
      return Policy(
        logits: logits, distribution: NextTokenDistribution(normalised: softmax(logits)),
        name: "\(key), K = \(size), spread \(spread)")
    }
  }

  static func softmax(_ logits: [Double]) -> [Double] {
    let largest = logits.max() ?? 0
    let weights = logits.map { exp($0 - largest) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  /// log π_a of logits.
  static func logProbability(_ logits: [Double], _ action: Int) -> Double {
    let largest = logits.max() ?? 0
    return logits[action] - largest - log(logits.reduce(0) { $0 + exp($1 - largest) })
  }

  /// The entropy of logits as Σ π (−log π), each logarithm from the logits.
  static func entropy(_ logits: [Double]) -> Double {
    let largest = logits.max() ?? 0
    let logSum = log(logits.reduce(0) { $0 + exp($1 - largest) })
    return logits.reduce(0) { $0 - exp($1 - largest - logSum) * ($1 - largest - logSum) }
  }

  /// A bound of the rounding of `entropy` and `logProbability`.
  ///
  /// A logarithm is off by a few units of the range of the logits plus log K, and a sum of K terms by K units of its size.
  static func rounding(_ logits: [Double]) -> Double {
    let range = (logits.max() ?? 0) - (logits.min() ?? 0)
    return Double(logits.count + 10) * unit * (range + log(Double(logits.count)) + 1)
  }

  /// A batch of tokens with labels of every kind: `responses` responses of 1 to 8 tokens, four to a prompt, some tokens invalid.
  static func batch(
    _ stream: inout RandomStream, responses: Int, onPolicy: Bool = false, masked: Bool = true
  ) throws -> TokenBatch {
    var logProbabilities: [Double] = []
    var entropies: [Double] = []
    var advantages: [Double] = []
    var ratios: [Double] = []
    var (sequences, positions, groups, states): ([Int], [Int], [Int], [Int]) = ([], [], [], [])
    var isValid: [Bool] = []
    for response in 0..<responses {
      let advantage = stream.index(below: 4) == 0 ? 0 : stream.normal()
      for position in 0..<(1 + stream.index(below: 8)) {
        logProbabilities.append(log(stream.uniformOpen()))
        entropies.append(stream.index(below: 5) == 0 ? 0 : 4 * stream.uniform())
        advantages.append(advantage)
        ratios.append(exp(0.3 * stream.normal()))
        sequences.append(response)
        positions.append(position)
        groups.append(response / 4)
        states.append(position == 0 ? response / 4 : sequences.count - 1)
        isValid.append(stream.index(below: 6) != 0)
      }
    }
    return try TokenBatch(
      logProbabilities: logProbabilities, entropies: entropies, advantages: advantages,
      ratios: onPolicy ? nil : ratios, sequences: sequences, positions: positions, groups: groups,
      states: states, isValid: masked ? isValid : nil)
  }

  /// Keys of a property test, whose description goes into every message.
  static func keys(_ count: Int, claim: String) -> [StreamKey] {
    (0..<count).map { StreamKey(seed: 20_261_125, claim: claim).replicate($0) }
  }
}
