import Statistics
import Testing

@testable import Arena

@Suite struct RankingTests {
  private func result(_ method: String, _ qualities: [Double?], refusal: String? = nil) -> ContestResult {
    ContestResult(
      budget: .rollouts, world: "w", method: method, values: [.quality: qualities], curves: [],
      refusal: refusal)
  }

  private func ranks(_ results: [ContestResult], oracles: Set<String> = []) -> [ContestRank] {
    Ranking.ranks(results, oracles: oracles, seed: 1)
  }

  @Test func tiesShareTheirMeanRank() {
    #expect(Ranking.ranks([0.2, 0.9, 0.5, 0.9, 0.1]) == [4, 1.5, 3, 1.5, 5])
    let equal = ranks([result("a", [0.5, 0.6]), result("b", [0.5, 0.6]), result("c", [0.1, 0.2])])
    #expect(equal.map(\.method) == ["a", "b", "c"] && equal.map(\.rank) == [1.5, 1.5, 3])
    #expect(equal[0].isTied && equal[1].isTied && equal[1].difference == 0 && !equal[2].isTied)
    #expect(equal[0].interval == Interval(lower: 1.5, upper: 1.5))
  }

  @Test func aDominatedMethodIsLastWithCertainty() throws {
    let rows = ranks([
      result("low", [0.1, 0.2, 0.15, 0.12]), result("x", [0.5, 0.6, 0.7, 0.55]),
      result("y", [0.6, 0.5, 0.55, 0.7]),
    ])
    let low = try #require(rows.last)
    #expect(low.method == "low" && low.rank == 3 && low.interval == Interval(lower: 3, upper: 3))
    #expect(!low.isTied && low.differenceInterval.upper < 0)
    // Each of the others beats the other on some seeds.
    #expect(rows[0].interval == Interval(lower: 1, upper: 2) && rows[1].isOpen && !rows[1].isTied)
  }

  @Test func differencesArePairedBySeed() throws {
    // Far apart between seeds, always one hundredth apart within: told apart.
    let rows = ranks([result("a", [0.11, 0.51, 0.91]), result("b", [0.10, 0.50, 0.90])])
    let second = try #require(rows.last)
    #expect(second.method == "b" && abs(second.difference + 0.01) < 1e-15 && !second.isTied)
    #expect(second.interval == Interval(lower: 2, upper: 2))
  }

  @Test func aTieNeedsTheWholeIntervalWithinTheMargin() throws {
    // Differences of −0.002 ± 0.0001: told apart from 0, and yet within half a point.
    let close = ranks([result("a", [0.5, 0.6, 0.7]), result("b", [0.498, 0.5981, 0.6979])])
    #expect(close[1].isTied && !close[1].isOpen)
    let far = ranks([result("a", [0.5, 0.6, 0.7]), result("b", [0.494, 0.5941, 0.6939])])
    #expect(!far[1].isTied && !far[1].isOpen)
  }

  @Test func oraclesAndRefusalsAreNotRanked() {
    let rows = ranks(
      [
        result("a", [0.5, 0.6]), result("oracle", [0.9, 0.9]), result("no", [nil, nil], refusal: "bounds"),
        result("b", [0.4, 0.3]),
      ], oracles: ["oracle"])
    #expect(rows.map(\.method) == ["a", "b"] && rows[0].difference == 0)
    #expect(ranks([result("no", [nil], refusal: "bounds")]).isEmpty && ranks([]).isEmpty)
  }

  @Test func aSingleSeedLeavesEveryRankOpen() {
    let rows = ranks([result("a", [0.5]), result("b", [0.4])])
    #expect(rows.map(\.rank) == [1, 2])
    // Open, but no tie: one seed proves nothing equal.
    #expect(rows.allSatisfy { $0.interval == Interval(lower: 1, upper: 2) && $0.isOpen })
    #expect(rows[0].isTied && !rows[1].isTied)
    #expect(rows[1].differenceInterval == Interval(lower: -.infinity, upper: .infinity))
  }

  @Test func estimatesSkipTheSeedsWithoutAValue() throws {
    let result = result("a", [0.25, nil, 0.75])
    let estimate = try #require(result.estimate(.quality))
    #expect(estimate.value == 0.5 && estimate.count == 2 && estimate.standardError == 0.25)
    #expect(self.result("a", [nil, nil]).estimate(.quality) == nil && result.estimate(.regret) == nil)
  }
}
