import Allocation
import Foundation
import Testing

/// DUET's stop rule, token by token.
@Suite struct StopRuleTests {
  private let landmarks = StopLandmarks(first: 300, second: 700)

  /// The verdicts of a rollout whose marker comes at a place and whose margins are given.
  private func verdicts(
    _ positions: ClosedRange<Int>, marker: Int, threshold: Double = 0.9, margin: (Int) -> Double
  ) -> [Int: StopRule.Verdict] {
    var rule = StopRule(threshold: threshold, landmarks: landmarks)
    var verdicts: [Int: StopRule.Verdict] = [:]
    for position in positions {
      let verdict = rule.read(position: position, margin: margin(position), markerSeen: position >= marker)
      if verdict != .goOn { verdicts[position] = verdict }
    }
    return verdicts
  }

  /// METHODS A9: five confident tokens in a row after a marker past K1.
  @Test func fiveConfidentTokensInARowMayStop() {
    let found = verdicts(0...510, marker: 500) { $0 == 503 ? 0.5 : 0.95 }
    // Confident from 500, broken at 503, again from 504: the fifth is 508, and each further one asks again.
    #expect(found == [508: .mayStop, 509: .mayStop, 510: .mayStop])
  }

  @Test func nothingStopsBeforeK1OrWithoutAMarker() {
    // A marker long before K1 arms the rule at K1: the fifth confident token is 304.
    #expect(verdicts(0...304, marker: 10) { _ in 0.95 } == [304: .mayStop])
    #expect(verdicts(0...849, marker: 10_000) { _ in 0.95 }.isEmpty)
    // The threshold itself is not above the threshold.
    #expect(verdicts(0...400, marker: 300) { _ in 0.9 }.isEmpty)
  }

  @Test func nothingHappensBelowTheLeastLength() {
    var rule = StopRule(threshold: 0.5, landmarks: StopLandmarks(first: 1, second: 2), grace: 0)
    for position in 0..<200 {
      #expect(rule.read(position: position, margin: 1, markerSeen: false) == .goOn)
    }
    #expect(rule.read(position: 200, margin: 1, markerSeen: false) == .mayAbort)
  }

  /// 150 tokens past K2 = 700, once; whoever goes on is left alone, marker or not.
  @Test func aLateMarkerMayAbortOnce() {
    #expect(verdicts(0...2000, marker: 900) { _ in 1 } == [850: .mayAbort])
    #expect(verdicts(0...854, marker: 850) { _ in 1 } == [854: .mayStop])
  }

  /// floor + (ceiling − floor)·rank/(m − 1) by s²/L: 1/100, 4/100, 1/1000 and 9/1.
  @Test func thresholdsFollowTheRankOfSignalPerCost() throws {
    let thresholds = try StopRule.thresholds(signals: [1, 2, -1, 3], lengths: [100, 100, 1000, 0])
    let expected = [0.5 + 0.49 / 3, 0.5 + 0.98 / 3, 0.5, 0.99]
    for (threshold, reference) in zip(thresholds, expected) { #expect(abs(threshold - reference) < 1e-15) }
    #expect(try StopRule.thresholds(signals: [7], lengths: [5]) == [0.745])
    #expect(try StopRule.thresholds(signals: [], lengths: []).isEmpty)
    #expect(try StopRule.thresholds(signals: [2, 2, 2], lengths: [9, 9, 9]) == [0.5, 0.745, 0.99])
  }

  @Test func thresholdsOfBadNumbersAreErrors() {
    #expect(throws: AllocationError.wrongCount(name: "lengths", count: 0, expected: 1)) {
      try StopRule.thresholds(signals: [1], lengths: [])
    }
    #expect(throws: AllocationError.invalidValue(name: "length", index: 0, value: -1)) {
      try StopRule.thresholds(signals: [1], lengths: [-1])
    }
    #expect(throws: AllocationError.invalidValue(name: "signal", index: 0, value: .infinity)) {
      try StopRule.thresholds(signals: [.infinity], lengths: [1])
    }
  }

  /// .3 and .7 of the longest; after ten steps the p30 and p80 of what is remembered.
  @Test func landmarksAreRefreshedEveryTenSteps() throws {
    var landmarks = StopLandmarks(maximumLength: 4096)
    #expect(landmarks.first == 1228 && landmarks.second == 2867)
    for step in 0..<9 {
      landmarks.observe(lengths: [100 * step])
      #expect(landmarks.first == 1228)
    }
    landmarks.observe(lengths: [900, 1000])
    // 0, 100, …, 1000: eleven lengths, whose p30 and p80 are the fourth and the ninth.
    #expect(landmarks.first == 300 && landmarks.second == 800)
    let copy = try JSONDecoder().decode(StopLandmarks.self, from: JSONEncoder().encode(landmarks))
    #expect(copy == landmarks)
  }

  @Test func onlyTheLastLengthsCount() {
    var landmarks = StopLandmarks(maximumLength: 10, window: 3, interval: 1)
    landmarks.observe(lengths: [1, 1, 1, 1])
    #expect(landmarks.first == 1 && landmarks.second == 1)
    landmarks.observe(lengths: [11, 21])
    // 1, 11, 21: p30 at place .6 is 7, p80 at place 1.6 is 17.
    #expect(landmarks.first == 7 && landmarks.second == 17)
    var silent = StopLandmarks(maximumLength: 10)
    for _ in 0..<20 { silent.observe(lengths: []) }
    #expect(silent.first == 3 && silent.second == 7)
  }
}
