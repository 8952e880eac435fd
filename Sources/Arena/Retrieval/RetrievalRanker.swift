/// The rankers that a contest compares.
public enum RetrievalMethod: String, Sendable, CaseIterable {
  /// The product of embeddings, made a probability by a logistic fit.
  case relevance
  /// The critic trained on lists chosen by outcome, as published.
  case evidenceCritic = "evidence-critic"
  /// The critic trained on lists of the same size that no outcome chose.
  case unselectedCritic = "evidence-critic-unselected"
  /// A policy trained on logged choices by the clipped estimate with its variance penalty; its score made a probability by a logistic fit.
  case counterfactualRisk = "counterfactual-risk"
  /// The same without the penalty.
  case unpenalisedRisk = "counterfactual-risk-unpenalised"
  /// The exact robustness: what no ranker can know.
  case oracle
}

/// A trained ranker.
enum RetrievalRanker: Sendable {
  case relevance(LogisticScale)
  case critic(EvidenceCritic)
  case policy(CounterfactualTraining.Policy, LogisticScale)
  case oracle

  /// The confidence in each of the documents, whose features are given; the same order as the ranker's scores.
  func confidences(
    _ world: RetrievalWorld, query: Int, form: QueryForm, documents: [Int], features: [Double]
  ) -> [Double] {
    switch self {
    case .relevance(let scale):
      documents.map {
        scale.probability(world.observedRelevance(query: query, document: $0, form: form))
      }
    case .critic(let critic): critic.scores(features)
    case .policy(let policy, let scale): policy.scores(features).map(scale.probability)
    case .oracle: documents.map { RobustnessScore.exact(world, query: query, document: $0) }
    }
  }
}
