import Allocation
import Foundation
import Policies
import Statistics

/// Uniform allocation has a strictly larger total variance than the optimum whenever the σ_i differ.
public struct UniformSuboptimal: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// The identity 1 + CV², a search for a violation, all small integer cases, and by how much on every population.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    let identity = try addPopulations(&evidence, examination)
    let count = Int(specification.value("search_prompts"))
    let limit = specification.value("largest_logarithm")
    let ratio = specification.value("ratio")
    let worst = try AdversarialSearch.maximise(
      examination, designPoint: 1, restarts: Int(specification.value("restarts")),
      start: { stream in (0..<count).map { _ in stream.normal() } },
      objective: { point in
        // Deviations e^x that differ by a stated factor; the claim fails where the optimum is not below uniform.
        let deviations = point.map { exp(max(-limit, min(limit, $0))) }
        guard let low = deviations.min(), let high = deviations.max(), high >= ratio * low else {
          return -.infinity
        }
        return 1 / TotalVariance.uniformOverOptimum(deviations: deviations)
      })
    let closest = worst?.value ?? .nan
    evidence.estimates.append(
      EstimateRow(
        design: "adversarial N=\(count)", method: "optimum", stat: "largest_optimum_over_uniform",
        exact: closest))
    let continuous = closest < 1 && identity <= specification.value("tolerance")
    let integers = integerCases()
    add(&evidence, integers)
    evidence.findings = [
      Finding(estimator: "all", population: "real-valued rollouts", basis: .exact(holds: continuous)),
      Finding(
        estimator: "all", population: "whole rollouts",
        basis: .exact(holds: integers.againstCondition == 0),
        condition: integers.uniformOptimal == 0 ? nil : Self.integerCondition),
    ]
    try addMonteCarlo(&evidence, examination)
    addControl(&evidence)
    if integers.uniformOptimal > 0 {
      evidence.condition =
        "for real-valued rollouts without condition; for whole rollouts \(Self.integerCondition) "
        + "(it agrees with brute force in \(integers.cases - integers.againstCondition) of \(integers.cases) small cases)"
    }
    explain(&evidence, closest: closest, integers: integers)
    return evidence
  }

  /// When moving one rollout from the smallest σ to the largest pays: `σ²/(n(n+1))` gained exceeds `σ²/(n(n−1))` lost.
  static let integerCondition = "σ_max²/σ_min² > (n+1)/(n−1), n rollouts each under uniform allocation"

  /// Two sentences from the numbers found.
  private func explain(_ evidence: inout Evidence, closest: Double, integers: IntegerCases) {
    let gains = evidence.estimates.filter {
      $0.stat == "relative_variance" && $0.method == "optimum bernoulli"
    }
    let most = gains.min { $0.estimate < $1.estimate }
    let least = gains.max { $0.estimate < $1.estimate }
    evidence.explanation =
      "V*/V(uniform) = 1/(1 + CV²(σ)) came no closer to 1 than \(short(1 - closest)) among σ that differ by a factor \(short(specification.value("ratio"))) or more; with σ² = p(1−p) the optimum needs \(short(most?.estimate ?? .nan)) of uniform's variance on \(most?.design ?? "?") and \(short(least?.estimate ?? .nan)) on \(least?.design ?? "?"). "
      + "With whole rollouts uniform allocation is itself optimal in \(integers.uniformOptimal) of \(integers.cases) small cases with unequal σ; the condition σ_max²/σ_min² > (n+1)/(n−1) tells strict from not in all but \(integers.againstCondition) of them."
  }

  /// The optimum relative to uniform on every population and measure; returns the largest error of the identity.
  private func addPopulations(_ evidence: inout Evidence, _ examination: Examination) throws -> Double {
    let size = Int(specification.value("batch"))
    let batches = specification.count("batches", for: examination.preset)
    var table = PointTable(
      name: "relative", columns: ["population", "allocator", "relative_variance", "lower", "upper"])
    var worst = 0.0
    for (row, population) in PromptPopulation.all.enumerated() {
      let key = examination.key(designPoint: 100 + row)
      let drawn = try examination.map(batches) { index in
        var stream = RandomStream(key.replicate(index))
        return try Batch(population, count: size, stream: &stream)
      }
      for measure in VarianceMeasure.allCases {
        var mean = BatchMean()
        for batch in drawn {
          let variances = batch.variances(measure)
          let deviations = variances.map { $0.squareRoot() }
          let direct = relativeVariance(variances, weights: deviations)
          worst = max(worst, abs(direct * TotalVariance.uniformOverOptimum(deviations: deviations) - 1))
          mean.moments.add(direct)
        }
        table.rows.append([.text(population.name), .text("optimum \(measure.rawValue)")] + mean.cells)
        evidence.estimates.append(
          EstimateRow(
            design: population.name, method: "optimum \(measure.rawValue)", stat: "relative_variance",
            estimate: mean.estimate, interval: mean.interval))
      }
      table.rows.append([.text(population.name), .text("uniform"), .number(1), .number(1), .number(1)])
    }
    evidence.pointTables = [table]
    evidence.estimates.append(
      EstimateRow(design: "all batches", method: "optimum", stat: "largest_identity_error", exact: worst))
    return worst
  }

  /// What brute force found.
  struct IntegerCases: Equatable {
    var cases = 0
    /// Cases in which no allocation beats uniform.
    var uniformOptimal = 0
    /// Cases in which that and the condition do not agree.
    var againstCondition = 0
    /// The first case in which uniform is optimal: fewest prompts, then fewest rollouts, then smallest variances.
    var first: (variances: [Int], each: Int)?

    static func == (a: Self, b: Self) -> Bool {
      a.cases == b.cases && a.uniformOptimal == b.uniformOptimal && a.againstCondition == b.againstCondition
    }
  }

  /// Every ascending list of unequal whole variances, against every way to spend the budget with one rollout or more each.
  func integerCases() -> IntegerCases {
    var result = IntegerCases()
    let largest = Int(specification.value("largest_variance"))
    for count in specification.integers("integer_prompts") {
      for each in specification.integers("each") {
        SmallAllocations.forEachAscending(count: count, largest: largest) { variances in
          guard let low = variances.first, let high = variances.last, low < high else { return }
          let fractions = variances.map { Rational(Int128($0)) }
          let uniform = SmallAllocations.total(fractions, [Int](repeating: each, count: count))
          guard
            let best = SmallAllocations.best(fractions, budget: count * each, bounds: 1...(count * each))
          else { return }
          result.cases += 1
          let isStrict = best.total < uniform
          // σ_max²/σ_min² > (n+1)/(n−1) in whole numbers; false for n = 1, where nothing can be moved.
          if isStrict != (high * (each - 1) > low * (each + 1)) { result.againstCondition += 1 }
          guard !isStrict else { return }
          result.uniformOptimal += 1
          if result.first == nil, each > 1 { result.first = (variances, each) }
        }
      }
    }
    return result
  }

  private func add(_ evidence: inout Evidence, _ integers: IntegerCases) {
    let design =
      "N in \(specification.integers("integer_prompts")), σ² in 1...\(Int(specification.value("largest_variance")))"
    for (stat, value) in [
      ("cases_enumerated", integers.cases), ("cases_uniform_optimal", integers.uniformOptimal),
      ("cases_against_condition", integers.againstCondition),
    ] {
      evidence.estimates.append(
        EstimateRow(design: design, method: "integers", stat: stat, exact: Double(value)))
    }
    guard let (variances, each) = integers.first else { return }
    let fractions = variances.map { Rational(Int128($0)) }
    let budget = each * variances.count
    let even = [Int](repeating: each, count: variances.count)
    var values = [ExactValue("total_variance_uniform", SmallAllocations.total(fractions, even))]
    var moved = even
    moved[0] -= 1
    moved[variances.count - 1] += 1
    values.append(ExactValue("total_variance_one_rollout_moved", SmallAllocations.total(fractions, moved)))
    if let best = SmallAllocations.best(fractions, budget: budget, bounds: 1...budget) {
      values.append(ExactValue("total_variance_optimum_over_integers", best.total))
    }
    let root = fractions.reduce(0) { $0 + $1.value.squareRoot() }
    values.append(ExactValue("total_variance_optimum_over_reals", root * root / Double(budget)))
    evidence.counterexamples.append(
      Counterexample(
        title: "whole rollouts: uniform is optimal although the σ differ",
        worlds: [
          .record([
            .init("variances", .integers(variances)), .init("budget", .integer(budget)),
            .init(
              "allocations",
              .record([
                .init("uniform", .integers(even)), .init("one rollout moved", .integers(moved)),
              ])),
          ])
        ], values: values,
        explanation:
          "No other way to spend \(budget) rollouts has a smaller Σσ²/n; with real-valued n the optimum (Σσ)²/B is below it."
      ))
  }

  /// One batch of real gradients under both allocations.
  private func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination) throws {
    let count = Int(specification.value("simulated_prompts"))
    let prompts = try PromptPopulation.flatDirichlet.prompts(count, key: examination.key(designPoint: 50))
    let deviations = prompts.map {
      BinaryScoreMoments($0.scoreSummary)?.valueBaselineVariance.squareRoot() ?? 0
    }
    let budget = count * Int(specification.value("simulated_rollouts"))
    let bounds = AllocationBounds(minimum: 1)
    let allocations = [
      ("uniform", try UniformAllocation.rollouts(promptCount: count, budget: budget)),
      (
        "optimum",
        try IntegerOptimalAllocation.rollouts(deviations: deviations, budget: budget, bounds: bounds)
      ),
    ]
    for (index, (name, rollouts)) in allocations.enumerated() {
      evidence.estimates += try BatchSimulation.rows(
        examination, designPoint: 60 + index, design: "\(count) prompts of flat-dirichlet, value baseline",
        method: name,
        prompts: prompts, rollouts: rollouts,
        count: specification.count("replicates", for: examination.preset))
    }
  }

  /// "n ∝ σ² is strictly better than uniform whenever the σ differ" is false: it has the same total variance.
  private func addControl(_ evidence: inout Evidence) {
    let variances = specification.values("control_variances")
    let ratio = relativeVariance(variances, weights: variances)
    evidence.control = Finding(
      estimator: "n ∝ σ²", population: "variances \(listing(variances.map { short($0) }))",
      basis: .exact(holds: ratio < 1 - specification.value("tolerance")))
    evidence.estimates.append(
      EstimateRow(
        design: "control", method: "n ∝ σ²", stat: "relative_variance_exact", exact: ratio))
  }
}

