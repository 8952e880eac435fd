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
    var designPoint = 100
    for samples in specification.integers("samples") {
      for population in PassRatePopulation.all {
        try add(
          &evidence, &table, examination, designPoint: designPoint, population: population.name,
          measure: .bernoulli,
          samples: samples
        ) { Batch(population, count: $0, stream: &$1) }
        designPoint += 1
      }
      for population in PromptPopulation.all {
        for measure in [VarianceMeasure.valueBaseline, .reinforce] {
          try add(
            &evidence, &table, examination, designPoint: designPoint, population: population.name,
            measure: measure,
            samples: samples
          ) { try Batch(population, count: $0, stream: &$1) }
          designPoint += 1
        }
      }
    }
    evidence.pointTables = [table]
    addCounterexample(&evidence)
    let control = try relative(
      examination, designPoint: 900, measure: .bernoulli, samples: 160, isReversed: true
    ) { Batch(PassRatePopulation.all[0], count: $0, stream: &$1) }
    evidence.control = control.findingLess(
      estimator: "priorities reversed", population: "\(PassRatePopulation.all[0].name) k of 160")
    let rows = evidence.estimates.filter { $0.stat == "relative_variance" }
    let best = rows.min { $0.estimate < $1.estimate }
    let worst = rows.max { $0.estimate < $1.estimate }
    let losing = rows.filter { ($0.lower ?? 0) > 1 }
    evidence.condition =
      "depends on the population and on how many samples the priorities rest on; worse than uniform on: \(listing(losing.map { "\($0.design) (\($0.method))" }))"
    evidence.explanation =
      "Relative to uniform the released allocator's total variance lies between \(short(best?.estimate ?? .nan)) (\(best?.method ?? "?"), \(best?.design ?? "?")) and \(short(worst?.estimate ?? .nan)) (\(worst?.method ?? "?"), \(worst?.design ?? "?")). "
      + "Its gain comes from the floor, which turns P into an affine rule near the bounded optimum; the mastery cut and the noise of sixteen samples take it back where most prompts are of middling difficulty."
    return evidence
  }

  /// One population under one measure: the sequential test and the table row.
  private func add(
    _ evidence: inout Evidence, _ table: inout PointTable, _ examination: Examination, designPoint: Int,
    population: String, measure: VarianceMeasure, samples: Int,
    draw: @escaping @Sendable (Int, inout RandomStream) throws -> Batch
  ) throws {
    let result = try relative(
      examination, designPoint: designPoint, measure: measure, samples: samples, isReversed: false, draw: draw
    )
    let design = "\(population) k of \(samples)"
    let method = "released, \(measure.rawValue)"
    evidence.findings.append(result.findingLess(estimator: method, population: design))
    evidence.estimates.append(
      EstimateRow(
        design: design, method: method, stat: "relative_variance", estimate: result.estimate,
        interval: result.interval))
    let interval = result.estimate.studentInterval(level: 0.95)
    table.rows.append([
      .text(population), .text("\(method), k of \(samples)"), .number(result.estimate.value),
      .number(interval.lower),
      .number(interval.upper),
    ])
  }

  /// The mean of V(released)/V(uniform) over random batches, tested against 1.
  private func relative(
    _ examination: Examination, designPoint: Int, measure: VarianceMeasure, samples: Int, isReversed: Bool,
    draw: @escaping @Sendable (Int, inout RandomStream) throws -> Batch
  ) throws -> SequentialMean {
    let size = Int(specification.value("batch"))
    let each = Int(specification.value("each"))
    let low = Int(specification.value("low"))
    let high = Int(specification.value("high"))
    return try SequentialMean.run(
      examination, designPoint: designPoint, range: Double(each) / Double(high)...Double(each) / Double(low),
      boundary: 1,
      maximumCount: specification.count("batches", for: examination.preset), firstBatch: 64
    ) { stream in
      guard let batch = try? draw(size, &stream) else { return .nan }
      let counts = batch.counts(samples: samples, stream: &stream)
      let priorities = counts.map { count -> Double in
        let priority = ReleasedPriorityAsReleased.priority(successes: count.successes, samples: count.samples)
        return isReversed ? 1.0 / 3 - priority : priority
      }
      guard
        let rollouts = try? ReleasedWaterLevelAsReleased.rollouts(
          sampleCounts: counts.map(\.samples), priorities: priorities, budget: each * size, low: low,
          high: high)
      else { return .nan }
      return relativeVariance(batch.variances(measure), rollouts: rollouts)
    }
  }

  /// The smallest pair of prompts, by counts of sixteen that tell the truth, on which the released rule loses.
  private func addCounterexample(_ evidence: inout Evidence) {
    let samples = Int(specification.value("counterexample_samples"))
    let each = Int(specification.value("each"))
    for first in 0...samples {
      for second in 0...first {
        let successes = [second, first]
        guard
          let rollouts = try? ReleasedWaterLevelAsReleased.rollouts(
            successes.map { PromptStatistics(successes: $0, samples: samples) }, budget: 2 * each,
            bounds: AllocationBounds(
              minimum: Int(specification.value("low")), maximum: Int(specification.value("high"))))
        else { continue }
        let rates = successes.map { Rational(Int128($0), Int128(samples)) }
        let variances = rates.map { $0 * (.one - $0) }
        let released =
          variances[0] / Rational(Int128(rollouts[0])) + variances[1] / Rational(Int128(rollouts[1]))
        let uniform = (variances[0] + variances[1]) / Rational(Int128(each))
        guard uniform < released else { continue }
        evidence.counterexamples.append(
          Counterexample(
            title: "the released rule is worse than uniform although its counts are exactly right",
            worlds: [
              .record([
                .init("success_probabilities", .numbers(rates.map(\.value))),
                .init("successes", .integers(successes)),
                .init("samples", .integers([samples, samples])), .init("budget", .integer(2 * each)),
                .init(
                  "allocations",
                  .record([
                    .init("released", .integers(rollouts)), .init("uniform", .integers([each, each])),
                  ])),
              ])
            ],
            values: [
              ExactValue("total_variance_released", released.value, exact: released.description),
              ExactValue("total_variance_uniform", uniform.value, exact: uniform.description),
            ],
            explanation:
              "Σ p(1−p)/n with the rollouts that the released priorities and water level give to these counts."
          ))
        return
      }
    }
  }
}

extension ReleasedAllocatorBeatsUniform {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "released-allocator-beats-uniform", section: .allocation,
    statement:
      "The released water-level allocator (floor, cap, mastery cut, minimum priority) has lower variance than uniform at equal budget.",
    formula: "E[V(released)/V(uniform)] < 1",
    source: "dynamoRelease2026",
    aim: "Where the rule that actually runs lowers the total variance, and where it raises it.",
    worlds: [
      "batches of 64 pass rates from six beta distributions, σ² = P",
      "batches from eleven populations, true variances",
    ],
    estimand: "the mean of V(released)/V(uniform) over batches and counts; V exact for each",
    methods: [
      "released priorities and water level on counts of 16", "the same on counts of 160",
      "priorities reversed (control)",
    ],
    performance: ["relative_variance"],
    decisionRule:
      "For each population, measure and sample size: supported if the mean is below 1, refuted if above, by anytime-valid betting tests.",
    margin: 0, negativeControl: "with priorities reversed it has lower variance than uniform",
    targetStandardError: 0.002,
    parameters: [
      "batch": [64], "each": [16], "low": [8], "high": [24], "samples": [16, 160],
      "batches": [1000, 8000, 80_000],
      "counterexample_samples": [16],
    ])
}
