import Statistics
import Testing
import _TestSupport

@testable import Arena

@Suite struct RetrievalWorldTests {
  private static let key = StreamKey(seed: 11, claim: "retrieval-tests")
  private static let world = RetrievalWorld(.adversarial(queries: 12, documents: 40), key: key)

  @Test func theSlotPatternsCycleWithTheQuerysIndex() {
    // The three patterns of the released perturbation protocol, types numbered from 1.
    let patterns = (0..<4).map { query in
      PerturbationType.slots(query: query).map { type in
        1 + (PerturbationType.allCases.firstIndex(of: type) ?? -1)
      }
    }
    #expect(patterns == [[1, 2, 3, 1, 2], [2, 3, 1, 2, 3], [3, 1, 2, 3, 1], [1, 2, 3, 1, 2]])
  }

  @Test func aTypeUsesItsTemplatesInOrder() {
    for query in 0..<3 {
      let types = PerturbationType.slots(query: query)
      for slot in types.indices {
        let earlier = types[..<slot].count { $0 == types[slot] }
        #expect(PerturbationType.template(slot: slot) == earlier)
      }
    }
  }

  @Test func anUnperturbedAnswerDependsOnRelevanceAlone() {
    let world = Self.world
    for document in 0..<40 {
      let logOdds = -3 + 6 * world.relevance(query: 3, document: document)
      #expect(
        isClose(
          world.correctness(query: 3, document: document, form: .clean), EvidenceLoss.sigmoid(logOdds)))
    }
  }

  @Test func aPerturbationNeverHelpsAndFullEvidenceOfAnHonestDocumentWithstandsIt() {
    let world = Self.world
    var harmed = 0
    for query in 0..<12 {
      for document in 0..<40 {
        let clean = world.correctness(query: query, document: document, form: .clean)
        for form in QueryForm.all.dropFirst() {
          let perturbed = world.correctness(query: query, document: document, form: form)
          #expect(perturbed <= clean)
          if perturbed < clean / 2 { harmed += 1 }
        }
      }
    }
    #expect(harmed > 100)
  }

  @Test func withoutAnAdversaryRobustnessIsTheCleanProbability() {
    let world = RetrievalWorld(.noAdversary(queries: 6, documents: 30), key: Self.key)
    for query in 0..<6 {
      for document in 0..<30 {
        let clean = world.correctness(query: query, document: document, form: .clean)
        // A mean of five equal numbers: each of the five additions rounds once.
        #expect(isClose(RobustnessScore.exact(world, query: query, document: document), clean, ulps: 5))
      }
    }
  }

  @Test func theNamedWorldsOfASeedShareTheirGeometry() {
    let worlds = RetrievalSettings.named(queries: 5, documents: 30).map { RetrievalWorld($0, key: Self.key) }
    for world in worlds.dropFirst() {
      #expect(world.evidence == worlds[0].evidence && world.isMisleading == worlds[0].isMisleading)
      for document in 0..<30 {
        #expect(
          world.relevance(query: 4, document: document) == worlds[0].relevance(query: 4, document: document))
        #expect(
          world.observedRelevance(query: 4, document: document, form: .clean)
            == worlds[0].observedRelevance(query: 4, document: document, form: .clean))
      }
    }
  }

  @Test func aWrongBeliefPullsTheQueryTowardsMisleadingDocuments() {
    // Without errors of embeddings the pull is seen in every query whose slot is a wrong belief; the others are not asked.
    var settings = RetrievalSettings.adversarial(queries: 30, documents: 60)
    settings.embeddingNoise = 0
    let world = RetrievalWorld(settings, key: Self.key)
    for query in 0..<30 {
      for (slot, type) in PerturbationType.slots(query: query).enumerated() where type == .wrongBelief {
        guard let target = world.targets[query][slot] else { continue }
        #expect(world.isMisleading[target])
        #expect(
          world.observedRelevance(query: query, document: target, form: .perturbed(slot: slot))
            > world.observedRelevance(query: query, document: target, form: .clean))
      }
    }
  }

  @Test func aWorldWithoutMisleadingDocumentsHasNoBeliefToPresuppose() {
    var settings = RetrievalSettings.adversarial(queries: 3, documents: 10)
    settings.misleadingShare = 0
    let world = RetrievalWorld(settings, key: Self.key)
    for query in 0..<3 {
      for (slot, type) in PerturbationType.slots(query: query).enumerated() {
        #expect((world.targets[query][slot] == nil) == (type != .distractor))
      }
    }
  }

  @Test func theDrawnScoreHasTheExactOneAsItsMean() {
    // Every pair of this world is one draw of s minus its expectation; a difference of 0.02 would be a tenth of the mean score.
    let world = RetrievalWorld(.adversarial(queries: 200, documents: 200), key: Self.key)
    let teacher = RobustnessScore(world, key: Self.key)
    var differences = Moments()
    for query in 0..<200 {
      for document in 0..<200 {
        differences.add(
          teacher.drawn(query: query, document: document)
            - RobustnessScore.exact(world, query: query, document: document))
      }
    }
    expectMean(differences, equals: 0, detectable: 0.02)
  }

  @Test func aFrozenTeacherAnswersTheSameAgain() {
    let teacher = RobustnessScore(Self.world, key: Self.key)
    for document in 0..<40 {
      let outcomes = teacher.outcomes(query: 7, document: document)
      #expect(outcomes == teacher.outcomes(query: 7, document: document) && outcomes.count == 6)
      #expect(
        teacher.drawn(query: 7, document: document) == Double(outcomes.dropFirst().count { $0 }) / 5)
    }
  }

  @Test func candidatesComeByObservedRelevance() {
    let all = RelevanceRanking.candidates(Self.world, query: 2, form: .clean)
    #expect(all.sorted() == Array(0..<40))
    let scores = all.map { Self.world.observedRelevance(query: 2, document: $0, form: .clean) }
    #expect(zip(scores, scores.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(
      RelevanceRanking.candidates(Self.world, query: 2, form: .clean, count: 7) == Array(all.prefix(7)))
  }
}
