import Allocation
import Foundation
import Statistics
import Testing

@testable import Training

/// The memory of a rule is part of a run's state.
@Suite struct RuleStateTests {
  private static let rule = RolloutRule(
    "all-memories", selector: CurriculumSelection(), sampler: SingleRound(Learner()),
    starter: AfterSuccess(fraction: 0.5), abort: EarlyAbort(exploration: 0.5))

  /// Killed after every step and taken up from the bytes of the state: the same run.
  @Test func aRunThatIsTakenUpFromItsBytesIsTheSameRun() throws {
    func change(_ configuration: inout RunConfiguration) { configuration.steps = 9 }
    let whole = try RuleRunTests.run(Self.rule, change)
    let expected = try TinyRun.finish(whole)
    var outcome = TinyRun.Outcome()
    var run = try RuleRunTests.run(Self.rule, change)
    while !run.isFinished {
      let part = try TinyRun.finish(run, steps: 1)
      outcome.records += part.records
      outcome.rollouts += part.rollouts
      var state = run.state
      let bytes = try #require(state.rule?.encoded)
      state.rule = try RuleState(rule: Self.rule, promptCount: 40, maximumLength: 4).restored(bytes)
      #expect(state == run.state)
      run = try TrainingRun(
        configuration: run.configuration, tasks: run.tasks, shape: run.shape, state: state, rule: Self.rule)
    }
    #expect(outcome == expected)
    #expect(run.state == whole.state)
    // Without its memory it would be another run: the memory decides on the next rollouts.
    var forgetful = whole.state
    forgetful.rule = RuleState(rule: Self.rule, promptCount: 40, maximumLength: 4)
    #expect(forgetful != whole.state)
    let sampler = try #require(whole.state.rule?.rule.sampler as? SingleRound<Learner>)
    #expect(sampler.allocator.samples == whole.state.rollouts)
  }

  @Test func bytesOfAnotherRuleAreRefused() throws {
    let state = RuleState(rule: Self.rule, promptCount: 40, maximumLength: 4)
    let other = RolloutRule("other", sampler: Pairs())
    for (rule, count) in [(other, 40), (Self.rule, 41)] {
      #expect(throws: TrainingError.self) {
        try RuleState(rule: rule, promptCount: count, maximumLength: 4).restored(state.encoded)
      }
    }
    #expect(throws: TrainingError.self) {
      try state.restored(state.encoded.dropLast(3))
    }
  }

  @Test func everyNamedRuleIsTakenUpFromItsBytes() throws {
    for name in RolloutRule.names {
      let rule = try #require(RolloutRule.named(name, each: 6)).over(TinyRun.tasks.get())
      let run = try RuleRunTests.run(rule) { $0.steps = 2 }
      _ = try TinyRun.finish(run)
      let state = try #require(run.state.rule)
      let read = try RuleState(rule: rule, promptCount: 40, maximumLength: 4).restored(state.encoded)
      #expect(read == state, "\(name)")
      #expect(read.encoded == state.encoded, "\(name)")
    }
  }
}
