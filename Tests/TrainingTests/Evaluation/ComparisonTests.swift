import Statistics
import Testing
import _TestSupport

@testable import Training

/// Runs with made-up scores.
enum MadeRuns {
  static let splits = ["add", "sort", "chain"]

  /// A run whose pass@1 on split s is `score + s/10`, and pass@32 a tenth more.
  static func run(
    _ method: String, _ seed: UInt64, score: Double, budget: ComparisonBudget = .rollouts,
    aggregation: String = "prompt-equal"
  ) -> ComparisonRun {
    ComparisonRun(
      method: method, seed: seed, budget: budget, aggregation: aggregation,
      scores: splits.enumerated().map {
        SplitScore(
          split: $0.element, passAt1: score + Double($0.offset) / 10,
          passAt32: score + Double($0.offset + 1) / 10)
      })
  }

  /// Runs of a method with scores by seed from 1.
  static func runs(
    _ method: String, _ scores: [Double], budget: ComparisonBudget = .rollouts,
    aggregation: String = "prompt-equal"
  ) -> [ComparisonRun] {
    scores.enumerated().map {
      run(method, UInt64($0.offset + 1), score: $0.element, budget: budget, aggregation: aggregation)
    }
  }
}

@Suite struct ComparisonTests {
  static let base = [0.30, 0.33, 0.28, 0.35, 0.31, 0.29, 0.34, 0.32, 0.27, 0.36]
  // The differences of PairedTestTests.
  static let better = zip(base, [2, -1, 3, 5, 1, 4, -2, 6, 3, 2]).map { $0 + Double($1) / 100 }
  static let worse = base.map { $0 - 0.1 }

  static var threeMethods: [ComparisonRun] {
    MadeRuns.runs("grpo", base) + MadeRuns.runs("dynamo", better) + MadeRuns.runs("psr", worse)
  }

