import Estimators
import Modulation
import Policies
import Statistics

extension ModulationUnbiased {
  /// Responses of many tokens, whose groups cannot be enumerated: scale, off-direction mean and its size in standard errors.
  ///
  /// The direction v that is looked at is fixed beforehand, so that one set of groups serves. With a block for each prefix it compares the scale of the first
  /// state with that of all others, `v ∝ ∇_first/‖∇_first‖² − ∇_rest/‖∇_rest‖²`, which any factor that differs between states moves; with shared logits it is the
  /// part of the first unit vector that is orthogonal to ∇, which with three actions is all that is left.
  func addLongResponses(_ evidence: inout Evidence, _ examination: Examination) throws {
    let group = Int(specification.value("group"))
    let count = specification.count("long_replicates", for: examination.preset)
    for (row, (parameters, length)) in LongResponses.shapes(specification).enumerated() {
      let prompt = try LongResponses.prompt(
        examination, specification, designPoint: 500 + row, parameters, length: length)
      let gradient = prompt.gradient
      let square = gradient.reduce(0) { $0 + $1 * $1 }
      let across = Self.direction(orthogonalTo: gradient, vocabulary: prompt.vocabulary)
      let along = gradient.map { $0 / square }
      let off = across.map { $0 / square.squareRoot() }
      let design = LongResponses.name(parameters, length: length, prompt, group: group)
      for (column, rule) in ModulatedRule.all(specification).enumerated() {
        let simulation = TokenGroupSimulation(prompt, group: group, estimator: rule.estimator(prompt))
        let moments = try projections(
          examination, designPoint: 510 + 100 * row + column, simulation, [along, off], count: count)
        evidence.estimates += Self.rows(
          design: design, method: rule.name, scale: moments[0].estimate, tangent: moments[1].estimate,
          exactScale: rule.provedScale(successProbability: prompt.successProbability, group: group),
          keepsDirection: rule.keepsDirectionByConstruction
            // With shared logits all states have one entropy and hence one factor.
            || (parameters == .shared && rule.dependsOnStateAndRewardsOnly))
      }
    }
  }

  /// Scale and off-direction mean, each with its distance from the exact value where one is known; a pure turn shows in the second alone.
  ///
  /// What that distance cannot see: simulation and oracle take the same `TokenRule` and the same scores, so that an error in either agrees with itself. It tests
  /// drawing, summing and the exact statements; the rules and scores are held to transcriptions of their own in the tests.
  static func rows(
    design: String, method: String, scale: Estimate, tangent: Estimate, exactScale: Double?,
    keepsDirection: Bool
  ) -> [EstimateRow] {
    let exactTangent: Double? = keepsDirection ? 0 : nil
    func derived(_ design: String, _ stat: String, _ value: Double) -> EstimateRow {
      var row = EstimateRow(design: design, method: method, stat: stat, exact: value)
      row.exact = nil
      row.count = tangent.count
      return row
    }
    var rows = [
      EstimateRow(
        design: design, method: method, stat: "scale", estimate: scale, interval: nil, exact: exactScale),
      EstimateRow(
        design: design, method: method, stat: "off_direction", estimate: tangent, interval: nil,
        exact: exactTangent),
      derived(design, "bias_in_standard_errors", tangent.value / tangent.standardError),
    ]
    if let exactScale {
      rows.append(derived(design, "z_against_exact", (scale.value - exactScale) / scale.standardError))
    }
    if let exactTangent {
      rows.append(
        derived(
          "\(design), off the direction", "z_against_exact",
          (tangent.value - exactTangent) / tangent.standardError))
    }
    return rows
  }

  /// A unit vector orthogonal to the gradient.
  static func direction(orthogonalTo gradient: [Double], vocabulary: Int) -> [Double] {
    var result = [Double](repeating: 0, count: gradient.count)
    if gradient.count > vocabulary {
      let first = gradient[..<vocabulary].reduce(0) { $0 + $1 * $1 }
      let rest = gradient[vocabulary...].reduce(0) { $0 + $1 * $1 }
      for j in gradient.indices { result[j] = gradient[j] / (j < vocabulary ? first : -rest) }
    } else {
      let square = gradient.reduce(0) { $0 + $1 * $1 }
      for j in gradient.indices {
        result[j] = (j == 0 ? 1 : 0) - 1 / Double(vocabulary) - gradient[0] * gradient[j] / square
      }
    }
    let norm = result.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return result.map { $0 / norm }
  }

