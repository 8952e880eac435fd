import Statistics

/// Rankers against each other on the same held-out queries of the same worlds, over paired seeds.
///
/// Each seed draws queries, documents and the teacher's outcomes anew; half of the queries train, the other half is held out. All rankers of a seed meet the same of everything,
/// and the named worlds of a seed share topics, strengths and errors. Everybody may ask the teacher 55 times for each training query: the unselected critic about 11
/// documents in 5 forms, the policies by 11 logged choices in each of the 5 forms. The selected critic asks until it has its list, which costs what `teacher-calls` says.
///
/// - Source: `cormRAG2026` for the critic, the gate and the measures; `swaminathan2015` for the rival.
public struct RetrievalContest: Sendable {
  /// The queries to train on; as many are held out.
  public var queries: Int
  /// The documents of each world.
  public var documents: Int
  /// The number of paired seeds.
  public var seeds: Int
  /// The root seed.
  public var seed: UInt64
  /// The documents that are ranked again for each query.
  public var candidates = RelevanceRanking.candidateCount
  /// α of the logging policy.
  public var loggingSharpness = 5.0
  /// The gate; γ = ½ is ours.
  public var gate = AbstentionGate(threshold: 0.5)
  /// How critics are trained.
  public var evidence = EvidenceTraining()
  /// How policies are trained; its risk is also used without the penalty.
  public var counterfactual = CounterfactualTraining()

  /// A contest.
  ///
  /// - Precondition: at least one query, twelve documents and two seeds.
  public init(queries: Int, documents: Int, seeds: Int, seed: UInt64) {
    precondition(queries > 0, "\(queries) queries")
    precondition(documents > EvidenceList.negativeCount + 1, "\(documents) documents are too few for a list")
    precondition(seeds > 1, "\(seeds) seeds give no interval")
    self.queries = queries
    self.documents = documents
    self.seeds = seeds
    self.seed = seed
  }

  /// The measurements of all named worlds.
  ///
  /// The result does not depend on the number of threads. `checkpoint` is called before each world of each seed; what it throws ends the contest.
  public func run(threads: Int, checkpoint: @Sendable () throws -> Void = {}) throws -> RetrievalResult {
    let worlds = RetrievalSettings.named(queries: 2 * queries, documents: documents)
    let runs = try parallelMap(count: worlds.count * seeds, threads: threads) { index in
      try checkpoint()
      return measure(worlds[index / seeds], replicate: index % seeds)
    }
    return RetrievalResult(
      seed: seed,
      worlds: worlds.enumerated().map { place, settings in
        RetrievalResult.World(
          settings: settings, runs: Array(runs[place * seeds..<(place + 1) * seeds]))
      })
  }

  /// One world of one seed.
  func measure(_ settings: RetrievalSettings, replicate: Int) -> RetrievalRun {
    // A seed of its own for each replicate: the replicates of streams are used up by queries and documents.
    let key = StreamKey(seed: seed, claim: "retrieval-\(replicate)")
    let world = RetrievalWorld(settings, key: key)
    let teacher = RobustnessScore(world, key: key)
    let selected = (0..<queries).compactMap {
      EvidenceList.selected(teacher, query: $0, candidates: candidates)
    }
    let unselected = (0..<queries).map {
      EvidenceList.unselected(teacher, query: $0, candidates: candidates, key: key)
    }
    let log = RetrievalLog(
      teacher,
      contexts: RetrievalLog.contexts(
        world, queries: 0..<queries, candidates: candidates, sharpness: loggingSharpness),
      choicesPerContext: EvidenceList.negativeCount + 1, key: key)
    var rankers: [(method: RetrievalMethod, ranker: RetrievalRanker)] = []
    for method in RetrievalMethod.allCases {
      let ranker: RetrievalRanker
      switch method {
      case .relevance:
        ranker = .relevance(
          scale(unselected) { list in
            list.documents.map {
              world.observedRelevance(query: list.query, document: $0, form: list.form)
            }
          })
      case .evidenceCritic:
        // A world in which no query has a positive and a negative gives this critic nothing to learn; it does not take part.
        guard !selected.isEmpty else { continue }
        ranker = .critic(evidence.critic(world, lists: selected, key: key))
      case .unselectedCritic: ranker = .critic(evidence.critic(world, lists: unselected, key: key))
      case .counterfactualRisk:
        ranker = policy(world, log, unselected, penalty: counterfactual.risk.penalty)
      case .unpenalisedRisk: ranker = policy(world, log, unselected, penalty: 0)
      case .oracle: ranker = .oracle
      }
      rankers.append((method, ranker))
    }
    let measured = RetrievalMeasurement.measure(
      rankers.map(\.ranker), teacher: teacher, queries: queries..<(2 * queries), candidates: candidates,
      gate: gate)
    return RetrievalRun(
      measurements: Dictionary(uniqueKeysWithValues: zip(rankers.map(\.method), measured)),
      fragileShare: fragileShare(world), selectedLists: selected.count,
      selectedCalls: Double(PerturbationType.slotCount * selected.map(\.asked).reduce(0, +))
        / Double(max(1, selected.count)))
  }

  private func policy(
    _ world: RetrievalWorld, _ log: RetrievalLog, _ lists: [EvidenceList], penalty: Double
  ) -> RetrievalRanker {
    var training = counterfactual
    training.risk.penalty = penalty
    let policy = training.policy(world, log: log)
    return .policy(policy, scale(lists) { policy.scores($0.features(world)) })
  }

  /// A logistic fit of the drawn scores of `lists` to what `score` says of them.
  private func scale(_ lists: [EvidenceList], score: (EvidenceList) -> [Double]) -> LogisticScale {
    LogisticScale(scores: lists.flatMap(score), outcomes: lists.flatMap(\.scores))
  }

  /// The share of held-out queries whose most relevant document answers the clean query more often than not, and the perturbed ones less often.
  private func fragileShare(_ world: RetrievalWorld) -> Double {
    let fragile = (queries..<(2 * queries)).count { query in
      let first = RelevanceRanking.candidates(world, query: query, form: .clean, count: 1)[0]
      return world.correctness(query: query, document: first, form: .clean) >= 0.5
        && RobustnessScore.exact(world, query: query, document: first) < 0.5
    }
    return Double(fragile) / Double(queries)
  }
}

/// One world of one seed, measured.
struct RetrievalRun: Sendable {
  var measurements: [RetrievalMethod: RetrievalMeasurement]
  var fragileShare: Double
  var selectedLists: Int
  /// Teacher calls for each list of the selected critic.
  var selectedCalls: Double
}
