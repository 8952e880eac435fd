import Foundation
import Modulation
import Policies
import Statistics

/// β_comp restores the magnitude of the attenuated gradients of confident correct tokens.
public struct CompensationRestoresGradient: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// A form of β_comp with its scope.
  struct Rule: Sendable {
    var name: String
    var compensation: AdvantageModulation.Compensation
    var scope: ModulationScope

    func factors(_ batch: TokenBatch) throws(ModulationError) -> [Double] {
      switch compensation {
      case .published(let rule): try rule.factors(batch, scope: scope)
      case .asReleased(let rule): try rule.factors(batch, scope: scope)
      }
    }

    static func published(_ strength: Double, _ scope: ModulationScope) -> Rule {
      Rule(
        name: "α = \(short(strength)), \(scope.rawValue)",
        compensation: .published(GradientCompensation(strength: strength)), scope: scope)
    }

    static let released = [
      Rule(name: "mode 5", compensation: .asReleased(.mode5), scope: .microBatch),
      Rule(name: "mode 6", compensation: .asReleased(.mode6), scope: .microBatch),
    ]
  }

  /// The published form in both scopes at every strength, then the released modes.
  var rules: [Rule] {
    [ModulationScope.group, .microBatch].flatMap { scope in
      specification.values("strengths").map { Rule.published($0, scope) }
    } + Rule.released
  }

  /// The share in closed form, the smallest worlds, random batches, the simulated share beside its exact value.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    try addClosedForm(&evidence)
    addCounterexamples(&evidence)
    let search = try addSearch(&evidence, examination)
    let populations: [TokenStatePopulation] = [.peakedLogits, .zipf, .mostlyCertain]
    var shares: [(share: Double, where: String)] = []
    var points = PointTable(
      name: "batches", columns: ["population", "rule", "threshold", "restored_share"])
    for (index, population) in populations.enumerated() {
      let found = try addBatches(&evidence, examination, population, designPoint: 100 + index)
      shares += found.map { ($0.share, "\($0.rule), \(population.name) π ≥ \(short($0.threshold))") }
      points.rows += found.map {
        [.text(population.name), .text($0.rule), .number($0.threshold), .number($0.share)]
      }
    }
    evidence.pointTables.append(points)
    try addMonteCarlo(&evidence, examination)
    try addControl(&evidence, examination)
    let best = shares.filter { $0.share.isFinite }.max { $0.share < $1.share }
    let worst = shares.filter { $0.share.isFinite }.min { $0.share < $1.share }
    func added(_ isConstant: Bool) -> String {
      percentages(
        evidence.estimates.filter {
          $0.stat == "attenuated_share_of_added" && $0.method.hasPrefix(Self.constantName) == isConstant
        }.map(\.estimate))
    }
    evidence.condition =
      "β ≤ 1 + α closes ρ = α‖s‖/(‖s_ref‖ − ‖s‖) at most, which is ½ only where ‖s‖ ≥ ‖s_ref‖/(1 + 2α), and at most α√2(1 − π)/(‖s_ref‖ − √2(1 − π)) → 0 as π → 1; half the gap would need α = (‖s_ref‖ − ‖s‖)/(2‖s‖) ≥ (‖s_ref‖/(√2(1 − π)) − 1)/2. Checked for α from \(short(specification.values("strengths").min() ?? .nan)) to \(short(specification.values("strengths").max() ?? .nan)), θ from \(short(specification.values("thresholds").min() ?? .nan)) to \(short(specification.values("thresholds").max() ?? .nan)). Settled as holding: {supported}; settled as failing: {refuted}; open: {unsettled}"
    evidence.explanation =
      "Of the gap between a confident correct token's score norm and that of the most uncertain state β_comp closes on average between \(short(100 * (worst?.share ?? .nan))) % (\(worst?.where ?? "?")) and \(short(100 * (best?.share ?? .nan))) % (\(best?.where ?? "?")); a bounded factor cannot undo an attenuation that is proportional to 1 − π, and the most that a search over states with π ≥ \(short(specification.value("search_threshold"))) found for α = \(short(specification.values("strengths").max() ?? .nan)) is \(short(100 * search)) %. "
      + "Not judged, for nobody states it: of the squared norm that β_comp adds \(added(false)) falls on tokens whose norm is below the reference at all, where one constant factor for all correct tokens would place \(added(true)) there. The boost follows the state's entropy, and an unlikely correct token of a low-entropy state, which is not attenuated, gets it in full."
    return evidence
  }

  /// The root mean square score norm of the state with the largest entropy of each token's scope; the first of several.
  static func references(_ batch: TokenBatch, expectedNorms: [Double], scope: ModulationScope)
    throws(ModulationError) -> [Double]
  {
    let parts = try batch.parts(scope)
    var places: [Int?] = [Int?](repeating: nil, count: (parts?.max() ?? 0) + 1)
    for index in 0..<batch.count {
      let part = parts?[index] ?? 0
      if let place = places[part], batch.entropies[place] >= batch.entropies[index] { continue }
      places[part] = index
    }
    let norms = places.map { $0.map { max(expectedNorms[$0], 0).squareRoot() } ?? 0 }
    return (0..<batch.count).map { norms[parts?[$0] ?? 0] }
  }

  /// The restored share of one token: `(β − 1)‖s‖/(‖s_ref‖ − ‖s‖)`, clipped to [0, 1]; nil if it is not attenuated.
  static func restoredShare(factor: Double, norm: Double, reference: Double) -> Double? {
    guard norm < reference else { return nil }
    return min(max((factor - 1) * norm / (reference - norm), 0), 1)
  }

  /// What one batch says: over its tokens the mean of 1[confident, correct, attenuated](ρ − margin), and of the indicator.
  struct Restored: Sendable {
    var lessMargin = 0.0
    var confident = 0.0

    init(
      _ batch: TokenBatch, norms: [Double], references: [Double], factors: [Double], threshold: Double,
      margin: Double, rounding: Double = 0
    ) {
      // A log's log π of a token exactly at the threshold may be rounded to below it.
      let least = Foundation.log(threshold) - rounding
      for index in 0..<batch.count
      where batch.advantages[index] > 0 && batch.logProbabilities[index] >= least {
        guard
          let share = CompensationRestoresGradient.restoredShare(
            factor: factors[index], norm: norms[index], reference: references[index])
        else { continue }
        lessMargin += share - margin
        confident += 1
      }
      lessMargin /= Double(max(batch.count, 1))
      confident /= Double(max(batch.count, 1))
    }
  }

  /// The part of Σ(β² − 1)A²‖s‖² that falls on tokens with ‖s‖ < ‖s_ref‖; nil if nothing is added.
  static func attenuatedShare(
    _ batch: TokenBatch, norms: [Double], references: [Double], factors: [Double]
  ) -> Double? {
    var total = 0.0
    var attenuated = 0.0
    for index in 0..<batch.count where factors[index] > 1 {
      let scaled = batch.advantages[index] * norms[index]
      let added = (factors[index] * factors[index] - 1) * scaled * scaled
      total += added
      if norms[index] < references[index] { attenuated += added }
    }
    return total > 0 ? attenuated / total : nil
  }

  /// What the comparison is filed under.
  static let constantName = "constant factor on correct tokens"

  /// One factor above 1 for every token with A > 0: how much of what it adds is attenuated does not depend on which factor.
  static func constantFactors(_ batch: TokenBatch, strength: Double) -> [Double] {
    batch.advantages.map { $0 > 0 ? 1 + strength : 1 }
  }

  var sizes: SampledTokens.Sizes {
    .init(
      prompts: Int(specification.value("prompts_each")), responses: Int(specification.value("responses")),
      length: Int(specification.value("length")))
  }

  /// Random batches of one population: every rule at every threshold on the same batches.
  private func addBatches(
    _ evidence: inout Evidence, _ examination: Examination, _ population: TokenStatePopulation,
    designPoint: Int
  ) throws -> [(rule: String, threshold: Double, share: Double)] {
    let rules = rules
    let thresholds = specification.values("thresholds")
    let margin = specification.margin
    let sizes = sizes
    let strength = specification.value("added_strength")
    let addedRules = [Rule.published(strength, .group)] + Rule.released
    // Beside them a constant factor, with the references of either scope.
    let scopes: [ModulationScope] = [.group, .microBatch]
    let addedNames =
      addedRules.map(\.name) + scopes.map { "\(Self.constantName), reference of the \($0.rawValue)" }
    let half = SequentialMeans.Variable(range: -margin...(1 - margin), boundary: 0)
    let unit = SequentialMeans.Variable(range: 0...1, boundary: 0)
    let means = try SequentialMeans.run(
      examination, designPoint: designPoint,
      variables: rules.flatMap { _ in thresholds.flatMap { _ in [half, unit] } }
        + addedNames.map { _ in unit },
      // The verdicts need few batches; the sizes of the effects are worth all of them.
      maximumCount: specification.count("batches", for: examination.preset), stopBelow: 0
    ) { stream in
      let tokens = try SampledTokens(population, sizes, stream: &stream)
      let norms = tokens.squaredNorms.map { $0.squareRoot() }
      var values: [Double] = []
      for rule in rules {
        let factors = try rule.factors(tokens.batch)
        let references = try Self.references(
          tokens.batch, expectedNorms: tokens.expectedNorms, scope: rule.scope)
        for threshold in thresholds {
          let restored = Restored(
            tokens.batch, norms: norms, references: references, factors: factors, threshold: threshold,
            margin: margin)
          values += [restored.lessMargin, restored.confident]
        }
      }
      for rule in addedRules {
        let references = try Self.references(
          tokens.batch, expectedNorms: tokens.expectedNorms, scope: rule.scope)
        // A batch always has a correct response, and not all of its tokens have the largest entropy; should nothing be added, nothing is attenuated.
        values.append(
          Self.attenuatedShare(
            tokens.batch, norms: norms, references: references, factors: try rule.factors(tokens.batch))
            ?? 0)
      }
      let constant = Self.constantFactors(tokens.batch, strength: strength)
      for scope in scopes {
        let references = try Self.references(
          tokens.batch, expectedNorms: tokens.expectedNorms, scope: scope)
        values.append(
          Self.attenuatedShare(tokens.batch, norms: norms, references: references, factors: constant) ?? 0)
      }
      return values
    }
    var shares: [(rule: String, threshold: Double, share: Double)] = []
    var place = 0
    for rule in rules {
      for threshold in thresholds {
        let (difference, confident) = (means[place], means[place + 1])
        place += 2
        let design = "\(population.name) π ≥ \(short(threshold))"
        evidence.findings.append(difference.findingGreater(estimator: rule.name, population: design))
        let share = margin + difference.estimate.value / confident.estimate.value
        shares.append((rule.name, threshold, share))
        var row = EstimateRow(design: design, method: rule.name, stat: "restored_share", exact: share)
        row.exact = nil
        row.count = difference.estimate.count
        evidence.estimates += [
          row,
          EstimateRow(
            design: design, method: rule.name, stat: "restored_less_half", estimate: difference.estimate,
            interval: difference.interval),
          EstimateRow(
            design: design, method: rule.name, stat: "confident_share", estimate: confident.estimate,
            interval: confident.interval),
        ]
      }
    }
    for (name, mean) in zip(addedNames, means[place...]) {
      evidence.estimates.append(
        EstimateRow(
          design: population.name, method: name, stat: "attenuated_share_of_added",
          estimate: mean.estimate, interval: mean.interval))
    }
    return shares
  }
}