  private func projections(
    _ examination: Examination, designPoint: Int, _ simulation: TokenGroupSimulation,
    _ directions: [[Double]],
    count: Int
  ) throws -> [Moments] {
    let key = examination.key(designPoint: designPoint)
    let chunk = 256
    let parts = try examination.map((count + chunk - 1) / chunk) { index in
      var moments = directions.map { _ in Moments() }
      for replicate in index * chunk..<min((index + 1) * chunk, count) {
        var stream = RandomStream(key.replicate(replicate))
        for (place, value) in simulation.projections(directions, &stream).enumerated() {
          moments[place].add(value)
        }
      }
      return moments
    }
    examination.progress(count)
    var total = directions.map { _ in Moments() }
    for part in parts { for place in total.indices { total[place].merge(part[place]) } }
    return total
  }

  /// The simulated covariance trace of every rule on a world whose groups are enumerated, beside the exact one.
  func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination) throws {
    try TokenMonteCarlo.add(
      &evidence, examination, specification, designPoint: 800, worlds: TokenWorlds(shape: .twoTokens),
      rules: ModulatedRule.all(specification))
  }
}

/// The Monte Carlo path on a small world, beside the oracle.
enum TokenMonteCarlo {
  /// A random prompt whose groups are often mixed.
  static func prompt(
    _ examination: Examination, _ specification: ClaimSpecification, designPoint: Int, worlds: TokenWorlds
  ) -> TokenPrompt {
    var stream = RandomStream(examination.key(designPoint: designPoint))
    let success = specification.values("checked_success")
    var prompt = worlds.draw(specification, &stream).prompt
    // A mean that rare groups decide has no normal error: the distance in standard errors would say nothing.
    while prompt.successProbability < success[0] || prompt.successProbability > success[1] {
      prompt = worlds.draw(specification, &stream).prompt
    }
    return prompt
  }

  /// For every rule the covariance trace from pairs of groups, with its distance from the exact value in standard errors.
  static func add(
    _ evidence: inout Evidence, _ examination: Examination, _ specification: ClaimSpecification,
    designPoint: Int, worlds: TokenWorlds, rules: [ModulatedRule]
  ) throws {
    let group = Int(specification.value("group"))
    let prompt = prompt(examination, specification, designPoint: designPoint, worlds: worlds)
    for (row, rule) in rules.enumerated() {
      let estimator = rule.estimator(prompt)
      let exact = TokenGroupOracle.moments(prompt, group: group, estimator: estimator).covarianceTrace
      let simulation = TokenGroupSimulation(prompt, group: group, estimator: estimator)
      // ‖ĝ‖ ≤ T √2 max|A β|; half the squared distance of two such vectors is at most 4 T² max|A β|².
      let largest =
        rule.largestAdvantage(group: group, vocabulary: prompt.vocabulary) * Double(worlds.isOneToken ? 1 : 2)
      let mean = try SequentialMean.run(
        examination, designPoint: designPoint + 1 + row, range: 0...4 * largest * largest, boundary: 0,
        maximumCount: specification.count("replicates", for: examination.preset), stopBelow: 0
      ) { simulation.halfSquaredDistance(&$0) }
      evidence.estimates += MonteCarloCheck.rows(
        design: "\(worlds.name), G=\(group)", method: rule.name, stat: "trace_variance", mean: mean,
        exact: exact)
    }
  }
}

extension ModulatedRule {
  /// A bound on |A β| for rewards 0 and 1: GRPO's advantage is at most √(G − 1), the others' 1; β_stab is at most 1.
  ///
  /// An entropy bonus adds a vector: ‖∂H‖ = ‖πΛ‖ ≤ Σ|π log π| + H ≤ 2 log K, as much as an advantage of √2 log K would.
  func largestAdvantage(group: Int, vocabulary: Int) -> Double {
    let base = advantage == .grpo ? Double(group - 1).squareRoot() : 1
    switch modulation {
    case .compensation(let strength), .fixedCompensation(let strength), .published(let strength, _):
      return base * (1 + strength)
    case .released5, .released6: return base * 1.4
    case .none, .stabilisation, .stateBaseline, .probability, .constant, .forkTokens, .clipCov, .klCov, .clip:
      return base
    case .entropyAdvantages(let rule): return base * (1 + 1 / rule.cap)
    case .entropyBonus(let bonus):
      return base + bonus.coefficient * 2.0.squareRoot() * TokenBatch.largestEntropy(vocabulary: vocabulary)
    case .twoValues(let weights, let drops):
      return max(weights.success, weights.failure) * (drops ? Double(group) : 1)
    }
  }
}
