import Allocation
import Foundation
import Policies
import Statistics

/// Replacing σ_i by P_i keeps the allocation optimal.
public struct ProxyAllocationOptimal: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// V*/V(n ∝ P) over random batches, for the proxy's own objective and for the true variances; and where the power family has its minimum.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    let size = Int(specification.value("batch"))
    let boundary = 1 - specification.margin
    var relative = PointTable(
      name: "relative", columns: ["population", "allocator", "relative_variance", "lower", "upper"])
    var exponents = PointTable(name: "exponent", columns: ["population", "exponent", "relative_variance"])
    for (row, population) in PromptPopulation.all.enumerated() {
      for (column, measure) in VarianceMeasure.allCases.enumerated() {
        if population.name == PromptPopulation.twoAction.name, measure == .optimalBaseline {
          evidence.findings.append(
            Finding(
              estimator: "n ∝ P, \(measure.rawValue)", population: population.name,
              basis: .notTestable(
                reason: "the optimal baseline removes all variance of two actions: nothing to allocate")))
          continue
        }
        let efficiency = try efficiency(
          examination, designPoint: 100 + 10 * row + column, population: population, measure: measure,
          size: size,
          boundary: boundary
        ) { $0 }
        evidence.findings.append(
          efficiency.findingGreater(estimator: "n ∝ P, \(measure.rawValue)", population: population.name))
        evidence.estimates.append(
          EstimateRow(
            design: population.name, method: "n ∝ P, \(measure.rawValue)", stat: "efficiency",
            estimate: efficiency.estimate, interval: efficiency.interval))
      }
      try addTables(
        &evidence, &relative, &exponents, examination, population, designPoint: 300 + row, size: size)
    }
    evidence.pointTables = [relative, exponents]
    addCounterexample(&evidence)
    try addMonteCarlo(&evidence, examination)
    let control = try efficiency(
      examination, designPoint: 900, population: .flatDirichlet, measure: .bernoulli, size: size,
      boundary: boundary
    ) { $0 * $0 }
    evidence.control = control.findingGreater(estimator: "n ∝ P², bernoulli", population: "flat-dirichlet")
    let own = evidence.estimates.filter { $0.stat == "efficiency" && $0.method.hasSuffix("bernoulli") }
    let repaired = evidence.estimates.filter { $0.stat == "relative_variance" && $0.method.hasPrefix("√P") }
    evidence.condition =
      "under σ² = P the optimum is n ∝ √P, and n ∝ P has exactly uniform's total variance; under σ² = P·c it is n ∝ √(P c), and n ∝ P beats uniform if and only if Cov(P, c) > 0"
    evidence.explanation =
      "Taken at its own word (σ² = P) the rule n ∝ P reaches an efficiency V*/V of only \(short(own.map(\.estimate).min() ?? .nan)) to \(short(own.map(\.estimate).max() ?? .nan)) over the populations, the same as uniform allocation, because P estimates σ² and not σ. "
      + "The root repairs it: n ∝ √P stays between \(short(repaired.map(\.estimate).min() ?? .nan)) and \(short(repaired.map(\.estimate).max() ?? .nan)) of uniform's total variance under the measures examined, the true optimum needs the factor c as well."
    return evidence
  }

  /// The mean over random batches of V*/V, a number in (0, 1].
  private func efficiency(
    _ examination: Examination, designPoint: Int, population: PromptPopulation, measure: VarianceMeasure,
    size: Int,
    boundary: Double, weight: @escaping @Sendable (Double) -> Double
  ) throws -> SequentialMean {
    try SequentialMean.run(
      examination, designPoint: designPoint, range: 0...1, boundary: boundary,
      maximumCount: specification.count("batches", for: examination.preset), firstBatch: 64
    ) { stream in
      guard let batch = try? Batch(population, count: size, stream: &stream) else { return .nan }
      let variances = batch.variances(measure)
      let optimum = relativeVariance(variances, weights: variances.map { $0.squareRoot() })
      return min(1, optimum / relativeVariance(variances, weights: batch.proxies.map(weight)))
    }
  }

  /// Every allocator relative to uniform under the true variance and the proxy's, the power family, and the sign of −Cov(P, c).
  private func addTables(
    _ evidence: inout Evidence, _ relative: inout PointTable, _ exponents: inout PointTable,
    _ examination: Examination,
    _ population: PromptPopulation, designPoint: Int, size: Int
  ) throws {
    let key = examination.key(designPoint: designPoint)
    let batches = try examination.map(specification.count("table_batches", for: examination.preset)) {
      index in
      var stream = RandomStream(key.replicate(index))
      return try Batch(population, count: size, stream: &stream)
    }
    for measure in [VarianceMeasure.bernoulli, .valueBaseline] {
      let rules: [(String, @Sendable (Batch) -> [Double])] = [
        ("uniform", { $0.proxies.map { _ in 1 } }), ("P", { $0.proxies }),
        ("√P", { $0.proxies.map { $0.squareRoot() } }),
        ("oracle", { $0.variances(measure).map { $0.squareRoot() } }),
      ]
      for (name, rule) in rules {
        var mean = BatchMean()
        for batch in batches {
          mean.moments.add(relativeVariance(batch.variances(measure), weights: rule(batch)))
        }
        let method = "\(name) \(measure.rawValue)"
        relative.rows.append([.text(population.name), .text(method)] + mean.cells)
        evidence.estimates.append(
          EstimateRow(
            design: population.name, method: method, stat: "relative_variance", estimate: mean.estimate,
            interval: mean.interval))
      }
    }
    try addScoreAware(&evidence, &relative, examination, population, batches, designPoint: designPoint + 50)
    for exponent in specification.values("exponent") {
      var moments = Moments()
      for batch in batches {
        moments.add(
          TotalVariance.powerFamily(deviations: batch.proxies.map { $0.squareRoot() }, exponent: exponent))
      }
      exponents.rows.append([.text(population.name), .number(exponent), .number(moments.mean)])
    }
    // n ∝ P against uniform has the sign of −Cov(P, c).
    var wrong = 0
    for batch in batches {
      let variances = batch.variances(.valueBaseline)
      let meanP = batch.proxies.reduce(0, +) / Double(size)
      let factors = batch.moments.map(\.correctionFactor)
      let meanC = factors.reduce(0, +) / Double(size)
      let covariance = zip(batch.proxies, factors).reduce(0) { $0 + ($1.0 - meanP) * ($1.1 - meanC) }
      let difference = relativeVariance(variances, weights: batch.proxies) - 1
      if abs(difference) > 1e-12, (difference > 0) != (covariance < 0) { wrong += 1 }
    }
    evidence.estimates.append(
      EstimateRow(
        design: population.name, method: "n ∝ P", stat: "batches_against_sign_of_covariance",
        exact: Double(wrong)))
  }

  /// Score-aware Neyman from counts of 16 rollouts and exact score moments, judged by the true variance.
  private func addScoreAware(
    _ evidence: inout Evidence, _ relative: inout PointTable, _ examination: Examination,
    _ population: PromptPopulation,
    _ batches: [Batch], designPoint: Int
  ) throws {
    let samples = Int(specification.value("samples"))
    let key = examination.key(designPoint: designPoint)
    let values = try examination.map(batches.count) { index in
      var stream = RandomStream(key.replicate(index))
      let batch = batches[index]
      let shares = try ScoreAwareNeymanAllocation.shares(
        batch.counts(samples: samples, stream: &stream),
        moments: batch.moments.map {
          ScoreAwareNeymanAllocation.ScoreMoments(
            successVariance: $0.successVariance, failureVariance: $0.failureVariance,
            squaredDistance: $0.squaredDistance)
        }, budget: 1)
      return relativeVariance(batch.variances(.valueBaseline), weights: shares)
    }
    let mean = BatchMean(moments: Moments(values))
    let method = "score-aware value-baseline"
    relative.rows.append([.text(population.name), .text(method)] + mean.cells)
    evidence.estimates.append(
      EstimateRow(
        design: "\(population.name), counts of \(samples)", method: method,
        stat: "relative_variance_estimated",
        estimate: mean.estimate, interval: mean.interval))
  }

  /// The smallest pair of pass rates a/d with rational √P for which n ∝ P misses the optimum by more than the margin.
  private func addCounterexample(_ evidence: inout Evidence) {
    var rates: [(p: Rational, root: Rational)] = []
    for d in 2...Int(specification.value("denominator")) {
      for a in 1...(d / 2) {
        let root = Int(Double(a * (d - a)).squareRoot().rounded())
        let p = Rational(Int128(a), Int128(d))
        guard root * root == a * (d - a), !rates.contains(where: { $0.p == p }) else { continue }
        rates.append((p, Rational(Int128(root), Int128(d))))
      }
    }
    for later in rates.indices {
      for earlier in 0..<later {
        let roots = [rates[earlier].root, rates[later].root]
        let proxies = roots.map { $0 * $0 }
        let sum = proxies[0] + proxies[1]
        // B·V for n ∝ P and for uniform are both N ΣP; the optimum has (Σ√P)².
        let byProxy = Rational(2) * sum
        let best = (roots[0] + roots[1]) * (roots[0] + roots[1])
        guard byProxy.value > best.value / (1 - specification.margin) else { continue }
        func named(_ name: String, _ value: Rational) -> ExactValue {
          ExactValue(name, value.value, exact: value.description)
        }
        evidence.counterexamples.append(
          Counterexample(
            title: "n ∝ P has uniform's total variance, not the optimum's",
            worlds: [
              .record([
                .init("success_probabilities", .numbers([rates[earlier].p.value, rates[later].p.value])),
                .init("variances", .numbers(proxies.map(\.value))), .init("budget", .integer(1)),
                .init(
                  "allocations",
                  .record([
                    .init("n ∝ P", .numbers(proxies.map { ($0 / sum).value })),
                    .init("uniform", .numbers([0.5, 0.5])),
                    .init("n ∝ √P", .numbers(roots.map { ($0 / (roots[0] + roots[1])).value })),
                  ])),
              ])
            ],
            values: [
              named("P_1", proxies[0]), named("P_2", proxies[1]), named("total_variance_proxy", byProxy),
              named("total_variance_uniform", Rational(2) * sum), named("total_variance_optimum", best),
            ],
            explanation:
              "With shares q the total variance is Σ P_i/q_i; q ∝ P gives N ΣP, exactly what q = 1/N gives, while q ∝ √P gives (Σ√P)²."
          ))
        return
      }
    }
  }

  private func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination) throws {
    let prompts = try PromptPopulation.flatDirichlet.prompts(6, key: examination.key(designPoint: 50))
    let proxies = prompts.map { BinaryScoreMoments($0.scoreSummary)?.bernoulliVariance ?? 0 }
    for (index, (name, weights)) in [("P", proxies), ("√P", proxies.map { $0.squareRoot() })].enumerated() {
      let rollouts = try NeymanAllocation.rollouts(
        deviations: weights, budget: 36, bounds: AllocationBounds(minimum: 1))
      evidence.estimates += try BatchSimulation.rows(
        examination, designPoint: 60 + index, design: "6 prompts of flat-dirichlet, value baseline",
        method: name,
        prompts: prompts, rollouts: rollouts,
        count: specification.count("replicates", for: examination.preset))
    }
  }
}

