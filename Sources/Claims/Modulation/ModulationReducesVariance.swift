import Estimators
import Policies
import Statistics

/// Modulation strictly reduces the variance for high-confidence tokens.
///
/// One state, b = p, β = 1 + c on successes: the product is S (R − b') with S = 1 + c(1 − p) and b' = p/S, so that
///
///     Var = P[(1−p)(1+c)² v_S + p v_F + ((1−p)²(1+c) − p²)² D²] = S² V_{b'},   scale = S
///
/// and the variance at equal expected step is V_{b'}: modulation is another baseline, nothing else. As V_b = V_{b*} + E‖s‖² (b − b*)² it helps if and only if
///
///     |b' − b*| < |p − b*|,   b* = [p v_S + P(1−p)D²]/[p v_S + (1−p) v_F + P D²]
///
/// b' is below p, so it helps where successes have the smaller scores (the confident token is right, b* < p) and hurts where failures have. Raw, the variance
/// rises with c nearly everywhere, as the step does; a factor below 1 lowers it for no better reason.
///
/// - Source: `dynamo2026`, as quoted in the authors' rebuttal; `greensmith2004` for the optimal baseline.
public struct ModulationReducesVariance: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// Every rule on every family exactly, by frequency and by search; closed forms, counterexamples and the constant factor as control.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    var points = PointTable(
      name: "relative",
      columns: ["method", "world", "index", "relative_variance", "raw_relative_variance", "cosine"])
    var rivals = PointTable(name: "rivals", columns: points.columns)
    for (row, worlds) in Self.families.enumerated() {
      let rules = rules(worlds)
      let drawn = try drawnPoints(examination, designPoint: 100 + row, worlds, rules: rules + [control])
      for (place, rule) in rules.enumerated() {
        let own = drawn.map { $0.points[place] }
        evidence.estimates += VariancePoint.rows(own, design: worlds.name, method: rule.name)
        for (index, point) in own.enumerated() {
          let row: [StructuredValue] = [
            .text(rule.name), .text(worlds.name), .integer(index), .number(point.atEqualStep),
            .number(point.raw), .number(point.cosine),
          ]
          if rule.isRival { rivals.rows.append(row) } else { points.rows.append(row) }
        }
        // The project's own rule is compared, not judged: the statement is about factors.
        if worlds.confidence != .any, rule.isModulated || rule.isRival {
          try addAlways(
            &evidence, examination, designPoint: 1000 + 100 * row + 2 * place, rule, worlds, own)
        }
      }
      if worlds == Self.families[0] { addControl(&evidence, drawn.map { $0.points[rules.count] }, worlds) }
      try addFrequencies(&evidence, examination, designPoint: 200 + row, worlds, rules)
      if worlds.isOneToken { addClosedForms(&evidence, drawn.map(\.prompt), worlds) }
    }
    let ownRule = try ownRuleTable(examination)
    evidence.pointTables = [points, rivals, frequencyTable(evidence), ownRule, try grid(examination)]
    addCounterexamples(&evidence)
    try TokenMonteCarlo.add(
      &evidence, examination, specification, designPoint: 3000,
      worlds: TokenWorlds(shape: .twoTokens),
      rules: compared)
    try addLongResponses(&evidence, examination)
    addWords(&evidence, ownRule)
    return evidence
  }

  static let families = [TokenWorlds.Shape.oneToken, .twoTokens].flatMap { shape in
    TokenWorlds.Confidence.allCases.map { TokenWorlds(shape: shape, confidence: $0) }
  }

  /// Every rule that is compared: what on-policy must be the identity has the variance of what it leaves alone.
  var compared: [ModulatedRule] {
    ModulatedRule.all(specification).filter { !$0.isIdentityOnPolicy }
  }

  /// The rules that differ from no modulation on these worlds.
  func rules(_ worlds: TokenWorlds) -> [ModulatedRule] {
    compared.filter { rule in
      switch rule.modulation {
      case .none, .constant, .probability, .klCov, .clip: false
      case .fixedCompensation, .stabilisation, .stateBaseline, .entropyAdvantages, .clipCov, .entropyBonus,
        .twoValues:
        true
      // All tokens of one state have one entropy: a mask by entropy keeps them all.
      case .compensation, .published, .released5, .released6, .forkTokens: !worlds.isOneToken
      }
    }
  }

  private var control: ModulatedRule {
    ModulatedRule(
      advantage: .leaveOneOut, modulation: .constant(specification.value("control_factor")))
  }

  private struct DrawnPoints: Sendable {
    let prompt: TokenPrompt
    let points: [VariancePoint]
  }

  private func drawnPoints(
    _ examination: Examination, designPoint: Int, _ worlds: TokenWorlds, rules: [ModulatedRule]
  ) throws -> [DrawnPoints] {
    let key = examination.key(designPoint: designPoint)
    let specification = specification
    let count = specification.count("points", for: examination.preset)
    let drawn = try examination.map(count) { index in
      var stream = RandomStream(key.replicate(index))
      let prompt = worlds.draw(specification, &stream).prompt
      return DrawnPoints(
        prompt: prompt,
        points: VariancePoint.all(prompt, rules: rules, group: Int(specification.value("group"))))
    }
    examination.progress(count * rules.count)
    return drawn
  }

  /// The universal statement: refuted by a drawn world if there is one, else sought by search.
  private func addAlways(
    _ evidence: inout Evidence, _ examination: Examination, designPoint: Int, _ rule: ModulatedRule,
    _ worlds: TokenWorlds, _ drawn: [VariancePoint]
  ) throws {
    let limit = 1 - specification.value("resolution")
    for measure in VariancePoint.Measure.allCases {
      var largest = drawn.map { $0[measure] }.max() ?? .infinity
      var extent = "\(drawn.count) random worlds"
      if largest < limit {
        let found = try largestRatio(
          examination, designPoint: designPoint + measure.index, rule, worlds, measure)
        if let found {
          evidence.estimates.append(
            EstimateRow(
              design: "\(worlds.name), searched", method: rule.name,
              stat: measure == .raw ? "adversarial_raw_relative_variance" : "adversarial_relative_variance",
              exact: found))
          largest = max(largest, found)
        }
        extent += " and \(Int(specification.value("restarts"))) searches"
      }
      evidence.findings.append(
        Finding(
          estimator: rule.name,
          population: "\(worlds.name): \(measure.rawValue), always\(rule.isRival ? " (rival)" : "")",
          basis: .exact(holds: largest < limit),
          condition: largest < limit ? "no violation in \(extent), largest ratio \(short(largest))" : nil,
          isComparison: rule.isRival))
    }
  }

  private func largestRatio(
    _ examination: Examination, designPoint: Int, _ rule: ModulatedRule, _ worlds: TokenWorlds,
    _ measure: VariancePoint.Measure
  ) throws -> Double? {
    let specification = specification
    let largest = specification.value("largest_logit")
    let size = worlds.blocks * worlds.vocabulary
    let group = Int(specification.value("group"))
    return try AdversarialSearch.maximise(
      examination, designPoint: designPoint, restarts: Int(specification.value("restarts")),
      maximumIterations: Int(specification.value("iterations")),
      start: { stream in
        let drawn = worlds.draw(specification, &stream)
        return drawn.logits + drawn.rewards.map { $0 == 1 ? 1 : -1 }
      },
      objective: { point in
        guard point[..<size].allSatisfy({ abs($0) <= largest }), let prompt = worlds.prompt(point: point),
          worlds.belongs(prompt, specification)
        else { return -.infinity }
        return VariancePoint.all(prompt, rules: [rule], group: group)[0][measure]
      })?.value
  }

  /// How often the variance falls, over random policies of the family.
  private func addFrequencies(
    _ evidence: inout Evidence, _ examination: Examination, designPoint: Int, _ worlds: TokenWorlds,
    _ rules: [ModulatedRule]
  ) throws {
    let specification = specification
    let limit = 1 - specification.value("resolution")
    let group = Int(specification.value("group"))
    let measures = VariancePoint.Measure.allCases
    let means = try SequentialMeans.run(
      examination, designPoint: designPoint,
      variables: rules.flatMap { _ in
        measures.map { _ in SequentialMeans.Variable(range: 0...1, boundary: specification.margin) }
      }, maximumCount: specification.count("pairs", for: examination.preset)
    ) { stream in
      let prompt = worlds.draw(specification, &stream).prompt
      return VariancePoint.all(prompt, rules: rules, group: group).flatMap { point in
        measures.map { point[$0] < limit ? 1 : 0 }
      }
    }
    for (place, mean) in means.enumerated() {
      let rule = rules[place / measures.count]
      let measure = measures[place % measures.count]
      if rule.isModulated || rule.isRival {
        var finding = mean.findingGreater(
          estimator: rule.name,
          population: "\(worlds.name): \(measure.rawValue), often\(rule.isRival ? " (rival)" : "")")
        finding.isComparison = rule.isRival
        evidence.findings.append(finding)
      }
      evidence.estimates.append(
        EstimateRow(
          design: worlds.name, method: rule.name, stat: measure == .raw ? "falls_raw" : "falls_at_equal_step",
          estimate: mean.estimate, interval: mean.interval))
    }
  }

  /// What was estimated of how often the variance falls, for a plot.
  private func frequencyTable(_ evidence: Evidence) -> PointTable {
    var table = PointTable(
      name: "frequency", columns: ["method", "world", "measure", "share_falling", "lower", "upper"])
    let rivals = Set(ModulatedRule.rivals(specification).map(\.name))
    for row in evidence.estimates
    where (row.stat == "falls_raw" || row.stat == "falls_at_equal_step") && !rivals.contains(row.method) {
      table.rows.append([
        .text(row.method), .text(row.design),
        .text((row.stat == "falls_raw" ? VariancePoint.Measure.raw : .atEqualStep).rawValue),
        .number(row.estimate), .number(row.lower ?? .nan), .number(row.upper ?? .nan),
      ])
    }
    return table
  }

  /// A constant factor lowers the raw variance everywhere and the variance at equal step nowhere: the examination must say so.
  private func addControl(_ evidence: inout Evidence, _ drawn: [VariancePoint], _ worlds: TokenWorlds) {
    let limit = 1 - specification.value("resolution")
    evidence.control = Finding(
      estimator: control.name, population: "\(worlds.name): \(VariancePoint.Measure.atEqualStep.rawValue)",
      basis: .exact(holds: drawn.allSatisfy { $0.atEqualStep < limit }))
    evidence.estimates += VariancePoint.rows(drawn, design: worlds.name, method: "control \(control.name)")
  }

  private func addWords(_ evidence: inout Evidence, _ ownRule: PointTable) {
    let alpha = specification.value("strength")
    let count = evidence.estimates.filter { $0.stat == "condition_agreement" }
    evidence.condition =
      "one state, b = p, β = 1 + c on successes: at equal step the variance is V_b' with b' = p/(1 + c(1−p)), so it falls if and only if |b' − b*| < |p − b*|, "
      + "b* = [p v_S + P(1−p)D²]/[p v_S + (1−p)v_F + P D²]; that sign agreed with enumeration in at least \(short(100 * (count.map(\.estimate).min() ?? .nan), digits: 4)) % of the worlds of each family (α = \(alpha), \(count.count) families, K = 4); "
      + "the micro-batch of the released modes is the group of one prompt"
    func frequencies(_ stat: String, _ confidence: TokenWorlds.Confidence) -> [EstimateRow] {
      let name = TokenWorlds(shape: .twoTokens, confidence: confidence).name
      return evidence.estimates.filter { $0.stat == stat && $0.design == name }
    }
    func extremes(_ rows: [EstimateRow]) -> String {
      let names = ModulatedRule.studied(specification).filter(\.isModulated).map(\.name)
      let factors = rows.filter { names.contains($0.method) }
      let low = factors.min { $0.estimate < $1.estimate }
      let high = factors.max { $0.estimate < $1.estimate }
      return
        "\(short(low?.estimate ?? .nan)) (\(low?.method ?? "?")) to \(short(high?.estimate ?? .nan)) (\(high?.method ?? "?"))"
    }
    func rivals(_ rows: [EstimateRow]) -> String {
      let names = ModulatedRule.rivals(specification).map(\.name)
      let own = rows.filter { names.contains($0.method) }.sorted { $0.estimate < $1.estimate }
      func words(_ row: EstimateRow?) -> String {
        "\(short(row?.estimate ?? .nan)) (\(row?.method ?? "?"))"
      }
      return "\(words(own.first)) and \(words(own.last))"
    }
    let high = frequencies("falls_at_equal_step", .high)
    let correct = frequencies("falls_at_equal_step", .highAndCorrect)
    func best(_ table: PointTable) -> String {
      let rows = table.rows.filter { $0[0] == .text(Self.families[0].name) }
      func median(_ row: [StructuredValue]) -> Double {
        if case .number(let value) = row[3] { return value }
        return .infinity
      }
      guard let row = rows.min(by: { median($0) < median($1) }) else { return "unknown" }
      return
        "\(short(median(row), digits: 4)) (\(row[2].canonicalJSON) responses, shrinkage \(row[1].canonicalJSON))"
    }
    func ours(_ rows: [EstimateRow]) -> String {
      short(rows.first { $0.method.hasPrefix("score-weighted") }?.estimate ?? .nan)
    }
    evidence.explanation =
      "On random policies of two confident tokens the variance at equal expected step falls with a probability from \(extremes(high)); where the likeliest response is correct, from \(extremes(correct)). "
      + "Raw it falls with a probability from \(extremes(frequencies("falls_raw", .high))), which mostly says how the step was scaled. "
      + "In responses too long to enumerate the simulated ratio at equal step lies between \(simulated(evidence)). "
      + "The project's own rule, which is compared and not judged, lowers leave-one-out's variance with probability \(ours(high)) and \(ours(correct)); with one token, any policy and the group and shrinkage that suit it best the median ratio is \(best(ownRule)). "
      + "Of the rivals' rules, judged by the same rule and no part of the statement, the shares lie between \(rivals(high)); where the likeliest response is correct, between \(rivals(correct))."
  }
}
