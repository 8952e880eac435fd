import Foundation
import Modulation
import Statistics

/// Entropy change works as a signal for adaptive step size.
public struct EntropyAsStepSize: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// How often each signal beats the constant step, by how much, and whether |ΔH| ranks states by their own best step.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    var ratios = PointTable(
      name: "ratios", columns: ["population", "method", "measure", "ratio", "lower", "upper"])
    for (column, population) in Population.allCases.enumerated() {
      let means = try works(
        examination, designPoint: 100 + column, population: population, signals: Signal.judged)
      for (index, signal) in Signal.judged.enumerated() {
        for (place, measure) in Measure.allCases.enumerated() {
          let mean = means[index * Measure.allCases.count + place]
          evidence.findings.append(
            mean.findingGreater(
              estimator: signal.rawValue, population: "\(population.rawValue), \(measure.rawValue)"))
          evidence.estimates.append(
            EstimateRow(
              design: population.rawValue, method: signal.rawValue, stat: measure.stat,
              estimate: mean.estimate, interval: mean.interval))
        }
      }
      try addRatios(&evidence, &ratios, examination, designPoint: 200 + column, population)
      try addRanking(&evidence, examination, designPoint: 300 + column, population)
    }
    evidence.pointTables = [ratios]
    try addMonteCarlo(&evidence, examination)
    try addLargeWorlds(&evidence, examination)
    addCounterexamples(&evidence)
    try addControl(&evidence, examination)
    explain(&evidence)
    return evidence
  }

  /// What "improves more" is measured by.
  enum Measure: String, Sendable, CaseIterable {
    case improvement = "improvement at the best step"
    case guarantee = "guaranteed improvement"

    var stat: String { self == .improvement ? "works_improvement" : "works_guarantee" }
    var ratioStat: String { self == .improvement ? "improvement_ratio" : "guarantee_ratio" }
  }

  /// What signals achieve in one world.
  struct Achieved: Sendable {
    /// Best improvement and guarantee of the constant step.
    var constant: [Double]
    /// The same of each signal.
    var signals: [[Double]]
    /// Whether the constant's best step was the longest allowed.
    var atLongest: Bool
  }

  /// Best improvements and guarantees of the constant step and of `signals`, in the order of `Measure`.
  func achieved(_ world: World, _ signals: [Signal]) -> Achieved {
    let shortest = Int(specification.value("log2_shortest"))
    let longest = Int(specification.value("log2_longest"))
    func values(_ signal: Signal) -> (Best, [Double]) {
      let steps = world.steps(signal)
      let best = Self.best(shortest: shortest, longest: longest, steps.improvement)
      return (best, [best.improvement, steps.guarantee])
    }
    let (best, constant) = values(.constant)
    return Achieved(
      constant: constant, signals: signals.map { values($0).1 },
      atLongest: best.eta == exp2(Double(longest)))
  }

  private func works(
    _ examination: Examination, designPoint: Int, population: Population, signals: [Signal]
  ) throws -> [SequentialMean] {
    let threshold = 1 + specification.value("gain")
    return try SequentialMeans.run(
      examination, designPoint: designPoint,
      variables: signals.flatMap { _ in
        Measure.allCases.map { _ in .init(range: 0...1, boundary: specification.margin) }
      },
      maximumCount: specification.count("worlds", for: examination.preset)
    ) { stream in
      let found = achieved(world(population, &stream), signals)
      return found.signals.flatMap { own in
        zip(own, found.constant).map { $0 >= threshold * $1 ? 1 : 0 }
      }
    }
  }

  /// What all signals achieve on average over worlds, those beside included, over the average of the constant step.
  ///
  /// A ratio of means: the mean of ratios is led by the worlds in which the constant step achieves next to nothing.
  private func addRatios(
    _ evidence: inout Evidence, _ table: inout PointTable, _ examination: Examination, designPoint: Int,
    _ population: Population
  ) throws {
    let signals = Signal.judged + Signal.beside
    let key = examination.key(designPoint: designPoint)
    let count = specification.count("ratio_worlds", for: examination.preset)
    let found = try examination.map(count) { index in
      var stream = RandomStream(key.replicate(index))
      return achieved(world(population, &stream), signals)
    }
    examination.progress(count)
    for (index, signal) in signals.enumerated() {
      for (place, measure) in Measure.allCases.enumerated() {
        let estimate = EstimatedProxyKeepsGain.ratio(
          found.map { $0.signals[index][place] }, found.map { $0.constant[place] })
        let interval = estimate.studentInterval(level: 0.95)
        evidence.estimates.append(
          EstimateRow(
            design: population.rawValue, method: signal.rawValue, stat: measure.ratioStat,
            estimate: estimate, interval: interval))
        table.rows.append([
          .text(population.rawValue), .text(signal.rawValue), .text(measure.rawValue),
          .number(estimate.value), .number(interval.lower), .number(interval.upper),
        ])
      }
    }
    let atLongest = found.count { $0.atLongest }
    evidence.estimates.append(
      EstimateRow(
        design: population.rawValue, method: Signal.constant.rawValue, stat: "best_at_longest_share",
        estimate: Moments(found.map { $0.atLongest ? 1 : 0 }).estimate,
        interval: WilsonInterval.interval(successes: atLongest, trials: count, level: 0.95)))
  }

  /// The signal of another prompt's token must not work.
  private func addControl(_ evidence: inout Evidence, _ examination: Examination) throws {
    let means = try works(
      examination, designPoint: 900, population: .flat, signals: [.shuffled])
    evidence.control = means[0].findingGreater(
      estimator: Signal.shuffled.rawValue,
      population: "\(Population.flat.rawValue), \(Measure.improvement.rawValue)")
    for (measure, mean) in zip(Measure.allCases, means) {
      evidence.estimates.append(
        EstimateRow(
          design: "\(Population.flat.rawValue) (negative control)", method: Signal.shuffled.rawValue,
          stat: measure.stat, estimate: mean.estimate, interval: mean.interval))
    }
  }

  private func explain(_ evidence: inout Evidence) {
    func extremes(_ stat: String, _ signals: [Signal]) -> String {
      let rows = evidence.estimates.filter { row in
        row.stat == stat && signals.contains { $0.rawValue == row.method }
      }.sorted { $0.estimate < $1.estimate }
      guard let low = rows.first, let high = rows.last else { return "?" }
      return
        "between \(short(low.estimate)) (\(low.method), \(low.design)) and \(short(high.estimate)) (\(high.method), \(high.design))"
    }
    let longest = evidence.estimates.filter { $0.stat == "best_at_longest_share" }.map(\.estimate)
    evidence.condition =
      "the best weight of a lone token is ⟨∇J, A s⟩/‖A s‖², in which the entropy does not occur; a signal above the constant step by \(short(100 * specification.value("gain")))% with probability \(specification.margin) is settled for {supported}"
    evidence.explanation =
      "Scaled by a function of |ΔH|, one step at its best size improves J by a factor \(extremes("improvement_ratio", Signal.judged)) of what the constant step does, and the guaranteed improvement by a factor \(extremes("guarantee_ratio", Signal.judged)). "
      + "Beside it the free signals have \(extremes("guarantee_ratio", [.missingDecay, .missingInverse, .inverseNorm])), an oracle of the gradient \(extremes("guarantee_ratio", [.oracle])), of the guaranteed one. "
      + "(In \(short(100 * (longest.min() ?? .nan)))% to \(short(100 * (longest.max() ?? .nan)))% of worlds the best single step is the longest allowed, where all rules that keep the signs of the tokens come close to each other; the guarantee is about short steps.) "
      + "States with a larger E|ΔH| have the larger best step of their own with a probability \(extremes("ranks_optimal_step", [.proportional])): a decay scales the other way."
  }
}
