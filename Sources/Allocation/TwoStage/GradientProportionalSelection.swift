import Foundation
public import Statistics

/// Takes prompts with probability proportional to the length of their gradient, and weighs them by its inverse.
///
/// The mean over all candidates of the gradients g_i is estimated by `(1/m) Σ w_i ĝ_i`, `w_i = (m/C)/π_i`: without bias for any π > 0 that does not look at this step's rollouts (Horvitz and Thompson). With a rollout's noise σ_i²
/// its variance is, up to a factor and to terms without π and n, `Σ (‖g_i‖² + σ_i²/n_i)/π_i`, where the gradients of different prompts are orthogonal (else the draw's joint probabilities enter). Under Σπ_i = m and Σπ_i n_i = B the minimum has
///
///     π_i ∝ ‖g_i‖,   n_i ∝ σ_i/π_i
///
/// (set the derivatives to 0: the second condition makes the noise term's two contributions cancel in the first). `‖g_i‖ = P_i D_i`; P is not known, so that the root of the posterior mean of P² stands for it, and D is taken to be the same for all.
/// π is kept above a share of the uniform m/C, which bounds the weights, and below 1. The draw is systematic: exactly m prompts, π_i each.
///
/// - Source: `horvitz1952`; `neyman1934` for the second stage; the combination is ours.
public struct GradientProportionalSelection: PromptSelector {
  /// Candidates for each prompt that is taken.
  public var candidatesPerPrompt: Int
  /// The smallest π over the uniform one.
  public var floor: Double
  /// The exponent of the length: 1 is the optimum, 0 is uniform.
  public var exponent: Double
  /// t: the length is `√E[p²(1−p)^{2+t}]`, so that of two prompts of equal gradient the harder one, which has further to go, comes first; 0 for the gradient alone.
  public var foresight: Int
  /// Whether prompts are weighed by 1/π; without it the step's objective favours the prompts that are taken.
  public var isWeighted: Bool
  /// Whether tokens are what rollouts cost: sizes are then divided by √c, which only a selection without weights has a reason for.
  public var paysTokens: Bool
  /// Whether pass rates are those of the rule's memory; else those of the record's counts, which an oracle fills.
  public var remembers: Bool
  /// What is remembered of pass rates.
  public private(set) var memory = PassRateMemory()
  private var lastWeights: [Double] = []
  private var lastPlaces: [Int] = []

  /// Four candidates for each place, π at least a quarter of the uniform one.
  public init(
    candidatesPerPrompt: Int = 4, floor: Double = 0.25, exponent: Double = 1, isWeighted: Bool = true,
    foresight: Int = 0, paysTokens: Bool = false, remembers: Bool = true
  ) {
    precondition(candidatesPerPrompt > 0, "\(candidatesPerPrompt) candidates")
    precondition((0...1).contains(floor) && floor > 0, "the floor is \(floor), it must lie in (0, 1]")
    self.candidatesPerPrompt = candidatesPerPrompt
    self.floor = floor
    self.exponent = exponent
    self.isWeighted = isWeighted
    self.foresight = foresight
    self.paysTokens = paysTokens
    self.remembers = remembers
  }

  /// Takes `count` of the candidates, all where there are fewer.
  public mutating func select(_ candidates: [PromptRecord], count: Int, stream: inout RandomStream) -> [Int] {
    guard !candidates.isEmpty, count > 0 else { return [] }
    let costs = paysTokens ? candidates.costs : candidates.map { _ in 1.0 }
    let sizes = zip(candidates, costs).map { record, cost -> Double in
      let law = remembers ? memory.posterior(record.prompt) : PassRateMemory.Pair(record)
      var square = law.meanSquaredVariance
      // E[p²(1−p)^{2+t}]: each further factor 1 − p raises β by one.
      for j in 0..<foresight {
        square *= (law.beta + 2 + Double(j)) / (law.alpha + law.beta + 4 + Double(j))
      }
      var length = square.squareRoot()
      if let moments = record.moments { length *= moments.squaredDistance.squareRoot() }
      return (exponent == 1 ? length : exponent == 0 ? 1 : pow(length, exponent)) / cost.squareRoot()
    }
    let inclusion = Self.inclusion(sizes: sizes, count: min(count, candidates.count), floor: floor)
    let places = Self.places(
      inclusion: inclusion, count: min(count, candidates.count), start: stream.uniform())
    let even = Double(min(count, candidates.count)) / Double(candidates.count)
    lastPlaces = places
    lastWeights = places.map { isWeighted ? even / inclusion[$0] : 1 }
    return places
  }

  /// The systematic draw of `count` places for a `start` in [0, 1).
  ///
  /// The points start, start + 1, …: each interval of length π ≤ 1 holds one with probability π.
  static func places(inclusion: [Double], count: Int, start: Double) -> [Int] {
    var places: [Int] = []
    places.reserveCapacity(count)
    var level = 0.0
    for i in inclusion.indices {
      // The end is the sum of π as it is meant, so that rounding neither loses nor adds the last point.
      let next = i == inclusion.count - 1 ? Double(count) : min(level + inclusion[i], Double(count))
      if (next - start).rounded(.down) > (level - start).rounded(.down) { places.append(i) }
      level = next
    }
    return places
  }

  /// `(m/C)/π` of each prompt of the last selection; 1 where the rule does not weigh.
  public func weights(_ selected: [Int]) -> [Double] {
    precondition(selected == lastPlaces, "weights are those of the last selection")
    return lastWeights
  }

  /// Remembers what came back.
  public mutating func observe(_ outcomes: [GroupOutcome]) { memory.observe(outcomes) }

  /// These settings with what `other` has learnt; nil where that is impossible for such a pool.
  public func remembering(_ other: Self, pool: PoolShape) -> Self? {
    guard other.memory.isSound(pool) else { return nil }
    var result = self
    result.memory = other.memory
    // Those of the last selection, which no step to come asks for, are part of the state all the same.
    guard other.lastPlaces.count == other.lastWeights.count,
      other.lastWeights.allSatisfy({ $0 > 0 && $0.isFinite })
    else { return nil }
    result.lastPlaces = other.lastPlaces
    result.lastWeights = other.lastWeights
    return result
  }

  /// π in [floor·m/C, 1], proportional to `sizes` between, with the sum `count`.
  static func inclusion(sizes: [Double], count: Int, floor: Double) -> [Double] {
    let total = Double(sizes.count)
    let even = Double(count) / total
    let largest = sizes.max() ?? 0
    guard largest > 0, largest.isFinite else { return sizes.map { _ in even } }
    return BoundedShares.shares(
      weights: sizes, lower: sizes.map { _ in min(1, floor * even) }, upper: sizes.map { _ in 1 },
      budget: Double(count))
  }
}
