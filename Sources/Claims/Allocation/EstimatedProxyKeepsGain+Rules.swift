import Allocation
import Foundation
import Statistics

extension EstimatedProxyKeepsGain {
  /// How the counts came about.
  enum History: Sendable, Hashable {
    /// G rollouts under the present p.
    case fresh(Int)
    /// Pooled over steps while logit p walked with this standard deviation a step.
    case pooled(drift: Double, steps: Int, each: Int)

    var name: String {
      switch self {
      case .fresh(let group): "G=\(group)"
      case .pooled(let drift, let steps, let each): "drift \(short(drift)), \(steps) steps of \(each)"
      }
    }

    /// The number of samples behind an estimate.
    var samples: Int {
      switch self {
      case .fresh(let group): group
      case .pooled(_, let steps, let each): steps * each
      }
    }

    /// Counts of one prompt whose pass rate is now p; the past of the walk is drawn backwards from it.
    func counts(_ p: Double, stream: inout RandomStream) -> PromptStatistics {
      switch self {
      case .fresh(let group):
        return PromptStatistics(successes: stream.binomial(trials: group, probability: p), samples: group)
      case .pooled(let drift, let steps, let each):
        var logit = log(p) - log1p(-p)
        var successes = 0
        for _ in 0..<steps {
          successes += stream.binomial(trials: each, probability: 1 / (1 + exp(-logit)))
          logit += drift * stream.normal()
        }
        return PromptStatistics(successes: successes, samples: steps * each)
      }
    }
  }

  /// The rules that use counts.
  enum Rule: String, Sendable, CaseIterable {
    case proportional = "P̂"
    case root = "√P̂"
    case rootJeffreys = "√E[P|k]"
    /// The negative control: most to those that seem settled.
    case reversed = "⅓ − P̂"

    /// The rules that the claim is about.
    static let judged = allCases.filter { $0 != .reversed }

    func rollouts(_ prompts: [PromptStatistics], budget: Int, bounds: AllocationBounds)
      throws(AllocationError) -> [Int]
    {
      switch self {
      case .proportional: try ProportionalAllocation.rollouts(prompts, budget: budget, bounds: bounds)
      case .root: try RootProportionalAllocation.rollouts(prompts, budget: budget, bounds: bounds)
      case .rootJeffreys: try RootJeffreysAllocation.rollouts(prompts, budget: budget, bounds: bounds)
      case .reversed:
        // P̂ is at most ⅓ for four samples and more.
        try NeymanAllocation.rollouts(
          deviations: prompts.map { max(1.0 / 3 - $0.bernoulliVariance, 0) }, budget: budget, bounds: bounds)
      }
    }
  }

  /// One rule fed by one history.
  struct Case: Sendable, Hashable {
    var rule: Rule
    var history: History
  }

  /// Fresh counts for each G, then pooled ones for each drift.
  var histories: [History] {
    specification.integers("group").map { History.fresh($0) }
      + specification.values("drift").map {
        .pooled(
          drift: $0, steps: Int(specification.value("drift_steps")),
          each: Int(specification.value("drift_each")))
      }
  }

  /// Every judged rule on every history.
  var cases: [Case] { histories.flatMap { history in Rule.judged.map { Case(rule: $0, history: history) } } }

  /// The setting in which rules are compared.
  struct Setting: Sendable {
    var size: Int
    var each: Int
    var bounds: AllocationBounds

    /// V(rule)/V(uniform) of one random batch for every case, and that of the oracle with the same bounds; σ² = P.
    ///
    /// Cases that share a history see the same counts.
    func relative(_ population: PassRatePopulation, _ cases: [Case], stream: inout RandomStream)
      throws(AllocationError) -> (oracle: Double, rules: [Double])
    {
      let batch = Batch(population, count: size, stream: &stream)
      let oracle = try BoundedNeymanAllocation.rollouts(
        deviations: batch.proxies.map { $0.squareRoot() }, budget: each * size, bounds: bounds)
      var counts: [History: [PromptStatistics]] = [:]
      var rules: [Double] = []
      for item in cases {
        let known =
          counts[item.history]
          ?? batch.moments.map { item.history.counts($0.successProbability, stream: &stream) }
        counts[item.history] = known
        let rollouts = try item.rule.rollouts(known, budget: each * size, bounds: bounds)
        rules.append(relativeVariance(batch.proxies, rollouts: rollouts))
      }
      return (relativeVariance(batch.proxies, rollouts: oracle), rules)
    }
  }

  var setting: Setting {
    Setting(
      size: Int(specification.value("batch")), each: Int(specification.value("each")),
      bounds: AllocationBounds(
        minimum: Int(specification.value("minimum")), maximum: Int(specification.value("maximum"))))
  }
}
