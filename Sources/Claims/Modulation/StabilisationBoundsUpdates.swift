import Foundation
import Modulation
import Statistics

/// β_stab prevents excessive updates.
public struct StabilisationBoundsUpdates: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// A form of β_stab with its scope and its source of ΔH.
  struct Rule: Sendable {
    var form: String
    var stabilisation: AdvantageModulation.Stabilisation
    var scope: ModulationScope
    var source: AdvantageModulation.EntropySource

    var name: String { "\(form), \(scope.rawValue), \(source == .exact ? "exact ΔH" : "released ΔH")" }

    /// f(1), which no factor falls below.
    var least: Double {
      switch stabilisation {
      case .published(let rule): rule.decay(1)
      case .asReleased(let rule): rule.form.decay(1)
      }
    }

    /// The factors; `exact` is read by the source `exact` only.
    func factors(_ batch: TokenBatch, exact: [Double]?) throws(ModulationError) -> [Double] {
      try AdvantageModulation(
        compensation: nil, stabilisation: stabilisation, stabilisationScope: scope, entropySource: source
      ).factors(batch, exactEntropyChanges: exact).stabilisation
    }
  }

  /// Modes 6 and 5 in three scopes and the general form in the micro-batch, each with both sources.
  var rules: [Rule] {
    let general = specification.values("general")
    let form = UpdateStabilisation(floor: general[0], steepness: general[1], centre: general[2])
    return AdvantageModulation.EntropySource.allCases.flatMap { source in
      [("mode 6", UpdateStabilisationAsReleased.mode6), ("mode 5", .mode5)].flatMap { name, rule in
        [ModulationScope.microBatch, .group, .sequence].map {
          Rule(form: name, stabilisation: .asReleased(rule), scope: $0, source: source)
        }
      } + [Rule(form: "general", stabilisation: .published(form), scope: .microBatch, source: source)]
    }
  }

  /// What one batch says of one rule.
  struct Effect: Sendable, Hashable {
    /// The largest update with the factors over that without; 1 where nothing moves.
    var ratio = 1.0
    /// Whether the largest update falls by the margin.
    var isLowered = false
    /// Whether a token with the least factor is one with the largest update.
    var isLargestDamped = false
    /// The share of tokens whose factor is below `touched`.
    var touched = 0.0
    /// The factor of the (first) token with the largest update.
    var factorAtLargest = 1.0

    init(updates: [Double], factors: [Double], margin: Double, touchedBelow: Double) {
      guard let largest = updates.max(), largest > 0 else { return }
      var modulated = 0.0
      var least = Double.infinity
      var touchedCount = 0
      for index in updates.indices {
        modulated = max(modulated, updates[index] * factors[index])
        least = min(least, factors[index])
        if factors[index] < touchedBelow { touchedCount += 1 }
      }
      ratio = modulated / largest
      isLowered = ratio <= 1 - margin
      // In a scope per response several tokens share the least factor; that one of them moves most counts for the rule.
      isLargestDamped = updates.indices.contains { updates[$0] == largest && factors[$0] == least }
      touched = Double(touchedCount) / Double(updates.count)
      factorAtLargest = factors[updates.firstIndex(of: largest) ?? 0]
    }
  }

  /// |A| ‖s‖ of every token.
  static func updates(_ tokens: SampledTokens) -> [Double] {
    zip(tokens.batch.advantages, tokens.squaredNorms).map { abs($0) * $1.squareRoot() }
  }

  var sizes: SampledTokens.Sizes {
    .init(
      prompts: Int(specification.value("prompts_each")), responses: Int(specification.value("responses")),
      length: Int(specification.value("length")))
  }

  /// The scaling world, the smallest worlds, random batches by population and by size, an enumerated batch, the control.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    let growth = try addScaling(&evidence)
    try addCounterexample(&evidence)
    let search = try addSearch(&evidence, examination)
    var points = PointTable(
      name: "effects",
      columns: ["population", "rule", "largest_ratio", "lower", "upper", "touched_share"])
    let populations: [TokenStatePopulation] = [.flatDirichlet, .peakedLogits, .zipf, .mostlyCertain]
    for (index, population) in populations.enumerated() {
      let effects = try addBatches(
        &evidence, examination, population, sizes, rules, designPoint: 100 + index, design: population.name)
      points.rows += effects.map { effect in
        let interval = effect.ratio.estimate.studentInterval(level: 0.95)
        return [
          .text(population.name), .text(effect.rule.name), .number(effect.ratio.estimate.value),
          .number(interval.lower), .number(interval.upper), .number(effect.touched.estimate.value),
        ]
      }
      try addTails(&evidence, examination, population, designPoint: 200 + index)
    }
    evidence.pointTables.append(points)
    let released = rules.filter { $0.form == "mode 6" && $0.scope == .microBatch }
    for (index, prompts) in specification.integers("size_prompts").enumerated() {
      var sizes = sizes
      sizes.prompts = prompts
      _ = try addBatches(
        &evidence, examination, .mostlyCertain, sizes, released, designPoint: 150 + index,
        design: "mostly-certain, \(prompts) prompts in a micro-batch")
    }
    let effects = evidence.estimates.filter { $0.lower != nil }
    try addMonteCarlo(&evidence, examination)
    try addControl(&evidence, examination)
    explain(
      &evidence, effects.filter { row in populations.contains { $0.name == row.design } }, growth, search)
    return evidence
  }

  /// The means over random batches that the plots and the explanation read.
  struct Mean {
    var rule: Rule
    var ratio: SequentialMean
    var touched: SequentialMean
  }

  /// Random batches of one kind: every rule on the same batches, seven numbers for each.
  private func addBatches(
    _ evidence: inout Evidence, _ examination: Examination, _ population: TokenStatePopulation,
    _ sizes: SampledTokens.Sizes, _ rules: [Rule], designPoint: Int, design: String
  ) throws -> [Mean] {
    let level = SequentialMeans.Variable(range: 0...1, boundary: specification.value("level"))
    let free = SequentialMeans.Variable(range: 0...1, boundary: 0)
    let margin = specification.margin
    let touched = specification.value("touched")
    let means = try SequentialMeans.run(
      examination, designPoint: designPoint,
      variables: rules.flatMap { _ in [level, level, level, free, free, free, free] },
      // The verdicts need few batches; the sizes of the effects are worth all of them.
      maximumCount: specification.count("batches", for: examination.preset), stopBelow: 0
    ) { stream in
      let tokens = try SampledTokens(population, sizes, stream: &stream)
      let updates = Self.updates(tokens)
      let changes = tokens.entropyChanges.map(\.magnitude)
      return try rules.flatMap { rule in
        let factors = try rule.factors(tokens.batch, exact: tokens.entropyChanges)
        let effect = Effect(updates: updates, factors: factors, margin: margin, touchedBelow: touched)
        // The stabilisation's own measure of an update, at its exact value: what it was built to lower.
        let own = Effect(updates: changes, factors: factors, margin: margin, touchedBelow: touched)
        return [
          effect.isLowered ? 1 : 0, effect.isLargestDamped ? 1 : 0, own.isLowered ? 1 : 0, effect.ratio,
          effect.touched, effect.factorAtLargest, own.ratio,
        ]
      }
    }
    let stats = [
      "lowered_share", "damped_is_largest", "entropy_lowered_share", "largest_ratio", "touched_share",
      "factor_at_largest", "entropy_ratio",
    ]
    var result: [Mean] = []
    for (index, rule) in rules.enumerated() {
      let own = Array(means[stats.count * index..<stats.count * (index + 1)])
      evidence.findings += [
        own[0].findingGreater(estimator: "lowered: \(rule.name)", population: design),
        own[1].findingGreater(estimator: "damped is largest: \(rule.name)", population: design),
        own[2].findingGreater(estimator: "|ΔH| lowered: \(rule.name)", population: design),
      ]
      for (stat, mean) in zip(stats, own) {
        evidence.estimates.append(
          EstimateRow(
            design: design, method: rule.name, stat: stat, estimate: mean.estimate, interval: mean.interval))
      }
      result.append(Mean(rule: rule, ratio: own[3], touched: own[4]))
    }
    return result
  }

  /// Over the pooled tokens of some batches: the quantile of the updates, and the largest KL divergence of a unit step, each with the factors over without.
  private func addTails(
    _ evidence: inout Evidence, _ examination: Examination, _ population: TokenStatePopulation,
    designPoint: Int
  ) throws {
    let rules = rules.filter { $0.scope == .microBatch }
    let key = examination.key(designPoint: designPoint)
    let sizes = sizes
    let batches = try examination.map(specification.count("table_batches", for: examination.preset)) {
      index in
      var stream = RandomStream(key.replicate(index))
      let tokens = try SampledTokens(population, sizes, stream: &stream)
      let updates = Self.updates(tokens)
      let divergences = Self.divergences(tokens, factors: [Double](repeating: 1, count: tokens.batch.count))
      let modulated = try rules.map { rule in
        let factors = try rule.factors(tokens.batch, exact: tokens.entropyChanges)
        return (
          updates: zip(updates, factors).map(*), divergences: Self.divergences(tokens, factors: factors)
        )
      }
      return (updates: updates, divergences: divergences, modulated: modulated)
    }
    let level = specification.value("quantile")
    func quantile(_ values: [Double]) -> Double {
      let sorted = values.sorted()
      return sorted.isEmpty ? .nan : sorted[min(Int(level * Double(sorted.count)), sorted.count - 1)]
    }
    let plain = quantile(batches.flatMap(\.updates))
    for (index, rule) in rules.enumerated() {
      let ratios = batches.map { batch in
        (batch.modulated[index].divergences.max() ?? 0) / (batch.divergences.max() ?? 1)
      }
      evidence.estimates += [
        EstimateRow(
          design: "\(population.name), \(batches.count) batches", method: rule.name,
          stat: "quantile_ratio",
          exact: quantile(batches.flatMap { $0.modulated[index].updates }) / plain),
        EstimateRow(
          design: "\(population.name), \(batches.count) batches", method: rule.name,
          stat: "largest_kl_ratio", exact: ratios.reduce(0, +) / Double(max(ratios.count, 1))),
      ]
    }
  }

  /// KL(π‖π') of every token's own step Δz = βA(e_a − π): `log Σ π e^{Δz} − Σ π Δz`.
  static func divergences(_ tokens: SampledTokens, factors: [Double]) -> [Double] {
    tokens.states.indices.map { index in
      let state = tokens.states[index]
      let action = tokens.actions[index]
      let scale = factors[index] * tokens.batch.advantages[index]
      var excess = 0.0
      var mean = 0.0
      for (token, p) in state.probabilities.enumerated() {
        let displacement = scale * ((token == action ? 1 : 0) - p)
        excess += p * expm1(displacement)
        mean += p * displacement
      }
      return log1p(excess) - mean
    }
  }

  /// No stabilisation must not lower anything.
  private func addControl(_ evidence: inout Evidence, _ examination: Examination) throws {
    let rule = Rule(
      form: "λ_min = 1",
      stabilisation: .asReleased(
        UpdateStabilisationAsReleased(UpdateStabilisation(floor: 1, steepness: 50, centre: 0.99))),
      scope: .microBatch, source: .exact)
    let (margin, touched, sizes) = (specification.margin, specification.value("touched"), sizes)
    let mean = try SequentialMeans.run(
      examination, designPoint: 900,
      variables: [.init(range: 0...1, boundary: specification.value("level"))],
      maximumCount: specification.count("batches", for: examination.preset)
    ) { stream in
      let tokens = try SampledTokens(.mostlyCertain, sizes, stream: &stream)
      let effect = Effect(
        updates: Self.updates(tokens),
        factors: try rule.factors(tokens.batch, exact: tokens.entropyChanges), margin: margin,
        touchedBelow: touched)
      return [effect.isLowered ? 1 : 0]
    }
    evidence.control = mean[0].findingGreater(
      estimator: "lowered: \(rule.name)", population: "mostly-certain")
  }
}
