import Estimators
import Foundation
import Modulation
import Policies
import Statistics
import Testing

@testable import Claims

/// The tokens of a made-up log whose policy is known, so that every score vector can be written out.
struct KnownLog {
  let log: TokenLog
  /// The full gradient vector of each token's score: one block for each state of the policy, for one prompt after the other.
  let scores: [[Double]]

  init(seed: UInt64, prompts: Int, responses: Int) throws {
    var stream = RandomStream(StreamKey(seed: seed, claim: "known-log"))
    var records: [TokenLog.Response] = []
    var scores: [[Double]] = []
    for prompt in 0..<prompts {
      let policy = try SequencePolicy(
        vocabulary: 3, length: 2, parameters: .perPrefix,
        logits: (0..<4).map { _ in (0..<3).map { _ in stream.normal() } })
      for _ in 0..<responses {
        var state = 0
        var tokens: [Int] = []
        var logProbabilities: [Double] = []
        var entropies: [Double] = []
        var squares: [Double] = []
        for _ in 0..<2 {
          let row = policy.states[state]
          let token = AliasTable(weights: row).draw(&stream)
          var vector = [Double](repeating: 0, count: prompts * policy.dimension)
          for a in 0..<3 { vector[prompt * policy.dimension + 3 * state + a] = (a == token ? 1 : 0) - row[a] }
          scores.append(vector)
          tokens.append(token)
          logProbabilities.append(Foundation.log(row[token]))
          entropies.append(-row.reduce(0) { $0 + $1 * Foundation.log($1) })
          squares.append(row.reduce(0) { $0 + $1 * $1 })
          state = 3 * state + token + 1
        }
        records.append(
          TokenLog.Response(
            prompt: prompt, reward: stream.uniform() < 0.5 ? 1 : 0, tokens: tokens,
            logProbabilities: logProbabilities, entropies: entropies, sumsOfSquares: squares))
      }
    }
    self.log = TokenLog(
      name: "known", promptNames: (0..<prompts).map { "p\($0)" }, responses: records, vocabulary: 3)
    self.scores = scores
  }
}

@Suite struct TabularGradientsTests {
  /// Sums over pairs of written-out vectors are the definition; 1e-12 relative is a thousand roundings of numbers of order one.
  @Test(arguments: [1, 2, 3]) func innerProductsFromTheLogAreThoseOfTheVectors(seed: UInt64) throws {
    let known = try KnownLog(seed: seed, prompts: 2, responses: 13)
    // Six groups of two; the thirteenth response of a prompt is left out.
    let flat = try known.log.flattened(advantages: GRPO(), groupSize: 2)
    var stream = RandomStream(StreamKey(seed: seed, claim: "factors"))
    let plain = flat.batch.advantages
    let modulated = plain.map { $0 * (0.5 + stream.uniform()) }
    let sums = try #require(TabularGradients(known.log, flat, modulated: modulated, plain: plain)).prompts
    for prompt in 0..<2 {
      let groups = (0..<6).map { [13 * prompt + 2 * $0, 13 * prompt + 2 * $0 + 1] }
      func gradient(_ group: [Int], _ advantages: [Double]) -> [Double] {
        var sum = [Double](repeating: 0, count: known.scores[0].count)
        for token in flat.responses.indices where group.contains(flat.responses[token]) {
          let place = 2 * flat.responses[token] + (flat.batch.positions?[token] ?? 0)
          for j in sum.indices { sum[j] += advantages[token] * known.scores[place][j] / 2 }
        }
        return sum
      }
      func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
      let g = groups.map { gradient($0, modulated) }
      let d = groups.map { gradient($0, plain) }
      func pairs(_ a: [[Double]], _ b: [[Double]]) -> Double {
        var sum = 0.0
        for i in 0..<6 { for j in 0..<6 where i != j { sum += product(a[i], b[j]) } }
        return sum / 30
      }
      func trace(_ a: [[Double]]) -> Double {
        let mean = a[0].indices.map { j in a.reduce(0) { $0 + $1[j] } / 6 }
        return a.reduce(0) { $0 + product(zip($1, mean).map { $0 - $1 }, zip($1, mean).map { $0 - $1 }) } / 5
      }
      let found = sums[prompt]
      #expect(abs(found.cross - pairs(g, d)) < 1e-12)
      #expect(abs(found.modulated - pairs(g, g)) < 1e-12)
      #expect(abs(found.plain - pairs(d, d)) < 1e-12)
      #expect(abs(found.modulatedTrace - trace(g)) < 1e-12)
      #expect(abs(found.plainTrace - trace(d)) < 1e-12)
    }
  }

  @Test func aConstantFactorChangesTheStepAndNothingElse() throws {
    let known = try KnownLog(seed: 5, prompts: 3, responses: 9)
    let flat = try known.log.flattened(advantages: LeaveOneOut(), groupSize: 3)
    let plain = flat.batch.advantages
    let doubled = try #require(
      TabularGradients(known.log, flat, modulated: plain.map { 2 * $0 }, plain: plain))
    let all = Array(doubled.prompts.indices)
    #expect(isClose(TabularGradients.Quantity.scale.value(doubled.prompts, all), 2))
    #expect(isClose(TabularGradients.Quantity.varianceRatio.value(doubled.prompts, all), 4))
    #expect(isClose(TabularGradients.Quantity.equalStepRatio.value(doubled.prompts, all), 1))
  }

  @Test func withoutTokensThereIsNothingToMultiply() throws {
    var known = try KnownLog(seed: 5, prompts: 1, responses: 3).log
    for index in known.responses.indices { known.responses[index].tokens = nil }
    let flat = try known.flattened(advantages: LeaveOneOut())
    #expect(flat.batch.states == nil)
    #expect(
      TabularGradients(known, flat, modulated: flat.batch.advantages, plain: flat.batch.advantages) == nil)
  }

  private func isClose(_ value: Double, _ expected: Double) -> Bool {
    abs(value - expected) <= 16 * expected.ulp
  }
}
