import Estimators
import Foundation
import Policies
import Statistics

/// The variance of the deviation-normalised (GRPO) estimator follows p(1−p).
public struct NormalisedVarianceFollowsProxy: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// Concordance with p(1−p) in each population at each group size, and how much of the proxy's spread the variance shows at equal score moments.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    var points = PointTable(name: "points", columns: PointCloud.columns + ["group"])
    let offPolicy = StudiedEstimator.OffPolicy(logitDrift: 0, clip: PPOClip())
    for (row, group) in specification.integers("group").enumerated() {
      for (column, population) in PromptPopulation.all.enumerated() {
        let designPoint = 1000 + 100 * row + column
        let concordance = try Concordance.run(
          examination, designPoint: designPoint, population: population, estimator: .grpo, group: group,
          offPolicy: offPolicy, boundary: specification.margin,
          maximumPairs: specification.count("pairs", for: examination.preset))
        evidence.findings.append(
          concordance.findingGreater(estimator: "grpo", population: "\(population.name) G=\(group)"))
        evidence.estimates.append(
          EstimateRow(
            design: "\(population.name) G=\(group)", method: "grpo", stat: "concordance",
            estimate: concordance.estimate, interval: concordance.interval))
        let cloud = try PointCloud(
          examination, designPoint: designPoint + 5000, population: population, estimator: .grpo,
          group: group,
          offPolicy: offPolicy, count: specification.count("points", for: examination.preset))
        evidence.estimates += cloud.correlationRows(design: "\(population.name) G=\(group)", method: "grpo")
        points.rows += cloud.rows(estimator: "grpo", population: population.name, extra: [.integer(group)])
      }
      addFlatness(&evidence, group: group)
    }
    evidence.pointTables = [points]
    addCounterexamples(&evidence)
    try addMonteCarlo(&evidence, examination)
    try addControl(&evidence, examination)
    let flatness = evidence.estimates.filter { $0.stat == "variance_ratio" && $0.method == "grpo" }
    evidence.condition =
      "with equal score moments the variance per rollout is v_S[(1−p) − (1−p)^G] + v_F[p − p^G] + D²[(G−1)P − G c_G²]: about P[(G−1)(v_S + D²) + v_F] as p → 0, but tending to (1−p)v_S + p v_F + (1−2p)²D²/4, without the factor P, once G·p and G(1−p) exceed a few; "
      + "concordance above \(specification.margin) is settled for {supported}"
    evidence.explanation =
      "Between p = \(short(specification.value("flat_p"))) and p = ½ the proxy grows by a factor \(short(0.25 / (specification.value("flat_p") * (1 - specification.value("flat_p"))))), GRPO's variance (v_S = v_F, D² = 0) only by \(flatness.map { "\(short($0.estimate)) at \($0.design)" }.joined(separator: ", ")). "
      + "Dividing by the group's deviation removes the very factor that p(1−p) measures; what is left of it is the chance of a mixed group."
    return evidence
  }

  /// The ratio of GRPO's variance at p = ½ to that at a small p, equal spreads on both sides, against the ratio of the proxies.
  private func addFlatness(_ evidence: inout Evidence, group: Int) {
    func variance(_ p: Double) -> Double {
      StudiedEstimator.grpo.variancePerRollout(
        BinaryScoreMoments(successProbability: p, successVariance: 1, failureVariance: 1, squaredDistance: 0),
        group: group)
    }
    let p = specification.value("flat_p")
    evidence.estimates.append(
      EstimateRow(
        design: "G=\(group)", method: "grpo", stat: "variance_ratio", exact: variance(0.5) / variance(p)))
    evidence.estimates.append(
      EstimateRow(design: "G=\(group)", method: "p(1-p)", stat: "variance_ratio", exact: 0.25 / (p * (1 - p)))
    )
  }

  /// The strict statement at G = 2, where everything is rational.
  private func addCounterexamples(_ evidence: inout Evidence) {
    let worlds = SmallWorlds.all(
      maximumActions: Int(specification.value("small_actions")),
      maximumDenominator: Int(specification.value("small_denominator")))
    let variance: (RationalPrompt) -> Rational = {
      StudiedEstimator.grpo.rationalVariance($0, group: 2) ?? .zero
    }
    let found = Inversion.first(in: worlds, ratio: .one, proxy: \.rewardVariance, variance: variance)
    evidence.findings.append(
      Finding(estimator: "grpo", population: "every small world G=2", basis: .exact(holds: found == nil)))
    if let found {
      evidence.counterexamples.append(
        found.counterexample(
          title: "grpo, G = 2: P rises, the variance falls",
          settings: StudiedEstimator.grpo.worldSettings(group: 2),
          proxyName: "bernoulli_variance", proxy: \.rewardVariance, variance: variance))
    }
  }

  /// One prompt at each group size: simulated against exact.
  private func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination) throws {
    var stream = RandomStream(examination.key(designPoint: 300))
    let prompt = try PromptPopulation.flatDirichlet.draw(&stream)
    let enumerated = try prompt.enumerated()
    for (index, group) in specification.integers("group").enumerated() {
      let exact = GroupOracle.moments(prompt.scoreSummary, estimator: GRPO(), group: group).covarianceTrace
      evidence.estimates += try MonteCarloCheck.rows(
        examination, designPoint: 310 + index, design: "one prompt of flat-dirichlet G=\(group)",
        method: "grpo",
        prompt: enumerated, estimator: GRPO(), group: group, largestAdvantage: Double(group - 1).squareRoot(),
        exact: exact, count: specification.count("replicates", for: examination.preset) / group)
    }
  }

  /// The sign flipped.
  private func addControl(_ evidence: inout Evidence, _ examination: Examination) throws {
    let offPolicy = StudiedEstimator.OffPolicy(logitDrift: 0, clip: PPOClip())
    let group = specification.integers("group")[0]
    let control = try SequentialMean.run(
      examination, designPoint: 900, range: 0...1, boundary: specification.margin,
      maximumCount: specification.count("pairs", for: examination.preset)
    ) { stream in
      guard let first = try? StudiedEstimator.grpo.draw(.flatDirichlet, group, offPolicy, &stream),
        let second = try? StudiedEstimator.grpo.draw(.flatDirichlet, group, offPolicy, &stream)
      else { return .nan }
      return Concordance.indicator(
        -first.bernoulliVariance, -second.bernoulliVariance, first.variancePerRollout,
        second.variancePerRollout)
    }
    evidence.control = control.findingGreater(estimator: "grpo", population: "flat-dirichlet G=\(group)")
  }
}
