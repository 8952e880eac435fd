import Foundation

/// CoBA-RL: rollouts by a value that saturates with their number and peaks at a pass rate that moves with the model's ability.
///
///     V(n, p) = (1 − exp(−n p(1−p)/τ)) · BetaPDF(p; a, κ − a),   a = clip(a_min + λ F̃, a_min, a_max)
///     F̃ = F̄ where F̄ > ½, else 1/(1 + exp(−10(F̄ − ½)))
///
/// F̄ is the mean share of failures over the last steps. The more fails, the larger a, and the easier the prompts that are preferred. Each rollout's gain is `exp(−p(1−p)/τ)` times that of the one before, so that taking the largest is
/// optimal. A prompt before its first visit gets the uniform share; what no gain decides (all p̂ are 0 or 1) is divided evenly.
///
/// - Source: `cobaRL2026`. Unverified: τ, λ, a_min, a_max and the number of steps are not stated there; the range of a is the one that its figures show (2.5 to 7.3), τ = ¼ makes four rollouts
///   at p = ½ reach 98 % of the value, and all can be set. How p̂ of a prompt is kept is not stated either; here it is that of the last visit.
public struct CapabilityOrientedAllocation: BatchAllocator {
  /// The bounds of the paper.
  public static let publishedBounds = AllocationBounds(minimum: 2, maximum: 128)

  /// What shapes the value.
  public var shape: Shape
  /// The steps that F̄ reaches back.
  public var window: Int
  /// The shares of failures of the last steps, oldest first.
  public private(set) var failureRates: [Double] = []

  /// τ, κ and the range of a.
  public struct Shape: Sendable, Hashable, Codable {
    /// τ; the larger, the later more rollouts stop to pay.
    public var temperature: Double
    /// κ = a + b.
    public var concentration: Double
    /// a_min.
    public var smallest: Double
    /// a_max.
    public var largest: Double
    /// λ.
    public var sensitivity: Double

    /// κ = 11 is published, the other numbers are ours.
    public init(
      temperature: Double = 0.25, concentration: Double = 11, smallest: Double = 2.5, largest: Double = 7.3,
      sensitivity: Double = 4.8
    ) {
      precondition(temperature > 0 && temperature.isFinite, "τ is \(temperature), it must be positive")
      precondition(
        smallest >= 1 && smallest <= largest && largest <= concentration - 1,
        "a in \(smallest)...\(largest), it must leave a and κ − a at least 1 (κ = \(concentration))")
      precondition(sensitivity >= 0 && sensitivity.isFinite, "λ is \(sensitivity), it must not be negative")
      self.temperature = temperature
      self.concentration = concentration
      self.smallest = smallest
      self.largest = largest
      self.sensitivity = sensitivity
    }

    /// The parameters a and b at the share F̄ of failures.
    public func beta(failureRate: Double) -> (a: Double, b: Double) {
      let moved = failureRate > 0.5 ? failureRate : 1 / (1 + exp(-10 * (failureRate - 0.5)))
      let a = min(max(smallest + sensitivity * moved, smallest), largest)
      return (a, concentration - a)
    }
  }

  /// The shape, and F̄ over ten steps.
  public init(shape: Shape = Shape(), window: Int = 10) {
    precondition(window > 0, "the window is \(window), it must be positive")
    self.shape = shape
    self.window = window
  }

  /// F̄; ½ before the first step, where both branches of F̃ agree.
  public var failureRate: Double {
    failureRates.isEmpty ? 0.5 : failureRates.reduce(0, +) / Double(failureRates.count)
  }

  /// Rollouts at the latest pass rates and the present F̄; they add up to `budget`.
  public func rollouts(_ prompts: [PromptRecord], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    try Self.rollouts(
      passRates: try prompts.latestPassRates(), failureRate: failureRate, shape: shape, budget: budget,
      bounds: bounds)
  }

  /// Takes the step's share of failures into F̄.
  public mutating func observe(_ outcomes: [GroupOutcome]) {
    let samples = outcomes.reduce(0) { $0 + $1.samples }
    guard samples > 0 else { return }
    let failures = outcomes.reduce(0) { $0 + $1.samples - $1.successes }
    failureRates.append(Double(failures) / Double(samples))
    failureRates.removeFirst(max(0, failureRates.count - window))
  }

  /// These settings with what `other` has learnt; nil where that is impossible for such a pool.
  public func remembering(_ other: Self, pool: PoolShape) -> Self? {
    guard other.failureRates.count <= window, other.failureRates.allSatisfy((0...1).contains) else {
      return nil
    }
    var result = self
    result.failureRates = other.failureRates
    return result
  }

  /// The density of the beta distribution.
  ///
  /// - Precondition: a and b are at least 1, p lies in 0...1.
  public static func density(_ p: Double, a: Double, b: Double) -> Double {
    exp(lgamma(a + b) - lgamma(a) - lgamma(b)) * pow(p, a - 1) * pow(1 - p, b - 1)
  }

  /// The rollouts of greatest value together; ties to the first index.
  ///
  /// - Parameter passRates: p̂ of each prompt, nil for one that was never visited.
  /// - Throws: no prompts; a rate or F̄ outside 0...1; bounds that are reversed; a budget outside the sums of the bounds.
  /// - Complexity: O(N) times a few dozen steps of a search for the last gain that is taken.
  public static func rollouts(
    passRates: [Double?], failureRate: Double, shape: Shape = Shape(), budget: Int,
    bounds: AllocationBounds = publishedBounds
  ) throws(AllocationError) -> [Int] {
    let limits = try Limits(count: passRates.count, budget: budget, bounds: bounds)
    try EvenDivision.check(passRates)
    guard failureRate >= 0, failureRate <= 1 else {
      throw .outOfRange(name: "the failure rate", value: failureRate, allowed: "lie in 0...1")
    }
    var counts = limits.lower
    var upper = limits.upper
    for (i, share) in try EvenDivision.unseen(passRates, within: limits, bounds: bounds).enumerated() {
      if let share { (counts[i], upper[i]) = (share, share) }
    }
    let gains = CapabilityGains(passRates.map { $0 ?? 0 }, shape: shape, failureRate: failureRate)
    let rest = ThresholdSearch.add(
      budget - saturatingSum(counts), to: &counts, upper: upper, gains: gains)
    _ = EvenDivision.add(rest, among: Array(counts.indices), to: &counts, upper: upper)
    return counts
  }
}

/// The next step of V, `exp(−nv)(1 − exp(−v))·density` with v = p(1−p)/τ.
private struct CapabilityGains: FallingGains {
  private let rates: [Double]
  private let firsts: [Double]

  init(_ passRates: [Double], shape: CapabilityOrientedAllocation.Shape, failureRate: Double) {
    let (a, b) = shape.beta(failureRate: failureRate)
    rates = passRates.map { $0 * (1 - $0) / shape.temperature }
    firsts = zip(passRates, rates).map {
      -expm1(-$1) * CapabilityOrientedAllocation.density($0, a: a, b: b)
    }
  }

  func gain(_ i: Int, _ rollouts: Int) -> Double { firsts[i] * exp(-Double(rollouts) * rates[i]) }
}
