import Estimators
import Policies
import Statistics

extension ProxyTracksVariance {
  /// The DynaMO-modulated estimators on every population whose groups can be enumerated, by the same random pairs as the others.
  func addModulated(
    _ evidence: inout Evidence, _ points: inout PointTable, _ examination: Examination
  ) throws {
    let groups = specification.integers("modulated_group")
    precondition(
      groups.count == PromptPopulation.all.count, "\(groups.count) group sizes for the populations")
    for (row, estimator) in ModulatedEstimator.studied(specification).enumerated() {
      for (column, (population, group)) in zip(PromptPopulation.all, groups).enumerated() {
        guard group > 1 else {
          evidence.findings.append(
            Finding(
              estimator: estimator.name, population: population.name,
              basis: .notTestable(
                reason:
                  "its factors need the whole group, and even pairs of outcomes are too many to enumerate")))
          continue
        }
        let designPoint = 20_000 + 100 * row + column
        try addModulated(
          &evidence, &points, examination, estimator, population, group: group, designPoint: designPoint)
      }
    }
  }

  private func addModulated(
    _ evidence: inout Evidence, _ points: inout PointTable, _ examination: Examination,
    _ estimator: ModulatedEstimator, _ population: PromptPopulation, group: Int, designPoint: Int
  ) throws {
    let key = examination.key(designPoint: designPoint + 5000)
    let cloud = PointCloud(
      points: try examination.map(specification.count("modulated_points", for: examination.preset)) { index in
        var stream = RandomStream(key.replicate(index))
        return try estimator.point(try population.draw(&stream), group: group)
      })
    let design = "\(population.name) G=\(group)"
    evidence.estimates += cloud.correlationRows(design: design, method: estimator.name)
    points.rows += cloud.rows(estimator: estimator.name, population: population.name)
    let concordance = try SequentialMean.run(
      examination, designPoint: designPoint, range: 0...1, boundary: specification.margin,
      maximumCount: specification.count("modulated_pairs", for: examination.preset)
    ) { stream in
      guard let first = try? estimator.point(try population.draw(&stream), group: group),
        let second = try? estimator.point(try population.draw(&stream), group: group)
      else { return .nan }
      return Concordance.indicator(
        first.bernoulliVariance, second.bernoulliVariance, first.variancePerRollout, second.variancePerRollout
      )
    }
    evidence.findings.append(
      concordance.findingGreater(estimator: estimator.name, population: population.name))
    evidence.estimates.append(
      EstimateRow(
        design: design, method: estimator.name, stat: "concordance", estimate: concordance.estimate,
        interval: concordance.interval))
  }

  /// The strict statement for the modulated estimators on all small worlds, in floating point: their factors are not rational.
  ///
  /// An inversion counts only beyond a relative distance of `modulated_distance`, far above the rounding of a few hundred terms.
  func addModulatedSmallWorlds(_ evidence: inout Evidence) throws {
    let worlds = SmallWorlds.all(
      maximumActions: Int(specification.value("small_actions")),
      maximumDenominator: Int(specification.value("small_denominator")))
    let group = Int(specification.value("small_group"))
    let distance = 1 + specification.value("modulated_distance")
    for estimator in ModulatedEstimator.studied(specification) {
      var values: [(proxy: Rational, variance: Double)] = []
      for world in worlds {
        let prompt = try TokenPrompt(softmax(world), rewards: world.rewards.map(\.value))
        values.append(
          (world.rewardVariance, estimator.variancePerRollout(prompt, group: group) / Double(group)))
      }
      var found: (low: Int, high: Int)?
      search: for later in worlds.indices {
        for earlier in 0..<later {
          for (low, high) in [(earlier, later), (later, earlier)]
          where values[low].proxy < values[high].proxy
            && values[high].variance * distance < values[low].variance
          {
            found = (low, high)
            break search
          }
        }
      }
      evidence.findings.append(
        Finding(
          estimator: estimator.name, population: "every small world", basis: .exact(holds: found == nil)))
      guard let found else { continue }
      let settings = estimator.worldSettings(group: group, specification)
      let (low, high) = (values[found.low], values[found.high])
      evidence.counterexamples.append(
        Counterexample(
          title: "\(estimator.name): P rises, the variance falls",
          worlds: [worlds[found.low].world(settings), worlds[found.high].world(settings)],
          values: [
            ExactValue("first_bernoulli_variance", low.proxy.value, exact: low.proxy.description),
            ExactValue("second_bernoulli_variance", high.proxy.value, exact: high.proxy.description),
            ExactValue("first_variance", low.variance), ExactValue("second_variance", high.variance),
          ],
          explanation:
            "The second world has the larger p(1−p) (\(high.proxy) > \(low.proxy)) and the smaller variance (\(short(high.variance, digits: 6)) < \(short(low.variance, digits: 6)))."
        ))
    }
  }

  /// One prompt of each enumerable kind: the simulated variance of the modulated estimate beside the enumerated one.
  func addModulatedMonteCarlo(_ evidence: inout Evidence, _ examination: Examination) throws {
    let group = Int(specification.value("modulated_check_group"))
    for (column, population) in [PromptPopulation.flatDirichlet, .shortSequences].enumerated() {
      var stream = RandomStream(examination.key(designPoint: 30_000 + column))
      let prompt = try TokenPrompt(try population.draw(&stream))
      var largestSquare = 0.0
      for outcome in 0..<prompt.outcomeCount {
        let tokens = prompt.tokens[prompt.offsets[outcome]..<prompt.offsets[outcome + 1]]
        largestSquare = max(largestSquare, tokens.reduce(0) { $0 + $1.squaredScoreNorm })
      }
      for (row, estimator) in ModulatedEstimator.studied(specification).enumerated() {
        let rule = estimator.rule.tokens(prompt)
        let exact = TokenGroupOracle.moments(prompt, group: group, rule: rule).covarianceTrace
        let simulation = TokenGroupSimulation(prompt, group: group, rule: rule)
        // ‖ĝ‖ ≤ max|A| · max β · max‖s‖ with max|A| = √(G − 1), and ½‖ĝ − ĝ'‖² ≤ 2 max‖ĝ‖².
        let factor = estimator.largestFactor(specification)
        let bound = 2 * Double(group - 1) * factor * factor * largestSquare
        let mean = try SequentialMean.run(
          examination, designPoint: 30_010 + 10 * column + row, range: 0...max(bound, 1e-12), boundary: 0,
          maximumCount: specification.count("replicates", for: examination.preset), stopBelow: 0
        ) { simulation.halfSquaredDistance(&$0) }
        evidence.estimates += MonteCarloCheck.rows(
          design: "one prompt of \(population.name) G=\(group)", method: estimator.name,
          stat: "trace_variance", mean: mean, exact: exact)
      }
    }
  }
}
