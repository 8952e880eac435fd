import Foundation
import Testing
import _TestSupport

@testable import Allocation

@Suite struct GaussianProcessTests {
  private func logit(_ p: Double) -> Double { log(p / (1 - p)) }

  /// Two observed prompts and a third between them; the two by two matrix is inverted by hand.
  @Test func thePredictionIsTheConditionalMean() throws {
    let settings = GaussianProcessPassRates.Settings(lengthScale: 0.5, jitter: 0.01, priorMean: -1)
    var process = try GaussianProcessPassRates(
      features: [[0, 0], [0.3, 0.4], [0.3, 0]], settings: settings)
    #expect(try isClose(process.passRate(2), 1 / (1 + exp(1.0))))
    try process.observe([0, 1], passRates: [0.25, 0.75])
    func kernel(_ square: Double) -> Double { exp(-square / 0.5) }
    let (diagonal, off) = (1.01, kernel(0.25))
    let (first, second) = (logit(0.25) + 1, logit(0.75) + 1)
    let determinant = diagonal * diagonal - off * off
    let weights = (
      (diagonal * first - off * second) / determinant, (diagonal * second - off * first) / determinant
    )
    let expected = -1 + kernel(0.09) * weights.0 + kernel(0.16) * weights.1
    // The determinant is a difference of numbers near 1 and .37.
    #expect(abs(process.logOdds[2] - expected) < 1e-14)
    #expect(process.logOdds[0] == logit(0.25) && process.logOdds[1] == logit(0.75))
    // A second batch of one starts from there: m moves by k/(1 + jitter) of the surprise.
    let before = process.logOdds
    try process.observe([2], passRates: [0.5])
    let move = kernel(0.09) * (0 - before[2]) / 1.01
    #expect(abs(process.logOdds[0] - (before[0] + move)) < 1e-14)
  }

  @Test func theReleasedFormForgetsTheFormerBatch() throws {
    let features = [[0.0], [0.2], [5.0]]
    var recursive = try GaussianProcessPassRates(features: features)
    var released = try GaussianProcessPassRates(features: features, settings: .released)
    for batch in [[0], [2]] {
      try recursive.observe(batch, passRates: [0.9])
      try released.observe(batch, passRates: [0.9])
    }
    #expect(try recursive.passRate(1) > 0.8)
    #expect(try abs(released.passRate(1) - 1 / (1 + exp(1.0))) < 1e-6)
  }

  @Test func certaintiesAreClipped() throws {
    var process = try GaussianProcessPassRates(features: [[0], [1]])
    try process.observe([0, 1], passRates: [0, 1])
    #expect(try relativeError(process.passRate(0), 1e-6) < 1e-9)
    #expect(try relativeError(1 - process.passRate(1), 1e-6) < 1e-9)
  }

  /// Equal features make a singular kernel; the jitter keeps it solvable, and the third prompt between two opinions.
  @Test func promptsWithEqualFeaturesShareWhatTheyShow() throws {
    var process = try GaussianProcessPassRates(features: [[1], [1], [1]])
    try process.observe([0, 1], passRates: [0.2, 0.4])
    #expect(abs(process.logOdds[2] - (logit(0.2) + logit(0.4)) / 2) < 1e-3)
  }

  @Test func theAllocatorLearnsFromOutcomesOfItsPool() throws {
    let process = try GaussianProcessPassRates(
      features: [[0], [10], [20]], settings: GaussianProcessPassRates.Settings(maximumBatch: 1))
    var rule = VariancePredictiveAllocation(predictor: process)
    // Twice the same prompt is one with more rollouts; one outside the pool is nobody's; no samples say nothing.
    rule.observe([
      GroupOutcome(prompt: 0, successes: 1, samples: 4), GroupOutcome(prompt: 9, successes: 1, samples: 4),
      GroupOutcome(prompt: 1, successes: 3, samples: 4), GroupOutcome(prompt: 0, successes: 0, samples: 4),
      GroupOutcome(prompt: 2, successes: 0, samples: 0),
    ])
    let learnt = try #require(rule.predictor)
    #expect(try relativeError(learnt.passRate(0), 0.125) < 1e-12)
    #expect(try relativeError(learnt.passRate(1), 0.75) < 1e-12)
    #expect(try learnt.passRate(2) == 0.5)
    let counts = try rule.rollouts(
      (0..<3).map { PromptRecord(prompt: $0) }, budget: 30,
      bounds: VariancePredictiveAllocation.publishedBounds)
    #expect(counts == (try VariancePredictiveAllocation.rollouts(passRates: [0.125, 0.75, 0.5], budget: 30)))
  }

