import Foundation
import Modulation
import Statistics

/// Entropy change works as a signal for adaptive step size.
public struct EntropyAsStepSize: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// How often each signal guarantees more than the constant step, how much more it brings, and whether |ΔH| ranks states by their own best step.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    var ratios = PointTable(
      name: "ratios", columns: ["population", "method", "measure", "ratio", "lower", "upper"])
    for (column, population) in Population.allCases.enumerated() {
      try addGuarantees(&evidence, examination, designPoint: 100 + column, population)
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

  /// Whether the guaranteed improvement of each signal is above the constant step's by the gain, in random worlds that all signals share.
  private func works(
    _ examination: Examination, designPoint: Int, population: Population, signals: [Signal]
  ) throws -> [SequentialMean] {
    let threshold = 1 + specification.value("gain")
    return try SequentialMeans.run(
      examination, designPoint: designPoint,
      variables: signals.map { _ in .init(range: 0...1, boundary: specification.margin) },
      // The verdicts may need few worlds; the shares are worth all of them.
      maximumCount: specification.count("worlds", for: examination.preset), stopBelow: 0
    ) { stream in
      let world = world(population, &stream)
      let constant = world.steps(.constant).guarantee
      return signals.map { world.steps($0).guarantee >= threshold * constant ? 1 : 0 }
    }
  }

  /// The findings: each signal of |ΔH| by its guaranteed improvement, if the oracle passes the same rule.
  private func addGuarantees(
    _ evidence: inout Evidence, _ examination: Examination, designPoint: Int, _ population: Population
  ) throws {
    let signals = Signal.judged + Signal.beside
    let means = try works(examination, designPoint: designPoint, population: population, signals: signals)
    let oracle = zip(signals, means).first { $0.0 == .oracle }?.1
    for (signal, mean) in zip(signals, means) {
      evidence.estimates.append(
        EstimateRow(
          design: population.rawValue, method: signal.rawValue, stat: Measure.guarantee.stat,
          estimate: mean.estimate, interval: mean.interval))
      guard Signal.judged.contains(signal), let oracle else { continue }
      evidence.findings.append(finding(mean, signal, population, oracle: oracle))
    }
  }

  /// The finding on one signal; not testable where the oracle is not shown to pass the same rule on the same worlds.
  func finding(_ mean: SequentialMean, _ signal: Signal, _ population: Population, oracle: SequentialMean)
    -> Finding
  {
    let label = "\(population.rawValue) (\(Measure.guarantee.rawValue))"
    guard oracle.greaterPValue > specification.value("oracle_error") else {
      return mean.findingGreater(estimator: signal.rawValue, population: label)
    }
    return Finding(
      estimator: signal.rawValue, population: label,
      basis: .notTestable(
        reason:
          "the oracle weight is above the constant step by \(short(100 * specification.value("gain"))) % in \(short(100 * oracle.estimate.value)) % of \(oracle.estimate.count) worlds (p = \(short(oracle.greaterPValue, digits: 2)) against at most \(short(100 * specification.margin)) %): it is not shown to pass the rule itself"
      ))
  }

  /// What all signals achieve on average over worlds, those beside included, over the average of the constant step.
  ///
  /// A ratio of means: the mean of ratios is led by the worlds in which the constant step achieves next to nothing. Beside it the share of worlds in which
  /// the improvement at the best step is above the constant step's by the gain; no finding rests on it.
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
    let threshold = 1 + specification.value("gain")
    let improvement = Measure.allCases.firstIndex(of: .improvement) ?? 0
    for (index, signal) in signals.enumerated() {
      let works = found.map { $0.signals[index][improvement] >= threshold * $0.constant[improvement] }
      evidence.estimates.append(
        EstimateRow(
          design: population.rawValue, method: signal.rawValue, stat: Measure.improvement.stat,
          estimate: Moments(works.map { $0 ? 1 : 0 }).estimate,
          interval: WilsonInterval.interval(
            successes: works.count { $0 }, trials: count, level: 0.95)))
    }
    let guarantee = Measure.allCases.firstIndex(of: .guarantee) ?? 0
    for (free, change) in Self.counterparts {
      guard let place = signals.firstIndex(of: free), let other = signals.firstIndex(of: change) else {
        continue
      }
      // On the same worlds, so that what the worlds have in common cancels.
      let ratio = EstimatedProxyKeepsGain.ratio(
        found.map { $0.signals[place][guarantee] }, found.map { $0.signals[other][guarantee] })
      evidence.estimates.append(
        EstimateRow(
          design: population.rawValue, method: free.rawValue, stat: "guarantee_ratio_to_entropy_change",
          estimate: ratio, interval: ratio.studentInterval(level: 0.95)))
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
      population: "\(Population.flat.rawValue) (\(Measure.guarantee.rawValue))")
    evidence.estimates.append(
      EstimateRow(
        design: "\(Population.flat.rawValue) (negative control)", method: Signal.shuffled.rawValue,
        stat: Measure.guarantee.stat, estimate: means[0].estimate, interval: means[0].interval))
  }

  /// Rules of 1 − π_a, each with the same rule of |ΔH|.
  static let counterparts: [(free: Signal, change: Signal)] = [
    (.missingDecay, .decayFive), (.missingInverse, .inverse),
  ]
}
