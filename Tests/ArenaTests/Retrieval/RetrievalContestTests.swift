import Statistics
import Testing
import _TestSupport

@testable import Arena

@Suite struct RetrievalContestTests {
  /// Small enough for a debug build, large enough that the gain of the oracle shows in every seed.
  private static func contest() -> RetrievalContest {
    var contest = RetrievalContest(queries: 12, documents: 30, seeds: 3, seed: 17)
    contest.counterfactual.steps = 5
    contest.evidence.epochs = 10
    return contest
  }

  /// One run that several tests look at.
  private static let shared = Result { try contest().run(threads: 2) }

  private static func rows(_ result: RetrievalResult, _ world: String, _ method: RetrievalMethod)
    -> [String: RetrievalResult.Row]
  {
    Dictionary(
      uniqueKeysWithValues: result.rows.filter { $0.world == world && $0.method == method.rawValue }
        .map { ($0.statistic, $0) })
  }

  @Test func resultsDoNotDependOnTheNumberOfThreads() throws {
    let one = try Self.contest().run(threads: 1)
    let two = try Self.shared.get()
    #expect(one.rows == two.rows && one.differences == two.differences)
  }

  @Test func theOracleIsAboveAllRankersAndItsAccuracyIsTheRobustnessItKnows() throws {
    let result = try Self.shared.get()
    for world in result.worldNames {
      let oracle = Self.rows(result, world, .oracle)
      for method in RetrievalMethod.allCases {
        let rows = Self.rows(result, world, method)
        // Of the clean candidates, the whole pool here, the oracle takes the most robust.
        #expect(
          (rows["robustness"]?.estimate.value ?? .nan) <= (oracle["robustness"]?.estimate.value ?? .nan))
      }
      // All forms have the same candidates, so that s of the first document is the mean over slots of its accuracy.
      #expect(
        abs(
          (oracle["accuracy-perturbed"]?.estimate.value ?? .nan)
            - (oracle["robustness"]?.estimate.value ?? .nan)) < 1e-12)
      // Spearman's correlation of a number with itself; five sums of a mean of twelve.
      #expect(abs((oracle["spearman"]?.estimate.value ?? .nan) - 1) < 1e-12)
    }
  }

  @Test func drawnRowsStandBesideTheirExactExpectation() throws {
    let result = try Self.shared.get()
    for world in result.worldNames {
      for method in RetrievalMethod.allCases {
        let rows = Self.rows(result, world, method)
        #expect(rows["robustness-drawn"]?.exact == rows["robustness"]?.estimate.value)
        #expect(rows["accuracy-perturbed-drawn"]?.exact == rows["accuracy-perturbed"]?.estimate.value)
        #expect(rows["accuracy-clean"]?.exact == nil)
      }
    }
  }

  @Test func relevanceRanksByRelevanceSoThatWithoutAnAdversaryItsAccuracyIsTheSameUnderEveryForm() throws {
    // Without embedding errors all forms of a query are the same, and the first document is the most relevant.
    let contest = Self.contest()
    var settings = RetrievalSettings.noAdversary(queries: 24, documents: 30)
    settings.embeddingNoise = 0
    let run = contest.measure(settings, replicate: 0)
    let relevance = try #require(run.measurements[.relevance]?.values)
    let oracle = try #require(run.measurements[.oracle]?.values)
    #expect(run.fragileShare == 0)
    for statistic in [RetrievalStatistic.accuracyClean, .accuracyWrongBelief, .robustness] {
      #expect(abs((relevance[statistic] ?? .nan) - (oracle[statistic] ?? .nan)) < 1e-12)
    }
    #expect(abs((relevance[.spearman] ?? .nan) - 1) < 1e-12)
  }

  @Test func differencesArePairedBySeed() throws {
    let result = try Self.shared.get()
    for difference in result.differences where difference.row.statistic == "accuracy-perturbed" {
      let own = result.rows.first {
        $0.world == difference.row.world && $0.method == difference.row.method
          && $0.statistic == "accuracy-perturbed"
      }
      let reference = result.rows.first {
        $0.world == difference.row.world && $0.method == "relevance" && $0.statistic == "accuracy-perturbed"
      }
      #expect(
        abs(
          difference.row.estimate.value
            - ((own?.estimate.value ?? .nan) - (reference?.estimate.value ?? .nan))) < 1e-12)
      // With three pairs the sign-flip p-value is a multiple of a quarter.
      #expect([0.25, 0.5, 0.75, 1].contains(difference.pValue))
    }
  }

  @Test func confidencesAreProbabilities() {
    let run = Self.contest().measure(.adversarial(queries: 24, documents: 30), replicate: 1)
    for method in RetrievalMethod.allCases {
      let measured = run.measurements[method]
      #expect(measured?.confidences.count == 60)
      #expect(measured?.confidences.allSatisfy { (0...1).contains($0) } == true)
    }
  }
}
