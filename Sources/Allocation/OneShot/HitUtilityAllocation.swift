import Foundation

/// HORA: after pilot rollouts, more go where the posterior chance of at least one success grows most.
///
///     α = a + k,  β = b + G₀ − k,   U(m) = 1 − B(α, β+m)/B(α, β)
///     U(l+1) − U(l) = E[p(1−p)^l] = α/(α+β) · Π_{j<l} (β+j)/(α+β+j+1)
///
/// with a prior Beta(a, b). The gain of the next rollout falls with l, so that taking the largest is optimal; ties go to the first index. Prompts without a success get the most, and every prompt
/// gets some: the opposite of rules that follow a variance. Groups differ in size, and the estimator downstream stays what it is.
///
/// - Source: `hora2026`. Secondary: the formula was read in an implementation by others. Unverified: G₀ = 4 is that implementation's default, as is a cap of 32, which it only suggests.
public struct HitUtilityAllocation: SequentialSampler {
  /// G₀, the pilot rollouts of each prompt, which are trained on too.
  public var pilots: Int
  /// The most rollouts of a prompt, pilots included; nil for no limit of the rule's own.
  public var cap: Int?
  /// The prior.
  public var prior: Prior

  /// A beta distribution with whole parameters.
  public struct Prior: Sendable, Hashable, Codable {
    /// a, successes thought of beforehand.
    public var successes: Int
    /// b, failures thought of beforehand.
    public var failures: Int

    /// Beta(successes, failures); the uniform one by default.
    public init(successes: Int = 1, failures: Int = 1) {
      precondition(successes > 0 && failures > 0, "the prior Beta(\(successes), \(failures)) is improper")
      self.successes = successes
      self.failures = failures
    }
  }

  /// Four pilots, a uniform prior and no cap.
  public init(pilots: Int = 4, cap: Int? = nil, prior: Prior = Prior()) {
    precondition(pilots > 0, "\(pilots) pilots, it takes at least one")
    self.pilots = pilots
    self.cap = cap
    self.prior = prior
  }

  /// Whether bounds are read.
  public var readsBounds: Bool { true }

  /// The pilots first, then the rest of the budget by their outcome.
  ///
  /// Throws where the budget or the maximum is less than the pilots take, or the budget more than the cap allows.
  public func requests(_ groups: [StagedGroup], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    let maximum = min(bounds.maximum, cap ?? .max)
    let minimum = max(bounds.minimum, pilots)
    guard minimum <= maximum else { throw .invalidBounds(minimum: minimum, maximum: maximum) }
    _ = try Limits(
      count: groups.count, budget: budget, bounds: AllocationBounds(minimum: minimum, maximum: maximum))
    if groups.allSatisfy({ $0.rounds.isEmpty }) { return groups.map { _ in pilots } }
    guard groups.allSatisfy({ $0.rounds.count == 1 }) else { return groups.map { _ in 0 } }
    return try Self.rollouts(
      groups.map { PromptStatistics(successes: $0.successes, samples: $0.samples) },
      budget: budget - groups.reduce(0) { $0 + $1.samples },
      bounds: AllocationBounds(
        minimum: minimum - pilots, maximum: maximum == .max ? .max : maximum - pilots),
      prior: prior)
  }

  /// The gain of the rollout after `extra` ones beyond the pilots.
  ///
  /// - Precondition: 0 ≤ successes ≤ samples, `extra` not negative.
  public static func gain(_ pilots: PromptStatistics, extra: Int, prior: Prior = Prior()) -> Double {
    HitUtilityGains([pilots], prior: prior).gain(0, extra)
  }

  /// The rollouts of each prompt beyond its pilots, `budget` in all.
  ///
  /// - Throws: no prompts; counts that are no counts; bounds, which are those of the rollouts beyond the pilots, that do not fit the budget.
  /// - Complexity: O(N) times a few dozen steps of a search for the last gain that is taken.
  public static func rollouts(
    _ pilots: [PromptStatistics], budget: Int, bounds: AllocationBounds = .none, prior: Prior = Prior()
  ) throws(AllocationError) -> [Int] {
    let limits = try Limits(count: pilots.count, budget: budget, bounds: bounds)
    try PromptStatistics.check(pilots)
    var counts = limits.lower
    let rest = ThresholdSearch.add(
      budget - saturatingSum(counts), to: &counts, upper: limits.upper,
      gains: HitUtilityGains(pilots, prior: prior))
    _ = EvenDivision.add(rest, among: Array(counts.indices), to: &counts, upper: limits.upper)
    return counts
  }
}

/// E[p(1−p)^l] for any l at once.
private struct HitUtilityGains: FallingGains {
  private let alpha: [Double]
  private let beta: [Double]

  init(_ pilots: [PromptStatistics], prior: HitUtilityAllocation.Prior) {
    alpha = pilots.map { Double(prior.successes) + Double($0.successes) }
    beta = pilots.map { Double(prior.failures) + Double($0.samples - $0.successes) }
  }

  /// The gain after `extra` rollouts, `B(α+1, β+l)/B(α, β)`.
  ///
  /// For the whole α of few pilots that is `α/(β+l+α) · Π_{j<α} (β+j)/(β+l+j)`: as many factors as α, not as l.
  func gain(_ i: Int, _ extra: Int) -> Double {
    let (a, b, l) = (alpha[i], beta[i], Double(extra))
    if l <= min(a, 64) {
      var product = a / (a + b)
      for j in 0..<extra { product *= (b + Double(j)) / (a + b + Double(j) + 1) }
      return product
    }
    if a <= 64 {
      var product = a / (b + l + a)
      for j in 0..<Int(a) { product *= (b + Double(j)) / (b + l + Double(j)) }
      return product
    }
    // Many factors: logarithms, whose rounding is of no matter where gains fall by whole factors.
    let fall = lgamma(b + l) - lgamma(b) - (lgamma(a + b + l + 1) - lgamma(a + b))
    return exp(fall) * a
  }
}
