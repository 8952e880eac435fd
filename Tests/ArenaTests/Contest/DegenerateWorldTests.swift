import Allocation
import Testing

@testable import Arena

/// Every rule on worlds in which there is nothing to learn, or next to nothing to choose from.
@Suite struct DegenerateWorldTests {
  static let contenders = Contender.all(each: 4).map(\.name)

  private func run(_ name: String, _ world: ArenaWorld, promptsPerStep: Int, rollouts: Int = 600) throws
    -> ArenaRun
  {
    let contender = try #require(Contender.all(each: 4).first { $0.name == name })
    return try ArenaRun.run(
      contender.prepared(for: world), world: world,
      setting: ArenaSetting(
        rollouts: rollouts, promptsPerStep: promptsPerStep, rolloutsPerPrompt: 4,
        bounds: AllocationBounds(minimum: 1, maximum: 64)), seed: 1)
  }

  /// A small world with a feature for each prompt, for the rule that reads them.
  private func world(_ logits: [Double]) -> ArenaWorld {
    let ones = logits.map { _ in 1.0 }
    return ArenaWorld(
      name: "degenerate", summary: "", logits: logits, distances: ones, successVariances: ones,
      failureVariances: ones, successLengths: ones, failureLengths: ones, clusters: logits.map { _ in 0 },
      features: logits.indices.map { Double($0) }, featureCount: 1)
  }

  @Test(arguments: contenders, [-10.0, 10])
  func aPoolThatNeverOrAlwaysSucceedsIsSpentAndStays(_ name: String, logit: Double) throws {
    let run = try run(name, world(.init(repeating: logit, count: 12)), promptsPerStep: 4)
    // A rule may come to ask for nothing; it has then idled for a thousand steps.
    #expect(run.cost.rollouts >= 600 || (run.curve.last?.steps ?? 0) > 1000)
    let start = run.curve[0].quality
    #expect(run.quality.isFinite && abs(run.quality - start) < 0.2)
    #expect(run.cost.deadGroups <= run.cost.groups && run.cost.useful <= run.cost.rollouts)
    // A rollout that was given up counts as a failure, so that an abort mixes groups that would all have succeeded.
    guard name != "duet-abort" || logit < 0 else { return }
    // One success in 20 000 rollouts is expected: next to all groups are dead.
    #expect(Double(run.cost.deadGroups) >= 0.9 * Double(run.cost.groups))
  }

  @Test(arguments: contenders)
  func aStepOfOnePromptIsAStep(_ name: String) throws {
    let run = try run(name, world([-1, 0, 1, 0.5, -0.5]), promptsPerStep: 1)
    #expect(run.cost.rollouts >= 600 && run.quality > 0 && run.quality < 1)
    #expect(run.curve.allSatisfy { $0.quality.isFinite })
  }

  @Test(arguments: contenders)
  func aWorldOfTwoPromptsIsAWorld(_ name: String) throws {
    let run = try run(name, world([-0.5, 0.5]), promptsPerStep: 2)
    #expect(run.cost.rollouts >= 600 && run.quality.isFinite)
    #expect(run.worstTenth <= (run.curve.last?.quality ?? 0))
    #expect(run.leastServed <= 1 && run.unserved >= 0)
  }

  @Test func aRunOfOneRolloutIsOneStep() throws {
    let run = try run("uniform", world([0, 0, 0, 0]), promptsPerStep: 4, rollouts: 1)
    #expect(run.cost.rollouts == 16 && run.curve.map(\.steps) == [0, 1])
  }

  @Test func theAreaAndTheTargetAreThoseOfTheCurve() throws {
    var run = try run("uniform", world([0, 0, 0, 0]), promptsPerStep: 4, rollouts: 1)
    run.curve = [
      .init(steps: 0, rollouts: 0, tokens: 0, quality: 0.2),
      .init(steps: 1, rollouts: 10, tokens: 40, quality: 0.4),
      .init(steps: 4, rollouts: 20, tokens: 100, quality: 0.8),
    ]
    run.cost.rollouts = 20
    run.cost.tokens = 100
    #expect(abs(run.meanQuality(overTokens: false) - (0.3 + 0.6) / 2) < 1e-15)
    #expect(abs(run.meanQuality(overTokens: true) - (0.4 * 0.3 + 0.6 * 0.6)) < 1e-15)
    let reached = try #require(run.reached(0.6))
    #expect(
      abs(reached.steps - 2.5) < 1e-12 && abs(reached.rollouts - 15) < 1e-12
        && abs(reached.tokens - 70) < 1e-12)
    #expect(run.reached(0.9) == nil && run.reached(0.1)?.rollouts == 0)
  }
}
