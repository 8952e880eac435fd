/// What a contest measures of a ranker on held-out queries.
public enum RetrievalStatistic: String, Sendable, CaseIterable {
  /// The probability of a correct answer from the first document, the query clean.
  case accuracyClean = "accuracy-clean"
  /// The same, mean over the slots of wrong beliefs.
  case accuracyWrongBelief = "accuracy-wrong-belief"
  /// The same, false premises.
  case accuracyFalsePremise = "accuracy-false-premise"
  /// The same, distractors.
  case accuracyDistractor = "accuracy-distractor"
  /// The same, mean over all five slots.
  case accuracyPerturbed = "accuracy-perturbed"
  /// `accuracyPerturbed` as the teacher's drawn outcomes have it.
  case accuracyPerturbedDrawn = "accuracy-perturbed-drawn"
  /// The robustness s of the first document for the clean query.
  case robustness
  /// `robustness` as the teacher's drawn outcomes have it.
  case robustnessDrawn = "robustness-drawn"
  /// The expected calibration error of the first document's confidence, over perturbed queries, against exact probabilities.
  case expectedCalibrationError = "ece"
  /// The maximum calibration error, the same.
  case maximumCalibrationError = "mce"
  /// The area under the risk–coverage curve with a threshold at every confidence.
  case area = "aurc"
  /// The same with a hundred thresholds over [0, 1].
  case areaOfHundred = "aurc-100"
  /// Spearman's correlation of the confidence with s over the candidates of a clean query, mean over queries.
  case spearman
  /// The share of perturbed queries that the gate answers.
  case gateCoverage = "gate-coverage"
  /// The mean error of the first document where the gate answers; missing where it never does.
  case gateRisk = "gate-risk"
  /// The mean number of documents that the gate passes, abstentions counted as none.
  case gateDocuments = "gate-documents"

  /// The accuracy under one type of perturbation.
  static func accuracy(_ type: PerturbationType) -> RetrievalStatistic {
    switch type {
    case .wrongBelief: .accuracyWrongBelief
    case .falsePremise: .accuracyFalsePremise
    case .distractor: .accuracyDistractor
    }
  }

  /// The statistic whose expectation, given queries and documents, this one's drawn outcomes have; nil where outcomes do not enter.
  var exactCounterpart: RetrievalStatistic? {
    switch self {
    case .accuracyPerturbedDrawn: .accuracyPerturbed
    case .robustnessDrawn: .robustness
    default: nil
    }
  }
}
