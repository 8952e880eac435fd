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
    var tables = Tables()
    var signErrors = 0
    for (row, population) in PromptPopulation.all.enumerated() {
      try addEfficiencies(&evidence, examination, population, designPoint: 100 + row)
      signErrors += try addTables(&evidence, &tables, examination, population, designPoint: 300 + row)
    }
    evidence.pointTables = [tables.relative, tables.exponents]
    try addSearch(&evidence, examination)
    addBernoulliCounterexample(&evidence)
    addTrueVarianceCounterexample(&evidence)
    try addMonteCarlo(&evidence, examination)
    try addControl(&evidence, examination)
    explain(&evidence, signErrors: signErrors)
    return evidence
  }

  /// Condition and explanation from the numbers found.
  private func explain(_ evidence: inout Evidence, signErrors: Int) {
    func extremes(_ stat: String, _ method: String) -> (low: EstimateRow, high: EstimateRow)? {
      let rows = evidence.estimates.filter { $0.stat == stat && $0.method == method }
      guard let low = rows.min(by: { $0.estimate < $1.estimate }),
        let high = rows.max(by: { $0.estimate < $1.estimate })
      else { return nil }
      return (low, high)
    }
    func between(_ pair: (low: EstimateRow, high: EstimateRow)?) -> String {
      guard let pair else { return "?" }
      return
        "\(short(pair.low.estimate)) (\(pair.low.design)) to \(short(pair.high.estimate)) (\(pair.high.design))"
    }
    let own = extremes("efficiency", "n ∝ P, bernoulli")
    let truth = extremes("relative_variance", "P value-baseline")
    let repaired = extremes("relative_variance", "√P value-baseline")
    let oracle = extremes("relative_variance", "oracle value-baseline")
    evidence.condition =
      "only where n ∝ P and n ∝ σ agree, that is σ_i ∝ P_i: under σ² = P the optimum is n ∝ √P; under σ² = P·c it is n ∝ √(P c), and n ∝ P beats uniform if and only if Cov(P, c) > 0 (the sign is otherwise in \(signErrors) of the batches examined)"
    evidence.explanation =
      "Under σ² = P the efficiency V*/V of n ∝ P is \(between(own)), which is uniform's: V(n ∝ P) = N ΣP/B = V(uniform). "
      + "Under the true variance with value baseline n ∝ P has \(between(truth)) of uniform's total variance, the repaired rule n ∝ √P \(between(repaired)) and the optimum \(between(oracle))."
  }

  /// `V*/V` of a batch for shares in proportion to `weights`, a number in (0, 1].
  static func efficiency(_ variances: [Double], weights: [Double]) -> Double {
    let optimum = relativeVariance(variances, weights: variances.map { $0.squareRoot() })
    return min(1, optimum / relativeVariance(variances, weights: weights))
  }

  /// The mean efficiency of n ∝ P under every measure of variance, all judged on the same batches.
  private func addEfficiencies(
    _ evidence: inout Evidence, _ examination: Examination, _ population: PromptPopulation, designPoint: Int
  ) throws {
    let size = Int(specification.value("batch"))
    // A measure without any variance in a first batch has none in the population: nothing to allocate.
    var probe = RandomStream(examination.key(designPoint: designPoint).replicate(0))
    let first = try Batch(population, count: size, stream: &probe)
    let measures = VarianceMeasure.allCases.filter { first.variances($0).contains { $0 > 0 } }
    let means = try SequentialMeans.run(
      examination, designPoint: designPoint,
      variables: measures.map { _ in .init(range: 0...1, boundary: 1 - specification.margin) },
      maximumCount: specification.count("batches", for: examination.preset)
    ) { stream in
      let batch = try Batch(population, count: size, stream: &stream)
      return measures.map { Self.efficiency(batch.variances($0), weights: batch.proxies) }
    }
    for measure in VarianceMeasure.allCases {
      let method = "n ∝ P, \(measure.rawValue)"
      guard let index = measures.firstIndex(of: measure) else {
        evidence.findings.append(
          Finding(
            estimator: method, population: population.name,
            basis: .notTestable(reason: "every prompt has variance 0: nothing to allocate")))
        continue
      }
      evidence.findings.append(means[index].findingGreater(estimator: method, population: population.name))
      evidence.estimates.append(
        EstimateRow(
          design: population.name, method: method, stat: "efficiency", estimate: means[index].estimate,
          interval: means[index].interval))
    }
  }

  /// What is plotted.
  private struct Tables {
    var relative = PointTable(
      name: "relative", columns: ["population", "allocator", "relative_variance", "lower", "upper"])
    var exponents = PointTable(name: "exponent", columns: ["population", "exponent", "relative_variance"])
  }

  /// Every allocator relative to uniform under each measure, and the power family; returns the batches in which the sign of −Cov(P, c) is wrong.
  private func addTables(
    _ evidence: inout Evidence, _ tables: inout Tables, _ examination: Examination,
    _ population: PromptPopulation, designPoint: Int
  ) throws -> Int {
    let key = examination.key(designPoint: designPoint)
    let size = Int(specification.value("batch"))
    let samples = Int(specification.value("samples"))
    let drawn = try examination.map(specification.count("table_batches", for: examination.preset)) { index in
      var stream = RandomStream(key.replicate(index))
      let batch = try Batch(population, count: size, stream: &stream)
      return (batch: batch, scoreAware: try Self.scoreAwareShares(batch, samples: samples, stream: &stream))
    }
    for measure in VarianceMeasure.allCases
    where drawn.contains(where: { $0.batch.variances(measure).contains { $0 > 0 } }) {
      let rules: [(name: String, shares: @Sendable (Batch, [Double]) -> [Double])] = [
        ("uniform", { batch, _ in batch.proxies.map { _ in 1 } }), ("P", { batch, _ in batch.proxies }),
        ("√P", { batch, _ in batch.proxies.map { $0.squareRoot() } }),
        ("score-aware, counts of \(samples),", { _, scoreAware in scoreAware }),
        ("oracle", { batch, _ in batch.variances(measure).map { $0.squareRoot() } }),
      ]
      // Score-aware estimates the variance with a value baseline and no other.
      for rule in rules where measure == .valueBaseline || !rule.name.hasPrefix("score-aware") {
        var mean = BatchMean()
        for (batch, scoreAware) in drawn {
          mean.moments.add(
            relativeVariance(batch.variances(measure), weights: rule.shares(batch, scoreAware)))
        }
        let method = "\(rule.name) \(measure.rawValue)"
        // Two measures are enough for a plot; the table of estimates has all four.
        if measure == .bernoulli || measure == .valueBaseline {
          tables.relative.rows.append([.text(population.name), .text(method)] + mean.cells)
        }
        evidence.estimates.append(
          EstimateRow(
            design: population.name, method: method, stat: "relative_variance", estimate: mean.estimate,
            interval: mean.interval))
      }
    }
    for exponent in specification.values("exponent") {
      var moments = Moments()
      for (batch, _) in drawn {
        moments.add(
          TotalVariance.powerFamily(deviations: batch.proxies.map { $0.squareRoot() }, exponent: exponent))
      }
      tables.exponents.rows.append([.text(population.name), .number(exponent), .number(moments.mean)])
    }
    let tolerance = specification.value("tolerance")
    let wrong = drawn.count { Self.contradictsCovariance($0.batch, tolerance: tolerance) }
    evidence.estimates.append(
      EstimateRow(
        design: population.name, method: "n ∝ P", stat: "batches_against_sign_of_covariance",
        exact: Double(wrong)))
    return wrong
  }

  /// Whether n ∝ P against uniform has another sign than −Cov(P, c) on this batch.
  ///
  /// `V(n ∝ P) − V(uniform) = (ΣP Σc − N ΣPc)/B = −N² Cov(P, c)/B`.
  static func contradictsCovariance(_ batch: Batch, tolerance: Double) -> Bool {
    let proxies = batch.proxies
    let count = Double(proxies.count)
    let meanP = proxies.reduce(0, +) / count
    let factors = batch.moments.map(\.correctionFactor)
    let meanC = factors.reduce(0, +) / count
    let covariance = zip(proxies, factors).reduce(0) { $0 + ($1.0 - meanP) * ($1.1 - meanC) }
    let difference = relativeVariance(batch.variances(.valueBaseline), weights: proxies) - 1
    return abs(difference) > tolerance && (difference > 0) != (covariance < 0)
  }

  /// Score-aware Neyman from counts and exact score moments.
  private static func scoreAwareShares(_ batch: Batch, samples: Int, stream: inout RandomStream)
    throws(AllocationError) -> [Double]
  {
    try ScoreAwareNeymanAllocation.shares(
      batch.counts(samples: samples, stream: &stream),
      moments: batch.moments.map {
        ScoreAwareNeymanAllocation.ScoreMoments(
          successVariance: $0.successVariance, failureVariance: $0.failureVariance,
          squaredDistance: $0.squaredDistance)
      }, budget: 1)
  }

  /// n ∝ P² is not optimal under σ² = P; the same test must say so.
  private func addControl(_ evidence: inout Evidence, _ examination: Examination) throws {
    let size = Int(specification.value("batch"))
    let means = try SequentialMeans.run(
      examination, designPoint: 900,
      variables: [.init(range: 0...1, boundary: 1 - specification.margin)],
      maximumCount: specification.count("batches", for: examination.preset)
    ) { stream in
      let batch = try Batch(.flatDirichlet, count: size, stream: &stream)
      return [Self.efficiency(batch.proxies, weights: batch.proxies.map { $0 * $0 })]
    }
    evidence.control = means[0].findingGreater(estimator: "n ∝ P², bernoulli", population: "flat-dirichlet")
  }

  /// One batch of real gradients under n ∝ P and n ∝ √P.
  private func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination) throws {
    let count = Int(specification.value("simulated_prompts"))
    let prompts = try PromptPopulation.flatDirichlet.prompts(count, key: examination.key(designPoint: 50))
    let proxies = prompts.map { BinaryScoreMoments($0.scoreSummary)?.bernoulliVariance ?? 0 }
    for (index, (name, weights)) in [("P", proxies), ("√P", proxies.map { $0.squareRoot() })].enumerated() {
      let rollouts = try NeymanAllocation.rollouts(
        deviations: weights, budget: count * Int(specification.value("simulated_rollouts")),
        bounds: AllocationBounds(minimum: 1))
      evidence.estimates += try BatchSimulation.rows(
        examination, designPoint: 60 + index, design: "\(count) prompts of flat-dirichlet, value baseline",
        method: name, prompts: prompts, rollouts: rollouts,
        count: specification.count("replicates", for: examination.preset))
    }
  }
}
