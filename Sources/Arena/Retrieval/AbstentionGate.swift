/// Whether to answer at all, and from how many documents.
///
/// If the best score lies below γ nothing is answered; else documents are taken in order of score, at most C, until one lies below γ.
///
/// - Source: `cormRAG2026`, where C = 3 and γ has no default.
public struct AbstentionGate: Sendable, Hashable {
  /// γ, the least score of a document that is used.
  public var threshold: Double
  /// C, the most documents that are used.
  public var mostDocuments: Int

  /// A gate.
  ///
  /// - Precondition: the threshold is a number, at least one document.
  public init(threshold: Double, mostDocuments: Int = 3) {
    precondition(!threshold.isNaN, "the threshold is not a number")
    precondition(mostDocuments > 0, "at most \(mostDocuments) documents")
    self.threshold = threshold
    self.mostDocuments = mostDocuments
  }

  /// The places of the documents to answer from, the best first; empty for an abstention.
  ///
  /// Equal scores keep their order; a score equal to γ passes; NaN does not.
  public func documents(scores: [Double]) -> [Int] {
    let passing = scores.indices.filter { scores[$0] >= threshold }
    return Array(passing.sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(mostDocuments))
  }
}
