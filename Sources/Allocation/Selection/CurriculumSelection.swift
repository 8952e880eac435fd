import Foundation
public import Statistics

/// Takes, of a larger pool, the prompts whose predicted pass rate is closest to a threshold.
///
/// Of k·m candidates those m are taken whose value V(x) lies closest to ½, the first among equals. V is a logistic function of the prompt's features, trained online on the squared error to the
/// mean reward of each group that comes back:
///
///     V(x) = 1/(1 + e^−(w·x + b)),   w ← w + η (r̄ − V) V (1 − V) x / (1 + ‖x‖²),   b likewise with 1 for x
///
/// - Source: `pcl2025`. Secondary: the threshold ½ and the squared error. Unverified: the pool factor k = 4. Ours: the linear features (the authors train a language model), the normalised step and its rate η.
/// - Edge cases: a prompt without features is valued by what is remembered of its own rollouts, `(s + ½)/(n + 1)` of its discounted counts; that is ½, and so first choice, before its first visit.
public struct CurriculumSelection: PromptSelector, Hashable {
  /// k, candidates for each prompt that is taken.
  public var candidatesPerPrompt: Int
  /// The pass rate that is aimed at.
  public var threshold: Double
  /// η, the rate of a step.
  public var rate: Double
  /// Whether V reads features; else every prompt is valued by its own counts.
  public var readsFeatures: Bool
  /// w, one for each feature; empty before the first outcome of a prompt with features.
  public private(set) var weights: [Double] = []
  /// b.
  public private(set) var bias = 0.0
  /// The features of those selected, until their outcomes come.
  private var pending: [Pending] = []

  private struct Pending: Sendable, Hashable, Codable {
    var prompt: Int
    var features: [Double]
  }

  /// Four candidates for each that is taken, towards ½.
  public init(
    candidatesPerPrompt: Int = 4, threshold: Double = 0.5, rate: Double = 1, readsFeatures: Bool = true
  ) {
    precondition(candidatesPerPrompt > 0, "\(candidatesPerPrompt) candidates, there must be at least one")
    precondition(threshold >= 0 && threshold <= 1, "the threshold is \(threshold), it must lie in [0, 1]")
    precondition(rate > 0 && rate.isFinite, "the rate is \(rate), it must be positive")
    self.candidatesPerPrompt = candidatesPerPrompt
    self.threshold = threshold
    self.rate = rate
    self.readsFeatures = readsFeatures
  }

  /// V, the predicted pass rate.
  public func value(_ record: PromptRecord) -> Double {
    if record.features.isEmpty || !readsFeatures {
      return (record.discountedSuccesses + 0.5) / (record.discountedSamples + 1)
    }
    return value(features: record.features)
  }

  /// The candidates with V closest to the threshold, in their order.
  public mutating func select(_ candidates: [PromptRecord], count: Int, stream: inout RandomStream) -> [Int] {
    let ranked = candidates.indices.map { (distance: abs(value(candidates[$0]) - threshold), index: $0) }
      .sorted { $0 < $1 }
    let taken = ranked.prefix(count).map(\.index).sorted()
    for index in taken where readsFeatures && !candidates[index].features.isEmpty {
      pending.append(Pending(prompt: candidates[index].prompt, features: candidates[index].features))
    }
    return taken
  }

  /// Takes one step on each group whose prompt has features.
  public mutating func observe(_ outcomes: [GroupOutcome]) {
    var places: [Int: Int] = [:]
    for (place, entry) in pending.enumerated() { places[entry.prompt] = place }
    for outcome in outcomes where outcome.samples > 0 {
      guard let place = places[outcome.prompt] else { continue }
      learn(pending[place].features, Double(outcome.successes) / Double(outcome.samples))
    }
    pending.removeAll()
  }

  /// These settings with what `other` has learnt; nil where that is impossible for such a pool.
  public func remembering(_ other: Self, pool: PoolShape) -> Self? {
    let lists = other.pending.map(\.features) + (other.weights.isEmpty ? [] : [other.weights])
    let width = pool.featureCount ?? lists.first?.count ?? 0
    guard lists.allSatisfy({ $0.count == width && $0.allSatisfy(\.isFinite) }), other.bias.isFinite,
      other.pending.allSatisfy({ pool.contains($0.prompt) })
    else { return nil }
    var result = self
    result.weights = other.weights
    result.bias = other.bias
    result.pending = other.pending
    return result
  }

  /// One step on one group.
  private mutating func learn(_ features: [Double], _ reward: Double) {
    if weights.isEmpty { weights = features.map { _ in 0 } }
    let value = value(features: features)
    let norm = features.reduce(1) { $0 + $1 * $1 }
    let size = rate * (reward - value) * value * (1 - value) / norm
    for index in weights.indices { weights[index] += size * features[index] }
    bias += size
  }

  private func value(features: [Double]) -> Double {
    precondition(
      weights.isEmpty || weights.count == features.count,
      "a prompt has \(features.count) features, others have \(weights.count)")
    var sum = bias
    for (weight, feature) in zip(weights, features) { sum += weight * feature }
    precondition(sum.isFinite, "the features give \(sum), they must be finite")
    return 1 / (1 + exp(-sum))
  }
}
