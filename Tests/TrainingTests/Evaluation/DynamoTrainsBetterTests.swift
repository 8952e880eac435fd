import Statistics
import Testing
import _TestSupport

@testable import Training

@Suite struct DynamoTrainsBetterTests {
  static let base = ComparisonTests.base
  // Mean zero, standard deviation 0.00816.
  static let noise = [0.005, -0.005, 0.010, -0.010, 0.0, 0.010, -0.010, 0.005, -0.005, 0.0]

  /// Runs in which each variant differs from the reference by a mean and a multiple of the noise.
  static func runs(
    published: Double, released: Double, spread: Double = 1, control: Double = -0.1, seeds: Int = 10
  ) -> [ComparisonRun] {
    func scores(_ shift: Double) -> [Double] {
      (0..<seeds).map { base[$0] + shift + spread * noise[$0] }
    }
    return MadeRuns.runs("grpo", Array(base.prefix(seeds)))
      + MadeRuns.runs("dynamo", scores(published)) + MadeRuns.runs("dynamo-as-released", scores(released))
      + MadeRuns.runs("untrained", scores(control))
  }

  // The verdict reads no bootstrap interval, so few resamples do.
  static func verdict(_ runs: [ComparisonRun]) throws -> TrainingVerdict {
    DynamoTrainsBetter.verdict(
      try Comparison(runs: runs, settings: .init(resamples: 100)), setting: "made-up runs")
  }

