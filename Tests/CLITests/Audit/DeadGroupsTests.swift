import Testing

@testable import CLI

@Suite struct DeadGroupsTests {
  /// All groups of G out of n = 6 rollouts are formed and counted.
  @Test func theProductEqualsTheShareOfAllGroups() {
    for hits in 0...6 {
      for group in 1...6 {
        var groups = 0
        var allHits = 0
        for mask in 0..<64 where mask.nonzeroBitCount == group {
          groups += 1
          if mask & ((1 << hits) - 1) == mask { allHits += 1 }
        }
        let expected = Double(allHits) / Double(groups)
        let value = DeadGroups.probabilityOfAllHits(group: group, hits: hits, samples: 6)
        #expect(abs(value - expected) <= 16 * expected.ulp)
      }
    }
  }

  @Test func sharesAreMeansOverThePromptsWithEnoughRollouts() {
    var mixed = PromptAccumulator(prompt: "mixed", step: 0)
    for index in 0..<4 { mixed.add(index: index, succeeded: index < 2, scoreSquaredNorm: nil) }
    var dead = PromptAccumulator(prompt: "dead", step: 0)
    for index in 0..<2 { dead.add(index: index, succeeded: false, scoreSquaredNorm: nil) }
    let shares = DeadGroups.shares([mixed, dead])
    #expect(shares.map(\.group) == [2, 4])
    #expect(shares.map(\.prompts) == [2, 1])
    // Pairs of {1, 1, 0, 0}: one of six all ones, one of six all zeros.
    #expect(abs(shares[0].share - (2.0 / 6 + 1) / 2) <= 4 * Double.ulpOfOne)
    #expect(shares[1].share == 0)
  }
}
