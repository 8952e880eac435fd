import Statistics

/// One query's documents with the robustness that the teacher's outcomes gave them: an example for the critic.
public struct EvidenceList: Sendable, Hashable {
  /// The query.
  public var query: Int
  /// How the query is put when the critic sees it.
  public var form: QueryForm
  /// The documents.
  public var documents: [Int]
  /// Their drawn scores s.
  public var scores: [Double]
  /// How many documents the teacher was asked about to find these.
  public var asked: Int

  /// The number of negatives of a list.
  ///
  /// - Source: `cormRAG2026`.
  public static let negativeCount = 10

  /// The list of a query as published: one positive of s > 0 from clean retrieval, and ten negatives of s = 0 from perturbed retrieval.
  ///
  /// The positive is the first of the clean candidates with s > 0; negatives are met in order of rank, the five perturbed retrievals in turn. Nil where the candidates
  /// hold no positive or no negative; with fewer than ten negatives the list is shorter. The form in which the critic sees the query goes through the slots with the
  /// query's index, since it is perturbed queries that it must judge.
  ///
  /// - Source: `cormRAG2026` for one positive and ten negatives. Unverified: the order in which they are looked for, and the form.
  public static func selected(_ teacher: RobustnessScore, query: Int, candidates: Int) -> EvidenceList? {
    let world = teacher.world
    var list = EvidenceList(query: query, form: form(query: query), documents: [], scores: [], asked: 0)
    var seen = Set<Int>()
    for document in RelevanceRanking.candidates(world, query: query, form: .clean, count: candidates) {
      seen.insert(document)
      list.asked += 1
      let score = teacher.drawn(query: query, document: document)
      guard score > 0 else { continue }
      list.documents.append(document)
      list.scores.append(score)
      break
    }
    guard !list.documents.isEmpty else { return nil }
    for document in perturbedCandidates(world, query: query, count: candidates)
    where list.documents.count <= negativeCount {
      guard seen.insert(document).inserted else { continue }
      list.asked += 1
      if teacher.drawn(query: query, document: document) == 0 {
        list.documents.append(document)
        list.scores.append(0)
      }
    }
    return list.documents.count > 1 ? list : nil
  }

  /// A list of the same size from the same retrievals, whatever the outcomes: the first of clean retrieval, the first five others of perturbed retrieval, and five more
  /// drawn from anywhere in it.
  ///
  /// Choosing documents by s changes the odds that the critic learns; this list does not. Five are from the top, where decisions fall; five from anywhere, or the critic would
  /// be asked about documents the like of which it never saw. Short only where the candidates are.
  public static func unselected(
    _ teacher: RobustnessScore, query: Int, candidates: Int, key: StreamKey
  ) -> EvidenceList {
    let world = teacher.world
    var documents = Array(
      RelevanceRanking.candidates(world, query: query, form: .clean, count: candidates).prefix(1))
    var seen = Set(documents)
    var others = perturbedCandidates(world, query: query, count: candidates).filter {
      seen.insert($0).inserted
    }
    let top = others.prefix(negativeCount / 2)
    documents += top
    others.removeFirst(top.count)
    var stream = RandomStream(key.designPoint(RetrievalStream.lists).replicate(query))
    others.shuffle(using: &stream)
    documents += others.prefix(negativeCount - top.count)
    return EvidenceList(
      query: query, form: form(query: query), documents: documents,
      scores: documents.map { teacher.drawn(query: query, document: $0) }, asked: documents.count)
  }

  /// The features of the list's pairs, row by row.
  func features(_ world: RetrievalWorld) -> [Double] {
    var rows: [Double] = []
    for document in documents {
      world.appendFeatures(query: query, document: document, form: form, to: &rows)
    }
    return rows
  }

  private static func form(query: Int) -> QueryForm { .perturbed(slot: query % PerturbationType.slotCount) }

  /// The candidates of the five perturbed forms in turn, rank by rank; documents come as often as they are retrieved.
  private static func perturbedCandidates(_ world: RetrievalWorld, query: Int, count: Int) -> [Int] {
    let lists = QueryForm.all.dropFirst().map {
      RelevanceRanking.candidates(world, query: query, form: $0, count: count)
    }
    return (0..<(lists.first?.count ?? 0)).flatMap { rank in lists.map { $0[rank] } }
  }
}
