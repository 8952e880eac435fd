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
    var results: [Result] = []
    for (row, population) in PassRatePopulation.all.enumerated() {
      let gains = try keptGains(examination, designPoint: 100 + row, population, cases)
      for (item, gain) in zip(cases, gains) {
        let design = "\(population.name) \(item.history.name)"
        evidence.findings.append(gain.findingGreater(estimator: item.rule.rawValue, population: design))
        evidence.estimates.append(
          EstimateRow(
            design: design, method: item.rule.rawValue, stat: "kept_gain_minus_share",
            estimate: gain.estimate, interval: gain.interval))
        results.append(Result(population: population.name, item: item, keeps: gain.interval.lower > 0))
      }
      try addRelative(&evidence, &regret, &results, examination, population, designPoint: 200 + row)
    }
    evidence.pointTables = [regret]
    try addExact(&evidence, examination)
    addCounterexamples(&evidence)
    try addControl(&evidence, examination)
    explain(&evidence, results)
    return evidence
  }

  /// What was found of one case on one population.
  private struct Result {
    var population: String
    var item: Case
    /// Whether the confidence sequence of the kept gain lies above the share.
    var keeps: Bool
    /// The mean gain of the rule over that of the oracle.
    var keptShare = Double.nan
  }

  /// The mean of (gain of the rule) − share · (gain of the oracle) for every case, gains relative to uniform.
  private func keptGains(
    _ examination: Examination, designPoint: Int, _ population: PassRatePopulation, _ cases: [Case]
  ) throws -> [SequentialMean] {
    let share = specification.value("share")
    let setting = setting
    // n lies in [min, max], so V/V(uniform) lies in [each/max, each/min].
    let least = Double(setting.each) / Double(setting.bounds.maximum)
    let most = Double(setting.each) / Double(setting.bounds.minimum)
    let range = (1 - most - share * (1 - least))...(1 - least - share * (1 - most))
    return try SequentialMeans.run(
      examination, designPoint: designPoint, variables: cases.map { _ in .init(range: range, boundary: 0) },
      maximumCount: specification.count("batches", for: examination.preset)
    ) { stream in
      let relative = try setting.relative(population, cases, stream: &stream)
      return relative.rules.map { (1 - $0) - share * (1 - relative.oracle) }
    }
  }

  /// Relative variances of every case and of the oracle, and the share of the gain kept as a ratio of means.
  private func addRelative(
    _ evidence: inout Evidence, _ regret: inout PointTable, _ results: inout [Result],
    _ examination: Examination, _ population: PassRatePopulation, designPoint: Int
  ) throws {
    let key = examination.key(designPoint: designPoint)
    let setting = setting
    let cases = cases
    let rows = try examination.map(specification.count("table_batches", for: examination.preset)) { index in
      var stream = RandomStream(key.replicate(index))
      return try setting.relative(population, cases, stream: &stream)
    }
    let oracle = BatchMean(moments: Moments(rows.map(\.oracle)))
    evidence.estimates.append(
      EstimateRow(
        design: population.name, method: "oracle", stat: "relative_variance", estimate: oracle.estimate,
        interval: oracle.interval))
    for (index, item) in cases.enumerated() {
      let design = "\(population.name) \(item.history.name)"
      let mean = BatchMean(moments: Moments(rows.map { $0.rules[index] }))
      let kept = Self.ratio(rows.map { 1 - $0.rules[index] }, rows.map { 1 - $0.oracle })
      evidence.estimates += [
        EstimateRow(
          design: design, method: item.rule.rawValue, stat: "relative_variance", estimate: mean.estimate,
          interval: mean.interval),
        EstimateRow(
          design: design, method: item.rule.rawValue, stat: "kept_share", estimate: kept,
          interval: kept.studentInterval(level: 0.95)),
      ]
      if let place = results.firstIndex(where: { $0.population == population.name && $0.item == item }) {
        results[place].keptShare = kept.value
      }
      if case .fresh(let group) = item.history {
        regret.rows.append([.text(population.name), .text(item.rule.rawValue), .integer(group)] + mean.cells)
        if item.rule == Rule.judged.last {
          regret.rows.append([.text(population.name), .text("oracle"), .integer(group)] + oracle.cells)
        }
      }
    }
  }

  /// A ratio of means with the standard error of its linearisation, `a_i − r b_i` over the mean of b.
  static func ratio(_ numerators: [Double], _ denominators: [Double]) -> Estimate {
    let denominator = Moments(denominators).mean
    let value = Moments(numerators).mean / denominator
    let residuals = Moments(zip(numerators, denominators).map { $0 - value * $1 })
    return Estimate(
      value: value, standardError: residuals.standardError / abs(denominator), count: numerators.count)
  }

  /// Giving most to prompts that seem settled must not keep the gain.
  private func addControl(_ evidence: inout Evidence, _ examination: Examination) throws {
    let population = PassRatePopulation.all[0]
    let item = Case(rule: .reversed, history: .fresh(Int(specification.value("control_group"))))
    let gain = try keptGains(examination, designPoint: 900, population, [item])
    evidence.control = gain[0].findingGreater(
      estimator: item.rule.rawValue, population: "\(population.name) \(item.history.name)")
  }

  /// Condition and explanation from the numbers found.
  private func explain(_ evidence: inout Evidence, _ results: [Result]) {
    let setting = setting
    let percent = short(100 * specification.value("share"))
    let groups = specification.integers("group").sorted()
    let parts = Rule.judged.map { rule -> String in
      let needed = PassRatePopulation.all.map { population -> String in
        // The smallest G from which on every G examined keeps the share.
        let first = groups.reversed().prefix { group in
          results.contains {
            $0.population == population.name && $0.item == Case(rule: rule, history: .fresh(group))
              && $0.keeps
          }
        }.last
        return "\(first.map { "G ≥ \($0)" } ?? "no G shown") on \(population.name)"
      }
      return "\(rule.rawValue): \(needed.joined(separator: ", "))"
    }
    let pooled = results.filter { if case .pooled = $0.item.history { true } else { false } }
    evidence.condition =
      "with n in \(setting.bounds.minimum)...\(setting.bounds.maximum) and \(setting.each) each on average, σ² = P, at least \(percent)% of the bounded optimum's gain is kept from these G on (G in \(groups)): "
      + parts.joined(separator: "; ")
      + "; pooled history under drift keeps it in \(pooled.count { $0.keeps }) of \(pooled.count) cases"
    func extremes(_ history: History) -> String {
      let shares = results.filter { $0.item.history == history }.sorted { $0.keptShare < $1.keptShare }
      guard let low = shares.first, let high = shares.last else { return "?" }
      return
        "between \(short(100 * low.keptShare))% (\(low.item.rule.rawValue), \(low.population)) and \(short(100 * high.keptShare))% (\(high.item.rule.rawValue), \(high.population))"
    }
    let few = History.fresh(groups.first ?? 0)
    let many = History.fresh(groups.last ?? 0)
    let walks = histories.filter { if case .pooled = $0 { true } else { false } }
    evidence.explanation =
      "Of the gain of the allocation that knows P, counts of \(few.samples) fresh rollouts keep \(extremes(few)), counts of \(many.samples) \(extremes(many)). "
      + "Pooled history keeps "
      + walks.map { "\(extremes($0)) at \($0.name)" }.joined(separator: ", and ") + "."
  }
}
