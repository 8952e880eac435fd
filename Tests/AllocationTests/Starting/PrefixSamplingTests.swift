import Allocation
import Foundation
import Testing

/// Head starts and handicaps, and the controller that moves them.
@Suite struct PrefixSamplingTests {
  private func outcome(_ prompt: Int, _ successes: Int, start: TrajectoryStart = .beginning) -> GroupOutcome {
    GroupOutcome(prompt: prompt, successes: successes, samples: 8, start: start)
  }

  private func record(_ prompt: Int, successes: Int = 1, failures: Int = 1) -> PromptRecord {
    var record = PromptRecord(prompt: prompt)
    record.storedSuccesses = successes
    record.storedFailures = failures
    return record
  }

  /// METHODS A10, N = 8: {1, 2} get a head start, {6, 7} a handicap, the rest comes no more.
  @Test func rarePromptsComeAgain() {
    var rule = PrefixSampling()
    rule.observe((0...8).map { outcome($0, $0) })
    #expect(rule.carriedOver() == [1, 2, 6, 7])
    #expect(
      rule.starts((0...8).map { record($0) }) == [
        .beginning, .afterSuccess(fraction: 0.75), .afterSuccess(fraction: 0.75), .beginning, .beginning,
        .beginning, .afterFailure(fraction: 0.25), .afterFailure(fraction: 0.25), .beginning,
      ])
  }

  @Test func aReplayedPromptLeavesTheQueue() {
    var rule = PrefixSampling()
    rule.observe([outcome(4, 1), outcome(5, 7), outcome(6, 2)])
    // 4 was replayed, 5 started afresh and is rare again, 6 was not taken.
    rule.observe([outcome(4, 1, start: .afterSuccess(fraction: 0.75)), outcome(5, 1), outcome(9, 4)])
    #expect(rule.carriedOver() == [6, 5])
    #expect(rule.starts([record(5)]) == [.afterSuccess(fraction: 0.75)])
    // Carried over and offered anew in one batch: it is replayed once.
    #expect(rule.starts([record(5), record(5)]) == [.afterSuccess(fraction: 0.75), .beginning])
  }

  @Test func nothingIsReplayedThatWasNotStored() {
    var rule = PrefixSampling()
    rule.observe([outcome(1, 1), outcome(2, 7)])
    #expect(
      rule.starts([record(1, successes: 0), record(2, failures: 0)]) == [.beginning, .beginning])
    rule.observe([])
    #expect(rule.carriedOver() == [1, 2])
    #expect(rule.starts([]).isEmpty)
    rule.observe([outcome(3, 1), outcome(3, 7)])
    #expect(rule.carriedOver() == [1, 2, 3])
    #expect(rule.starts([record(3)]) == [.afterSuccess(fraction: 0.75)])
  }

  /// The published expressions in whole numbers: ratios are hundredths, so ⌊T·ratio⌋ is an integer division.
  @Test(arguments: [25, 45, 50, 55, 75])
  func replayedTokensAreThePublishedIntegers(hundredths: Int) {
    let ratio = Double(hundredths) / 100
    let free = PrefixSampling()
    let capped = PrefixSampling(buckets: [], headStartCap: 40, handicapCap: 30)
    for length in 1...4096 {
      let part = length * hundredths / 100
      let success = TrajectoryStart.afterSuccess(fraction: 1 - ratio)
      let failure = TrajectoryStart.afterFailure(fraction: ratio)
      // One token at least is left to draw.
      #expect(free.replayedTokens(success, length: length) == min(length - part, length - 1))
      #expect(free.replayedTokens(failure, length: length) == part)
      #expect(
        capped.replayedTokens(success, length: length) == min(length - min(part, 40), length - 1))
      #expect(capped.replayedTokens(failure, length: length) == min(part, 30))
    }
    #expect(free.replayedTokens(.beginning, length: 10) == 0)
    #expect(free.replayedTokens(.afterFailure(fraction: ratio), length: 0) == 0)
  }

  /// By hand: ½ + .05·½ = .525, then .54875 > .53; five steps of rest; and down again from failures.
  @Test func theControllerMovesAndRests() {
    var controller = PassRateController(ratio: 0.45)
    controller.observe(passRate: 1)
    #expect(abs(controller.average - 0.525) < 1e-15 && controller.ratio == 0.45)
    controller.observe(passRate: 1)
    #expect(abs(controller.average - 0.54875) < 1e-15 && controller.ratio == 0.5)
    for rest in [4, 3, 2, 1, 0] {
      controller.observe(passRate: rest % 2 == 0 ? nil : 1)
      #expect(controller.ratio == 0.5 && controller.rest == rest)
    }
    // Two more ones: 1 − .95²·(1 − .54875) = .592746875.
    #expect(abs(controller.average - 0.592746875) < 1e-15)
    controller.observe(passRate: nil)
    #expect(controller.ratio == 0.55 && controller.rest == 5)
    for _ in 0..<5 { controller.observe(passRate: 0) }
    // .592746875·.95⁵ = .4586… < .47
    controller.observe(passRate: nil)
    #expect(abs(controller.average - 0.592746875 * pow(0.95, 5)) < 1e-15)
    #expect(controller.ratio == 0.5)
  }

  @Test func theRatioStaysInItsRange() {
    var controller = PassRateController(ratio: 0.5, coolDown: 0)
    for _ in 0..<60 { controller.observe(passRate: 1) }
    #expect(controller.ratio == 0.95)
    for _ in 0..<120 { controller.observe(passRate: 0) }
    #expect(controller.ratio == 0.05)
  }

  @Test func aPassRateAtTheTargetMovesNothing() {
    var controller = PassRateController(ratio: 0.45, coolDown: 0)
    for step in 0..<100 { controller.observe(passRate: step % 2 == 0 ? 0.25 : 0.75) }
    #expect(controller.ratio == 0.45)
  }

  /// Replayed successes that always pass make head starts shorter and leave handicaps alone.
  @Test func bucketsAreSteeredApart() {
    var rule = PrefixSampling.controlled()
    for _ in 0..<3 {
      rule.observe([outcome(1, 1)])
      rule.observe([outcome(1, 8, start: rule.starts([record(1)])[0])])
    }
    #expect(rule.buckets.map(\.controller.ratio) == [0.5, 0.55])
    var four = PrefixSampling.fourBuckets()
    four.observe([outcome(1, 1), outcome(2, 2), outcome(6, 6), outcome(7, 7)])
    for _ in 0..<2 {
      four.observe([outcome(1, 8, start: .afterSuccess(fraction: 0.55))])
      four.observe([outcome(1, 1)])
    }
    #expect(four.buckets.map(\.controller.ratio) == [0.5, 0.45, 0.55, 0.55])
  }

  /// At N = 16: 3 successes belong to the second bucket and 13 to the third, as their ends do; rewards that agree belong to none.
  @Test func endsOfBucketsBelongToTheMilderOne() {
    for (successes, bucket) in [(2, 0), (3, 1), (4, 1), (12, 2), (13, 2), (14, 3)] {
      var rule = PrefixSampling.fourBuckets()
      rule.observe([GroupOutcome(prompt: 1, successes: successes, samples: 16)])
      for _ in 0..<2 {
        rule.observe([outcome(1, 8, start: rule.starts([record(1)])[0])])
        rule.observe([GroupOutcome(prompt: 1, successes: successes, samples: 16)])
      }
      let moved = rule.buckets.indices.filter { rule.buckets[$0].controller.average > 0.5 }
      #expect(moved == [bucket], "\(successes) of 16")
    }
    for successes in [0, 16] {
      var rule = PrefixSampling.fourBuckets()
      rule.observe([GroupOutcome(prompt: 1, successes: successes, samples: 16)])
      #expect(rule.carriedOver().isEmpty)
    }
  }

  @Test func theQueueSurvivesACheckpoint() throws {
    var rule = PrefixSampling.controlled()
    rule.observe([outcome(1, 1), outcome(2, 7)])
    let copy = try JSONDecoder().decode(PrefixSampling.self, from: JSONEncoder().encode(rule))
    #expect(copy == rule && copy.carriedOver() == [1, 2])
  }
}
