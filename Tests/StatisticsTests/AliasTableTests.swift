import Statistics
import Testing
import _TestSupport

@Suite struct AliasTableTests {
  static let weightLists: [[Double]] = [
    [1], [1, 1], [1, 2, 3, 4], [0, 1, 0, 3], [1e-12, 1], [1e300, 1e300, 1e299],
    (1...1000).map { 1 / Double($0) }, [0.1, 0.2, 0.3, 0.4], [.leastNonzeroMagnitude, 1, 0],
  ]

  // The columns add up to the distribution: no sampling, so no chance. Each of K columns adds at most a few roundings of 1/K.
  @Test(arguments: weightLists) func theTableRealisesItsWeights(weights: [Double]) {
    let total = compensatedSum(weights.map { $0 / (weights.max() ?? 1) })
    for (probability, weight) in zip(AliasTable(weights: weights).probabilities, weights) {
      let expected = weight / (weights.max() ?? 1) / total
      #expect(abs(probability - expected) <= 4 * Double.ulpOfOne)
    }
  }

  @Test func drawsHaveTheProbabilitiesOfTheTable() {
    let table = AliasTable(weights: [1, 2, 3, 4])
    var stream = RandomStream(StreamKey(seed: 11, claim: "alias"))
    var counts = [0, 0, 0, 0]
    for _ in 0..<20_000 { counts[table.draw(&stream)] += 1 }
    for (count, probability) in zip(counts, [0.1, 0.2, 0.3, 0.4]) {
      expectProportion(successes: count, trials: 20_000, equals: probability, detectable: 0.05)
    }
  }

  @Test func impossibleCategoriesAreNeverDrawn() {
    let table = AliasTable(weights: [0, 0.3, 0, 0.3, 0.4, 0])
    var stream = RandomStream(StreamKey(seed: 12, claim: "impossible"))
    for _ in 0..<20_000 { #expect([1, 3, 4].contains(table.draw(&stream))) }
  }
}