  @Test func whatCannotBeDoneIsSaid() throws {
    #expect(throws: AllocationError.noPrompts) { try GaussianProcessPassRates(features: []) }
    #expect(throws: AllocationError.missing(name: "features", index: 1)) {
      try GaussianProcessPassRates(features: [[1], []])
    }
    #expect(throws: AllocationError.wrongCount(name: "the features of prompt 1", count: 2, expected: 1)) {
      try GaussianProcessPassRates(features: [[1], [1, 2]])
    }
    #expect(
      throws: AllocationError.outOfRange(
        name: "a feature of prompt 0", value: .infinity, allowed: "be finite")
    ) {
      try GaussianProcessPassRates(features: [[.infinity]])
    }
    var process = try GaussianProcessPassRates(
      features: [[0], [1], [2]], settings: GaussianProcessPassRates.Settings(maximumBatch: 2))
    let untouched = process
    #expect(
      throws: AllocationError.outOfRange(
        name: "the batch of observed prompts", value: 3,
        allowed: "be at most 2, as the cost grows with its cube")
    ) { try process.observe([0, 1, 2], passRates: [0, 0, 0]) }
    #expect(throws: AllocationError.missing(name: "features", index: 3)) {
      try process.observe([3], passRates: [0])
    }
    #expect(
      throws: AllocationError.outOfRange(
        name: "the number of different prompts", value: 1, allowed: "be 2, that of the batch")
    ) {
      try process.observe([1, 1], passRates: [0, 0])
    }
    #expect(
      throws: AllocationError.outOfRange(name: "the pass rate of prompt 0", value: 2, allowed: "lie in 0...1")
    ) {
      try process.observe([1], passRates: [2])
    }
    try process.observe([], passRates: [])
    #expect(process == untouched)
  }

  /// What is written down is what was learnt, without the features; one that has them takes it over.
  @Test func whatWasLearntIsWrittenDownWithoutTheFeatures() throws {
    var process = try GaussianProcessPassRates(features: [[0], [0.5], [7]])
    let fresh = process
    try process.observe([0], passRates: [0.2])
    let data = try JSONEncoder().encode(process)
    #expect(!String(decoding: data, as: UTF8.self).contains("features"))
    let read = try JSONDecoder().decode(GaussianProcessPassRates.self, from: data)
    #expect(try read.logOdds == process.logOdds && read.passRate(1) == process.passRate(1))
    var again = try #require(fresh.remembering(read))
    #expect(again == process)
    try again.observe([1], passRates: [0.9])
    try process.observe([1], passRates: [0.9])
    #expect(again == process)
  }

  /// The rule over no pool refuses; over a pool it is the allocator with that pool's process, and others do not ask for features.
  @Test func theRuleKnowsNoPromptBeforeItKnowsAPool() throws {
    let bare = RolloutRule.predictedVariance(each: 8)
    let groups = (0..<3).map { StagedGroup(PromptRecord(prompt: $0)) }
    #expect(bare.needsFeatures && bare.bounds == VariancePredictiveAllocation.publishedBounds)
    #expect(throws: AllocationError.missing(name: "features", index: 0)) {
      try bare.sampler.requests(groups, budget: 24, bounds: .none)
    }
    var rule = try bare.over { [[0], [0.1], [9]] }
    rule.observe([GroupOutcome(prompt: 0, successes: 1, samples: 100)])
    var process = try GaussianProcessPassRates(features: [[0], [0.1], [9]])
    try process.observe([0], passRates: [0.01])
    let bounds = try #require(rule.bounds)
    let counts = try rule.sampler.requests(groups, budget: 30, bounds: bounds)
    #expect(
      counts
        == (try VariancePredictiveAllocation.rollouts(
          passRates: (0..<3).map { try process.passRate($0) }, budget: 30)))
    // The neighbour of what failed gets less than the far one.
    #expect(counts[1] < counts[2])
    #expect(throws: AllocationError.missing(name: "features", index: 1)) { try bare.over { [[1], []] } }
    let other = RolloutRule.uniform
    #expect(!other.needsFeatures)
    _ = try other.over {
      Issue.record("a rule without need of features asks for none")
      return []
    }
  }
}
