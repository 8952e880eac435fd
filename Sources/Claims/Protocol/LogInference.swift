import Foundation
import Statistics

/// What a log of rollouts says of a population of prompts: a statistic of sums over prompts with its standard error, and p-values on both sides of a boundary.
///
/// Prompts are the independent units; tokens of one response, and responses to one prompt, are not. With θ the statistic of the totals and θ₋ᵢ that without prompt i,
///
/// ```
/// SE² = (n − 1)/n Σᵢ (θ₋ᵢ − θ₋)²,  θ₋ the mean of θ₋ᵢ;   t = (θ − boundary)/SE,  n − 1 degrees of freedom
/// ```
///
/// Unlike the betting tests of the simulations, whose variables have known ranges, this rests on the central limit theorem over prompts: sums of tokens have no useful range,
/// and no test of a ratio of means is valid at every n without one. Three things keep it from claiming more than a log can carry: fewer than `fewestPrompts` prompts settle
/// nothing; no p-value is smaller than 2⁻ⁿ, the smallest that the signs of n symmetric deviations can reach; and no standard error is smaller than the rounding of a log.
/// Rollouts of one prompt at several training steps count as several prompts: what steps have in common is not in the standard error.
struct LogInference: Sendable, Hashable {
  /// The statistic, its jackknife standard error and the number of prompts that contribute to it.
  let estimate: Estimate

  /// The fewest prompts on which a statistic is judged: 20.
  ///
  /// The smallest n with 2⁻ⁿ at most the family error 10⁻⁶. With fewer, even prompts that all deviate to one side could do so by chance more often than the whole
  /// family of claims may err.
  static let fewestPrompts = Int((-log2(Judgement.familyError)).rounded(.up))

  /// The statistic of `totals`, each prompt contributing its own `sums` to them.
  ///
  /// A pair of prompts may contribute to both: then the totals are not the sum of the sums, and θ₋ᵢ still is the statistic without prompt i. Prompts whose sums are all 0
  /// do not count.
  ///
  /// - Precondition: totals and all sums have the same count.
  init(totals: [Double], sums: [[Double]], statistic: ([Double]) -> Double) {
    precondition(sums.allSatisfy { $0.count == totals.count }, "sums must match \(totals.count) totals")
    let contributing = sums.filter { $0.contains { $0 != 0 } }
    self.init(
      value: statistic(totals),
      without: contributing.map { own in statistic(zip(totals, own).map { $0 - $1 }) })
  }

  /// A statistic that is no function of sums, with its values without each unit: a prompt, or a block of prompts.
  init(value: Double, without: [Double]) {
    let count = Double(without.count)
    let mean = without.reduce(0, +) / count
    let squares = without.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    estimate = Estimate(
      value: value, standardError: without.count > 1 ? (squares * (count - 1) / count).squareRoot() : .nan,
      count: without.count)
  }

  /// The statistic of the sums over all prompts.
  init(_ sums: [[Double]], statistic: ([Double]) -> Double) {
    var totals = [Double](repeating: 0, count: sums.first?.count ?? 0)
    for own in sums { for (place, value) in own.enumerated() { totals[place] += value } }
    self.init(totals: totals, sums: sums, statistic: statistic)
  }

  /// A share or mean: the first sum over the second.
  static func ratio(_ sums: [[Double]]) -> LogInference { LogInference(sums) { $0[0] / $0[1] } }

  /// The interval `value ± t·SE`.
  func interval(level: Double = 0.95) -> Interval { estimate.studentInterval(level: level) }

  /// What the statistic may support.
  enum Truth: Sendable {
    /// The part is true if the expectation exceeds the boundary.
    case greater
    /// The part is true if the expectation is below the boundary.
    case less
    /// The part is true if the expectation equals the boundary, which it cannot exceed: a sample may refute but never support it.
    case notLess
  }

  /// The finding that compares the statistic with `boundary`.
  ///
  /// `name` and `of` make the condition: "`name` 0.98 [0.97, 0.99] `of`"; `interval` is the one to print, by default that of Student's t.
  func finding(
    _ estimator: String, _ truth: Truth, boundary: Double, name: String, of source: String,
    interval: Interval? = nil
  ) -> Finding {
    Finding(
      estimator: estimator, population: LogEvidence.population,
      basis: basis(truth, boundary: boundary, name: name),
      condition: condition(boundary: boundary, name: name, of: source, interval: interval ?? self.interval()))
  }

  /// Support and refutation, or why there are none.
  func basis(_ truth: Truth, boundary: Double, name: String) -> Finding.Basis {
    guard estimate.count >= Self.fewestPrompts else {
      return .notTestable(
        reason:
          "fewer than \(Self.fewestPrompts) prompts: \(estimate.count) of the log contribute to the \(name)")
    }
    guard let (greater, less) = pValues(boundary: boundary) else {
      return .notTestable(reason: "the \(name) is undefined on this log, or without one of its prompts")
    }
    switch truth {
    // No count is given: the judgement would print it in place of the condition, which has the interval and the count.
    case .greater: return .statistical(support: greater, refute: less, sufficientCount: nil)
    case .less: return .statistical(support: less, refute: greater, sufficientCount: nil)
    case .notLess: return .statistical(support: 1, refute: less, sufficientCount: nil)
    }
  }

