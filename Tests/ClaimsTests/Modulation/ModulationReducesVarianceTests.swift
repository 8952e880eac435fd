import Estimators
import Policies
import Statistics
import Testing
import _TestSupport

@testable import Claims

@Suite struct ModulationReducesVarianceTests {
  static let evidence: Evidence? = {
    let claim = ModulationReducesVariance(specification: ModulationReducesVariance.registered.cutDown)
    return try? claim.examine(
      Examination(seed: 4, preset: .quick, threads: 2, claim: claim.specification.id))
  }()

  /// V and b* from actions, not from the four moments: an independent route to THEORY §6.
  @Test func theClosedFormIsTheVariance() throws {
    let policy = try SoftmaxPolicy(probabilities: [0.45, 0.05, 0.3, 0.2])
    let rewards = [1.0, 1, 0, 0]
    let moments = try #require(BinaryScoreMoments(try policy.scoreSummary(rewards: rewards)))
    let prompt = try TokenPrompt(policy, rewards: rewards)
    for excess in [0, 0.1, 0.7] {
      let form = OneStateCompensation(moments, excess: excess)
      let enumerated = TokenGroupOracle.moments(prompt, group: 1) { group, advantages in
        let reward = group.reward(0)
        advantages[0] = (reward - 0.5) * (reward == 1 ? 1 + excess : 1)
      }
      // Four terms of order one.
      #expect(abs(form.variance / enumerated.covarianceTrace - 1) < 1e-14)
      #expect(abs(form.varianceAtEqualStep * form.scale * form.scale / form.variance - 1) < 1e-14)
      let agreement = GradientAgreement(enumerated, gradient: prompt.gradient)
      #expect(abs(agreement.scale / form.scale - 1) < 1e-14)
    }
  }

  @Test func closedFormsAndConditionHoldOnEveryWorld() throws {
    let evidence = try #require(Self.evidence)
    for (stat, check) in [
      // Ratios of sums of a few terms; gradients down to 10⁻³ cost digits of the scale.
      ("closed_form_error", { $0 < 1e-10 }), ("equal_step_identity_error", { $0 < 1e-10 }),
      ("condition_agreement", { $0 == 1 }),
    ] as [(String, (Double) -> Bool)] {
      let rows = evidence.estimates.filter { $0.stat == stat }
      #expect(rows.count == 3)
      for row in rows { #expect(check(row.estimate), "\(row)") }
    }
  }

  @Test func aConstantFactorIsNoReduction() throws {
    let evidence = try #require(Self.evidence)
    #expect(evidence.control.basis == .exact(holds: false))
    let rows = evidence.estimates.filter { $0.method.hasPrefix("control") }
    let raw = try #require(rows.first { $0.stat == "largest_raw_relative_variance" })
    let step = try #require(rows.first { $0.stat == "smallest_relative_variance" })
    #expect(abs(raw.estimate - 0.25) < 1e-12 && abs(step.estimate - 1) < 1e-12)
  }

  @Test func counterexamplesAreRedone() throws {
    let evidence = try #require(Self.evidence)
    let exact = AllocationCounterexampleTests.exact
    let one = try #require(evidence.counterexamples.first { $0.title.contains("one state") })
    let ratio = try #require(one.values.first { $0.name == "ratio" })
    #expect(ratio.value > 1)
    #expect(exact(one, "ratio") != nil && exact(one, "equivalent_baseline") != nil)
    let two = try #require(evidence.counterexamples.first { $0.title.contains("two confident tokens") })
    let world = try #require(two.worlds.first)
    // The same world through the oracle.
    guard case .record(let fields) = world,
      case .record(let policy)? = fields.first(where: { $0.name == "policy" })?.value,
      case .list(let rows)? = policy.first(where: { $0.name == "probabilities" })?.value,
      case .list(let rewards)? = fields.first(where: { $0.name == "rewards" })?.value
    else {
      Issue.record("\(world)")
      return
    }
    func number(_ value: StructuredValue) -> Double {
      if case .number(let number) = value { return number }
      return .nan
    }
    let probabilities = rows.map { row -> [Double] in
      if case .list(let entries) = row { return entries.map(number) }
      return []
    }
    let prompt = try #require(
      TokenWorlds(shape: .twoTokensTwoActions).prompt(rows: probabilities, rewards: rewards.map(number)))
    let rule = ModulatedRule(advantage: .value, modulation: .compensation(strength: 0.2))
    let point = VariancePoint.all(prompt, rules: [rule], group: 1)[0]
    let printed = try #require(two.values.first { $0.name == "ratio_at_equal_step" })
    // Fractions against sums of four terms; the scale divides by a gradient of order 10⁻².
    #expect(abs(point.atEqualStep / printed.value - 1) < 1e-10)
    #expect(printed.value > 1)
  }

  @Test func everyStatementAboutConfidentTokensIsJudged() throws {
    let evidence = try #require(Self.evidence)
    let always = evidence.findings.filter { $0.population.hasSuffix("always") }
    let often = evidence.findings.filter { $0.population.hasSuffix("often") }
    // One token: 3 advantages × 2 factors; two tokens: 3 × 6; two measures; two confident families of three.
    #expect(always.count == 2 * 2 * (6 + 18))
    #expect(often.count == 3 * 2 * (6 + 18))
    // Rivals, in one token: two advantages × 3 rules and 5 of two values; in two also the mask.
    let rivals = evidence.findings.filter(\.isComparison)
    #expect(rivals.allSatisfy { $0.population.hasSuffix("(rival)") })
    #expect(rivals.count { $0.population.contains(", always") } == 2 * 2 * (11 + 13))
    #expect(rivals.count { $0.population.contains(", often") } == 3 * 2 * (11 + 13))
    #expect(evidence.findings.count == always.count + often.count + rivals.count)
  }

