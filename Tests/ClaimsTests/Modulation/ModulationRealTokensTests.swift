import Statistics
import Testing

@testable import Claims

/// What the claims about modulation conclude from a log, and what they leave open.
@Suite struct ModulationRealTokensTests {
  private static func evidence(_ claim: any Claim, _ log: TokenLog) throws -> LogEvidence {
    try #require(
      try claim.examine(
        log, Examination(seed: 1, preset: .quick, threads: 2, claim: claim.specification.id)))
  }

  private static let claims: [any Claim] = [ModulationReducesVariance(), ModulationUnbiased()]

  /// The paper's three rules at two group sizes are judged; the project's own rule is reported only.
  @Test(arguments: 0..<2) func onlyThePapersRulesAreJudged(index: Int) throws {
    var log = try KnownLog(seed: 3, prompts: 24, responses: 48).log
    // Rewards that depend on the first token: without a gradient to find there would be no cosine.
    for place in log.responses.indices {
      log.responses[place].reward = log.responses[place].tokens?[0] == 0 ? 1 : 0
    }
    let evidence = try Self.evidence(Self.claims[index], log)
    let judged = evidence.findings.filter {
      if case .statistical = $0.basis { true } else { false }
    }
    #expect(judged.count == 6)
    #expect(evidence.findings.allSatisfy { !$0.estimator.contains("state-baseline") })
    #expect(evidence.estimates.contains { $0.method == "score-weighted-state-baseline" })
    #expect(evidence.explanation.contains("own rule"))
    for finding in judged {
      // The condition carries the interval and the number of prompts.
      #expect(finding.condition?.contains(" [") == true && finding.condition?.contains("prompts") == true)
      if index == 1, case .statistical(let support, _, _) = finding.basis { #expect(support == 1) }
    }
  }

  @Test(arguments: 0..<2) func aLogOfTwoPromptsSettlesNothing(index: Int) throws {
    let log = try KnownLog(seed: 3, prompts: 2, responses: 48).log
    let findings = try Self.evidence(Self.claims[index], log).findings
    #expect(findings.count == 7)
    for finding in findings {
      guard case .notTestable = finding.basis else {
        Issue.record("\(finding)")
        continue
      }
    }
  }

  /// A log whose modulated gradients are the plain ones, doubled: the ratio at equal step is 1 and the cosine too, and neither side is taken.
  @Test func aConstantFactorIsNotJudgedEitherWay() throws {
    let log = try KnownLog(seed: 6, prompts: 30, responses: 24).log
    let flat = try log.flattened(
      advantages: LogRule.all(strength: 0.2, shrinkage: 1)[0].estimator, groupSize: 8)
    let plain = flat.batch.advantages
    let doubled = try #require(
      TabularGradients(log, flat, modulated: plain.map { 2 * $0 }, plain: plain))
    for quantity in [TabularGradients.Quantity.equalStepRatio, .cosine] {
      let (greater, less) = try #require(doubled.inference(quantity).pValues(boundary: 1))
      #expect(min(greater, less) > 0.4, "\(quantity)")
    }
    // Raw, its variance is four times as large in every prompt.
    #expect(
      try #require(doubled.inference(.varianceRatio).pValues(boundary: 1)).greater
        == 1 / Double(1 << doubled.inference(.varianceRatio).estimate.count))
  }

  /// The jackknife of the ratio against a loop that leaves each prompt out and sums anew.
  @Test func theJackknifeLeavesEachPromptOut() throws {
    let log = try KnownLog(seed: 7, prompts: 9, responses: 24).log
    let rule = LogRule.all(strength: 0.2, shrinkage: 1)[2]
    let flat = try log.flattened(advantages: rule.estimator, groupSize: 8)
    let gradients = try #require(
      TabularGradients(
        log, flat, modulated: try rule.advantages(log, flat), plain: flat.batch.advantages))
    let places = Array(gradients.prompts.indices)
    for quantity in [TabularGradients.Quantity.scale, .equalStepRatio] {
      let found = gradients.inference(quantity).estimate
      let without = places.map { left in
        quantity.value(gradients.prompts, places.filter { $0 != left })
      }
      let mean = without.reduce(0, +) / 9
      let error = (without.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } * 8 / 9).squareRoot()
      #expect(found.count == 9 && found.value == quantity.value(gradients.prompts, places))
      // Subtracting one of nine prompts from a total costs a few roundings of sums of like size; 1e-9 is a million of them.
      #expect(abs(found.standardError - error) <= 1e-9 * error)
    }
  }

  /// The ratios at equal step and their intervals on the full log, found by an independent program from the same definition, to its three digits.
  @Test(.enabled(if: RealTokensTests.hasFullLog, "the full set of rollouts is not there: ../shared/data"))
  func theRatiosOfTheFullLogAreThoseOfAnIndependentProgram() throws {
    let log = try #require(RealTokensTests.log)
    let evidence = try Self.evidence(ModulationReducesVariance(), log)
    let references: [(rule: String, group: Int, ratio: Double, lower: Double?, upper: Double?)] = [
      ("grpo+compensation-0.2", 8, 0.987, 0.977, 0.998), ("grpo+released-5", 8, 1.062, nil, nil),
      ("grpo+released-6", 8, 1.024, 1.001, 1.052),
      ("score-weighted-state-baseline", 8, 0.861, 0.829, 0.896),
      ("grpo+compensation-0.2", 16, 0.963, nil, nil), ("grpo+released-5", 16, 1.005, nil, nil),
      ("grpo+released-6", 16, 0.991, nil, nil), ("score-weighted-state-baseline", 16, 0.714, 0.665, 0.766),
    ]
    for reference in references {
      let row = try #require(
        evidence.estimates.first {
          $0.method == reference.rule && $0.stat == "variance_ratio_equal_step"
            && $0.design.hasSuffix("G=\(reference.group)")
        })
      #expect(abs(row.estimate - reference.ratio) <= 0.0006, "\(row)")
      // Ends of intervals from 2000 resamples of other streams: a tenth of a standard error or so.
      if let lower = reference.lower { #expect(abs((row.lower ?? 0) - lower) < 0.005, "\(row)") }
      if let upper = reference.upper { #expect(abs((row.upper ?? 0) - upper) < 0.005, "\(row)") }
    }
  }
}
