import Foundation
import Statistics
import Testing
import _TestSupport

@testable import Claims

/// Statistics of sums over prompts, their jackknife errors and p-values.
@Suite struct LogInferenceTests {
  /// Three prompts by hand: θ = 6/8; without one 5/6, 4/5, 3/5, of mean 67/90 and squared deviations (8² + 5² + 13²)/90²; times 2/3.
  @Test func theJackknifeOfARatioByHand() {
    let ratio = LogInference.ratio([[1, 2], [2, 3], [3, 3]])
    #expect(ratio.estimate.value == 0.75 && ratio.estimate.count == 3)
    #expect(isClose(ratio.estimate.standardError, 172.0.squareRoot() / 90))
  }

  /// Of a mean the jackknife is s/√n, and the p-values are those of Student's test: the textbook's formulas on the same numbers.
  @Test func ofAMeanItIsStudentsTest() throws {
    var stream = RandomStream(StreamKey(seed: 1, claim: "log-inference"))
    let values = (0..<25).map { _ in stream.normal() }
    let mean = LogInference.ratio(values.map { [$0, 1] })
    var moments = Moments()
    for value in values { moments.add(value) }
    // Twenty-five subtractions from a sum: some tens of roundings.
    #expect(isClose(mean.estimate.standardError, moments.estimate.standardError, ulps: 256))
    let (greater, less) = try #require(mean.pValues(boundary: 0.1))
    let t = (moments.estimate.value - 0.1) / moments.estimate.standardError
    #expect(abs(greater - SpecialFunctions.studentUpperTail(t, degreesOfFreedom: 24)) < 1e-12)
    #expect(abs(greater + less - 1) < 1e-12)
  }

  /// For normal prompts the test is exact, so that under its null hypothesis the p-value falls below 0.05 with just that probability.
  @Test func trueHypothesesAreRejectedAtTheirRate() throws {
    let trials = 12_000
    var rejected = 0
    for trial in 0..<trials {
      var stream = RandomStream(StreamKey(seed: 2, claim: "log-inference").replicate(trial))
      let mean = LogInference.ratio((0..<20).map { _ in [0.3 + stream.normal(), 1] })
      if try #require(mean.pValues(boundary: 0.3)).less < 0.05 { rejected += 1 }
    }
    expectProportion(successes: rejected, trials: trials, equals: 0.05, detectable: 0.03)
  }

  /// 2⁻²⁰ < 10⁻⁶ < 2⁻¹⁹.
  @Test func fewerPromptsThanSignsCouldSettleSettleNothing() {
    #expect(LogInference.fewestPrompts == 20)
    for count in [2, 19] {
      let share = LogInference.ratio(Array(repeating: [0, 5], count: count))
      guard case .notTestable(let reason) = share.basis(.greater, boundary: 0.9, name: "share") else {
        Issue.record("\(count) prompts are judged")
        continue
      }
      #expect(reason.hasPrefix("fewer than 20 prompts: \(count) "))
    }
  }

