import Estimators
import Policies
import Statistics

/// verl's logged variance proxy, (mean A²·W − ‖ĝ‖²)/(n − 1), estimates the variance of the batch gradient.
///
/// W is the sum over a rollout's tokens of the squared logit-space score norm `1 − 2π_t + Σπ²`; ĝ is the gradient of the batch.
public struct LoggedVarianceProxyUnbiased: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// The exact expectation of the logged number against the exact variance, for each estimator and parametrisation.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    let n = Int(specification.value("group"))
    let worlds = try Self.worlds(examination)
    var unbiased: [String] = []
    var worst: (estimator: String, world: String, bias: Double)?
    for world in worlds {
      for studied in Self.estimators {
        let estimator = studied.estimator(for: world.prompt.scoreSummary)
        let expected = Self.expectedProxy(world, estimator: estimator, group: n)
        let moments = GroupOracle.moments(world.prompt.scoreSummary, estimator: estimator, group: n)
        let bias = expected / moments.covarianceTrace - 1
        evidence.estimates += [
          EstimateRow(
            design: "\(world.name) n=\(n)", method: studied.rawValue, stat: "expected_logged_proxy",
            exact: expected),
          EstimateRow(
            design: "\(world.name) n=\(n)", method: studied.rawValue, stat: "trace_variance",
            exact: moments.covarianceTrace),
          EstimateRow(
            design: "\(world.name) n=\(n)", method: studied.rawValue, stat: "relative_bias", exact: bias),
        ]
        let holds = abs(bias) <= specification.margin
        evidence.findings.append(
          Finding(estimator: studied.rawValue, population: world.name, basis: .exact(holds: holds)))
        if holds { unbiased.append("\(studied.rawValue) on \(world.name)") }
        if abs(bias) > abs(worst?.bias ?? 0) { worst = (studied.rawValue, world.name, bias) }
      }
    }
    addCounterexamples(&evidence)
    try addMonteCarlo(&evidence, examination, worlds: worlds, group: n)
    addControl(&evidence, world: worlds[0], group: n)
    evidence.condition =
      "independent rollouts (a baseline that does not depend on the group) and token scores orthogonal to each other, so that W = ‖s‖² (one step, or separate logits for every prefix); "
      + "holds for: \(listing(unbiased)); the logged number is moreover cut at 0, which biases it upwards"
    evidence.explanation =
      "With a fixed baseline and W = ‖s‖² the logged number is unbiased, since E‖g‖² − E‖ĝ‖² = (1 − 1/n) tr Cov g. A group baseline makes rollouts dependent, and shared parameters make W ≠ ‖s‖²: "
      + "the largest relative bias found at n = \(n) is \(short(100 * (worst?.bias ?? 0)))% (\(worst?.estimator ?? "?"), \(worst?.world ?? "?"))."
    return evidence
  }

  /// The estimators examined.
  static let estimators: [StudiedEstimator] = [.reinforce, .valueBaseline, .leaveOneOut, .grpo, .drGRPO]

  /// A prompt with W for each of its outcomes.
  struct World: Sendable {
    let name: String
    let prompt: Prompt
    let enumerated: EnumeratedPrompt
    /// The logged W of each outcome.
    let energies: [Double]
  }

  /// One step, two tokens with separate logits for every prefix, three tokens with shared logits.
  static func worlds(_ examination: Examination) throws -> [World] {
    var stream = RandomStream(examination.key(designPoint: 1))
    let oneStep = try PromptPopulation.flatDirichlet.draw(&stream)
    let perPrefix = try PromptPopulation.shortSequences.draw(&stream)
    let shared = try PromptPopulation.sharedSequences.draw(&stream)
    return try [
      ("one step", oneStep), ("per-prefix sequences", perPrefix), ("shared-logit sequences", shared),
    ].map {
      World(name: $0.0, prompt: $0.1, enumerated: try $0.1.enumerated(), energies: try energies($0.1))
    }
  }

  /// `W = Σ_t (1 − 2π_t + Σπ²)` of every outcome.
  static func energies(_ prompt: Prompt) throws(PolicyError) -> [Double] {
    func norm(_ row: [Double], _ action: Int) -> Double {
      1 - 2 * row[action] + row.reduce(0) { $0 + $1 * $1 }
    }
    switch prompt.policy {
    case .softmax(let policy): return (0..<policy.actionCount).map { norm(policy.probabilities, $0) }
    case .sequence(let policy):
      return try policy.sequences().map { sequence in
        zip(policy.visitedStates(sequence), sequence).reduce(0) { $0 + norm(policy.states[$1.0], $1.1) }
      }
    }
  }

  /// `E[(mean A²W − ‖ĝ‖²)/(n − 1)]`, exactly: the first mean by enumerating counts with the mean W of each class, the second as the oracle's second moment.
  static func expectedProxy(_ world: World, estimator: any GradientEstimator, group n: Int) -> Double {
    let classes = world.prompt.scoreSummary.mergedByReward.classes
    let meanEnergy = classes.map { part in
      var total = 0.0
      var weight = 0.0
      for outcome in 0..<world.enumerated.outcomeCount where world.enumerated.rewards[outcome] == part.reward
      {
        total += world.enumerated.probabilities[outcome] * world.energies[outcome]
        weight += world.enumerated.probabilities[outcome]
      }
      return total / weight
    }
    let rewards = classes.map(\.reward)
    let lengths = classes.map(\.length)
    var power = 0.0
    GroupOracle.forEachComposition(group: n, probabilities: classes.map(\.probability)) {
      counts, probability in
      let advantages = estimator.classAdvantages(counts: counts, rewards: rewards, lengths: lengths)
      for k in counts.indices where counts[k] > 0 {
        power += probability * Double(counts[k]) / Double(n) * advantages[k] * advantages[k] * meanEnergy[k]
      }
    }
    let second = GroupOracle.moments(world.prompt.scoreSummary, estimator: estimator, group: n).secondMoment
    return (power - second) / Double(n - 1)
  }

  /// The smallest one-step world in which RLOO's logged proxy is off, with fractions.
  private func addCounterexamples(_ evidence: inout Evidence) {
    let n = Int(specification.value("counterexample_group"))
    SmallWorlds.search(maximumActions: 3, maximumDenominator: 4) { world in
      let variance = world.groupVariance(group: n, leaveOneOut: true)
      let power = Self.meanPower(world, group: n)
      let logged = (power - variance - world.squaredGradientNorm) / Rational(Int128(n - 1))
      guard logged != variance else { return false }
      evidence.counterexamples.append(
        Counterexample(
          title: "rloo: the logged proxy is biased",
          worlds: [world.world([.init("estimator", .text("rloo")), .init("group", .integer(n))])],
          values: [
            ExactValue("trace_variance", variance.value, exact: variance.description),
            ExactValue("mean_power", power.value, exact: power.description),
            ExactValue("expected_logged_proxy", logged.value, exact: logged.description),
          ],
          explanation:
            "E[A²‖s‖²] and E‖ĝ‖² = Var + ‖∇p‖² give the logged proxy's expectation, (mean power − E‖ĝ‖²)/(n−1), which is not the variance because the advantages of a group are dependent."
        ))
      return true
    }
  }

  /// `E[A²‖s‖²]` of leave-one-out, over all tuples.
  private static func meanPower(_ world: RationalPrompt, group n: Int) -> Rational {
    // A rollout's advantage is R − mean of n−1 others: E A² given R is (R − m)² + Var R/(n−1).
    let mean = world.meanReward
    let noise = world.rewardVariance / Rational(Int128(n - 1))
    return world.probabilities.indices.reduce(.zero) { sum, a in
      let deviation = world.rewards[a] - mean
      return sum + world.probabilities[a] * (deviation * deviation + noise) * world.scoreProduct(a, a)
    }
  }

  /// The logged number itself by simulation, against its exact expectation.
  private func addMonteCarlo(
    _ evidence: inout Evidence, _ examination: Examination, worlds: [World], group n: Int
  ) throws {
    for (row, world) in worlds.enumerated() {
      let table = AliasTable(weights: world.enumerated.probabilities)
      let energy = world.energies.max() ?? 0
      for (column, studied) in Self.estimators.enumerated() {
        let estimator = studied.estimator(for: world.prompt.scoreSummary)
        let advantage = studied == .grpo ? Double(n - 1) : 1
        let bound = advantage * energy * Double(n) / Double(n - 1)
        let mean = try SequentialMean.run(
          examination, designPoint: 100 + 10 * row + column, range: -bound...bound, boundary: 0,
          maximumCount: specification.count("replicates", for: examination.preset), stopBelow: 0
        ) { stream in
          let outcomes = (0..<n).map { _ in table.draw(&stream) }
          let advantages = estimator.advantages(
            rewards: outcomes.map { world.enumerated.rewards[$0] },
            lengths: outcomes.map { world.enumerated.lengths[$0] })
          var power = 0.0
          var estimate = [Double](repeating: 0, count: world.enumerated.dimension)
          for (outcome, advantage) in zip(outcomes, advantages) {
            power += advantage * advantage * world.energies[outcome] / Double(n)
            for (j, score) in world.enumerated.score(outcome).enumerated() {
              estimate[j] += advantage * score / Double(n)
            }
          }
          return (power - estimate.reduce(0) { $0 + $1 * $1 }) / Double(n - 1)
        }
        evidence.estimates += MonteCarloCheck.rows(
          design: "\(world.name) n=\(n)", method: studied.rawValue, stat: "simulated_logged_proxy",
          mean: mean,
          exact: Self.expectedProxy(world, estimator: estimator, group: n))
      }
    }
  }

  /// Bessel's correction dropped: dividing by n where the unbiased form divides by n − 1.
  private func addControl(_ evidence: inout Evidence, world: World, group n: Int) {
    let exact = GroupOracle.moments(world.prompt.scoreSummary, estimator: NoBaseline(), group: n)
      .covarianceTrace
    let biased = Self.expectedProxy(world, estimator: NoBaseline(), group: n) * Double(n - 1) / Double(n)
    evidence.control = Finding(
      estimator: "reinforce", population: world.name,
      basis: .exact(holds: abs(biased / exact - 1) <= specification.margin))
    evidence.estimates.append(
      EstimateRow(
        design: "control \(world.name) n=\(n)", method: "reinforce", stat: "relative_bias",
        exact: biased / exact - 1))
  }
}
