import Allocation
import Statistics
import Testing

@testable import Training

/// Prompts that a selector took with unequal probabilities weigh as it says; those that it skips are replaced.
@Suite struct SelectionTests {
  /// Every candidate, each other one with weight 3.
  private struct Weighing: PromptSelector {
    func select(_ candidates: [PromptRecord], count: Int, stream: inout RandomStream) -> [Int] {
      Array(candidates.indices.prefix(count))
    }

    func weights(_ selected: [Int]) -> [Double] { selected.map { $0.isMultiple(of: 2) ? 3 : 0.5 } }
  }

  /// Skips by chance, as GRESO does.
  private struct Skipping: PromptSelector {
    func select(_ candidates: [PromptRecord], count: Int, stream: inout RandomStream) -> [Int] {
      Array(candidates.indices.filter { _ in stream.uniform() < 0.5 }.prefix(count))
    }
  }

  @Test func theWeightOfAPromptMultipliesItsAdvantages() throws {
    let run = try RuleRunTests.run(
      RolloutRule("weighing", selector: Weighing(), sampler: FixedGroups(each: 6)))
    let judged = try TinyRun.finish(run, steps: 1).rollouts[0]
    let plain = try TinyRun.finish(try TinyRun.warm(), steps: 1).rollouts[0]
    #expect(judged.batch == plain.batch)
    let stage = UpdateStage(method: run.method, configuration: run.configuration)
    let weighted = try stage.advantages(judged, nil)
    let unweighted = try stage.advantages(plain, nil)
    #expect(unweighted.contains { $0 != 0 })
    for rollout in judged.rows.indices {
      #expect(weighted[rollout] == (judged.rows[rollout].isMultiple(of: 2) ? 3 : 0.5) * unweighted[rollout])
    }
    #expect(judged.ruled?.groups.map(\.outcome.weight) == [3, 0.5, 3, 0.5, 3, 0.5])
  }

  @Test func whatIsSkippedIsReplacedAndCostsNothing() throws {
    let run = try RuleRunTests.run(
      RolloutRule("skipping", selector: Skipping(), sampler: FixedGroups(each: 6)))
    let outcome = try TinyRun.finish(run)
    for judged in outcome.rollouts {
      #expect(judged.prompts.count == 6 && Set(judged.prompts).count == 6)
      #expect(judged.drawnRollouts == 36)
    }
    // Half of the candidates are passed over: more than the 18 that were rolled out have been looked at.
    let cursor = try #require(run.state.rule?.cursor)
    #expect(cursor.pass * 40 + cursor.place > 18)
    let other = try RuleRunTests.run(
      RolloutRule("skipping", selector: Skipping(), sampler: FixedGroups(each: 6)))
    #expect(try TinyRun.finish(other) == outcome, "the choice is the seed's")
  }

  /// The keys that came later leave the text of a run's settings, and so its digest, as it was.
  @Test func onlyTheLaterKeysAreLeftOutAtTheirDefaults() {
    #expect(
      RunKey.all.filter { !$0.isPrintedWhenDefault }.map(\.name)
        == ["rollout_rule", "switch_step", "warm_up_spread", "warm_up_schedule"])
  }
}
