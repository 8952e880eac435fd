import Allocation
import Foundation
import Policies
import Statistics

/// The released water-level allocator (floor, cap, mastery cut, minimum priority) has lower variance than uniform at equal budget.
public struct ReleasedAllocatorBeatsUniform: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// The released rule on counts of one epoch and of ten, judged by σ² = P on pass-rate populations and by true variances on the others.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    var table = PointTable(
      name: "relative", columns: ["population", "allocator", "relative_variance", "lower", "upper"])
    var losing: [String] = []
    var winning = 0
    func add(_ judged: [Judged], _ population: String) {
      for (item, result) in judged {
        let design = "\(population) k of \(item.samples)"
        let method = "released, \(item.measure.rawValue)"
        evidence.findings.append(result.findingLess(estimator: method, population: design))
        evidence.estimates.append(
          EstimateRow(
            design: design, method: method, stat: "relative_variance", estimate: result.estimate,
            interval: result.interval))
        let interval = result.estimate.studentInterval(level: 0.95)
        table.rows.append([
          .text(population), .text("\(method), k of \(item.samples)"), .number(result.estimate.value),
          .number(interval.lower), .number(interval.upper),
        ])
        if result.interval.lower > 1 { losing.append("\(design) (\(item.measure.rawValue))") }
        if result.interval.upper < 1 { winning += 1 }
      }
    }
    for (row, population) in PassRatePopulation.all.enumerated() {
      add(
        try relative(examination, designPoint: 100 + row, measures: [.bernoulli]) {
          Batch(population, count: $0, stream: &$1)
        }, population.name)
    }
    for (row, population) in PromptPopulation.all.enumerated() {
      add(
        try relative(
          examination, designPoint: 200 + row, measures: [.valueBaseline, .optimalBaseline, .reinforce]
        ) { try Batch(population, count: $0, stream: &$1) }, population.name)
    }
    evidence.pointTables = [table]
    let parts = try addParts(&evidence, examination)
    try addExact(&evidence, examination)
    addCounterexample(&evidence)
    let population = PassRatePopulation.all[0]
    let samples = Int(specification.value("control_samples"))
    let control = try relative(
      examination, designPoint: 900, measures: [.bernoulli], samples: [samples], isReversed: true
    ) { Batch(population, count: $0, stream: &$1) }
    evidence.control = control[0].mean.findingLess(
      estimator: "priorities reversed", population: "\(population.name) k of \(samples)")
    evidence.condition =
      "depends on population, estimator and the samples behind the priorities: below uniform in \(winning) and above it in \(losing.count) of \(evidence.findings.count) cases by their confidence sequences; above on: \(listing(losing, limit: 12))"
    explain(&evidence, parts)
    return evidence
  }

  /// What is judged, and the mean that was found.
  private typealias Judged = (item: Item, mean: SequentialMean)

  /// One measure of variance and one number of samples behind the priorities.
  private struct Item: Sendable {
    var measure: VarianceMeasure
    var samples: Int
  }

  /// The released bounds and the budget for each prompt.
  var rules: (each: Int, low: Int, high: Int) {
    (
      Int(specification.value("each")), Int(specification.value("low")), Int(specification.value("high"))
    )
  }

  /// The means of V(released)/V(uniform) over random batches, tested against 1; all measures and sample sizes judge the same batches.
  ///
  /// A measure without any variance on a first batch is left out: there is nothing to allocate.
  private func relative(
    _ examination: Examination, designPoint: Int, measures: [VarianceMeasure], samples: [Int]? = nil,
    isReversed: Bool = false, draw: @escaping @Sendable (Int, inout RandomStream) throws -> Batch
  ) throws -> [Judged] {
    let size = Int(specification.value("batch"))
    let (each, low, high) = rules
    let samples = samples ?? specification.integers("samples")
    var probe = RandomStream(examination.key(designPoint: designPoint).replicate(0))
    let first = try draw(size, &probe)
    let measures = measures.filter { first.variances($0).contains { $0 > 0 } }
    let items = samples.flatMap { count in measures.map { Item(measure: $0, samples: count) } }
    let range = Double(each) / Double(high)...Double(each) / Double(low)
    let means = try SequentialMeans.run(
      examination, designPoint: designPoint, variables: items.map { _ in .init(range: range, boundary: 1) },
      maximumCount: specification.count("batches", for: examination.preset)
    ) { stream in
      let batch = try draw(size, &stream)
      var values: [Double] = []
      for count in samples {
        let prompts = batch.counts(samples: count, stream: &stream)
        let priorities = prompts.map { isReversed ? 1.0 / 3 - Self.priority($0) : Self.priority($0) }
        let rollouts = try ReleasedWaterLevelAsReleased.rollouts(
          sampleCounts: prompts.map(\.samples), priorities: priorities, budget: each * size, low: low,
          high: high)
        values += measures.map { relativeVariance(batch.variances($0), rollouts: rollouts) }
      }
      return values
    }
    return Array(zip(items, means))
  }

  /// The expected total variance of two prompts, summed over all pairs of counts and simulated.
  private func addExact(_ evidence: inout Evidence, _ examination: Examination) throws {
    let (each, low, high) = rules
    let rates = specification.values("exact_p")
    let samples = Int(specification.value("exact_samples"))
    let variances = rates.map { $0 * (1 - $0) }
    let bounds = AllocationBounds(minimum: low, maximum: high)
    @Sendable func total(_ counts: [Int]) throws -> Double {
      TotalVariance.value(
        variances: variances,
        rollouts: try ReleasedWaterLevelAsReleased.rollouts(
          counts.map { PromptStatistics(successes: $0, samples: samples) }, budget: each * rates.count,
          bounds: bounds))
    }
    let exact = try EstimatedProxyKeepsGain.enumeratedTotal(rates: rates, group: samples, total)
    let worst = variances.reduce(0, +) / Double(low)
    let means = try SequentialMeans.run(
      examination, designPoint: 50, variables: [.init(range: 0...worst, boundary: 0)],
      maximumCount: specification.count("replicates", for: examination.preset), stopBelow: 0
    ) { stream in
      [try total(rates.map { stream.binomial(trials: samples, probability: $0) })]
    }
    evidence.estimates += MonteCarloCheck.rows(
      design: "p = \(listing(rates.map { short($0) })), k of \(samples)", method: "released",
      stat: "expected_total_variance", mean: means[0], exact: exact)
  }

  /// The smallest pair of prompts, by counts that tell the truth, on which the released rule loses.
  ///
  /// Fewest samples first (below four every priority is the sentinel), then fewest successes.
  private func addCounterexample(_ evidence: inout Evidence) {
    let (each, low, high) = rules
    for samples in 4...Int(specification.value("counterexample_samples")) {
      for first in 0...samples {
        for second in 0...first {
          let successes = [second, first]
          guard
            let rollouts = try? ReleasedWaterLevelAsReleased.rollouts(
              successes.map { PromptStatistics(successes: $0, samples: samples) }, budget: 2 * each,
              bounds: AllocationBounds(minimum: low, maximum: high))
          else { continue }
          let rates = successes.map { Rational(Int128($0), Int128(samples)) }
          let variances = rates.map { $0 * (.one - $0) }
          let released = SmallAllocations.total(variances, rollouts)
          let uniform = SmallAllocations.total(variances, [each, each])
          guard uniform < released else { continue }
          evidence.counterexamples.append(
            Counterexample(
              title: "the released rule is worse than uniform although its counts are exactly right",
              worlds: [
                .record([
                  .init("success_probabilities", .texts(rates.map(\.description))),
                  .init("variances", .texts(variances.map(\.description))),
                  .init("successes", .integers(successes)), .init("samples", .integers([samples, samples])),
                  .init(
                    "priorities",
                    .numbers(
                      successes.map { Self.priority(PromptStatistics(successes: $0, samples: samples)) })),
                  .init("budget", .integer(2 * each)), .init("minimum", .integer(low)),
                  .init("maximum", .integer(high)),
                  .init(
                    "allocations",
                    .record([
                      .init("released", .integers(rollouts)), .init("uniform", .integers([each, each])),
                    ])),
                ])
              ],
              values: [
                ExactValue("total_variance_released", released),
                ExactValue("total_variance_uniform", uniform),
              ],
              explanation:
                "Σ p(1−p)/n with the rollouts that the released priorities and water level give to these counts; p is k/\(samples) exactly, so that noise has no part in it."
            ))
          return
        }
      }
    }
  }

  /// Two sentences from the numbers found.
  private func explain(_ evidence: inout Evidence, _ parts: [Part: [Double]]) {
    let judged = evidence.estimates.filter {
      $0.stat == "relative_variance" && $0.method.hasPrefix("released, ") && $0.lower != nil
        && !$0.design.contains("batch of")
    }
    let best = judged.min { $0.estimate < $1.estimate }
    let worst = judged.max { $0.estimate < $1.estimate }
    func span(_ part: Part) -> String {
      let values = parts[part] ?? []
      return "\(short(values.min() ?? .nan)) to \(short(values.max() ?? .nan))"
    }
    let z = evidence.estimates.filter { $0.stat == "z_against_reference" }.map { abs($0.estimate) }
    evidence.explanation =
      "Relative to uniform the released allocator's total variance lies between \(short(best?.estimate ?? .nan)) (\(best?.method ?? "?"), \(best?.design ?? "?")) and \(short(worst?.estimate ?? .nan)) (\(worst?.method ?? "?"), \(worst?.design ?? "?")). "
      + "Under σ² = P on the six beta populations the water level with the true P reaches \(span(.affineProxy)) (bounded optimum \(span(.boundedOptimum))), with P̂ of 16 rollouts \(span(.noiseOnly)), with the mastery cut on the true P \(span(.cutOnly)), with both, as released, \(span(.released16)); the earlier table of the same parts is at most \(short(z.max() ?? .nan)) standard errors away."
  }
}