  /// The p-values against "at most the boundary" and "at least the boundary"; nil where the statistic or its error is undefined.
  func pValues(boundary: Double) -> (greater: Double, less: Double)? {
    guard estimate.count > 1, estimate.value.isFinite, estimate.standardError.isFinite else { return nil }
    let error = max(estimate.standardError, TokenLog.roundingError)
    let t = (estimate.value - boundary) / error
    let degrees = Double(estimate.count - 1)
    let least = pow(0.5, Double(estimate.count))
    return (
      max(SpecialFunctions.studentUpperTail(t, degreesOfFreedom: degrees), least),
      max(SpecialFunctions.studentUpperTail(-t, degreesOfFreedom: degrees), least)
    )
  }

  /// The prompts at which the test would about tell the estimate from the boundary, at the error of one finding in a family of a thousand; nil if there are as many already.
  func sufficientPrompts(boundary: Double) -> Int? {
    let distance = abs(estimate.value - boundary)
    guard estimate.count > 1, distance > 0, estimate.standardError.isFinite else { return nil }
    let quantile = SpecialFunctions.studentUpperQuantile(
      Judgement.familyError / 1000, degreesOfFreedom: Double(estimate.count - 1))
    let ratio = quantile * estimate.standardError / distance
    let count = (Double(estimate.count) * ratio * ratio).rounded(.up)
    return count > Double(estimate.count) && count < 1e9 ? Int(count) : nil
  }

  private func condition(boundary: Double, name: String, of source: String, interval: Interval) -> String {
    let enough = sufficientPrompts(boundary: boundary).map {
      "; about \($0) prompts would tell it from \(short(boundary))"
    }
    return
      "\(name) \(Self.text(estimate.value, interval, boundary: boundary)) over \(estimate.count) prompts \(source)\(enough ?? "")"
  }

  /// A value with its interval, in as many digits from three to eight as none of them needs to look like the boundary.
  static func text(_ value: Double, _ interval: Interval?, boundary: Double) -> String {
    let numbers = [value] + (interval.map { [$0.lower, $0.upper] } ?? [])
    let digits =
      (3...8).first { digits in
        numbers.allSatisfy { short($0, digits: digits) != short(boundary, digits: digits) }
      } ?? 8
    let ends =
      interval.map { " [\(short($0.lower, digits: digits)), \(short($0.upper, digits: digits))]" } ?? ""
    return short(value, digits: digits) + ends
  }

  /// A share in per cent with its interval, and on which side of `boundary` that lies, for sentences.
  func percent(boundary: Double) -> String {
    let interval = interval()
    let side =
      interval.upper < boundary ? "below" : interval.lower > boundary ? "above" : "around"
    return
      "\(short(100 * estimate.value)) % [\(short(100 * interval.lower)), \(short(100 * interval.upper))] (\(side) \(short(100 * boundary)) %)"
  }

  /// The statistic as a row of the claim's table, with the interval of Student's t.
  func row(design: String, method: String, stat: String) -> EstimateRow {
    let interval = interval()
    var row = EstimateRow(
      design: design, method: method, stat: stat, estimate: estimate,
      interval: interval.lower.isFinite && interval.upper.isFinite ? interval : nil)
    if !estimate.standardError.isFinite { row.standardError = nil }
    return row
  }
}

/// How often something happened among the prompts of a log, one answer for each.
///
/// The prompts are independent and each answers yes or no, so that the count is binomial and its tails are exact p-values at every number of prompts.
struct LogShare: Sendable, Hashable {
  /// The prompts that answered yes.
  let yes: Int
  /// All prompts that answered.
  let count: Int

  /// The share of yes.
  var value: Double { Double(yes) / Double(count) }

  /// The finding that the chance of yes exceeds `level`.
  func findingGreater(_ estimator: String, level: Double, of source: String) -> Finding {
    Finding(
      estimator: estimator, population: LogEvidence.population,
      basis: .statistical(
        support: SpecialFunctions.binomialUpperTail(yes, of: count, probability: level),
        refute: SpecialFunctions.binomialCumulative(yes, of: count, probability: level), sufficientCount: nil),
      condition: "in \(yes) of \(count) prompts \(source)")
  }
}

/// Pairs of a log's tokens, counted for every prompt that a pair has a token of.
struct LogPairs: Sendable {
  private var totals = [0.0, 0.0]
  private var sums: [[Double]]

  /// No pairs yet, of a log of so many prompts.
  init(promptCount: Int) { sums = Array(repeating: [0, 0], count: promptCount) }

  /// Adds a pair of tokens of the given prompts, its value being the share's numerator.
  mutating func add(_ value: Double, prompts first: Int, _ second: Int) {
    totals[0] += value
    totals[1] += 1
    // A pair leaves with either of its prompts, and only once if both are the same.
    for prompt in first == second ? [first] : [first, second] {
      sums[prompt][0] += value
      sums[prompt][1] += 1
    }
  }

  /// The number of pairs.
  var count: Int { Int(totals[1]) }

  /// The share of the pairs; its standard error is that of a U-statistic of two prompts, because θ₋ᵢ leaves all pairs of prompt i out.
  var share: LogInference {
    LogInference(totals: totals, sums: sums) { $0[0] / $0[1] }
  }
}
