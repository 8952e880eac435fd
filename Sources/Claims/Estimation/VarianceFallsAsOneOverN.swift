import Estimators
import Policies
import Statistics

/// A prompt's contribution to the variance is σ²/n with σ independent of n.
public struct VarianceFallsAsOneOverN: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// n·Var(n) on a grid of group sizes by the oracle, relative to its value at the largest; a constant if the statement holds.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    var decay = PointTable(name: "decay", columns: ["estimator", "world", "n", "scaled_variance"])
    let groups = specification.integers("group")
    let worlds = try Self.worlds(examination)
    var exactly: [String] = []
    var farthest: (estimator: String, world: String, deviation: Double)?
    for rule in Self.rules {
      let spreads = try examination.map(worlds.count) { index in
        Self.scaledVariances(worlds[index].prompt.scoreSummary, rule.estimator, groups: groups, power: 1)
      }
      var largest = 0.0
      for (world, spread) in zip(worlds, spreads) {
        let reference = spread.values.last ?? 0
        for (n, value) in zip(groups, spread.values) {
          decay.rows.append([
            .text(rule.name), .text(world.name), .integer(n),
            .number(reference > 1e-12 * spread.scale ? value / reference : .nan),
          ])
        }
        let deviation = spread.relativeRange
        evidence.estimates.append(
          EstimateRow(
            design: world.name, method: rule.name, stat: "relative_range_of_n_times_variance",
            exact: deviation))
        largest = max(largest, deviation)
        if deviation > (farthest?.deviation ?? 0) { farthest = (rule.name, world.name, deviation) }
      }
      let holds = largest <= specification.margin
      if holds { exactly.append(rule.name) }
      evidence.findings.append(
        Finding(estimator: rule.name, population: "worlds enumerated", basis: .exact(holds: holds)))
    }
    evidence.pointTables = [decay]
    try addBatchWhitening(&evidence, examination)
    addCounterexamples(&evidence)
    try addMonteCarlo(&evidence, examination)
    addControl(&evidence, worlds: worlds, groups: groups)
    evidence.condition =
      "exactly where rollouts are independent given the prompt (\(exactly.joined(separator: ", "))); for RLOO n·Var(n) = V_p + [P(v_S + v_F + D²) − 2P²D² − V_p]/(n−1), "
      + "so σ²/n is its limit for n much larger than 1 + |…|/V_p; GRPO's n·Var(n) tends to (1−p)v_S + p v_F + (1−2p)²D²/4 as n grows"
    evidence.explanation =
      "n·Var(n) is constant to rounding for \(exactly.joined(separator: ", ")); it moves most for \(farthest?.estimator ?? "?") on \(farthest?.world ?? "?"), by \(short(100 * (farthest?.deviation ?? 0)))% of a rollout's second moment between n = \(groups.first ?? 0) and \(groups.last ?? 0). "
      + "A group baseline couples the rollouts, so its σ depends on n; where V_p = 0, as for two actions at p = ½, RLOO's variance falls as 1/n² instead."
    return evidence
  }

  /// An estimator that may depend on the prompt.
  struct Rule: Sendable {
    let name: String
    let estimator: @Sendable (ScoreSummary) -> any GradientEstimator
  }

  static let rules: [Rule] = [
    Rule(name: "reinforce") { _ in NoBaseline() },
    Rule(name: "value-baseline") { ConstantBaseline.value(of: $0) },
    Rule(name: "optimal-baseline") { ConstantBaseline.optimal(for: $0) },
    Rule(name: "rloo") { _ in LeaveOneOut() },
    Rule(name: "grpo") { _ in GRPO() },
    Rule(name: "dr-grpo") { _ in DrGRPO() },
    Rule(name: "opo") { _ in OPO() },
    Rule(name: "reinforce++") { _ in ReinforcePlusPlus() },
    Rule(name: "ppo-clip on-policy") { ConstantBaseline.value(of: $0) },
  ]

  struct World: Sendable {
    let name: String
    let prompt: Prompt
  }

  /// n^a·Var(n) over a grid, with the size of a single rollout's gradient to measure differences by.
  struct Spread: Sendable {
    var values: [Double]
    /// The largest value plus ‖E ĝ‖²: the second moment of one rollout.
    ///
    /// Where Var is 0, differences are rounding errors of this size, not of their own.
    var scale: Double

    /// The largest distance from the last value, relative to the scale.
    var relativeRange: Double {
      guard scale > 0, let reference = values.last else { return 0 }
      return (values.map { abs($0 - reference) }.max() ?? 0) / scale
    }
  }

  /// By the enumeration itself, not the shortcut that divides a single rollout's variance by n.
  static func scaledVariances(
    _ summary: ScoreSummary, _ rule: (ScoreSummary) -> any GradientEstimator, groups: [Int], power: Int
  ) -> Spread {
    let estimator = rule(summary)
    var spread = Spread(values: [], scale: 0)
    for n in groups {
      let moments = GroupOracle.exhaustive(summary, estimator: estimator, group: n)
      let value = (0..<power).reduce(moments.covarianceTrace) { value, _ in value * Double(n) }
      spread.values.append(value)
      spread.scale = max(spread.scale, abs(value) + moments.squaredMeanNorm)
    }
    return spread
  }

  /// The symmetric two-action world and the first prompt of four populations.
  static func worlds(_ examination: Examination) throws -> [World] {
    var worlds = [
      World(
        name: "two-action p=0.5",
        prompt: try Prompt(SoftmaxPolicy(probabilities: [0.5, 0.5]), rewards: [1, 0]))
    ]
    for (index, population) in [
      PromptPopulation.twoAction, .flatDirichlet, .shortSequences, .sharedSequences,
    ].enumerated() {
      var stream = RandomStream(examination.key(designPoint: 10 + index))
      worlds.append(World(name: "first prompt of \(population.name)", prompt: try population.draw(&stream)))
    }
    return worlds
  }

  /// REINFORCE++ in a batch of eight prompts, beyond enumeration: n·Var(n) of the first prompt's block at two sizes, by simulation.
  private func addBatchWhitening(_ evidence: inout Evidence, _ examination: Examination) throws {
    let batch = Int(specification.value("batch"))
    let prompts = try PromptPopulation.flatDirichlet.prompts(batch, key: examination.key(designPoint: 50))
    let enumerated = try prompts.map { try $0.enumerated() }
    let tables = enumerated.map { AliasTable(weights: $0.probabilities) }
    let rule = ReinforcePlusPlus()
    for (index, n) in specification.integers("batch_group").enumerated() {
      // |A| ≤ √(nN − 1) and ‖s‖² ≤ 2 bound n·½‖ĝ − ĝ'‖².
      let bound = Double(n) * 4 * Double(n * batch - 1)
      let mean = try SequentialMean.run(
        examination, designPoint: 60 + index, range: 0...bound, boundary: 0,
        maximumCount: specification.count("replicates", for: examination.preset), stopBelow: 0
      ) { stream in
        let (first, second) = (block(&stream, n), block(&stream, n))
        return Double(n) * zip(first, second).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / 2
      }
      evidence.estimates.append(
        EstimateRow(
          design: "first of \(batch) prompts of flat-dirichlet, n=\(n)", method: "reinforce++ batch",
          stat: "n_times_variance", estimate: mean.estimate, interval: mean.interval))
    }

    @Sendable func block(_ stream: inout RandomStream, _ n: Int) -> [Double] {
      let outcomes = tables.map { table in (0..<n).map { _ in table.draw(&stream) } }
      let rewards = zip(enumerated, outcomes).map { prompt, drawn in drawn.map { prompt.rewards[$0] } }
      let advantages = rule.batchAdvantages(rewards: rewards)[0]
      var estimate = [Double](repeating: 0, count: enumerated[0].dimension)
      for (outcome, advantage) in zip(outcomes[0], advantages) {
        for (j, score) in enumerated[0].score(outcome).enumerated() {
          estimate[j] += advantage * score / Double(n)
        }
      }
      return estimate
    }
  }

  /// The smallest world in which RLOO's n·Var(n) differs between n = 2 and n = 3, with fractions.
  private func addCounterexamples(_ evidence: inout Evidence) {
    for (name, leaveOneOut) in [("rloo", true), ("dr-grpo", false)] {
      SmallWorlds.search(maximumActions: 3, maximumDenominator: 4) { world in
        let two = Rational(2) * world.groupVariance(group: 2, leaveOneOut: leaveOneOut)
        let three = Rational(3) * world.groupVariance(group: 3, leaveOneOut: leaveOneOut)
        let four = Rational(4) * world.groupVariance(group: 4, leaveOneOut: leaveOneOut)
        guard two != three else { return false }
        evidence.counterexamples.append(
          Counterexample(
            title: "\(name): n·Var(n) is not constant",
            worlds: [2, 3, 4].map {
              world.world([.init("estimator", .text(name)), .init("group", .integer($0))])
            },
            values: [("2·Var(2)", two), ("3·Var(3)", three), ("4·Var(4)", four)].map {
              ExactValue($0.0, $0.1.value, exact: $0.1.description)
            },
            explanation: "If a prompt contributed σ²/n the three products would be one number."))
        return true
      }
    }
  }

  /// Simulated group variances on one world beside the oracle.
  private func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination) throws {
    let prompt = try SoftmaxPolicy(probabilities: [0.5, 0.5]).enumerated(rewards: [1, 0])
    for (row, name) in ["rloo", "grpo", "dr-grpo"].enumerated() {
      guard let rule = Self.rules.first(where: { $0.name == name }) else { continue }
      let estimator = rule.estimator(prompt.scoreSummary)
      for (column, n) in [4, 16].enumerated() {
        let exact = GroupOracle.moments(prompt.scoreSummary, estimator: estimator, group: n).covarianceTrace
        evidence.estimates += try MonteCarloCheck.rows(
          examination, designPoint: 100 + 10 * row + column, design: "two-action p=0.5 n=\(n)", method: name,
          prompt: prompt, estimator: estimator, group: n,
          largestAdvantage: name == "grpo" ? Double(n - 1).squareRoot() : 1,
          exact: exact, count: specification.count("replicates", for: examination.preset))
      }
    }
  }

  /// n²·Var(n) constant is false for REINFORCE; the same grid must show it.
  private func addControl(_ evidence: inout Evidence, worlds: [World], groups: [Int]) {
    var largest = 0.0
    for world in worlds {
      let spread = Self.scaledVariances(
        world.prompt.scoreSummary, { _ in NoBaseline() }, groups: groups, power: 2)
      largest = max(largest, spread.relativeRange)
    }
    evidence.control = Finding(
      estimator: "reinforce", population: "worlds enumerated",
      basis: .exact(holds: largest <= specification.margin))
    evidence.estimates.append(
      EstimateRow(
        design: "control", method: "reinforce", stat: "relative_range_of_n_squared_times_variance",
        exact: largest))
  }
}
