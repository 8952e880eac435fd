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
    let worst = try AdversarialSearch.maximise(
      examination, designPoint: 1, restarts: Int(specification.value("restarts")),
      start: { stream in (0..<4).map { _ in stream.normal() } },
      objective: { point in
        // Deviations e^x that differ by a stated factor; the claim fails where the optimum is not below uniform.
        let deviations = point.map { exp(max(-20, min(20, $0))) }
        guard let low = deviations.min(), let high = deviations.max(),
          high >= specification.value("ratio") * low
        else {
          return -.infinity
        }
        return 1 / TotalVariance.uniformOverOptimum(deviations: deviations)
      })
    let closest = worst?.value ?? .nan
    evidence.estimates.append(
      EstimateRow(
        design: "adversarial N=4", method: "optimum", stat: "largest_optimum_over_uniform", exact: closest))
    let continuous = closest < 1 && identity <= specification.value("tolerance")
    let integers = addIntegers(&evidence)
    evidence.findings = [
      Finding(estimator: "all", population: "real-valued rollouts", basis: .exact(holds: continuous)),
      Finding(
        estimator: "all", population: "whole rollouts", basis: .exact(holds: integers),
        condition: "σ_max²/σ_min² > (n+1)/(n−1), n rollouts each under uniform allocation"),
    ]
    try addMonteCarlo(&evidence, examination)
    addControl(&evidence)
    evidence.condition =
      "strictly for real-valued n; for whole rollouts exactly when σ_max²/σ_min² > (n+1)/(n−1) (checked against every small case)"
    let gains = evidence.estimates.filter {
      $0.stat == "relative_variance" && $0.method == "optimum bernoulli"
    }
    let most = gains.min { $0.estimate < $1.estimate }
    let least = gains.max { $0.estimate < $1.estimate }
    evidence.explanation =
      "V(uniform)/V* = 1 + CV²(σ) exceeds 1 as soon as two σ differ; with σ² = p(1−p) the optimum is at \(short(most?.estimate ?? .nan)) of uniform on \(most?.design ?? "?") and at \(short(least?.estimate ?? .nan)) on \(least?.design ?? "?"). "
      + "Whole rollouts weaken it: as long as σ_max²/σ_min² ≤ (n+1)/(n−1) no rollout can be moved with profit and uniform allocation is itself optimal."
    return evidence
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

  /// Whether, in every small case, the integer optimum beats uniform exactly when the condition says so.
  private func addIntegers(_ evidence: inout Evidence) -> Bool {
    var holds = true
    var cases = 0
    let largest = Int(specification.value("largest_variance"))
    for each in specification.integers("each") {
      for first in 1...largest {
        for second in 1...largest {
          for third in 1...largest {
            let variances = [first, second, third]
            guard let low = variances.min(), let high = variances.max(), low < high else { continue }
            cases += 1
            let strict =
              Self.bestIntegers(variances, budget: 3 * each) < Self.total(variances, [each, each, each])
            // σ_max²/σ_min² > (n+1)/(n−1), in whole numbers.
            let condition = high * (each - 1) > low * (each + 1)
            if strict != condition { holds = false }
            if !strict, evidence.counterexamples.isEmpty {
              evidence.counterexamples.append(Self.counterexample(variances, each: each))
            }
          }
        }
      }
    }
    evidence.estimates.append(
      EstimateRow(
        design: "N=3, σ² in 1...\(largest)", method: "integers", stat: "cases_enumerated",
        exact: Double(cases)))
    return holds
  }

  static func total(_ variances: [Int], _ rollouts: [Int]) -> Rational {
    zip(variances, rollouts).reduce(.zero) { $0 + Rational(Int128($1.0), Int128($1.1)) }
  }

  /// The least total over all ways to spend the budget with at least one rollout each, by brute force with fractions.
  static func bestIntegers(_ variances: [Int], budget: Int) -> Rational {
    var best: Rational?
    for first in 1...(budget - 2) {
      for second in 1...(budget - 1 - first) {
        let value = total(variances, [first, second, budget - first - second])
        if let current = best, current <= value { continue }
        best = value
      }
    }
    return best ?? .zero
  }

  private static func counterexample(_ variances: [Int], each: Int) -> Counterexample {
    let uniform = total(variances, [each, each, each])
    return Counterexample(
      title: "whole rollouts: uniform is optimal although the σ differ",
      worlds: [
        .record([
          .init("variances", .integers(variances)), .init("budget", .integer(3 * each)),
          .init("allocations", .record([.init("uniform", .integers([each, each, each]))])),
        ])
      ],
      values: [
        ExactValue("total_variance_uniform", uniform.value, exact: uniform.description),
        ExactValue(
          "total_variance_optimum", uniform.value,
          exact: bestIntegers(variances, budget: 3 * each).description),
      ],
      explanation:
        "No other way to spend \(3 * each) rollouts has a smaller Σσ²/n; with real-valued n the optimum would be below it."
    )
  }

  /// One batch of real gradients under both allocations.
  private func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination) throws {
    let prompts = try PromptPopulation.flatDirichlet.prompts(8, key: examination.key(designPoint: 50))
    let deviations = prompts.map {
      BinaryScoreMoments($0.scoreSummary)?.valueBaselineVariance.squareRoot() ?? 0
    }
    let budget = 8 * Int(specification.value("simulated_rollouts"))
    let bounds = AllocationBounds(minimum: 1)
    let allocations = [
      ("uniform", try UniformAllocation.rollouts(promptCount: 8, budget: budget)),
      (
        "optimum",
        try IntegerOptimalAllocation.rollouts(deviations: deviations, budget: budget, bounds: bounds)
      ),
    ]
    for (index, (name, rollouts)) in allocations.enumerated() {
      evidence.estimates += try BatchSimulation.rows(
        examination, designPoint: 60 + index, design: "8 prompts of flat-dirichlet, value baseline",
        method: name,
        prompts: prompts, rollouts: rollouts,
        count: specification.count("replicates", for: examination.preset))
    }
  }

  /// "n ∝ σ² is strictly better than uniform whenever the σ differ" is false: it has the same total variance.
  private func addControl(_ evidence: inout Evidence) {
    let variances: [Double] = [1, 2, 5]
    let ratio = relativeVariance(variances, weights: variances)
    evidence.control = Finding(
      estimator: "n ∝ σ²", population: "variances 1, 2, 5",
      basis: .exact(holds: ratio < 1 - specification.value("tolerance")))
    evidence.estimates.append(
      EstimateRow(
        design: "control variances 1, 2, 5", method: "n ∝ σ²", stat: "relative_variance_exact", exact: ratio))
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
      "batches of prompts from eleven populations", "all σ² in a small range for three prompts",
      "σ found by search",
    ],
    estimand: "V*/V(uniform), exact; its mean over batches",
    methods: ["uniform", "optimum under σ² = P and under the true variance of three estimators"],
    performance: [
      "relative_variance", "largest_identity_error", "largest_optimum_over_uniform", "total_variance",
      "z_against_exact",
    ],
    decisionRule:
      "real-valued: supported if the largest V*/V(uniform) found by search among σ that differ by the factor `ratio` is below 1 and the identity 1 + CV² holds to `tolerance` on every batch; whole rollouts: supported under the condition if strictness and the condition agree in every small case.",
    margin: 0, negativeControl: "n ∝ σ² is strictly better than uniform whenever the σ differ",
    targetStandardError: 0.005,
    parameters: [
      "batch": [64], "batches": [40, 200, 2000], "ratio": [1.01], "restarts": [16], "tolerance": [1e-12],
      "largest_variance": [9], "each": [2, 3, 4], "simulated_rollouts": [6],
      "replicates": [2000, 20_000, 200_000],
    ])
}
