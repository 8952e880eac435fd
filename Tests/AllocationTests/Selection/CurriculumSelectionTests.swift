import Allocation
import Foundation
import Statistics
import Testing

/// The curriculum's choice and its value model.
@Suite struct CurriculumSelectionTests {
  private var stream: RandomStream { RandomStream(StreamKey(seed: 1, claim: "pcl")) }

  @Test func promptsClosestToHalfAreTaken() {
    var rule = CurriculumSelection()
    var stream = stream
    // Without features: (s + ½)/(n + 1) of the counts, here .06, .5, .94, .39, .61.
    let candidates = [0, 4, 8, 3, 5].map {
      PromptRecord(prompt: $0, statistics: PromptStatistics(successes: $0, samples: 8))
    }
    #expect(rule.candidatesPerPrompt == 4)
    #expect(rule.select(candidates, count: 1, stream: &stream) == [1])
    // 3 and 5 of 8 lie equally far in exact numbers; rounding may part them, so both are asked for.
    #expect(rule.select(candidates, count: 3, stream: &stream) == [1, 3, 4])
    #expect(rule.select(candidates, count: 9, stream: &stream) == [0, 1, 2, 3, 4])
    #expect(rule.select([], count: 3, stream: &stream).isEmpty)
    #expect(rule.value(PromptRecord(prompt: 9)) == 0.5)
  }

  /// One step from 0 on x = (3, 4), r̄ = 1: V = ½, the gradient's factor ½·¼, divided by 1 + 25.
  @Test func aStepIsTheNormalisedGradientOfTheSquaredError() {
    var rule = CurriculumSelection()
    var stream = stream
    #expect(rule.select([PromptRecord(prompt: 4, features: [3, 4])], count: 1, stream: &stream) == [0])
    rule.observe([
      GroupOutcome(prompt: 4, successes: 8, samples: 8), GroupOutcome(prompt: 5, successes: 8, samples: 8),
    ])
    let size = 0.125 / 26
    #expect(rule.weights == [3 * size, 4 * size])
    #expect(rule.bias == size)
    // The features are spent: the same outcome once more teaches nothing.
    let before = rule
    rule.observe([GroupOutcome(prompt: 4, successes: 8, samples: 8)])
    #expect(rule == before)
  }

  /// Pass rates that are a logistic function of a feature are learned, and the prompts near ½ are found among others.
  @Test func theValueModelLearnsALogisticPassRate() throws {
    var rule = CurriculumSelection(candidatesPerPrompt: 1, rate: 8)
    var stream = RandomStream(StreamKey(seed: 5, claim: "pcl-learning"))
    func passRate(_ x: Double) -> Double { 1 / (1 + exp(-(2 * x - 1))) }
    for step in 0..<400 {
      let batch = (0..<16).map { PromptRecord(prompt: 16 * step + $0, features: [4 * stream.uniform() - 2]) }
      let taken = rule.select(batch, count: 16, stream: &stream)
      rule.observe(
        taken.map { index in
          let p = passRate(batch[index].features[0])
          let successes = (0..<8).count { _ in stream.uniform() < p }
          return GroupOutcome(prompt: batch[index].prompt, successes: successes, samples: 8)
        })
    }
    // The step does not shrink, so the last ones' noise stays; .1 holds the value everywhere on the range at this seed and fails for a model that has not learned (its error is .46 at the ends).
    for x in stride(from: -2.0, through: 2, by: 0.25) {
      #expect(abs(rule.value(PromptRecord(prompt: 0, features: [x])) - passRate(x)) < 0.1)
    }
    let pool = stride(from: -2.0, through: 2, by: 0.125).map { PromptRecord(prompt: 0, features: [$0]) }
    let chosen = try #require(rule.select(pool, count: 1, stream: &stream).first)
    #expect(abs(pool[chosen].features[0] - 0.5) <= 0.25)
  }

  @Test func theModelSurvivesACheckpoint() throws {
    var rule = CurriculumSelection()
    var stream = stream
    _ = rule.select([PromptRecord(prompt: 4, features: [3, 4])], count: 1, stream: &stream)
    let copy = try JSONDecoder().decode(CurriculumSelection.self, from: JSONEncoder().encode(rule))
    #expect(copy == rule)
  }
}
