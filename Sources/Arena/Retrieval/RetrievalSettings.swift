/// What a retrieval world is made of.
///
/// All numbers are our own choice, made on principle and not fitted to any data: they say which effects exist and that they are of the same order as relevance.
public struct RetrievalSettings: Sendable, Hashable {
  /// The name under which the world stands in tables.
  public var name: String
  /// The dimension of the topic vectors.
  public var topics = 8
  /// The queries, those to train on and those held out together.
  public var queries: Int
  /// The documents of the pool.
  public var documents: Int
  /// The share of documents that confirm somebody's wrong belief.
  public var misleadingShare = 0.3
  /// The shape a of the Beta(a, a) from which evidence strengths are drawn.
  public var evidenceShape = 1.5
  /// The teacher's log odds without any relevance.
  public var intercept = -3.0
  /// The gain in log odds from relevance 0 to relevance 1.
  public var relevanceWeight = 6.0
  /// The effect of each type of perturbation.
  public var effects: [PerturbationType: PerturbationEffect]
  /// The standard deviation of the error of a whole embedding, shared evenly by its coordinates.
  public var embeddingNoise = 0.3
  /// The standard deviation of the error of a quality cue.
  public var cueNoise = 0.3
  /// Whether the cues say anything; where not they are their errors alone.
  public var hasInformativeCues = true

  /// A world with the given effects.
  ///
  /// - Precondition: at least one query and two documents.
  public init(
    name: String, queries: Int, documents: Int, effects: [PerturbationType: PerturbationEffect]
  ) {
    precondition(queries > 0, "\(queries) queries")
    precondition(documents > 1, "\(documents) documents")
    self.name = name
    self.queries = queries
    self.documents = documents
    self.effects = effects
  }

  /// Perturbations pull towards misleading documents, and weak evidence does not withstand them.
  public static func adversarial(queries: Int, documents: Int) -> RetrievalSettings {
    RetrievalSettings(
      name: "adversarial", queries: queries, documents: documents,
      effects: [
        .wrongBelief: PerturbationEffect(pull: 0.8, fragility: 4, misleading: 3),
        .falsePremise: PerturbationEffect(pull: 0.6, fragility: 3, misleading: 2),
        .distractor: PerturbationEffect(pull: 0.4, fragility: 2, misleading: 0),
      ])
  }

  /// The negative control: perturbations do nothing, so that no document is fragile and relevance is all that there is to know.
  public static func noAdversary(queries: Int, documents: Int) -> RetrievalSettings {
    RetrievalSettings(name: "no-adversary", queries: queries, documents: documents, effects: [:])
  }

  /// The second control: documents are as fragile as in `adversarial`, but no cue tells which.
  ///
  /// Topics may tell a little, since the documents are those of the training queries.
  public static func uninformativeCues(queries: Int, documents: Int) -> RetrievalSettings {
    var settings = adversarial(queries: queries, documents: documents)
    settings.name = "uninformative-cues"
    settings.hasInformativeCues = false
    return settings
  }

  /// The named worlds.
  public static func named(queries: Int, documents: Int) -> [RetrievalSettings] {
    [
      adversarial(queries: queries, documents: documents),
      noAdversary(queries: queries, documents: documents),
      uninformativeCues(queries: queries, documents: documents),
    ]
  }
}

/// What one type of perturbation does.
public struct PerturbationEffect: Sendable, Hashable {
  /// How far the query moves towards the document that the perturbation has in mind, in lengths of the query.
  public var pull: Double
  /// The loss in log odds with a document of no evidence strength; one of full strength loses nothing.
  public var fragility: Double
  /// The loss in log odds with a misleading document that is about the perturbation's own topic.
  public var misleading: Double

  /// Collects the three.
  ///
  /// - Precondition: none is negative.
  public init(pull: Double, fragility: Double, misleading: Double) {
    precondition(
      pull >= 0 && fragility >= 0 && misleading >= 0,
      "the effects \(pull), \(fragility), \(misleading) must not be negative")
    self.pull = pull
    self.fragility = fragility
    self.misleading = misleading
  }

  /// A perturbation that changes nothing.
  public static let none = PerturbationEffect(pull: 0, fragility: 0, misleading: 0)
}
