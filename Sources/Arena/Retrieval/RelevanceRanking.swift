/// Ranking by the product of embeddings: what a dense retriever does, and what every other ranker starts from.
public enum RelevanceRanking {
  /// The number of documents that are ranked again.
  ///
  /// - Source: `cormRAG2026`.
  public static let candidateCount = 100

  /// The `count` documents of greatest observed relevance, the best first; equal ones by index.
  ///
  /// All documents where there are fewer.
  public static func candidates(
    _ world: RetrievalWorld, query: Int, form: QueryForm, count: Int = candidateCount
  ) -> [Int] {
    precondition(count > 0, "\(count) candidates")
    let scores = (0..<world.settings.documents).map {
      world.observedRelevance(query: query, document: $0, form: form)
    }
    let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    return Array(order.prefix(count))
  }
}
