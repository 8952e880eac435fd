import Estimators
import Foundation
import Policies
import Statistics
import Testing
import _TestSupport

@testable import Claims

@Suite struct ModulationUnbiasedTests {
  static let evidence: Evidence? = {
    let claim = ModulationUnbiased(specification: ModulationUnbiased.registered.cutDown)
    return try? claim.examine(
      Examination(seed: 4, preset: .quick, threads: 2, claim: claim.specification.id))
  }()

  static func holds(_ evidence: Evidence, _ estimator: String, _ population: String) -> Bool? {
    guard
      let finding = evidence.findings.first(where: {
        $0.estimator == estimator && $0.population == population
      }), case .exact(let holds) = finding.basis
    else { return nil }
    return holds
  }

  @Test func leaveOneOutAndTheStateBaselineAreUnbiasedEverywhere() throws {
    let evidence = try #require(Self.evidence)
    for name in ["rloo", "value-baseline", "score-weighted-state-baseline"] {
      let own = evidence.estimates.filter { $0.method == name && $0.stat == "largest_strict_bias" }
      #expect(own.count == TokenWorlds.Shape.allCases.count)
      #expect(own.allSatisfy { $0.estimate <= 1e-9 }, "\(name)")
    }
    let checks = evidence.findings.filter { $0.estimator == "score-weighted-state-baseline" }
    #expect(checks.count == 12)
    for check in checks {
      #expect(check.basis == .exact(holds: true) && check.condition == nil)
      #expect(check.population.hasSuffix("(positive check)"))
    }
  }

  static func verdict(_ evidence: Evidence) -> Verdict {
    Judgement.settle([
      .init(
        specification: ModulationUnbiased.registered, registration: .exploratory, evidence: evidence,
        seconds: 0)
    ])[0].verdict
  }

  /// Among the findings stand factors and the positive check; without the latter every verdict is the same, whatever becomes of the factors.
  @Test func thePositiveCheckDecidesNothing() throws {
    let evidence = try #require(Self.evidence)
    for name in ["rloo", "value-baseline", "grpo"] {
      #expect(!evidence.findings.contains { $0.estimator == name })
    }
    var kept = evidence
    kept.findings.removeAll { $0.estimator == "score-weighted-state-baseline" }
    #expect(kept.findings.count == evidence.findings.count - 12)
    for basis in [Finding.Basis.exact(holds: true), .exact(holds: false), .notTestable(reason: "nothing")] {
      var both = evidence
      var factors = kept
      for index in both.findings.indices where !both.findings[index].population.hasSuffix("(positive check)")
      {
        both.findings[index].basis = basis
      }
      for index in factors.findings.indices { factors.findings[index].basis = basis }
      #expect(Self.verdict(both) == Self.verdict(factors))
    }
    #expect(Self.verdict(evidence) == .refuted && Self.verdict(kept) == .refuted)
  }

  /// A mean that is turned without a change of scale: eight standard errors off the direction are a contradiction.
  @Test func aPureTurnStopsTheVerdict() throws {
    let scale = Estimate(value: 1, standardError: 0.01, count: 1000)
    let tangent = Estimate(value: 0.08, standardError: 0.01, count: 1000)
    let rows = ModulationUnbiased.rows(
      design: "long", method: "rloo", scale: scale, tangent: tangent, exactScale: 1, keepsDirection: true)
    let distances = rows.filter { $0.stat == "z_against_exact" }.map(\.estimate)
    #expect(distances.count == 2 && distances[0] == 0 && abs(distances[1] - 8) < 1e-12)
    var evidence = try #require(Self.evidence)
    #expect(Self.verdict(evidence) == .refuted)
    evidence.estimates += rows
    #expect(Self.verdict(evidence) == .inconclusive)
  }

