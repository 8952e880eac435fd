import Foundation

/// VIP: rollouts that minimise the summed variance of the gradient, at predicted pass rates.
///
/// With rewards ±1 and a score variance that is the same for every prompt and so drops out, the variance of a prompt is `a v(n)`, a = p(1−p), with
///
///     RLOO:     v(n) = 1/(n − 1),      n ≥ 2
///     Dr.GRPO:  v(n) = (n − 1)/n²,     n ≥ 3
///
/// For Dr.GRPO v is 0 at n = 1 and largest at 2, and its steps fall only from 3 on: below, no search for a minimum means anything, so a smaller minimum is refused.
///
/// - Source: `vip2026`. Secondary: the objectives and conditions; the released code adds a bias γ·log(accuracy)·n that the paper's problem does not have, and that is not here.
public struct VariancePredictiveAllocation: BatchAllocator {
  /// The bounds of the released code.
  public static let publishedBounds = AllocationBounds(minimum: 4, maximum: 32)

  /// The estimator whose variance counts.
  public enum Objective: String, Sendable, Hashable, Codable, CaseIterable {
    /// Leave-one-out baseline.
    case rloo
    /// The group's mean as the baseline, without Bessel's correction.
    case drGRPO

    /// The fewest rollouts from which the variance is convex.
    public var fewestRollouts: Int { self == .rloo ? 2 : 3 }

    /// v(n).
    ///
    /// - Precondition: n is at least `fewestRollouts`.
    public func variance(_ rollouts: Int) -> Double {
      precondition(rollouts >= fewestRollouts, "\(rollouts) rollouts, \(self) needs \(fewestRollouts)")
      let n = Double(rollouts)
      return self == .rloo ? 1 / (n - 1) : (n - 1) / (n * n)
    }

    /// v(n) − v(n + 1), without the difference of near numbers.
    func decrease(_ rollouts: Int) -> Double {
      let n = Double(rollouts)
      return self == .rloo ? 1 / (n * (n - 1)) : ((n - 1) / n - 1 / (n * n)) / ((n + 1) * (n + 1))
    }
  }

  /// The estimator whose variance counts.
  public var objective: Objective
  /// What predicts the pass rates of a pool; nil for each prompt's own counts.
  public var predictor: GaussianProcessPassRates?

  /// RLOO unless told otherwise.
  ///
  /// Without a predictor, which needs features, p is the posterior mean under Jeffreys' prior of the prompt's own counts; that is our fallback.
  public init(objective: Objective = .rloo, predictor: GaussianProcessPassRates? = nil) {
    self.objective = objective
    self.predictor = predictor
  }

  /// Throws also for a prompt outside the predictor's pool.
  public func rollouts(_ prompts: [PromptRecord], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    try PromptStatistics.check(prompts.map(\.statistics))
    var rates: [Double] = []
    for record in prompts {
      rates.append(
        try predictor?.passRate(record.prompt)
          ?? (record.discountedSuccesses + 0.5) / (record.discountedSamples + 1))
    }
    return try Self.rollouts(passRates: rates, objective: objective, budget: budget, bounds: bounds)
  }

  /// These settings with what `other` has learnt; nil where that is impossible for such a pool.
  public func remembering(_ other: Self, pool: PoolShape) -> Self? {
    guard let predictor else { return other.predictor == nil ? self : nil }
    guard let past = other.predictor, let joined = predictor.remembering(past) else { return nil }
    var result = self
    result.predictor = joined
    return result
  }

  /// Conditions the predictor on the step's pass rates; in parts where there are more prompts than its cap, of which only the first counts where it starts from the prior each time.
  public mutating func observe(_ outcomes: [GroupOutcome]) {
    guard var process = predictor else { return }
    var places: [Int: Int] = [:]
    var merged: [GroupOutcome] = []
    for outcome in outcomes where outcome.samples > 0 && process.logOdds.indices.contains(outcome.prompt) {
      if let place = places[outcome.prompt] {
        merged[place].successes += outcome.successes
        merged[place].samples += outcome.samples
      } else {
        places[outcome.prompt] = merged.count
        merged.append(outcome)
      }
    }
    let size = process.settings.maximumBatch
    for start in stride(from: 0, to: merged.count, by: size) {
      if start > 0, process.settings.refitsFromPrior { break }
      let part = merged[start..<min(start + size, merged.count)]
      do {
        try process.observe(
          part.map(\.prompt), passRates: part.map { Double($0.successes) / Double($0.samples) })
      } catch {
        preconditionFailure("an outcome is no pass rate of the pool: \(error)")
      }
    }
    predictor = process
  }
}