  /// Prompts that agree to the last digit have no spread; what they show is no more than their signs do.
  @Test func unanimousPromptsAreNotCertainty() {
    let share = LogInference.ratio(Array(repeating: [0, 5], count: 30))
    #expect(share.estimate.standardError == 0)
    #expect(
      share.basis(.greater, boundary: 0.9, name: "share")
        == .statistical(support: 1, refute: pow(2, -30), sufficientCount: nil))
    #expect(
      share.basis(.less, boundary: 0.9, name: "share")
        == .statistical(support: pow(2, -30), refute: 1, sufficientCount: nil))
    // At the boundary itself, to rounding, neither side is taken.
    let even = LogInference.ratio(Array(repeating: [0.9 * 5, 5], count: 30))
    guard case .statistical(let support, let refute, _) = even.basis(.greater, boundary: 0.9, name: "share")
    else {
      Issue.record("it is not judged")
      return
    }
    #expect(abs(support - 0.5) < 1e-6 && abs(refute - 0.5) < 1e-6)
  }

  @Test func anEqualityCanOnlyBeRefuted() {
    let sums = (0..<40).map { [0.5 + 0.01 * Double($0 % 3), 1] }
    let share = LogInference.ratio(sums)
    guard case .statistical(let support, let refute, _) = share.basis(.notLess, boundary: 1, name: "cosine")
    else {
      Issue.record("it is not judged")
      return
    }
    #expect(support == 1 && refute == pow(2, -40))
    guard case .statistical(let above, let notAbove, _) = share.basis(.notLess, boundary: 0, name: "cosine")
    else { return }
    #expect(above == 1 && notAbove == 1)
  }

  @Test func promptsWithoutAnythingDoNotCount() {
    let some: [[Double]] = [[1, 2], [2, 3], [3, 3]]
    #expect(LogInference.ratio(some + [[0, 0], [0, 0]]) == LogInference.ratio(some))
  }

  /// A single prompt that carries the denominator leaves nothing without it.
  @Test func whatOnePromptCarriesIsUndefined() {
    let sums = [[1.0, 1]] + Array(repeating: [1.0, 0], count: 25)
    guard case .notTestable(let reason) = LogInference.ratio(sums).basis(.greater, boundary: 0, name: "share")
    else {
      Issue.record("it is judged")
      return
    }
    #expect(reason.contains("undefined"))
  }

  /// θ₋ᵢ of pairs is counted anew from the pairs that have no token of prompt i.
  @Test func aPairLeavesWithEitherOfItsPrompts() {
    var stream = RandomStream(StreamKey(seed: 3, claim: "log-inference"))
    let prompts = 12
    let pairs = (0..<300).map { _ in
      (stream.index(below: prompts), stream.index(below: prompts), stream.uniform() < 0.7 ? 1.0 : 0)
    }
    var counted = LogPairs(promptCount: prompts)
    for pair in pairs { counted.add(pair.2, prompts: pair.0, pair.1) }
    func share(_ kept: [(Int, Int, Double)]) -> Double {
      kept.reduce(0) { $0 + $1.2 } / Double(kept.count)
    }
    let without = (0..<prompts).map { prompt in share(pairs.filter { $0.0 != prompt && $0.1 != prompt }) }
    let mean = without.reduce(0, +) / 12
    let squares = without.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    #expect(counted.count == 300 && counted.share.estimate.value == share(pairs))
    #expect(isClose(counted.share.estimate.standardError, (squares * 11 / 12).squareRoot()))
  }

  /// No yes among ten at a level of 0.9 has the probability 10⁻¹⁰; sixty-four of sixty-four 0.9⁶⁴, which settles nothing.
  @Test func sharesOfPromptsHaveBinomialTails() {
    func pValues(_ yes: Int, _ count: Int) -> (support: Double, refute: Double) {
      let finding = LogShare(yes: yes, count: count).findingGreater("x", level: 0.9, of: "of a log")
      #expect(finding.condition == "in \(yes) of \(count) prompts of a log")
      guard case .statistical(let support, let refute, nil) = finding.basis else { return (.nan, .nan) }
      return (support, refute)
    }
    #expect(isClose(pValues(0, 10).refute, 1e-10, ulps: 64) && pValues(0, 10).support == 1)
    #expect(isClose(pValues(64, 64).support, pow(0.9, 64), ulps: 256) && pValues(64, 64).refute == 1)
  }

  /// The hint is where the quantile of an error of 10⁻⁹ times the standard error is the distance; a settled statistic needs no hint.
  @Test func theConditionHasTheIntervalAndWhatWouldTell() throws {
    var stream = RandomStream(StreamKey(seed: 4, claim: "log-inference"))
    let mean = LogInference.ratio((0..<50).map { _ in [0.5 + 0.1 * stream.normal(), 1] })
    let near = mean.estimate.value + mean.estimate.standardError
    let enough = try #require(mean.sufficientPrompts(boundary: near))
    let quantile = SpecialFunctions.studentUpperQuantile(1e-9, degreesOfFreedom: 49)
    #expect(abs(Double(enough) - 50 * quantile * quantile) <= 1)
    #expect(mean.sufficientPrompts(boundary: 5) == nil)
    // Three digits would make both ends the boundary itself.
    #expect(
      LogInference.text(0.9997, Interval(lower: 0.9996, upper: 0.9998), boundary: 1)
        == "0.9997 [0.9996, 0.9998]")
    let finding = mean.finding("x", .greater, boundary: 5, name: "mean", of: "of a log")
    let interval = mean.interval()
    #expect(
      finding.condition
        == "mean \(short(mean.estimate.value)) [\(short(interval.lower)), \(short(interval.upper))] over 50 prompts of a log"
    )
  }
}