extension ProxyAllocationOptimal {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "proxy-allocation-optimal", section: .allocation,
    statement: "Replacing σ_i by P_i = p_i(1−p_i) keeps the allocation optimal.",
    formula: "n_i = B P_i/ΣP minimises Σσ_i²/n_i",
    source: "dynamo2026 (README: P offered as a proxy of σ)",
    aim: "How close n ∝ P comes to the optimum, under the proxy's own objective and under true variances.",
    worlds: ["batches of 64 prompts from eleven populations", "pairs of pass rates with rational √P"],
    estimand: "the mean efficiency V*/V(n ∝ P); exact for each batch",
    methods: ["n ∝ P", "n ∝ √P", "uniform", "score-aware from 16 rollouts", "oracle", "n ∝ σ^a"],
    performance: [
      "efficiency", "relative_variance", "relative_variance_estimated", "batches_against_sign_of_covariance",
      "total_variance", "z_against_exact",
    ],
    decisionRule:
      "For each measure of variance and population: supported if the mean efficiency exceeds 1 − `margin`, refuted if it falls below, by anytime-valid betting tests.",
    margin: 0.01, negativeControl: "n ∝ P² is optimal", targetStandardError: 0.005,
    parameters: [
      "batch": [64], "batches": [400, 2000, 20_000], "table_batches": [40, 200, 2000], "samples": [16],
      "exponent": [-0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5], "denominator": [20],
      "replicates": [2000, 20_000, 200_000],
    ])
}
