import Statistics

/// What one ranker did on the held-out queries of one world.
struct RetrievalMeasurement: Sendable {
  /// The statistics; what is undefined is missing.
  private(set) var values: [RetrievalStatistic: Double] = [:]
  /// The confidence in the first document of each perturbed query.
  private(set) var confidences: [Double] = []
  /// The exact probability that it gives a correct answer.
  private(set) var correctness: [Double] = []

  /// Measures each of `rankers` on `queries` in all six forms; all of them meet the same candidates and the same teacher.
  static func measure(
    _ rankers: [RetrievalRanker], teacher: RobustnessScore, queries: Range<Int>, candidates: Int,
    gate: AbstentionGate
  ) -> [RetrievalMeasurement] {
    var results = [RetrievalMeasurement](repeating: RetrievalMeasurement(), count: rankers.count)
    var sums = [[RetrievalStatistic: Moments]](repeating: [:], count: rankers.count)
    let world = teacher.world
    for query in queries {
      let types = PerturbationType.slots(query: query)
      for form in QueryForm.all {
        let documents = RelevanceRanking.candidates(world, query: query, form: form, count: candidates)
        var features: [Double] = []
        for document in documents {
          world.appendFeatures(query: query, document: document, form: form, to: &features)
        }
        for (index, ranker) in rankers.enumerated() {
          let confidences = ranker.confidences(
            world, query: query, form: form, documents: documents, features: features)
          func add(_ statistic: RetrievalStatistic, _ value: Double) {
            sums[index][statistic, default: Moments()].add(value)
          }
          let best = confidences.indices.max { (confidences[$0], $1) < (confidences[$1], $0) } ?? 0
          let first = documents[best]
          let probability = world.correctness(query: query, document: first, form: form)
          switch form {
          case .clean:
            add(.accuracyClean, probability)
            let robustness = documents.map { RobustnessScore.exact(world, query: query, document: $0) }
            add(.robustness, robustness[best])
            add(.robustnessDrawn, teacher.drawn(query: query, document: first))
            let correlation = Correlation.spearman(confidences, robustness)
            if correlation.isFinite { add(.spearman, correlation) }
          case .perturbed(let slot):
            add(.accuracy(types[slot]), probability)
            add(.accuracyPerturbed, probability)
            let outcomes = teacher.outcomes(query: query, document: first)
            add(.accuracyPerturbedDrawn, outcomes[form.index] ? 1 : 0)
            let passed = gate.documents(scores: confidences).count
            add(.gateCoverage, passed > 0 ? 1 : 0)
            add(.gateDocuments, Double(passed))
            if passed > 0 { add(.gateRisk, 1 - probability) }
            results[index].confidences.append(confidences[best])
            results[index].correctness.append(probability)
          }
        }
      }
    }
    for index in rankers.indices {
      results[index].values = sums[index].mapValues(\.mean)
      results[index].summarise()
    }
    return results
  }

  private mutating func summarise() {
    let calibration = Calibration(confidences: confidences, outcomes: correctness)
    values[.expectedCalibrationError] = calibration.expectedError
    values[.maximumCalibrationError] = calibration.maximumError
    let errors = correctness.map { 1 - $0 }
    values[.area] = RiskCoverage.exact(confidences: confidences, errors: errors).area
    values[.areaOfHundred] = RiskCoverage(confidences: confidences, errors: errors).area
  }
}
