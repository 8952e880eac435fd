import Estimators
import Policies
import Statistics

/// The reward variance is an equally good proxy when rewards are graded rather than binary.
public struct ProxyHoldsForGradedRewards: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// The same policies with graded rewards and with the same rewards cut at one half; concordance of the reward variance with the true variance in both, paired.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    var points = PointTable(
      name: "points", columns: ["reward_variance", "true_variance", "estimator", "population", "rewards"])
    let pairs = specification.count("pairs", for: examination.preset)
    let levels = Int(specification.value("levels"))
    for (row, rule) in Rule.allCases.enumerated() {
      for (column, population) in Self.populations.enumerated() {
        let designPoint = 100 * row + column
        let difference = try SequentialMean.run(
          examination, designPoint: designPoint, range: -1...1, boundary: -specification.margin,
          maximumCount: pairs
        ) { stream in
          guard let first = try? Self.draw(population, rule, levels, &stream),
            let second = try? Self.draw(population, rule, levels, &stream)
          else { return .nan }
          return Concordance.indicator(
            first.graded.proxy, second.graded.proxy, first.graded.variance, second.graded.variance)
            - Concordance.indicator(
              first.binary.proxy, second.binary.proxy, first.binary.variance, second.binary.variance)
        }
        evidence.findings.append(
          difference.findingGreater(estimator: rule.rawValue, population: population.name))
        evidence.estimates.append(
          EstimateRow(
            design: population.name, method: rule.rawValue, stat: "concordance_graded_minus_binary",
            estimate: difference.estimate, interval: difference.interval))
        try addCloud(
          &evidence, &points, examination, designPoint: designPoint + 5000, population, rule, levels)
      }
    }
    evidence.pointTables = [points]
    addCounterexample(&evidence)
    try addMonteCarlo(&evidence, examination, levels: levels)
    try addControl(&evidence, examination, pairs: pairs, levels: levels)
    let differences = evidence.estimates.filter { $0.stat == "concordance_graded_minus_binary" }
    let low = differences.min { $0.estimate < $1.estimate }
    let high = differences.max { $0.estimate < $1.estimate }
    evidence.condition =
      "V = E[(R−b)²‖s‖²] − ‖∇E R‖²: Var R stands for it only where ‖s‖² is nearly unrelated to (R−b)²; graded rewards lose more than \(specification.margin) concordance, settled, for {refuted}"
    evidence.explanation =
      "Cutting graded rewards at one half and keeping everything else, the probability that the reward variance orders two prompts rightly changes by between \(short(low?.estimate ?? .nan)) (\(low?.method ?? "?"), \(low?.design ?? "?")) and \(short(high?.estimate ?? .nan)) (\(high?.method ?? "?"), \(high?.design ?? "?")) in favour of graded rewards where positive. "
      + "The statement is non-inferiority within \(specification.margin); it is decided for each estimator and population."
    return evidence
  }

  /// The estimators that make sense for graded rewards and have an exact variance at once.
  enum Rule: String, CaseIterable, Sendable {
    case reinforce
    case valueBaseline = "value-baseline"
    case leaveOneOut = "rloo"
    case grpo

    /// The covariance trace per rollout, exact.
    func variance(_ summary: ScoreSummary) -> Double {
      switch self {
      case .reinforce: GroupOracle.moments(summary, estimator: NoBaseline(), group: 1).covarianceTrace
      case .valueBaseline:
        GroupOracle.moments(summary, estimator: ConstantBaseline.value(of: summary), group: 1).covarianceTrace
      case .leaveOneOut: 4 * GroupOracle.moments(summary, estimator: LeaveOneOut(), group: 4).covarianceTrace
      case .grpo: 4 * GroupOracle.moments(summary, estimator: GRPO(), group: 4).covarianceTrace
      }
    }
  }

  /// One-step populations with at most 64 actions.
  static let populations: [PromptPopulation] = [
    .flatDirichlet, .sparseDirichlet, .normalLogits, .uShapedDifficulty,
  ]

  /// Proxy and variance under one reward function.
  struct Point: Sendable {
    var proxy: Double
    var variance: Double
  }

  /// A prompt whose actions get a uniformly random level of 0, 1/(L−1), …, 1, and the same cut at ½.
  static func draw(_ population: PromptPopulation, _ rule: Rule, _ levels: Int, _ stream: inout RandomStream)
    throws(PolicyError) -> (graded: Point, binary: Point)
  {
    let (policy, rewards) = try gradedPrompt(population, levels, &stream)
    let cut = rewards.map { $0 > 0.5 ? 1.0 : 0 }
    return (try point(policy, rewards, rule), try point(policy, cut, rule))
  }

  /// A one-step policy with graded rewards of which at least one lies on each side of ½.
  static func gradedPrompt(_ population: PromptPopulation, _ levels: Int, _ stream: inout RandomStream)
    throws(PolicyError) -> (SoftmaxPolicy, [Double])
  {
    while true {
      guard case .softmax(let policy) = try population.draw(&stream).policy else {
        preconditionFailure("\(population.name) is not a one-step population")
      }
      for _ in 0..<16 {
        let rewards = (0..<policy.actionCount).map { _ in
          Double(stream.index(below: levels)) / Double(levels - 1)
        }
        if rewards.contains(where: { $0 > 0.5 }), rewards.contains(where: { $0 <= 0.5 }) {
          return (policy, rewards)
        }
      }
    }
  }

  static func point(_ policy: SoftmaxPolicy, _ rewards: [Double], _ rule: Rule) throws(PolicyError) -> Point {
    let summary = try policy.scoreSummary(rewards: rewards)
    let mean = summary.classes.reduce(0) { $0 + $1.probability * $1.reward }
    let variance = summary.classes.reduce(0) {
      $0 + $1.probability * ($1.reward - mean) * ($1.reward - mean)
    }
    return Point(proxy: variance, variance: rule.variance(summary))
  }

  private func addCloud(
    _ evidence: inout Evidence, _ points: inout PointTable, _ examination: Examination, designPoint: Int,
    _ population: PromptPopulation, _ rule: Rule, _ levels: Int
  ) throws {
    let key = examination.key(designPoint: designPoint)
    let drawn = try examination.map(specification.count("points", for: examination.preset)) { index in
      var stream = RandomStream(key.replicate(index))
      let pair = try Self.draw(population, rule, levels, &stream)
      return [pair.graded, pair.binary]
    }
    for (index, name) in ["graded", "binary"].enumerated() {
      let x = drawn.map { $0[index].proxy }
      let y = drawn.map { $0[index].variance }
      for (stat, value) in [("spearman", Correlation.spearman(x, y)), ("pearson", Correlation.pearson(x, y))]
      {
        var row = EstimateRow(
          design: "\(population.name) \(name)", method: rule.rawValue, stat: stat, exact: value)
        row.exact = nil
        row.count = drawn.count
        evidence.estimates.append(row)
      }
      points.rows += zip(x, y).map {
        [.number($0), .number($1), .text(rule.rawValue), .text(population.name), .text(name)]
      }
    }
  }

  /// The smallest pair of worlds with rewards 0, ½, 1 that the reward variance orders wrongly while, cut at one half, it orders them rightly.
  private func addCounterexample(_ evidence: inout Evidence) {
    let half = Rational(1, 2)
    var worlds: [RationalPrompt] = []
    for base in SmallWorlds.all(
      maximumActions: 3, maximumDenominator: Int(specification.value("small_denominator")))
    {
      for middle in base.probabilities.indices {
        var rewards = base.rewards
        rewards[middle] = half
        worlds.append(RationalPrompt(probabilities: base.probabilities, rewards: rewards))
      }
    }
    let values = worlds.map { ($0.rewardVariance, $0.variance(baseline: $0.meanReward)) }
    let cuts = worlds.map { world in
      let cut = RationalPrompt(
        probabilities: world.probabilities, rewards: world.rewards.map { half < $0 ? .one : .zero })
      return (cut.rewardVariance, cut.variance(baseline: cut.meanReward))
    }
    for later in worlds.indices {
      for earlier in 0..<later {
        for (low, high) in [(earlier, later), (later, earlier)]
        where values[low].0 < values[high].0 && values[high].1 < values[low].1
          && cuts[low].0 < cuts[high].0 && cuts[low].1 < cuts[high].1
        {
          let pair = Inversion(lowerProxy: worlds[low], higherProxy: worlds[high])
          evidence.counterexamples.append(
            pair.counterexample(
              title:
                "value baseline, rewards 0, ½, 1: the reward variance rises, the gradient variance falls; cut at ½ both rise",
              settings: StudiedEstimator.valueBaseline.worldSettings(group: 1), proxyName: "reward_variance",
              proxy: \.rewardVariance, variance: { $0.variance(baseline: $0.meanReward) }))
          return
        }
      }
    }
  }

  /// One graded prompt for each estimator: simulated against exact.
  private func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination, levels: Int) throws {
    var stream = RandomStream(examination.key(designPoint: 800))
    let (policy, rewards) = try Self.gradedPrompt(.flatDirichlet, levels, &stream)
    let prompt = try policy.enumerated(rewards: rewards)
    let rules: [(String, any GradientEstimator, Int, Double)] = [
      ("reinforce", NoBaseline(), 1, 1), ("rloo", LeaveOneOut(), 4, 1), ("grpo", GRPO(), 4, 3.0.squareRoot()),
    ]
    for (index, (name, rule, group, bound)) in rules.enumerated() {
      evidence.estimates += try MonteCarloCheck.rows(
        examination, designPoint: 810 + index, design: "one graded prompt of flat-dirichlet G=\(group)",
        method: name,
        prompt: prompt, estimator: rule, group: group, largestAdvantage: bound,
        exact: GroupOracle.moments(prompt.scoreSummary, estimator: rule, group: group).covarianceTrace,
        count: specification.count("replicates", for: examination.preset))
    }
  }

  /// The mean reward in place of its variance must be worse by more than the margin.
  private func addControl(_ evidence: inout Evidence, _ examination: Examination, pairs: Int, levels: Int)
    throws
  {
    let population = PromptPopulation.uShapedDifficulty
    let control = try SequentialMean.run(
      examination, designPoint: 900, range: -1...1, boundary: -specification.margin, maximumCount: pairs
    ) { stream in
      guard let first = try? Self.controlPoint(population, levels, &stream),
        let second = try? Self.controlPoint(population, levels, &stream)
      else { return .nan }
      return Concordance.indicator(first.mean, second.mean, first.point.variance, second.point.variance)
        - Concordance.indicator(
          first.point.proxy, second.point.proxy, first.point.variance, second.point.variance)
    }
    evidence.estimates.append(
      EstimateRow(
        design: "control \(population.name)", method: "value-baseline",
        stat: "concordance_mean_minus_variance",
        estimate: control.estimate, interval: control.interval))
    evidence.control = control.findingGreater(estimator: "value-baseline", population: population.name)
  }

  private static func controlPoint(
    _ population: PromptPopulation, _ levels: Int, _ stream: inout RandomStream
  )
    throws(PolicyError) -> (mean: Double, point: Point)
  {
    let (policy, rewards) = try gradedPrompt(population, levels, &stream)
    let mean = zip(policy.probabilities, rewards).reduce(0) { $0 + $1.0 * $1.1 }
    return (mean, try point(policy, rewards, .valueBaseline))
  }
}
