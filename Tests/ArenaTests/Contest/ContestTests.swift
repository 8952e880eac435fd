import Allocation
import Testing

@testable import Arena

@Suite struct ContestTests {
  private static let stage = Contest.Stage(name: "even") { ArenaWorld.named[0].world(count: 32, seed: $0) }

  private func contest(
    _ rules: [RolloutRule], rollouts: Int = 2048, tokens: Int? = nil, bounds: AllocationBounds? = nil,
    replicates: Int = 10
  ) -> Contest {
    var contest = Contest(
      contenders: rules.map { Contender($0) },
      setting: ArenaSetting(
        rollouts: rollouts, tokens: tokens, promptsPerStep: 8, rolloutsPerPrompt: 8, bounds: bounds,
        points: 10),
      seeds: [1, 2])
    contest.replicates = replicates
    return contest
  }

  /// Everything that a result holds, as text, in which NaN equals itself.
  private func text(_ results: [ContestResult]) -> [String] {
    results.map { result in
      "\(result.budget) \(result.world) \(result.method) \(result.curves) \(result.refusal ?? "-") "
        + ArenaMeasure.allCases.map { "\($0) \(result.values[$0] ?? [])" }.joined(separator: ";")
    }
  }

  @Test func theResultsDoNotDependOnThreadsAndRepeat() {
    let contest = contest(
      [.twoStage, .mixedGroups(each: 8), .reinforceAdaBalanced(each: 8)], tokens: 300_000)
    let one = contest.results(Self.stage, threads: 1)
    #expect(one.count == 2 * (4 + Contender.oracles.count))
    #expect(text(contest.results(Self.stage, threads: 2)) == text(one))
    #expect(text(contest.results(Self.stage, threads: 1)) == text(one))
  }

  @Test func theUniformRuleIsAddedAndSetsTheTarget() throws {
    let results = contest([.twoStage]).results(Self.stage, threads: 2)
    #expect(
      results.map(\.method) == [
        "uniform", "allot-two-stage", "oracle-neyman", "oracle-two-stage", "oracle-two-stage-tokens",
        "oracle-steered", "oracle-steered-tokens",
      ])
    let uniform = results[0]
    // The target is a part of what uniform gained; without a gain there is none.
    for seed in 0..<2 {
      let gained = (uniform.values[.quality]?[seed] ?? 0) > (uniform.curves[seed].first ?? 1)
      #expect(uniform.values[.reached]?[seed] == (gained ? 1 : nil))
    }
    for result in results {
      #expect(result.curves.count == 2 && result.curves.allSatisfy { $0.count == Contest.curvePoints + 1 })
      // The step that passes the budget is the last, here at most one step of 64.
      #expect((result.values[.rollouts] ?? []).allSatisfy { (2048..<2048 + 64).contains($0 ?? 0) })
    }
    // Regret is to one oracle for all seeds, the best by its mean: no oracle is better on average.
    let regrets = results[2...].compactMap { $0.estimate(.regret)?.value }
    #expect(regrets.count == Contender.oracles.count && regrets.contains(0) && regrets.allSatisfy { $0 >= 0 })
    for result in results {
      let (quality, regret) = (result.values[.quality] ?? [], result.values[.regret] ?? [])
      let sums = zip(quality, regret).map { ($0 ?? 0) + ($1 ?? 0) }
      let best = results[2...].first { $0.estimate(.regret)?.value == 0 }?.values[.quality] ?? []
      #expect(zip(sums, best).allSatisfy { abs($0 - ($1 ?? 0)) < 1e-15 })
    }
  }

  @Test func aBudgetOfTokensIsSpentInTokens() {
    let results = contest([.uniform], tokens: 50_000, replicates: 0).results(Self.stage, threads: 1)
    let equal = results.filter { $0.budget == .tokens }
    #expect(equal.count == 1 + Contender.oracles.count)
    for result in equal {
      #expect((result.values[.tokens] ?? []).allSatisfy { ($0 ?? 0) >= 50_000 && ($0 ?? 0) < 90_000 })
      // The step is examined at equal rollouts alone, and nowhere without replicates.
      #expect(result.estimate(.gradientVariance) == nil)
    }
    #expect(results[0].estimate(.gradientVariance) == nil)
  }

  @Test func aRuleThatRefusesHasARowThatSaysWhy() throws {
    // Eight rollouts a prompt below a minimum of ten; a rule with bounds of its own is not touched.
    let results = contest(
      [.uniform, .mixedGroups(each: 8)], bounds: AllocationBounds(minimum: 10, maximum: 20)
    ).results(Self.stage, threads: 2)
    #expect(results[0].refusal == "the budget is 64: the minimum of every prompt together needs at least 80")
    #expect(results[0].curves.isEmpty && ArenaMeasure.allCases.allSatisfy { results[0].estimate($0) == nil })
    #expect(results[1].refusal == nil && results[1].estimate(.quality) != nil)
    // No uniform run, no target; no oracle, no regret.
    #expect(results[1].estimate(.stepsToTarget) == nil && results[1].estimate(.regret) == nil)
  }

  @Test func aRuleThatReadsFeaturesRefusesAWorldWithoutThem() {
    var contest = contest([.uniform], replicates: 0)
    contest.contenders.append(Contender(.predictedVariance(each: 8)))
    let bare = Contest.Stage(name: "small") { _ in .small((0..<16).map { 0.05 + 0.05 * Double($0) }) }
    let results = contest.results(bare, threads: 1)
    #expect(results[1].method == "vip-features" && results[1].refusal != nil)
    #expect(contest.results(Self.stage, threads: 1)[1].refusal == nil)
  }

  @Test func aCancelledContestHasRowsWithoutNumbers() {
    let results = contest([.uniform]).results(Self.stage, threads: 1) { true }
    #expect(
      results.count == 1 + Contender.oracles.count
        && results.allSatisfy { $0.estimate(.quality) == nil && $0.refusal == nil })
  }
}
