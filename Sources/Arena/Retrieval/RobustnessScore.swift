import Statistics

/// How often a document lets the teacher answer correctly although the query is perturbed.
///
///     s(q, d) = (1/5) Σ_k correct(q_k, d)
///
/// over the five perturbations of the query. The teacher is frozen and greedy: asked the same again it answers the same, so that its outcome for (query, document,
/// slot) is a pure function of the key.
///
/// - Source: `cormRAG2026`.
public struct RobustnessScore: Sendable {
  /// The world whose teacher is asked.
  public let world: RetrievalWorld
  private let key: StreamKey

  /// The scores of `world`, drawn from streams under `key`.
  public init(_ world: RetrievalWorld, key: StreamKey) {
    self.world = world
    self.key = key.designPoint(RetrievalStream.teacher)
  }

  /// The expectation of s(q, d): the mean of the five known probabilities.
  public static func exact(_ world: RetrievalWorld, query: Int, document: Int) -> Double {
    var sum = 0.0
    for slot in 0..<PerturbationType.slotCount {
      sum += world.correctness(query: query, document: document, form: .perturbed(slot: slot))
    }
    return sum / Double(PerturbationType.slotCount)
  }

  /// Whether the teacher answers each of the six forms correctly, by `QueryForm.index`.
  public func outcomes(query: Int, document: Int) -> [Bool] {
    var stream = RandomStream(key.replicate(query * world.settings.documents + document))
    return QueryForm.all.map { form in
      stream.uniform() < world.correctness(query: query, document: document, form: form)
    }
  }

  /// s(q, d) as drawn: one of 0, 1/5, …, 1.
  public func drawn(query: Int, document: Int) -> Double {
    Double(outcomes(query: query, document: document).dropFirst().count { $0 })
      / Double(PerturbationType.slotCount)
  }
}
