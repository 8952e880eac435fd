import Foundation
import Statistics

/// Queries, documents and a frozen teacher whose chance of a correct answer is known exactly.
///
/// A query q and a document d are unit vectors of topics. Relevance is their product; a document also has an evidence strength e and may be misleading (m = 1). With
/// the perturbation of type t, which has the topic b of some document in mind, the teacher answers correctly with probability
///
///     σ(β₀ + β ⟨q, d⟩ − κ_t (1 − e) − μ_t m max(0, ⟨b, d⟩)),      without one with σ(β₀ + β ⟨q, d⟩),
///
/// so that relevance alone decides about clean queries, and relevant documents of weak evidence are the fragile ones. Whoever asks the perturbed query is seen to
/// ask q + w_t b, normalised. Wrong beliefs and false premises have the misleading documents nearest to the query in mind (the first two, the next two), a
/// distractor any document.
///
/// This is a world of our own, in which the procedure of the paper is a statistical one. It holds nothing of the paper's data, language models or corpora: what it shows
/// is what follows when documents differ in evidence and cues tell of it, not how often they do.
///
/// - Source: `cormRAG2026` for the setting: perturbation types and slots, a teacher's correctness, robustness beside relevance.
public struct RetrievalWorld: Sendable {
  /// What the world is made of.
  public let settings: RetrievalSettings
  /// The topic vector of each document.
  let documentTopics: [[Double]]
  /// The evidence strength e of each document, in [0, 1].
  public let evidence: [Double]
  /// Whether each document is misleading.
  public let isMisleading: [Bool]
  /// The topic vector of each query.
  let queryTopics: [[Double]]
  /// The document that each perturbation of each query has in mind; nil where there is none.
  let targets: [[Int?]]
  /// The embedding of each document: its topics with an error.
  let documentEmbeddings: [[Double]]
  /// The embedding of each form of each query, by `QueryForm.index`.
  let queryEmbeddings: [[[Double]]]
  /// Two cues of each document, of its evidence and of its being misleading.
  let cues: [[Double]]

  /// Draws a world; worlds of other effects under the same key have the same topics, strengths and errors.
  public init(_ settings: RetrievalSettings, key: StreamKey) {
    self.settings = settings
    var documents = RandomStream(key.designPoint(RetrievalStream.documents))
    var queries = RandomStream(key.designPoint(RetrievalStream.queries))
    var noise = RandomStream(key.designPoint(RetrievalStream.embeddings))
    let topics = settings.topics
    var (documentTopics, evidence, isMisleading, cues) = ([[Double]](), [Double](), [Bool](), [[Double]]())
    for _ in 0..<settings.documents {
      documentTopics.append(Self.direction(topics, &documents))
      let strength = documents.beta(settings.evidenceShape, settings.evidenceShape)
      let misleads = documents.uniform() < settings.misleadingShare
      evidence.append(strength)
      isMisleading.append(misleads)
      let errors = [documents.normal() * settings.cueNoise, documents.normal() * settings.cueNoise]
      cues.append(
        settings.hasInformativeCues ? [strength + errors[0], (misleads ? 1 : 0) + errors[1]] : errors)
    }
    self.documentTopics = documentTopics
    self.evidence = evidence
    self.isMisleading = isMisleading
    self.cues = cues
    let scale = settings.embeddingNoise / Double(topics).squareRoot()
    documentEmbeddings = documentTopics.map { $0.map { $0 + scale * noise.normal() } }
    var (queryTopics, targets, embeddings) = ([[Double]](), [[Int?]](), [[[Double]]]())
    let misleading = isMisleading.indices.filter { isMisleading[$0] }
    for query in 0..<settings.queries {
      let topic = Self.direction(topics, &queries)
      let nearest = misleading.map { (document: $0, relevance: Self.dot(topic, documentTopics[$0])) }
        .sorted { ($1.relevance, $0.document) < ($0.relevance, $1.document) }
      let types = PerturbationType.slots(query: query)
      let aims = types.indices.map { slot -> Int? in
        let template = PerturbationType.template(slot: slot)
        let any = queries.index(below: settings.documents)
        switch types[slot] {
        case .wrongBelief: return nearest.isEmpty ? nil : nearest[min(template, nearest.count - 1)].document
        case .falsePremise:
          return nearest.isEmpty ? nil : nearest[min(2 + template, nearest.count - 1)].document
        case .distractor: return any
        }
      }
      embeddings.append(
        QueryForm.all.map { form in
          var asked = topic
          if case .perturbed(let slot) = form, let target = aims[slot] {
            let pull = (settings.effects[types[slot]] ?? .none).pull
            for topic in asked.indices { asked[topic] += pull * documentTopics[target][topic] }
            asked = Self.normalised(asked)
          }
          return asked.map { $0 + scale * noise.normal() }
        })
      queryTopics.append(topic)
      targets.append(aims)
    }
    self.queryTopics = queryTopics
    self.targets = targets
    queryEmbeddings = embeddings
  }

  /// The relevance ⟨q, d⟩ of a document to a query as it is meant, in [−1, 1].
  public func relevance(query: Int, document: Int) -> Double {
    Self.dot(queryTopics[query], documentTopics[document])
  }

  /// The exact probability that the teacher answers `query`, put in `form`, correctly from `document`.
  public func correctness(query: Int, document: Int, form: QueryForm) -> Double {
    var logOdds =
      settings.intercept + settings.relevanceWeight * relevance(query: query, document: document)
    if case .perturbed(let slot) = form,
      let effect = settings.effects[PerturbationType.slots(query: query)[slot]]
    {
      logOdds -= effect.fragility * (1 - evidence[document])
      if isMisleading[document], let target = targets[query][slot] {
        logOdds -= effect.misleading * max(0, Self.dot(documentTopics[target], documentTopics[document]))
      }
    }
    return 1 / (1 + exp(-logOdds))
  }

  /// A random direction.
  private static func direction(_ count: Int, _ stream: inout RandomStream) -> [Double] {
    normalised((0..<count).map { _ in stream.normal() })
  }

  private static func normalised(_ vector: [Double]) -> [Double] {
    let length = dot(vector, vector).squareRoot()
    return length > 0 ? vector.map { $0 / length } : vector
  }

  static func dot(_ x: [Double], _ y: [Double]) -> Double {
    var sum = 0.0
    for index in x.indices { sum += x[index] * y[index] }
    return sum
  }
}

/// The design points of the streams of one retrieval world, so that no two uses share random numbers.
enum RetrievalStream {
  static let documents = 1
  static let queries = 2
  static let embeddings = 3
  static let teacher = 4
  static let critic = 5
  static let logging = 6
  static let lists = 7
}
