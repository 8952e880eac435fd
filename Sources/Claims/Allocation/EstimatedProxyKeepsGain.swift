import Allocation
import Foundation
import Statistics

/// The gain survives when P_i is estimated from G rollouts, or from pooled, drifting history.
public struct EstimatedProxyKeepsGain: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// Whether at least the stated share of the oracle's gain is kept, rule by rule, population by population, fresh and pooled.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    var regret = PointTable(
      name: "regret", columns: ["population", "method", "group", "relative_variance", "lower", "upper"])
    var kept: [(label: String, history: History)] = []
    for (row, population) in PassRatePopulation.all.enumerated() {
      for (column, history) in histories.enumerated() {
        for (layer, rule) in Rule.allCases.enumerated() where rule != .reversed {
          let designPoint = 1000 + 100 * row + 10 * column + layer
          let gain = try gain(examination, designPoint: designPoint, population, history, rule)
          let design = "\(population.name) \(history.name)"
          evidence.findings.append(gain.findingGreater(estimator: rule.rawValue, population: design))
          evidence.estimates.append(
            EstimateRow(
              design: design, method: rule.rawValue, stat: "kept_gain_minus_share", estimate: gain.estimate,
              interval: gain.interval))
          if gain.interval.lower > 0 { kept.append(("\(rule.rawValue) on \(design)", history)) }
          let table = try relativeVariances(examination, designPoint: designPoint, population, history, rule)
          if case .fresh(let group) = history {
            regret.rows.append(
              [.text(population.name), .text(rule.rawValue), .integer(group)] + table.method.cells)
            if rule == .root {
              regret.rows.append(
                [.text(population.name), .text("oracle"), .integer(group)] + table.oracle.cells)
            }
          }
          for (method, mean) in [(rule.rawValue, table.method), ("oracle", table.oracle)] {
            evidence.estimates.append(
              EstimateRow(
                design: design, method: method, stat: "relative_variance", estimate: mean.estimate,
                interval: mean.interval))
          }
        }
      }
    }
    evidence.pointTables = [regret]
    addExactFormula(&evidence)
    addCounterexample(&evidence)
    let control = try gain(examination, designPoint: 900, PassRatePopulation.all[0], .fresh(16), .reversed)
    evidence.control = control.findingGreater(
      estimator: Rule.reversed.rawValue, population: "\(PassRatePopulation.all[0].name) G=16")
    let share = specification.value("share")
    let total = evidence.findings.count
    evidence.condition =
      "at least \(short(100 * share))% of the gain of the bounded optimum is kept in \(kept.count) of \(total) cases (n between \(specification.integers("minimum")[0]) and \(specification.integers("maximum")[0]), budget \(specification.integers("each")[0]) each): \(listing(kept.map(\.label)))"
    let fewest = specification.integers("group").first ?? 0
    let most = specification.integers("group").last ?? 0
    evidence.explanation =
      "Estimating P from G fresh rollouts keeps at least \(short(100 * share))% of the oracle's gain in \(kept.count { $0.history == .fresh(fewest) }) of \(PassRatePopulation.all.count * 3) cases at G = \(fewest) and in \(kept.count { $0.history == .fresh(most) }) at G = \(most); with pooled history under drift in \(kept.count { if case .pooled = $0.history { true } else { false } }) of \(PassRatePopulation.all.count * 3 * specification.values("drift").count). "
      + "An unlucky prompt whose few rollouts agree is starved exactly when its variance is not small, so the floor, not the proxy, carries small G."
    return evidence
  }

  /// How the counts came about.
  enum History: Sendable, Equatable {
    /// G rollouts under the present p.
    case fresh(Int)
    /// Pooled over steps while logit p walked with this standard deviation a step.
    case pooled(drift: Double, steps: Int, each: Int)

    var name: String {
      switch self {
      case .fresh(let group): "G=\(group)"
      case .pooled(let drift, let steps, let each): "drift \(short(drift)), \(steps) steps of \(each)"
      }
    }

    /// Counts of one prompt whose pass rate is now p; the past of the walk is drawn backwards from it.
    func counts(_ p: Double, stream: inout RandomStream) -> PromptStatistics {
      switch self {
      case .fresh(let group):
        return PromptStatistics(successes: stream.binomial(trials: group, probability: p), samples: group)
      case .pooled(let drift, let steps, let each):
        var logit = log(p / (1 - p))
        var successes = 0
        for _ in 0..<steps {
          successes += stream.binomial(trials: each, probability: 1 / (1 + exp(-logit)))
          logit += drift * stream.normal()
        }
        return PromptStatistics(successes: successes, samples: steps * each)
      }
    }
  }

  /// The rules that use counts.
  enum Rule: String, Sendable, CaseIterable {
    case proportional = "P̂"
    case root = "√P̂"
    case rootJeffreys = "√E[P|k]"
    /// The negative control: most to those that seem settled.
    case reversed = "¼ − P̂"

    func rollouts(_ prompts: [PromptStatistics], budget: Int, bounds: AllocationBounds)
      throws(AllocationError) -> [Int]
    {
      switch self {
      case .proportional: try ProportionalAllocation.rollouts(prompts, budget: budget, bounds: bounds)
      case .root: try RootProportionalAllocation.rollouts(prompts, budget: budget, bounds: bounds)
      case .rootJeffreys: try RootJeffreysAllocation.rollouts(prompts, budget: budget, bounds: bounds)
      case .reversed:
        try NeymanAllocation.rollouts(
          deviations: prompts.map { max(1.0 / 3 - $0.bernoulliVariance, 0) }, budget: budget, bounds: bounds)
      }
    }
  }

  private var histories: [History] {
    specification.integers("group").map { History.fresh($0) }
      + specification.values("drift").map {
        .pooled(
          drift: $0, steps: Int(specification.value("drift_steps")),
          each: Int(specification.value("drift_each")))
      }
  }

  private var bounds: AllocationBounds {
    AllocationBounds(
      minimum: specification.integers("minimum")[0], maximum: specification.integers("maximum")[0])
  }

  /// V(rule)/V(uniform) and V(oracle)/V(uniform) of one random batch, σ² = P.
  private static func pair(
    _ population: PassRatePopulation, _ history: History, _ rule: Rule, size: Int, each: Int,
    bounds: AllocationBounds,
    stream: inout RandomStream
  ) throws(AllocationError) -> (method: Double, oracle: Double) {
    let batch = Batch(population, count: size, stream: &stream)
    var counts: [PromptStatistics] = []
    for prompt in batch.moments { counts.append(history.counts(prompt.successProbability, stream: &stream)) }
    let oracle = try BoundedNeymanAllocation.rollouts(
      deviations: batch.proxies.map { $0.squareRoot() }, budget: each * size, bounds: bounds)
    let chosen = try rule.rollouts(counts, budget: each * size, bounds: bounds)
    return (
      relativeVariance(batch.proxies, rollouts: chosen), relativeVariance(batch.proxies, rollouts: oracle)
    )
  }

  /// The mean of (gain of the rule) − share · (gain of the oracle), gains relative to uniform.
  private func gain(
    _ examination: Examination, designPoint: Int, _ population: PassRatePopulation, _ history: History,
    _ rule: Rule
  ) throws -> SequentialMean {
    let share = specification.value("share")
    let size = Int(specification.value("batch"))
    let each = specification.integers("each")[0]
    let bounds = bounds
    // n lies in [min, max], so V/V(uniform) lies in [each/max, each/min].
    let least = Double(each) / Double(bounds.maximum)
    let most = Double(each) / Double(bounds.minimum)
    let range = (1 - most - share * (1 - least))...(1 - least - share * (1 - most))
    return try SequentialMean.run(
      examination, designPoint: designPoint, range: range, boundary: 0,
      maximumCount: specification.count("batches", for: examination.preset), firstBatch: 64
    ) { stream in
      guard
        let pair = try? Self.pair(
          population, history, rule, size: size, each: each, bounds: bounds, stream: &stream)
      else { return .nan }
      return (1 - pair.method) - share * (1 - pair.oracle)
    }
  }

  private func relativeVariances(
    _ examination: Examination, designPoint: Int, _ population: PassRatePopulation, _ history: History,
    _ rule: Rule
  ) throws -> (method: BatchMean, oracle: BatchMean) {
    let key = examination.key(designPoint: designPoint)
    let size = Int(specification.value("batch"))
    let each = specification.integers("each")[0]
    let bounds = bounds
    let pairs = try examination.map(specification.count("table_batches", for: examination.preset)) { index in
      var stream = RandomStream(key.replicate(index))
      return try Self.pair(population, history, rule, size: size, each: each, bounds: bounds, stream: &stream)
    }
    return (
      BatchMean(moments: Moments(pairs.map(\.method))), BatchMean(moments: Moments(pairs.map(\.oracle)))
    )
  }

  /// E[V] for weights w(k) without bounds: the closed form against the sum over all counts of three prompts.
  private func addExactFormula(_ evidence: inout Evidence) {
    let group = Int(specification.value("exact_group"))
    let rates = specification.values("exact_p")
    func weight(_ k: Int) -> Double {
      RootJeffreysAllocation.posteriorMean(PromptStatistics(successes: k, samples: group)).squareRoot()
    }
    let rows = rates.map { p in
      (0...group).map { SpecialFunctions.binomialProbability($0, of: group, probability: p) }
    }
    var formula = 0.0
    for i in rates.indices {
      var inverse = 0.0
      for k in 0...group { inverse += rows[i][k] / weight(k) }
      var others = 0.0
      for j in rates.indices where j != i { for k in 0...group { others += rows[j][k] * weight(k) } }
      formula += rates[i] * (1 - rates[i]) * (1 + inverse * others)
    }
    var sum = 0.0
    for a in 0...group {
      for b in 0...group {
        for c in 0...group {
          let weights = [weight(a), weight(b), weight(c)]
          let shares = weights.map { $0 / weights.reduce(0, +) }
          sum +=
            rows[0][a] * rows[1][b] * rows[2][c]
            * TotalVariance.value(variances: rates.map { $0 * (1 - $0) }, shares: shares)
        }
      }
    }
    var row = EstimateRow(
      design: "three prompts, G=\(group), budget 1", method: Rule.rootJeffreys.rawValue,
      stat: "expected_total_variance",
      exact: sum)
    row.estimate = formula
    evidence.estimates.append(row)
  }

  /// The smallest pair of pass rates for which the rule P̂ from four rollouts is worse than uniform on average, with fractions.
  private func addCounterexample(_ evidence: inout Evidence) {
    let group = Int(specification.value("counterexample_group"))
    let bounds = AllocationBounds(
      minimum: specification.integers("counterexample_bounds")[0],
      maximum: specification.integers("counterexample_bounds")[1])
    let budget = 2 * specification.integers("counterexample_bounds")[2]
    for d in 2...Int(specification.value("counterexample_denominator")) {
      for a in 1..<d {
        for b in a..<d {
          let rates = [Rational(Int128(a), Int128(d)), Rational(Int128(b), Int128(d))]
          let variances = rates.map { $0 * (.one - $0) }
          let rows = rates.map { Self.binomial(group, $0) }
          var expected = Rational.zero
          for first in 0...group {
            for second in 0...group {
              let counts = [first, second].map { PromptStatistics(successes: $0, samples: group) }
              guard
                let rollouts = try? ProportionalAllocation.rollouts(counts, budget: budget, bounds: bounds)
              else { continue }
              let total =
                variances[0] / Rational(Int128(rollouts[0])) + variances[1] / Rational(Int128(rollouts[1]))
              expected += rows[0][first] * rows[1][second] * total
            }
          }
          let uniform = (variances[0] + variances[1]) / Rational(Int128(budget / 2))
          guard uniform < expected else { continue }
          evidence.counterexamples.append(
            Counterexample(
              title: "P̂ from \(group) rollouts is worse than uniform on average",
              worlds: [
                .record([
                  .init("success_probabilities", .numbers(rates.map(\.value))),
                  .init("samples", .integer(group)),
                  .init("budget", .integer(budget)), .init("minimum", .integer(bounds.minimum)),
                  .init("maximum", .integer(bounds.maximum)),
                ])
              ],
              values: [
                ExactValue("expected_total_variance", expected.value, exact: expected.description),
                ExactValue("total_variance_uniform", uniform.value, exact: uniform.description),
              ],
              explanation:
                "Summed over all \((group + 1) * (group + 1)) pairs of counts: chance differences between the two counts move rollouts away from where they belong."
            ))
          return
        }
      }
    }
  }

  /// The binomial probabilities as fractions.
  private static func binomial(_ trials: Int, _ p: Rational) -> [Rational] {
    var row = [Rational](repeating: .zero, count: trials + 1)
    row[0] = .one
    for trial in 0..<trials {
      for k in stride(from: trial + 1, through: 1, by: -1) { row[k] = row[k] * (.one - p) + row[k - 1] * p }
      row[0] = row[0] * (.one - p)
    }
    return row
  }
}