  @Test func aClearImprovementIsSupportedInItsSetting() throws {
    let found = try Self.verdict(Self.runs(published: 0.05, released: 0.04))
    #expect(found.subVerdicts.map(\.ruling) == [.supported, .supported])
    #expect(found.verdict == "supported-when" && found.condition == "for made-up runs")
    #expect(found.controlRuling == .refuted)
    #expect(
      found.subVerdicts.map(\.estimator)
        == ["dynamo (as published)", "dynamo-as-released (as released)"])
    #expect(found.subVerdicts[0].population == "equal rollouts, prompt-equal")
    #expect(abs((found.subVerdicts[0].passAt32?.estimate.value ?? 0) - 0.05) < 1e-12)
  }

  @Test func noImprovementOfTheMarginIsRefuted() throws {
    let found = try Self.verdict(Self.runs(published: 0.05, released: -0.03))
    #expect(found.subVerdicts.map(\.ruling) == [.supported, .refuted])
    #expect(found.ruling == .refuted)
    #expect(found.condition?.contains("refuted: dynamo-as-released (as released) at equal rollouts") == true)
    // The difference of all pairs may be exactly nothing: the interval is the point 0, below the margin.
    let same = try Self.verdict(Self.runs(published: 0, released: 0, spread: 0))
    #expect(same.ruling == .refuted)
  }

  @Test func aSmallCertainImprovementIsSupportedWithItsSize() throws {
    let found = try Self.verdict(Self.runs(published: 0.005, released: 0.05, spread: 0.1))
    #expect(found.subVerdicts.map(\.ruling) == [.supportedWhen, .supported])
    #expect(found.ruling == .supportedWhen)
    #expect(found.subVerdicts[0].condition == "the difference is positive but less than 0.01")
  }

  // The number of seeds: the smallest n at which the noncentral t has power 0.8 for the distance at the part's level.
  @Test func aNoisyDifferenceIsInconclusiveAndNamesTheSeeds() throws {
    let found = try Self.verdict(Self.runs(published: 0.008, released: 0.05, spread: 3))
    let part = found.subVerdicts[0]
    #expect(part.ruling == .inconclusive && found.ruling == .inconclusive)
    let passAt1 = try #require(part.passAt1)
    // Control and the other variant are settled before it, so it is judged at the full family error.
    #expect(isClose(passAt1.level, 0.95))
    let seeds = try #require(
      DetectableDifference.count(
        standardDeviation: passAt1.estimate.standardError * 10.0.squareRoot(),
        difference: passAt1.estimate.value, alpha: 1 - passAt1.level, power: 0.8))
    #expect(seeds > 50 && seeds < 100)
    #expect(part.condition?.hasPrefix("about \(seeds) seeds would settle it") == true)
  }

  @Test func withoutARefutedControlNothingIsSettled() throws {
    let good = Self.runs(published: 0.05, released: 0.04)
    let without = try Self.verdict(good.filter { $0.method != "untrained" })
    #expect(without.ruling == .inconclusive && without.controlRuling == .notTestable)
    #expect(without.condition?.hasPrefix("without power") == true)
    let strong = try Self.verdict(Self.runs(published: 0.05, released: 0.04, control: 0.06))
    #expect(strong.ruling == .inconclusive && strong.controlRuling == .supported)
    // Refuted under one aggregation is not enough where another has no control.
    let half =
      good
      + good.filter { $0.method != "untrained" }.map {
        var run = $0
        run.aggregation = "rollout-mean"
        return run
      }
    #expect(try Self.verdict(half).ruling == .inconclusive)
  }

  @Test func fewPairsOrNoneAreNoRuling() throws {
    let few = try Self.verdict(Self.runs(published: 0.05, released: 0.04, seeds: 5))
    #expect(few.subVerdicts.allSatisfy { $0.ruling == .inconclusive } && few.ruling == .inconclusive)
    #expect(few.subVerdicts[0].condition?.hasPrefix("about 6 seeds") == true)
    let missing = try Self.verdict(
      Self.runs(published: 0.05, released: 0.04).filter { $0.method != "dynamo-as-released" })
    #expect(missing.subVerdicts.map(\.ruling) == [.supported, .notTestable])
    #expect(missing.ruling == .notTestable)
    let single = try Self.verdict(Self.runs(published: 0.05, released: 0.04, seeds: 1))
    #expect(single.subVerdicts[0].condition == "a single pair has no spread")
  }

  @Test func theFewestSeedsAreThoseAtWhichSignFlipsCanReachFivePerCent() {
    let count = DynamoTrainsBetter.minimumSeeds
    #expect(PairedTest.smallestSignFlip(count: count) <= 0.05)
    #expect(PairedTest.smallestSignFlip(count: count - 1) > 0.05)
  }

  // The levels are Holm's: settled are exactly the parts whose p-value Holm's procedure rejects.
  @Test func theSettledPartsAreThoseThatHolmRejects() {
    for replicate in 0..<200 {
      var stream = RandomStream(StreamKey(seed: 81, claim: "holm-parts", replicate: UInt64(replicate)))
      let cells = (0..<8).map { _ in
        DynamoTrainsBetterTests.cell(
          Moments((0..<10).map { _ in 0.02 * stream.normal() }).estimate, shift: 0.03 * stream.normal())
      }
      let rejected = Holm.rejected(cells.map(\.pValue), familyError: DynamoTrainsBetter.familyError)
      let settled = DynamoTrainsBetter.settle(cells).map { $0.ruling != .inconclusive }
      #expect(settled == rejected)
    }
  }

  // Twelve parts whose true difference is exactly 0 or exactly the margin, the worst cases of the two nulls: the chance of a wrong ruling.
  @Test func anyWrongRulingIsRarerThanTheFamilyError() {
    let trials = 1000
    let wrong = (0..<trials).count { trial in
      var stream = RandomStream(StreamKey(seed: 82, claim: "family", replicate: UInt64(trial)))
      let cells = (0..<12).map { index in
        DynamoTrainsBetterTests.cell(
          Moments((0..<10).map { _ in 0.02 * stream.normal() }).estimate,
          shift: index % 2 == 0 ? 0 : DynamoTrainsBetter.margin)
      }
      return DynamoTrainsBetter.settle(cells).enumerated().contains { index, part in
        index % 2 == 0
          ? part.ruling == .supported || part.ruling == .supportedWhen
          : part.ruling == .refuted || part.ruling == .supportedWhen
      }
    }
    // Without a correction the chance is 1 − 0.975¹² = 0.26.
    expectProportion(
      successes: wrong, trials: trials, atMost: DynamoTrainsBetter.familyError, detectable: 0.2)
    #expect(wrong > 0)
  }

  static func cell(_ noise: Estimate, shift: Double) -> DynamoTrainsBetter.Cell {
    var estimate = noise
    estimate.value += shift
    return DynamoTrainsBetter.Cell(
      estimator: "m", population: "p", passAt1: estimate, passAt32: nil)
  }
}