  /// Where the direction is known, its distance is there: three unmodulated advantages, ours, six identities and five rules of two values on both; on shared logits also what looks at
  /// state and rewards alone, three fixed ranges and two entropy advantages.
  @Test func offDirectionRowsAreComparedWhereTheyAreKnown() throws {
    let evidence = try #require(Self.evidence)
    let off = evidence.estimates.filter { $0.stat == "off_direction" && $0.exact == 0 }
    #expect(off.count == 2 * (4 + 6 + 5) + 3 + 2)
    for row in off {
      let distance = try #require(
        evidence.estimates.first {
          $0.stat == "z_against_exact" && $0.method == row.method
            && $0.design == "\(row.design), off the direction"
        })
      #expect(distance.estimate == row.estimate / (row.standardError ?? .nan))
      #expect(abs(distance.estimate) < 6)
    }
  }

  /// What the comments prove.
  @Test func theVerdictsAreThoseThatThePointsProve() throws {
    let evidence = try #require(Self.evidence)
    let fixed = "rloo+compensation-fixed-0.2"
    #expect(Self.holds(evidence, fixed, "one token: strict") == false)
    #expect(Self.holds(evidence, fixed, "one token: direction") == true)
    #expect(Self.holds(evidence, fixed, "two tokens: direction") == false)
    #expect(Self.holds(evidence, fixed, "two tokens: direction in each state") == true)
    #expect(Self.holds(evidence, "rloo+stabilisation", "one token, two actions: direction") == true)
    #expect(Self.holds(evidence, "rloo+stabilisation", "one token: direction") == false)
    #expect(Self.holds(evidence, "grpo+released-6", "one token: direction") == true)
    #expect(Self.holds(evidence, "grpo+released-6", "two tokens: direction in each state") == false)
    // GRPO without modulation is no part of the statement: its rows say that it stretches and does not turn.
    let grpo = evidence.estimates.filter { $0.method == "grpo" && $0.design == "two tokens" }
    let bias = try #require(grpo.first { $0.stat == "largest_strict_bias" })
    let cosine = try #require(grpo.first { $0.stat == "smallest_cosine" })
    #expect(bias.estimate > 0.01 && cosine.estimate > 1 - 1e-12)
    #expect(evidence.control.basis == .exact(holds: false))
  }

  /// What is proved of rivals, and what enumeration finds of the others.
  @Test func theRivalsAreJudgedByTheSameRule() throws {
    let evidence = try #require(Self.evidence)
    func holds(_ rule: String, _ population: String) -> Bool? {
      Self.holds(evidence, rule, "\(population) (rival)")
    }
    for rule in ["rloo+kl-cov", "rloo+clip", "rloo+clip-as-released", "psr", "nsr"] {
      for worlds in TokenWorlds.Shape.allCases {
        #expect(holds(rule, "\(worlds.rawValue): strict") == true, "\(rule)")
        #expect(holds(rule, "\(worlds.rawValue): direction") == true, "\(rule)")
      }
    }
    for rule in ["w-reinforce", "psr-as-released", "nsr-as-released", "grpo+kl-cov"] {
      #expect(holds(rule, "two tokens: strict") == false, "\(rule)")
      #expect(holds(rule, "two tokens: direction") == true, "\(rule)")
    }
    for rule in ["rloo+fork-tokens", "rloo+entropy-advantages", "rloo+clip-cov", "rloo+entropy-bonus"] {
      #expect(holds(rule, "two tokens: strict") == false, "\(rule)")
      #expect(holds(rule, "two tokens: direction") == false, "\(rule)")
    }
    // One distribution for all states: a mask by entropy keeps everything.
    #expect(holds("rloo+fork-tokens", "one token: strict") == true)
    #expect(holds("rloo+fork-tokens", "two tokens, shared logits: strict") == true)
    // A function of state and rewards: every state keeps its direction.
    #expect(holds("rloo+entropy-advantages", "two tokens: direction in each state") == true)
    #expect(holds("rloo+fork-tokens", "two tokens: direction in each state") == false)
    let identities = evidence.findings.filter { $0.estimator == "rloo+kl-cov" }
    #expect(!identities.isEmpty && identities.allSatisfy { $0.condition?.hasPrefix("on-policy") == true })
  }

  /// The scales of two values: λ + μ on every world.
  @Test func twoValuesAreAScale() throws {
    let evidence = try #require(Self.evidence)
    for (rule, scale) in [("w-reinforce", 1.1), ("psr", 1), ("nsr", 1)] {
      let rows = evidence.estimates.filter { $0.method == rule && $0.stat.hasSuffix("_scale") }
      #expect(rows.count == 2 * TokenWorlds.Shape.allCases.count)
      // Gradients down to 10⁻³ cost three digits.
      for row in rows { #expect(abs(row.estimate - scale) < 1e-12, "\(row)") }
    }
  }

  /// The statement is about the paper's factors: whatever becomes of rivals, its verdict is the same.
  @Test func rivalsDecideNothing() throws {
    let evidence = try #require(Self.evidence)
    let names = Set(ModulatedRule.rivals(ModulationUnbiased.registered).map(\.name))
    #expect(evidence.findings.allSatisfy { $0.isComparison == names.contains($0.estimator) })
    #expect(names == Set(evidence.findings.filter(\.isComparison).map(\.estimator)))
    var holding = evidence
    for index in holding.findings.indices where !holding.findings[index].isComparison {
      holding.findings[index].basis = .exact(holds: true)
    }
    #expect(holding.findings.contains { $0.basis == .exact(holds: false) })
    #expect(Self.verdict(holding) == .supportedWhen)
  }

  /// Fractions from an enumeration of ordered pairs against the doubles of the oracle.
  @Test func rivalCounterexamplesCanBeRedoneByHand() throws {
    let evidence = try #require(Self.evidence)
    let own = evidence.counterexamples.filter { $0.title.hasSuffix("(rival)") }
    #expect(own.count == 4 + 3)
    for example in own {
      for value in example.values where value.exact?.contains("/") == true {
        let parts = (value.exact ?? "").split(separator: "/").compactMap { Double($0) }
        #expect(
          parts.count == 2 && abs(value.value - parts[0] / parts[1]) < 1e-14, "\(example.title): \(value)")
      }
    }
    let exact = AllocationCounterexampleTests.exact
    func example(_ words: String) -> Counterexample? { own.first { $0.title.hasPrefix(words) } }
    for rule in ["rloo+fork-tokens", "rloo+clip-cov"] {
      #expect(exact(try #require(example(rule)), "mean_first") != nil, "\(rule)")
      #expect(
        exact(try #require(example(rule)), "mean_first")
          != exact(try #require(example(rule)), "gradient_first"))
    }
    #expect(exact(try #require(example("w-reinforce")), "scale") == "11/10")
    // Two responses, p = 1/2: (1 − 1/4)/(1/2).
    #expect(exact(try #require(example("psr-as-released")), "scale") == "3/2")
    #expect(exact(try #require(example("nsr-as-released")), "scale") == "3/2")
    for rule in ["w-reinforce", "psr-as-released", "nsr-as-released"] {
      let values = try #require(example(rule)).values
      let scales = values.filter { $0.name.hasPrefix("scale") }.map(\.value)
      #expect(scales.count == 2 && abs(scales[0] - scales[1]) < 1e-14)
    }
  }

  @Test func theCosineBoundHoldsForWhatTheSearchFinds() throws {
    let evidence = try #require(Self.evidence)
    let bounds = evidence.estimates.filter { $0.stat == "cosine_bound" }
    #expect(bounds.count == 12)
    for bound in bounds {
      let found = evidence.estimates.first {
        $0.stat == "adversarial_cosine" && $0.method == bound.method && $0.design == bound.design
      }
      #expect(try #require(found).estimate >= bound.estimate - 1e-12)
    }
  }

  /// The printed cosine, recomputed from the printed vectors.
  @Test func theWorstWorldsAreWhatTheySay() throws {
    let evidence = try #require(Self.evidence)
    let found = evidence.counterexamples.filter { $0.title.contains("the smallest cosine found") }
    #expect(!found.isEmpty)
    for example in found {
      let cosine = try #require(example.values.first { $0.name == "cosine" }).value
      let mean = example.values.filter { $0.name.hasPrefix("mean_") }.map(\.value)
      let gradient = example.values.filter { $0.name.hasPrefix("gradient_") }.map(\.value)
      func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
      let redone =
        product(mean, gradient) / (product(mean, mean) * product(gradient, gradient)).squareRoot()
      #expect(abs(cosine - redone) < 1e-12)
      #expect(cosine < 1 - 1e-3)
    }
  }
}