  // Student: SciPy 1.17's ttest_1samp of the differences; the sign flips: 30/1024; t_{0.975, 9} = 2.2621571627.
  @Test func pairedColumnsAreThoseOfTheDifferences() throws {
    let group = try Comparison(runs: Self.threeMethods).groups[0]
    for split in MadeRuns.splits + [Comparison.average] {
      for metric in ComparisonMetric.allCases {
        let row = try #require(group.row("dynamo", split, metric))
        let paired = try #require(row.paired)
        // Scores are sums of decimals near one: their differences are good to a few ulps of one.
        #expect(abs(paired.difference.value - 0.023) < 1e-15 && paired.difference.count == 10)
        #expect(relativeError(paired.studentPValue, 0.017221821969477927) < 1e-10)
        let half = paired.difference.standardError * 2.2621571627409915
        // GSL's quantile is good to 10⁻¹⁰ of itself.
        #expect(abs(paired.interval.upper - (0.023 + half)) < 1e-10 * half)
        // The same differences on every split, so the smaller p is psr's 2/1024 and dynamo's is multiplied by one.
        #expect(paired.pValue == 30.0 / 1024 && paired.adjustedPValue == 30.0 / 1024)
        #expect(paired.smallestPValue == 2.0 / 1024)
        #expect(
          relativeError(paired.detectable, 0.9960013714554437 * half / 2.2621571627409915 * 10.0.squareRoot())
            < 1e-8)
        #expect(paired.detectableCorrected > paired.detectable)
      }
    }
    let psr = try #require(group.row("psr", "add", .passAt1)?.paired)
    #expect(psr.pValue == 2.0 / 1024 && psr.adjustedPValue == 4.0 / 1024)
    #expect(psr.improvement == 0 && psr.improvementInterval == Interval(lower: 0, upper: 0))
    #expect(group.row("grpo", "add", .passAt1)?.paired == nil)
    #expect(group.rows.count == 3 * 4 * 2 && group.unpaired.isEmpty)
  }

  @Test func unpairedColumnsAreThoseOfTheScores() throws {
    let group = try Comparison(runs: Self.threeMethods).groups[0]
    let row = try #require(group.row("grpo", "sort", .passAt32))
    let shifted = Self.base.map { $0 + 0.2 }
    let moments = Moments(shifted)
    #expect(abs(row.mean.value - moments.mean) < 1e-15 && row.mean.count == 10)
    #expect(abs(row.interval.lower - moments.estimate.studentInterval(level: 0.95).lower) < 1e-14)
    #expect(abs(row.interquartileMean - InterquartileMean.value(shifted)) < 1e-15)
    #expect(row.interquartileInterval.contains(row.interquartileMean))
    // The average of the splits is that of the middle one; its interquartile mean is taken over all thirty scores.
    let average = try #require(group.row("grpo", Comparison.average, .passAt1))
    #expect(abs(average.mean.value - (Moments(Self.base).mean + 0.1)) < 1e-15)
    let pooled = (0..<3).flatMap { split in Self.base.map { $0 + Double(split) / 10 } }
    #expect(abs(average.interquartileMean - InterquartileMean.value(pooled)) < 1e-15)
    // Decimals that tie on one split may differ by an ulp on another: at most one of the hundred pairs.
    let improvement = try #require(group.row("dynamo", "add", .passAt1)?.paired?.improvement)
    #expect(abs(improvement - ProbabilityOfImprovement.value(Self.better, over: Self.base)) < 0.011)
  }

  @Test func neitherTheOrderOfRunsNorThreadsChangeADigit() throws {
    let runs = Self.threeMethods
    let plain = try Comparison(runs: runs)
    for threads in [2, 8] { #expect(try Comparison(runs: runs, threads: threads) == plain) }
    var stream = RandomStream(StreamKey(seed: 80, claim: "shuffle"))
    let shuffled = try Comparison(runs: runs.shuffled(using: &stream))
    for row in plain.groups[0].rows {
      #expect(shuffled.groups[0].row(row.method, row.split, row.metric) == row)
    }
    #expect(try Comparison(runs: runs, settings: .init(seed: 2)) != plain)
  }

  @Test func seedsThatAreNotSharedAreLeftOutAndReported() throws {
    var runs = Self.threeMethods.filter { !($0.method == "dynamo" && $0.seed == 3) }
    runs.append(MadeRuns.run("dynamo", 40, score: 0.5))
    let group = try Comparison(runs: runs).groups[0]
    #expect(group.unpaired == [UnpairedSeeds(method: "dynamo", missing: [3], extra: [40])])
    let row = try #require(group.row("dynamo", "add", .passAt1))
    #expect(row.mean.count == 10 && row.paired?.difference.count == 9)
    // Without the third difference the others sum to 20 hundredths.
    #expect(abs((row.paired?.difference.value ?? 0) - 0.2 / 9) < 1e-15)
  }

  @Test func oneSeedHasNoSpreadAndStillATable() throws {
    let runs = [MadeRuns.run("grpo", 1, score: 0.3), MadeRuns.run("dynamo", 1, score: 0.4)]
    let row = try #require(try Comparison(runs: runs).groups[0].row("dynamo", "add", .passAt1))
    #expect(row.interval.lower == -.infinity && row.interquartileInterval.upper == .infinity)
    #expect(row.paired?.pValue == 1 && row.paired?.detectable == .infinity)
  }

  @Test func budgetsAndAggregationsAreTablesOfTheirOwn() throws {
    let runs =
      Self.threeMethods + MadeRuns.runs("grpo", Self.base, budget: .tokens)
      + MadeRuns.runs("dynamo", Self.better, budget: .tokens, aggregation: "prompt-equal")
      + MadeRuns.runs("grpo", Self.base, aggregation: "rollout-mean")
    let groups = try Comparison(runs: runs).groups
    #expect(groups.map(\.budget) == [.rollouts, .tokens, .rollouts])
    #expect(groups.map(\.aggregation) == ["prompt-equal", "prompt-equal", "rollout-mean"])
    #expect(groups.map(\.methods.count) == [3, 2, 1])
  }

  @Test func whatCannotBeComparedIsRefused() {
    let good = Self.threeMethods
    var notANumber = good
    notANumber[4].scores[1].passAt32 = .nan
    var tooLarge = good
    tooLarge[0].scores[0].passAt1 = 1.5
    var otherSplits = good
    otherSplits[7].scores[2].split = "other"
    var reserved = good
    for index in reserved.indices { reserved[index].scores[0].split = "average" }
    let refused = [
      [], notANumber, tooLarge, otherSplits, reserved, good + [good[0]],
      good.filter { $0.method != "grpo" },
    ]
    for runs in refused {
      #expect(throws: TrainingError.self) { try Comparison(runs: runs) }
    }
  }

  @Test func scoresOfCountsNeedThirtyTwoAnswers() throws {
    let enough = try SplitResult(split: "add", samples: [64, 32], successes: [1, 0])
    let score = try SplitScore(enough)
    #expect(isClose(score.passAt1, 1.0 / 128) && isClose(score.passAt32, 0.25))
    let few = try SplitResult(split: "add", samples: [64, 31], successes: [1, 0])
    #expect(throws: TrainingError.self) { try SplitScore(few) }
  }
}
