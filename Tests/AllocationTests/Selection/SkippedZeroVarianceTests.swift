import Allocation
import Foundation
import Statistics
import Testing

/// GRESO's skipping, its controller and its refills.
@Suite struct SkippedZeroVarianceTests {
  private func outcome(_ prompt: Int, _ successes: Int, of samples: Int = 8) -> GroupOutcome {
    GroupOutcome(prompt: prompt, successes: successes, samples: samples)
  }

  /// METHODS A6, golden, p = .5 and z = 0…8.
  @Test func keepProbabilitiesHaveAFloor() {
    let rule = SkippedZeroVariance()
    let golden = [1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.01, 0.01]
    #expect((0...8).map { rule.keepProbability(run: $0, base: 0.5) } == golden)
    #expect(rule.keepProbability(run: .max, base: 0.95) == 0.01)
  }

  @Test func runsGrowAndEnd() {
    var rule = SkippedZeroVariance()
    // One prompt through easy, easy, mixed, hard, hard, easy, easy.
    var kept: [Double] = []
    for successes in [8, 8, 4, 0, 0, 8, 8] {
      rule.observe([outcome(0, successes)])
      kept.append(rule.keepProbability(prompt: 0))
    }
    // The controller moves from the second visit on. p_easy: .49, .50, .51, .52, .51, .50; p_hard: .51, .52, .51, .50, .51, .52, by hand.
    let expected = [0.5, 0.49 * 0.49, 1, 0.51, 0.5 * 0.5, 0.51, 0.5 * 0.5]
    for (value, reference) in zip(kept, expected) {
      // Four additions of .01 and a square.
      #expect(abs(value - reference) < 1e-15)
    }
  }

  /// The controller by hand, targets 1/12 and 1/6 of four prompts.
  @Test func theControllerFollowsTheShares() {
    var rule = SkippedZeroVariance()
    // First epoch: no prompt was seen before, nothing moves.
    rule.observe([outcome(0, 8), outcome(1, 0)])
    rule.observe([outcome(2, 4), outcome(3, 0)])
    #expect(rule.easyBase == 0.5 && rule.hardBase == 0.5)
    let steps: [([Int], Double, Double)] = [
      ([8, 0, 4, 4], 0.49, 0.49),  // both shares ¼: above both targets
      ([4, 0, 4, 4], 0.50, 0.48),  // none easy
      ([4, 4, 4, 4], 0.51, 0.49),  // neither
      ([8, 8, 8, 4], 0.50, 0.50),  // none hard
    ]
    for (successes, easy, hard) in steps {
      rule.observe(successes.enumerated().map { outcome($0.offset, $0.element) })
      #expect(abs(rule.easyBase - easy) < 1e-15)
      #expect(abs(rule.hardBase - hard) < 1e-15)
    }
    for _ in 0..<100 { rule.observe([outcome(0, 8), outcome(1, 0)]) }
    #expect(rule.easyBase == 0.05 && rule.hardBase == 0.05)
    for _ in 0..<100 { rule.observe([outcome(0, 4), outcome(1, 4)]) }
    #expect(rule.easyBase == 0.95 && rule.hardBase == 0.95)
  }

  /// A share that equals its target counts as above it: one of six hard, one of twelve easy.
  @Test func aShareAtItsTargetLowersTheBase() {
    var rule = SkippedZeroVariance()
    let batch = (0..<12).map { outcome($0, $0 < 2 ? 0 : $0 == 2 ? 8 : 4) }
    rule.observe(batch)
    rule.observe(batch)
    #expect(rule.hardBase == 0.49 && rule.easyBase == 0.49)
  }

  @Test func promptsWithoutHistoryAreAlwaysKept() {
    var rule = SkippedZeroVariance()
    var stream = RandomStream(StreamKey(seed: 1, claim: "greso-first-epoch"))
    for step in 0..<20 {
      let candidates = (0..<50).map { PromptRecord(prompt: 50 * step + $0) }
      #expect(rule.select(candidates, count: 50, stream: &stream) == Array(0..<50))
      rule.observe(candidates.map { outcome($0.prompt, 0) })
    }
    #expect(rule.select([PromptRecord(prompt: 5000)], count: 0, stream: &stream).isEmpty)
    #expect(rule.select([], count: 5, stream: &stream).isEmpty)
  }

  @Test func skippingHasItsProbability() {
    var rule = SkippedZeroVariance()
    let pool = (0..<20_000).map { PromptRecord(prompt: $0) }
    rule.observe(pool.map { outcome($0.prompt, 0) })
    var stream = RandomStream(StreamKey(seed: 2, claim: "greso-keep"))
    let kept = rule.select(pool, count: pool.count, stream: &stream)
    // 20 000 fair coins: six deviations are 424, passed by chance in 2 of 10⁹ seeds, and the seed is fixed.
    #expect(abs(kept.count - 10_000) < 424)
    #expect(rule.select(pool, count: 10, stream: &stream).count == 10)
  }

  /// METHODS A6: 384 for 256, then ⌊remaining/(1−d)·1.25⌋ within 64 and 384.
  @Test func refillsFollowTheShareOfUselessGroups() {
    let rule = SkippedZeroVariance()
    #expect(rule.batchSize(remaining: 256, count: 256, deadShare: nil) == 384)
    #expect(rule.batchSize(remaining: 100, count: 256, deadShare: 0.5) == 250)
    #expect(rule.batchSize(remaining: 10, count: 256, deadShare: 0.2) == 64)
    #expect(rule.batchSize(remaining: 256, count: 256, deadShare: 0.9) == 384)
    #expect(rule.batchSize(remaining: 256, count: 256, deadShare: 1) == 384)
    #expect(rule.batchSize(remaining: 70, count: 256, deadShare: 0.3) == 125)
  }

  @Test func theMemorySurvivesACheckpoint() throws {
    var rule = SkippedZeroVariance()
    rule.observe([outcome(3, 8), outcome(7, 0)])
    rule.observe([outcome(3, 8), outcome(7, 0)])
    let copy = try JSONDecoder().decode(SkippedZeroVariance.self, from: JSONEncoder().encode(rule))
    #expect(copy == rule)
    #expect(copy.keepProbability(prompt: 3) == 0.49 * 0.49)
    #expect(copy.keepProbability(prompt: 5) == 1)
  }
}
