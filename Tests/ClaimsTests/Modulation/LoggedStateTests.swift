import Estimators
import Foundation
import Modulation
import Statistics
import Testing

@testable import Claims

/// What a log of drawn tokens says of the exact entropy change: the interval against distributions that are known.
@Suite struct LoggedStateTests {
  static func rounded(_ value: Double, _ decimals: Double) -> Double {
    let unit = pow(10, decimals)
    return (value * unit).rounded() / unit
  }

  /// `rollouts` tokens drawn in each of `count` random states, as a log prints them, with the distributions.
  static func log(
    _ population: NextTokenPopulation, states count: Int, rollouts: Int, stream: inout RandomStream
  ) -> (log: TokenLog, distributions: [NextTokenDistribution]) {
    var responses: [TokenLog.Response] = []
    var distributions: [NextTokenDistribution] = []
    for prompt in 0..<count {
      let distribution = population.draw(&stream)
      distributions.append(distribution)
      for _ in 0..<rollouts {
        let token = distribution.drawToken(&stream)
        responses.append(
          TokenLog.Response(
            prompt: prompt, reward: stream.uniform() < 0.5 ? 1 : 0, tokens: [token],
            logProbabilities: [rounded(min(Foundation.log(distribution.probabilities[token]), 0), 6)],
            entropies: [rounded(distribution.entropy, 6)],
            sumsOfSquares: [rounded(distribution.sumOfSquares, 8)]))
      }
    }
    let log = TokenLog(
      name: "made by hand", promptNames: (0..<count).map { "p\($0)" }, responses: responses)
    return (log, distributions)
  }

  @Test(arguments: NextTokenPopulation.all.map(\.name), [1, 4, 64])
  func theIntervalHoldsTheExactValue(name: String, rollouts: Int) throws {
    var stream = RandomStream(key: 21, replicate: UInt64(rollouts))
    let made = Self.log(.named(name), states: 30, rollouts: rollouts, stream: &stream)
    let states = try #require(LoggedStates(try made.log.flattened(advantages: Halves())))
    #expect(states.states.count == 30)
    for (index, token) in made.log.responses.enumerated() {
      let distribution = made.distributions[token.prompt]
      let state = states.states[token.prompt]
      #expect(state.expectation.contains(distribution.expectedWeightedDeviation), "\(state.expectation)")
      let drawn = token.tokens?[0] ?? 0
      let exact = EntropyChange.firstOrder(distribution, action: drawn, coefficient: 0.5)
      #expect(states.changes[index].contains(exact))
      #expect(states.magnitude(index).contains(abs(exact)))
    }
  }

  /// Every rollout's advantage is one half.
  struct Halves: GradientEstimator {
    let name = "halves"
    func advantages(rewards: [Double], lengths: [Int]) -> [Double] { rewards.map { _ in 0.5 } }
    func classAdvantages(counts: [Int], rewards: [Double], lengths: [Int]) -> [Double] {
      rewards.map { _ in 0.5 }
    }
  }

  /// Two tokens, both seen: nothing is left but rounding.
  @Test func aStateSeenWholeIsKnownToRounding() throws {
    let state = OddsOfThree(exponent: 1)
    let h = Self.rounded(state.distribution.entropy, 6)
    let known = LoggedState(
      members: [0, 1], tokens: [5, 9], logProbabilities: [-0.287682, -1.386294], entropy: h,
      sumOfSquares: 0.625, roundingError: TokenLog.roundingError)
    #expect(known.distinctCount == 2)
    #expect(known.expectation.contains(state.expectation.value * Foundation.log(3)))
    #expect(known.expectation.upper - known.expectation.lower < 2e-5)
    // (π₁Λ₁ + π₂Λ₂)/2 = 0 for two tokens.
    #expect(abs(known.meanWeightedDeviation) < 1e-6)
  }

  /// One of four equal tokens seen: the others' part is exact, whatever splits Q = 3/16 over q = 3/4.
  @Test func equalUnseenTokensLeaveNoWidth() {
    let rest = LoggedState.unseen(
      squares: (3.0 / 16)...(3.0 / 16), mass: 0.75, entropy: 0.75 * Foundation.log(4),
      stateEntropy: Foundation.log(4), stateEntropyError: 0)
    // Λ = 0: the upper bound of −Σπ² log π, Q log(q/Q) = Q log 4, is reached.
    #expect(abs(rest.lower) < 1e-15)
    // The lower bound takes one token of probability √Q: H + log √Q times Q.
    #expect(abs(rest.upper - 3.0 / 16 * (Foundation.log(4) + 0.5 * Foundation.log(3.0 / 16))) < 1e-15)
  }

  @Test func logsWithoutTheFieldsAreNotTestable() throws {
    let bare = TokenLog(
      name: "bare", promptNames: ["a"],
      responses: [
        TokenLog.Response(prompt: 0, reward: 1, logProbabilities: [-0.1, -0.2], entropies: [0.3, 0.4]),
        TokenLog.Response(prompt: 0, reward: 0, logProbabilities: [-0.1], entropies: [0.3]),
      ])
    for claim in Self.claims {
      let examination = Examination(seed: 1, preset: .quick, threads: 2, claim: claim.specification.id)
      let evidence = try #require(try claim.examine(bare, examination))
      #expect(!evidence.findings.isEmpty && !evidence.explanation.isEmpty)
      for finding in evidence.findings {
        guard case .notTestable(let reason) = finding.basis else {
          Issue.record("\(claim.specification.id): \(finding)")
          continue
        }
        #expect(reason.contains("'"), "the field is not named: \(reason)")
      }
    }
  }

  static let claims: [any Claim] = [
    EntropyChangeExact(), ReleasedEntropyChangeAgrees(), EntropyChangeIndicatesMagnitude(),
    EntropyAsStepSize(),
  ]

  @Test func whatALogSettlesIsTrueOfItsDistributions() throws {
    var stream = RandomStream(key: 22, replicate: 0)
    let made = Self.log(.named("sparse-dirichlet"), states: 20, rollouts: 32, stream: &stream)
    let states = try #require(LoggedStates(try made.log.flattened(advantages: Halves())))
    let exact = made.log.responses.map { response in
      EntropyChange.firstOrder(
        made.distributions[response.prompt], action: response.tokens?[0] ?? 0, coefficient: 0.5)
    }
    let pairs = states.settledPairs(StreamKey(seed: 1, claim: "pairs"), count: 2000)
    #expect(pairs.count > 100)
    for pair in pairs { #expect(abs(exact[pair.larger]) > abs(exact[pair.smaller])) }
    for claim in Self.claims {
      let one = try claim.examine(
        made.log, Examination(seed: 1, preset: .quick, threads: 1, claim: claim.specification.id))
      let two = try claim.examine(
        made.log, Examination(seed: 1, preset: .quick, threads: 8, claim: claim.specification.id))
      #expect("\(one as Any)" == "\(two as Any)")
      #expect(one?.explanation.isEmpty == false)
      for table in one?.pointTables ?? [] {
        #expect(table.rows.allSatisfy { $0.count == table.columns.count })
      }
    }
  }
}
