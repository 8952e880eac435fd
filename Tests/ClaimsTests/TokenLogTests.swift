import Claims
import Estimators
import Modulation
import Testing

@Suite struct TokenLogTests {
  private static func response(
    _ prompt: Int, _ reward: Double, _ tokens: [Int]?, _ entropy: Double = 0.5, sums: Bool = true
  ) -> TokenLog.Response {
    let count = tokens?.count ?? 1
    return TokenLog.Response(
      prompt: prompt, reward: reward, tokens: tokens,
      logProbabilities: [Double](repeating: -0.7, count: count),
      entropies: [Double](repeating: entropy, count: count),
      sumsOfSquares: sums ? [Double](repeating: 0.5, count: count) : nil)
  }

  @Test func aStateIsThePromptWithTheTokensBefore() throws {
    let log = TokenLog(
      name: "log", promptNames: ["a", "b"],
      responses: [
        Self.response(0, 1, [3, 4]), Self.response(0, 0, [3, 5]), Self.response(0, 0, [4, 4]),
        Self.response(1, 1, [3, 4]),
      ])
    let flat = try log.flattened(advantages: DrGRPO())
    let states = try #require(flat.batch.states)
    // First tokens of one prompt share a state; second tokens only behind the same first token; prompts share none.
    #expect(states[0] == states[2] && states[2] == states[4] && states[0] != states[6])
    #expect(states[1] == states[3] && states[1] != states[5] && states[1] != states[7])
    #expect(flat.stateCount == 5 && flat.tokens == [3, 4, 3, 5, 4, 4, 3, 4])
    #expect(
      flat.batch.groups == [0, 0, 0, 0, 0, 0, 1, 1] && flat.batch.positions == [0, 1, 0, 1, 0, 1, 0, 1])
    // Rewards 1, 0, 0 less their mean; the second prompt has one response and so no comparison.
    let third = 1.0 / 3
    #expect(
      flat.batch.advantages == [1 - third, 1 - third, -third, -third, -third, -third, 0, 0])
  }

  @Test func whatTheLogLacksIsNil() throws {
    let log = TokenLog(
      name: "log", promptNames: ["a"],
      responses: [Self.response(0, 1, nil, sums: false), Self.response(0, 0, [1])])
    #expect(!log.hasTokens && !log.hasSumsOfSquares && log.tokenCount == 2)
    let flat = try log.flattened(advantages: GRPO())
    #expect(flat.batch.states == nil && flat.tokens == nil && flat.sumsOfSquares == nil)
  }

  @Test func responsesWithoutTokensLeaveNoGap() throws {
    let empty = TokenLog.Response(prompt: 0, reward: 1, tokens: [], logProbabilities: [], entropies: [])
    let log = TokenLog(
      name: "log", promptNames: ["a"], responses: [empty, Self.response(0, 0, [1], sums: false)])
    let flat = try log.flattened(advantages: DrGRPO())
    #expect(flat.batch.sequences == [0] && flat.responses == [1])
    // The empty response counts in the group's mean all the same.
    #expect(flat.batch.advantages == [-0.5])
  }

  @Test func anEntropyAboveTheVocabularysIsRefused() throws {
    let log = TokenLog(
      name: "log", promptNames: ["a"], responses: [Self.response(0, 1, [1], 0.7)], vocabulary: 2)
    #expect(throws: ModulationError.self) { try log.flattened(advantages: GRPO()) }
  }
}