  /// Two values are S(R − b) with b = μ/(λ + μ): at equal step the variance is that of the constant baseline b relative to p, from actions and not from groups.
  @Test func theVarianceOfTwoValuesIsThatOfAConstantBaseline() throws {
    let prompt = ModulatedRuleTests.world(.oneToken, 5)
    func variance(_ baseline: Double) -> Double {
      var second = 0.0
      for (token, reward) in zip(prompt.tokens, prompt.rewards) {
        second += token.probability * (reward - baseline) * (reward - baseline) * token.squaredScoreNorm
      }
      return second - prompt.gradient.reduce(0) { $0 + $1 * $1 }
    }
    let rules = ModulatedRule.twoValued(ModulationReducesVariance.registered)
    for (rule, baseline) in zip(rules, [1 / 1.1, 0, 1]) {
      let point = VariancePoint.all(prompt, rules: [rule], group: 3)[0]
      // Ratios of sums of a few terms; gradients down to 10⁻³ cost digits of the scale.
      #expect(
        abs(point.atEqualStep * variance(prompt.successProbability) / variance(baseline) - 1) < 1e-10,
        "\(rule.name)")
    }
  }

  /// Whatever rises is shown in a world that anyone can enumerate again.
  @Test func rivalCounterexamplesRaiseTheVariance() throws {
    let evidence = try #require(Self.evidence)
    let own = evidence.counterexamples.filter { $0.title.hasSuffix("(rival)") }
    #expect(!own.isEmpty)
    for example in own {
      func value(_ name: String) -> Double { example.values.first { $0.name == name }?.value ?? .nan }
      let redone = value("variance_of_the_rule") / value("variance") / (value("scale") * value("scale"))
      #expect(redone > 1 && abs(redone / value("ratio_at_equal_step") - 1) < 1e-12, "\(example.title)")
    }
  }

  /// The statement is about factors: the project's rule has rows and tables.
  @Test func theProjectsRuleIsComparedAndNotJudged() throws {
    let evidence = try #require(Self.evidence)
    let name = "score-weighted-state-baseline"
    #expect(!evidence.findings.contains { $0.estimator == name })
    let stats = Set(evidence.estimates.filter { $0.method == name }.map(\.stat))
    for stat in [
      "falls_raw", "falls_at_equal_step", "median_relative_variance", "simulated_relative_variance",
    ] {
      #expect(stats.contains(stat), "\(stat)")
    }
    #expect(evidence.explanation.contains("compared and not judged"))
  }

  /// The jackknife on a world whose ratios are exact, many times: the squared distances in standard errors have mean near 1.
  ///
  /// Distances of 40 independent runs of one rule and measure, each close to a t with 39 degrees of freedom, whose square has mean 39/37 and variance 2.5: the mean over
  /// 40 has a standard deviation of .25, and [.3, 2.2] leaves out less than 10⁻⁴ on either side (gamma tails).
  @Test func theJackknifeErrorIsTheErrorOfTheRatio() throws {
    let prompt = ModulatedRuleTests.world(.twoTokens, 3)
    let rule = ModulatedRule(advantage: .leaveOneOut, modulation: .released6)
    let exact = VariancePoint.all(prompt, rules: [rule], group: 2)[0]
    var squares = [0.0, 0.0]
    for run in 0..<40 {
      let examination = Examination(seed: UInt64(run), preset: .quick, threads: 1, claim: "jackknife")
      let found = try SimulatedVarianceRatios.run(
        examination, designPoint: 1, prompt, rules: [rule], group: 2, count: 2000, batches: 40)[0]
      for measure in VariancePoint.Measure.allCases {
        let estimate = found[measure]
        let distance = (estimate.value - exact[measure]) / estimate.standardError
        squares[measure.index] += distance * distance / 40
      }
    }
    for square in squares { #expect((0.3...2.2).contains(square), "\(squares)") }
  }

  @Test func simulatedRatiosDoNotDependOnThreads() throws {
    let prompt = ModulatedRuleTests.world(.twoTokens, 4)
    let rules = ModulatedRule.all(ModulationReducesVariance.registered).filter { $0.modulation != .none }
    func run(_ threads: Int) throws -> String {
      let examination = Examination(seed: 2, preset: .quick, threads: threads, claim: "threads")
      return
        "\(try SimulatedVarianceRatios.run(examination, designPoint: 1, prompt, rules: rules, group: 3, count: 200, batches: 10))"
    }
    let one = try run(1)
    #expect(try run(2) == one && run(8) == one)
  }

  @Test func longResponsesAreSimulatedForEveryRule() throws {
    let evidence = try #require(Self.evidence)
    let rows = evidence.estimates.filter { $0.stat == "simulated_relative_variance" }
    // 3 × 6 factors, the project's rule and 13 of rivals, on one world with exact values and two without.
    #expect(rows.count == 3 * 32 && rows.count { $0.exact != nil } == 32)
    #expect(rows.allSatisfy { $0.standardError != nil && $0.count == 50 })
  }

  @Test func theGridVariesTheConstantsThatTheTextLeavesOpen() throws {
    let evidence = try #require(Self.evidence)
    let grid = try #require(evidence.pointTables.first { $0.name == "grid" })
    let methods = Set(grid.rows.map { $0[0] })
    // Four α of three factors, three others, for three advantages; 2 · 2 · 3 constants of β_stab for each advantage.
    #expect(methods.count == 3 * (3 * 4 + 3) + 3 * 12)
    #expect(methods.contains(.text("grpo+stabilisation floor=0.0 steepness=5.0 centre=0.99")))
  }
}
