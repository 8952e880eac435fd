import Estimators
import Policies
import Statistics

extension ModulationReducesVariance {
  /// Ratios by simulation where groups cannot be enumerated, and on one world where they can, beside the exact ones: rows, no findings.
  ///
  /// The distance from the exact ratio cannot see an error of a rule or of the scores, which simulation and oracle share.
  func addLongResponses(_ evidence: inout Evidence, _ examination: Examination) throws {
    let group = Int(specification.value("group"))
    let rules = compared.filter { $0.modulation != .none }
    func add(_ prompt: TokenPrompt, design: String, designPoint: Int, exact: [VariancePoint]?) throws {
      let found = try SimulatedVarianceRatios.run(
        examination, designPoint: designPoint, prompt, rules: rules, group: group,
        count: specification.count("long_replicates", for: examination.preset),
        batches: Int(specification.value("long_batches")))
      for (place, ratios) in found.enumerated() {
        for measure in VariancePoint.Measure.allCases {
          evidence.estimates += Self.rows(
            design: design, method: ratios.rule.name, measure, ratios[measure], exact: exact?[place][measure])
        }
      }
    }
    let worlds = TokenWorlds(shape: .twoTokens)
    let checked = TokenMonteCarlo.prompt(examination, specification, designPoint: 3900, worlds: worlds)
    try add(
      checked, design: "\(worlds.name), simulated, G=\(group)", designPoint: 3901,
      exact: VariancePoint.all(checked, rules: rules, group: group))
    for (row, (parameters, length)) in LongResponses.shapes(specification).enumerated() {
      let prompt = try LongResponses.prompt(
        examination, specification, designPoint: 3910 + row, parameters, length: length)
      try add(
        prompt, design: LongResponses.name(parameters, length: length, prompt, group: group),
        designPoint: 3920 + row, exact: nil)
    }
  }

  private static func rows(
    design: String, method: String, _ measure: VariancePoint.Measure, _ estimate: Estimate, exact: Double?
  ) -> [EstimateRow] {
    let stat = measure == .raw ? "simulated_raw_relative_variance" : "simulated_relative_variance"
    var rows = [
      EstimateRow(
        design: design, method: method, stat: stat, estimate: estimate,
        interval: estimate.studentInterval(level: 0.95), exact: exact)
    ]
    guard let exact else { return rows }
    // A factor that is 1 everywhere has a ratio of 1 in every batch: rounding against rounding is no distance.
    let error = max(estimate.standardError, 1e-12)
    var distance = EstimateRow(
      design: "\(design), \(measure.rawValue)", method: method, stat: "z_against_exact",
      exact: (estimate.value - exact) / error)
    distance.exact = nil
    distance.count = estimate.count
    rows.append(distance)
    return rows
  }

  /// The extremes of the simulated ratios at equal step over factors and long responses, in words.
  func simulated(_ evidence: Evidence) -> String {
    let names = ModulatedRule.studied(specification).filter(\.isModulated).map(\.name)
    let rows = evidence.estimates.filter {
      $0.stat == "simulated_relative_variance" && $0.exact == nil && names.contains($0.method)
    }
    func words(_ row: EstimateRow?) -> String {
      "\(short(row?.estimate ?? .nan)) ± \(short(row?.standardError ?? .nan, digits: 2)) (\(row?.method ?? "?"), \(row?.design ?? "?"))"
    }
    return
      "\(words(rows.min { $0.estimate < $1.estimate })) and \(words(rows.max { $0.estimate < $1.estimate }))"
  }

  /// Both ratios over strengths and constants of β_stab, on a few worlds of two confident tokens.
  func grid(_ examination: Examination) throws -> PointTable {
    let key = examination.key(designPoint: 450)
    let specification = specification
    let group = Int(specification.value("group"))
    let grid = ModulatedRule.grid(specification).filter { $0.rule.isModulated }
    let worlds = TokenWorlds(shape: .twoTokens, confidence: .high)
    let rows = try examination.map(Int(specification.value("grid_worlds"))) { index in
      var stream = RandomStream(key.replicate(index))
      let prompt = worlds.draw(specification, &stream).prompt
      let points = VariancePoint.all(prompt, rules: grid.map(\.rule), group: group)
      return zip(grid, points).map { entry, point -> [StructuredValue] in
        [
          .text(entry.name), .text(worlds.name), .number(entry.strength), .integer(index),
          .number(point.atEqualStep), .number(point.raw),
        ]
      }
    }
    return PointTable(
      name: "grid",
      columns: ["method", "world", "strength", "index", "relative_variance", "raw_relative_variance"],
      rows: rows.flatMap { $0 })
  }
}
