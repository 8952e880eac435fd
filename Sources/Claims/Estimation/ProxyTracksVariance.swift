import Estimators
import Policies
import Statistics

/// Across prompts, p(1−p) rises and falls with the true variance of the gradient estimator.
public struct ProxyTracksVariance: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// Every estimator in every population by random pairs, every small world exactly, and the worst pair by search.
  public func examine(_ examination: Examination) throws -> Evidence {
    let group = Int(specification.value("group"))
    let offPolicy = StudiedEstimator.OffPolicy(
      logitDrift: specification.value("logit_drift"),
      clip: PPOClip(
        low: specification.value("clip_low"), high: specification.value("clip_high"), ratio: .token))
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    var points = PointTable(name: "points", columns: PointCloud.columns)

    for (row, estimator) in StudiedEstimator.allCases.enumerated() {
      for (column, population) in PromptPopulation.all.enumerated() {
        let designPoint = 1000 + 100 * row + column
        let cloud = try PointCloud(
          examination, designPoint: designPoint + 5000, population: population, estimator: estimator,
          group: group,
          offPolicy: offPolicy, count: specification.count("points", for: examination.preset))
        evidence.estimates += cloud.correlationRows(design: population.name, method: estimator.rawValue)
        points.rows += cloud.rows(estimator: estimator.rawValue, population: population.name)
        guard cloud.variancesDiffer else {
          evidence.findings.append(
            Finding(
              estimator: estimator.rawValue, population: population.name,
              basis: .notTestable(reason: "every prompt has the same variance: there is no order to track")))
          continue
        }
        let concordance = try Concordance.run(
          examination, designPoint: designPoint, population: population, estimator: estimator, group: group,
          offPolicy: offPolicy, boundary: specification.margin,
          maximumPairs: specification.count("pairs", for: examination.preset))
        evidence.findings.append(
          concordance.findingGreater(estimator: estimator.rawValue, population: population.name))
        evidence.estimates.append(
          EstimateRow(
            design: population.name, method: estimator.rawValue, stat: "concordance",
            estimate: concordance.estimate,
            interval: concordance.interval))
      }
    }
    try addModulated(&evidence, &points, examination)
    evidence.pointTables = [points]
    try addLongSequences(&evidence, examination)
    addSmallWorlds(&evidence)
    try addModulatedSmallWorlds(&evidence)
    try addWorstPairs(&evidence, examination, group: group)
    try addMonteCarlo(&evidence, examination, group: group)
    try addModulatedMonteCarlo(&evidence, examination)
    try addControl(&evidence, examination, group: group, offPolicy: offPolicy)
    evidence.condition =
      "per rollout σ² = P·c with c = (1−p)v_S + p v_F + (1−2p)²D² (value baseline): P orders prompts as σ² does only where c varies less than P; "
      + "with one token the released factors are 1, so that dynamo-released is GRPO at that group size there; "
      + "concordance above \(specification.margin) is settled for {supported}"
    let settled = evidence.estimates.filter { $0.stat == "concordance" }
    let lowest = settled.min { $0.estimate < $1.estimate }
    let highest = settled.max { $0.estimate < $1.estimate }
    evidence.explanation =
      "Two random prompts are ordered alike by p(1−p) and by the true variance with a probability between \(short(lowest?.estimate ?? .nan)) "
      + "(\(lowest?.method ?? "?") on \(lowest?.design ?? "?")) and \(short(highest?.estimate ?? .nan)) (\(highest?.method ?? "?") on \(highest?.design ?? "?")), where 1 is perfect order and 0.5 is none. "
      + "Of the \(StudiedEstimator.allCases.count - 1 + ModulatedEstimator.studied(specification).count) estimators whose small worlds were searched \(evidence.counterexamples.count) have an inversion there, printed with exact fractions."
    return evidence
  }

  /// The strict statement on all small worlds: whether P orders any pair one way and the variance the other.
  private func addSmallWorlds(_ evidence: inout Evidence) {
    let worlds = SmallWorlds.all(
      maximumActions: Int(specification.value("small_actions")),
      maximumDenominator: Int(specification.value("small_denominator")))
    let ratio = Rational(Int128(specification.value("inversion_ratio")))
    let group = Int(specification.value("small_group"))
    for estimator in StudiedEstimator.allCases where estimator != .ppoClip {
      let variance: (RationalPrompt) -> Rational = { estimator.rationalVariance($0, group: group) ?? .zero }
      let found = Inversion.first(in: worlds, ratio: ratio, proxy: \.rewardVariance, variance: variance)
      evidence.findings.append(
        Finding(
          estimator: estimator.rawValue, population: "every small world", basis: .exact(holds: found == nil)))
      guard let found else { continue }
      evidence.counterexamples.append(
        found.counterexample(
          title: "\(estimator.rawValue): P rises, the variance falls",
          settings: estimator.worldSettings(group: group),
          proxyName: "bernoulli_variance", proxy: \.rewardVariance, variance: variance))
    }
  }

  /// The worst pair of four-action worlds: the largest fall of the variance while P rises by a stated step.
  private func addWorstPairs(_ evidence: inout Evidence, _ examination: Examination, group: Int) throws {
    let step = specification.value("adversarial_step")
    for (index, estimator) in StudiedEstimator.allCases.enumerated() where estimator != .ppoClip {
      let worst = try AdversarialSearch.maximise(
        examination, designPoint: 200 + index, restarts: Int(specification.value("restarts")),
        start: { stream in (0..<8).map { _ in 2 * stream.normal() } },
        objective: { point in
          guard let low = Self.moments(logits: Array(point[0..<4])),
            let high = Self.moments(logits: Array(point[4..<8])),
            low.bernoulliVariance + step <= high.bernoulliVariance
          else { return -.infinity }
          let first = estimator.variancePerRollout(low, group: group)
          let second = estimator.variancePerRollout(high, group: group)
          return first > 0 ? 1 - second / first : -.infinity
        })
      if let worst {
        evidence.estimates.append(
          EstimateRow(
            design: "adversarial K=4, P higher by \(step)", method: estimator.rawValue,
            stat: "largest_relative_fall",
            exact: worst.value))
      }
    }
  }

  /// Two of four actions correct.
  private static func moments(logits: [Double]) -> BinaryScoreMoments? {
    guard let policy = try? SoftmaxPolicy(logits: logits),
      let summary = try? policy.scoreSummary(rewards: [1, 1, 0, 0])
    else { return nil }
    return BinaryScoreMoments(summary)
  }

  /// The simulated variance of one prompt of each enumerable kind beside its exact value.
  private func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination, group: Int) throws {
    let count = specification.count("replicates", for: examination.preset)
    for (column, population) in [PromptPopulation.flatDirichlet, .shortSequences].enumerated() {
      var stream = RandomStream(examination.key(designPoint: 300 + column))
      let prompt = try population.draw(&stream)
      let enumerated = try prompt.enumerated()
      for (row, estimator) in StudiedEstimator.allCases.enumerated() where estimator != .ppoClip {
        let size = [.leaveOneOut, .grpo, .drGRPO].contains(estimator) ? group : 1
        let rule = estimator.estimator(for: prompt.scoreSummary)
        let exact = GroupOracle.moments(prompt.scoreSummary, estimator: rule, group: size).covarianceTrace
        evidence.estimates += try MonteCarloCheck.rows(
          examination, designPoint: 310 + 10 * column + row,
          design: "one prompt of \(population.name) G=\(size)",
          method: estimator.rawValue, prompt: enumerated, estimator: rule, group: size,
          largestAdvantage: estimator == .grpo ? Double(size - 1).squareRoot() : 1, exact: exact, count: count
        )
      }
    }
  }

  /// The sign flipped: −p(1−p) ordering prompts as the variance does must be refuted by the same test.
  private func addControl(
    _ evidence: inout Evidence, _ examination: Examination, group: Int, offPolicy: StudiedEstimator.OffPolicy
  ) throws {
    let population = PromptPopulation.flatDirichlet
    let control = try SequentialMean.run(
      examination, designPoint: 900, range: 0...1, boundary: specification.margin,
      maximumCount: specification.count("pairs", for: examination.preset)
    ) { stream in
      guard let first = try? StudiedEstimator.valueBaseline.draw(population, group, offPolicy, &stream),
        let second = try? StudiedEstimator.valueBaseline.draw(population, group, offPolicy, &stream)
      else { return .nan }
      return Concordance.indicator(
        -first.bernoulliVariance, -second.bernoulliVariance, first.variancePerRollout,
        second.variancePerRollout)
    }
    evidence.control = control.findingGreater(estimator: "value-baseline", population: population.name)
  }
}
