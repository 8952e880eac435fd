import Statistics
import Testing
import _TestSupport

@testable import Arena

@Suite struct CalibrationTests {
  @Test func theErrorsOfASmallTableAreThoseWorkedByHand() {
    // Bins of a half: [0, ½) has confidences .1, .3 and outcomes 0, 1; [½, 1] has .5, 1 and 1, 1.
    let calibration = Calibration(confidences: [0.1, 0.3, 0.5, 1], outcomes: [0, 1, 1, 1], bins: 2)
    #expect(calibration.bins.map(\.count) == [2, 2])
    #expect(isClose(calibration.bins[0].gap ?? .nan, 0.3) && isClose(calibration.bins[1].gap ?? .nan, 0.25))
    #expect(isClose(calibration.expectedError, 0.275) && isClose(calibration.maximumError, 0.3))
  }

  @Test func emptyBinsCountForNothing() {
    let calibration = Calibration(confidences: [0.05, 0.95], outcomes: [0.05, 0.95])
    #expect(calibration.bins.count == 10 && calibration.bins.count { $0.count == 0 } == 8)
    #expect(calibration.bins[4].gap == nil && calibration.bins[4].confidence == nil)
    #expect(calibration.expectedError == 0 && calibration.maximumError == 0)
  }

  @Test func equalConfidencesAreOneBin() {
    let calibration = Calibration(confidences: [0.7, 0.7, 0.7, 0.7], outcomes: [1, 0, 0, 0])
    #expect(calibration.bins.count { $0.count > 0 } == 1)
    #expect(isClose(calibration.expectedError, 0.45) && calibration.maximumError == calibration.expectedError)
  }

  @Test func bothEndsHaveABin() {
    let calibration = Calibration(confidences: [0, 1], outcomes: [0, 1])
    #expect(calibration.bins[0].count == 1 && calibration.bins[9].count == 1)
  }

  @Test func withoutPointsThereIsNoError() {
    let calibration = Calibration(confidences: [], outcomes: [])
    #expect(calibration.expectedError.isNaN && calibration.maximumError.isNaN)
  }

  @Test func theGateAnswersFromWhatPasses() {
    let gate = AbstentionGate(threshold: 0.5)
    #expect(gate.documents(scores: [0.1, 0.4, 0.49]) == [])
    #expect(gate.documents(scores: [0.2, 0.9, 0.5, 0.4]) == [1, 2])
    #expect(gate.documents(scores: [0.6, 0.9, 0.7, 0.8, 0.95]) == [4, 1, 3])
    #expect(gate.documents(scores: [0.7, 0.7]) == [0, 1])
    #expect(gate.documents(scores: [.nan, 0.6]) == [1])
    #expect(gate.documents(scores: []) == [])
    #expect(AbstentionGate(threshold: 0.5, mostDocuments: 1).documents(scores: [0.6, 0.9]) == [1])
  }

  @Test func selectiveRiskIsTheMeanErrorOfWhatIsAnswered() {
    let curve = RiskCoverage(
      confidences: [0.9, 0.8, 0.3], errors: [0, 1, 1], thresholds: [0, 0.3, 0.5, 0.85, 0.95])
    #expect(curve.points.map(\.coverage) == [1, 1, 2.0 / 3, 1.0 / 3, 0])
    #expect(curve.points.map(\.risk) == [2.0 / 3, 2.0 / 3, 0.5, 0, nil])
  }

  @Test func theAreaIsTheMeanRiskOfTheMostConfident() {
    // Reference: the prefix means themselves, over random confidences that all differ.
    var stream = RandomStream(StreamKey(seed: 5, claim: "area"))
    let confidences = (0..<50).map { _ in stream.uniform() }
    let errors = (0..<50).map { _ in stream.uniform() }
    let ordered = zip(confidences, errors).sorted { $0.0 > $1.0 }.map(\.1)
    let prefixMeans = (1...50).map { ordered.prefix($0).reduce(0, +) / Double($0) }
    let area = RiskCoverage.exact(confidences: confidences, errors: errors).area
    // Fifty differences of coverages of ulp 1e-16 each.
    #expect(abs(area - prefixMeans.reduce(0, +) / 50) < 1e-14)
  }

  @Test func aHundredThresholdsGiveTheExactAreaWhereTheyTellAllApart() {
    // Confidences k/20 lie more than 1/99 apart, so that a threshold falls between any two.
    let confidences = (0...20).map { Double($0) / 20 }
    let errors = confidences.map { 1 - $0 * $0 }
    let exact = RiskCoverage.exact(confidences: confidences, errors: errors).area
    let curve = RiskCoverage(confidences: confidences, errors: errors)
    #expect(curve.points.count == 100)
    #expect(abs(curve.area - exact) < 1e-14)
  }

  @Test func coverageNeverRisesWithTheThreshold() {
    var stream = RandomStream(StreamKey(seed: 6, claim: "coverage"))
    let confidences = (0..<300).map { _ in (stream.uniform() * 20).rounded() / 20 }
    let curve = RiskCoverage(confidences: confidences, errors: confidences.map { 1 - $0 })
    #expect(zip(curve.points, curve.points.dropFirst()).allSatisfy { $0.coverage >= $1.coverage })
    #expect(curve.points[0].coverage == 1)
  }

  @Test func equalConfidencesHaveTheRiskOfAnsweringAll() {
    let errors = [0.0, 1, 1, 0.5]
    let confidences = [0.4, 0.4, 0.4, 0.4]
    #expect(RiskCoverage.exact(confidences: confidences, errors: errors).area == 0.625)
    #expect(RiskCoverage(confidences: confidences, errors: errors).area == 0.625)
    #expect(RiskCoverage(confidences: [], errors: []).area.isNaN)
  }

  @Test func aPerfectOrderHasTheLeastAreaOfAll() {
    // Reference: all 120 orders of five errors.
    let errors = [0.0, 0.2, 0.5, 0.7, 1]
    var areas: [Double] = []
    func permute(_ rest: [Double], _ chosen: [Double]) {
      guard !rest.isEmpty else {
        areas.append(RiskCoverage.exact(confidences: [0.9, 0.8, 0.7, 0.6, 0.5], errors: chosen).area)
        return
      }
      for index in rest.indices {
        var left = rest
        let next = left.remove(at: index)
        permute(left, chosen + [next])
      }
    }
    permute(errors, [])
    #expect(areas.count == 120 && areas.min() == areas[0])
  }
}