extension UniformSuboptimal {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "uniform-suboptimal", section: .allocation,
    statement:
      "Uniform allocation has a strictly larger total variance than the optimum whenever the σ_i differ.",
    formula: "Σσ_i²/(B/N) > (Σσ_i)²/B,  ratio 1 + CV²(σ)",
    source: "dynamo2026 (abstract)",
    aim: "Whether the statement holds, also for whole rollouts, and how much there is to gain.",
    worlds: [
      "batches of prompts from eleven populations", "all whole σ² in a small range for two and three prompts",
      "σ found by search",
    ],
    estimand: "V*/V(uniform), exact; its mean over batches",
    methods: ["uniform", "optimum under σ² = P and under the true variance of three estimators"],
    performance: [
      "relative_variance", "largest_identity_error", "largest_optimum_over_uniform", "cases_uniform_optimal",
      "cases_against_condition", "total_variance",
      "z_against_exact",
    ],
    decisionRule:
      "real-valued: supported if the largest V*/V(uniform) found by search among σ that differ by the factor `ratio` is below 1 and the identity 1 + CV² holds to `tolerance` on every batch; whole rollouts: supported if strictness and the condition σ_max²/σ_min² > (n+1)/(n−1) agree in every small case, with that condition if uniform is optimal in any.",
    margin: 0, negativeControl: "n ∝ σ² is strictly better than uniform whenever the σ differ",
    targetStandardError: 0.005,
    parameters: [
      "batch": [64], "batches": [40, 200, 2000], "ratio": [1.01], "restarts": [16], "tolerance": [1e-12],
      "largest_variance": [9], "each": [1, 2, 3, 4], "integer_prompts": [2, 3], "search_prompts": [4],
      "largest_logarithm": [20], "control_variances": [1, 2, 5], "simulated_prompts": [8],
      "simulated_rollouts": [6],
      "replicates": [2000, 20_000, 200_000],
    ])
}
