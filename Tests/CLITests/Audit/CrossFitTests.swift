import Interchange
import Statistics
import Testing

@testable import CLI

@Suite struct CrossFitTests {
  @Test func theRatioIsTheOneWorkedByHand() {
    // (1/1 + 9/3) against (1 + 9)/2.
    let one = RelativeVariance(folds: [.init(rollouts: [1, 3], variances: [1, 9])])
    #expect(one.value == 0.8)
    // A second fold adds (1/3 + 9/1) and another (1 + 9)/2: a ratio of sums, not a mean of ratios.
    let two = RelativeVariance(folds: one.folds + [.init(rollouts: [3, 1], variances: [2, 8])])
    let expected: Double = (4 + 2.0 / 3 + 8) / 10
    #expect(abs(two.value - expected) <= 4 * Double.ulpOfOne)
    // A resample of the second prompt alone keeps the budget: uniform and any rule agree.
    #expect(one.value(over: [1, 1]) == 1)
  }

  @Test func aPromptWithoutRolloutsAndWithVarianceIsInfinite() {
    #expect(RelativeVariance(folds: [.init(rollouts: [0, 4], variances: [1, 9])]).value == .infinity)
    #expect(RelativeVariance(folds: [.init(rollouts: [0, 4], variances: [0, 9])]).value == 0.5)
    #expect(RelativeVariance(folds: [.init(rollouts: [2, 2], variances: [0, 0])]).value.isNaN)
  }

  @Test func halvesChooseForEachOtherAndScreeningChoosesForAll() {
    var prompt = PromptAccumulator(prompt: "a", step: 0)
    for (index, success) in [true, false, true, true, false].enumerated() {
      prompt.add(index: index, succeeded: success, scoreSquaredNorm: nil)
    }
    let halves = AuditChooser.halves.folds([prompt], screening: [])
    #expect(halves.map(\.counts) == [[.init(successes: 2, samples: 3)], [.init(successes: 1, samples: 2)]])
    #expect(halves.map(\.judge) == [.odd, .even])
    let screening = AuditChooser.screening.folds([prompt], screening: [.init(successes: 5, samples: 9)])
    #expect(screening.map(\.counts) == [[.init(successes: 5, samples: 9)]])
    #expect(screening.map(\.judge) == [.all])
  }

  /// All prompts are alike, so that no rule can gain and noise must cost.
  ///
  /// Judged by the counts that chose, the same rule would seem to gain: the negative control of the
  /// cross-fitting. With 600 prompts both effects are tens of standard errors wide.
  @Test func amongEqualPromptsChoosingCostsWhenOthersJudge() throws {
    var stream = RandomStream(StreamKey(seed: 3, claim: "equal-prompts"))
    var lines = "prompt_id,reward\n"
    for prompt in 0..<600 { for _ in 0..<16 { lines += "\(prompt),\(stream.uniform() < 0.5 ? 1 : 0)\n" } }
    try withTemporaryFile(lines) { path in
      let log = try AuditLog(paths: [path], rule: SuccessRule(), allowedDamage: 0)
      var settings = AuditSettings()
      settings.resamples = 200
      let rows = try Audit.result(of: log, settings).allocation
      let rule = try #require(rows.first { $0.method == .root && $0.bounds.minimum == 1 })
      #expect(rule.chooser == .halves)
      #expect(try #require(rule.relativeToUniform.lower) > 1)
      let oracle = try #require(rows.first { $0.method == .oracle && $0.bounds.minimum == 1 })
      #expect(try #require(oracle.relativeToUniform.upper) < 1)
    }
  }
}

@Suite struct ResamplingUnitsTests {
  @Test func stepsOfOnePromptAreDrawnTogether() {
    let units = ResamplingUnits(names: ["a", "b", "a", "c"], seed: 1)
    #expect(units.unit == [0, 1, 0, 2] && units.count == 3)
    #expect(units.sums([1, 2, 4, 8]) == [5, 2, 8])
    let many = ResamplingUnits(names: (0..<2500).map { String($0) }, seed: 1)
    #expect(many.count == 1000)
    let sizes = Set(many.sums(Array(repeating: 1, count: 2500)))
    #expect(sizes == [2, 3])
  }

  /// Merging changes no ratio: the sums are the same.
  @Test func mergedUnitsHaveTheSameRatio() {
    let ratio = RelativeVariance(folds: [.init(rollouts: [1, 3, 2, 6], variances: [1, 9, 4, 16])])
    let merged = ratio.merged(by: ResamplingUnits(names: ["a", "b", "a", "b"], seed: 1))
    #expect(abs(merged.value - ratio.value) <= 4 * ratio.value.ulp)
    #expect(abs(merged.value(over: [0]) - ratio.value(over: [0, 2])) <= 4 * ratio.value.ulp)
  }
}
