import Estimators
import Foundation
import Statistics

/// A bound σ² ≤ C·p(1−p) makes the proxy's allocation optimal; and the minimax version.
public struct BoundTransfersOptimality: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// For n ∝ P and n ∝ √P: the excess over the optimum among variances that obey the bound, and the excess of the worst case over the best worst case.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    let margin = specification.margin
    for rule in Rule.allCases where rule != .uniform {
      for worstCase in [false, true] {
        let excess = try largestExcess(examination, rule: rule, worstCase: worstCase)
        let population = worstCase ? "worst case over σ² ≤ C·P" : "actual variances with σ² ≤ C·P"
        evidence.estimates.append(
          EstimateRow(
            design: population, method: rule.rawValue, stat: "largest_relative_excess", exact: excess))
        evidence.findings.append(
          Finding(
            estimator: rule.rawValue, population: population, basis: .exact(holds: excess <= margin),
            condition: excess <= margin && worstCase
              ? "in the minimax sense: max over σ² ≤ C·P of Σσ²/n is C ΣP/n, least at n ∝ √P" : nil))
      }
    }
    let uniform = try largestExcess(examination, rule: .uniform, worstCase: true)
    evidence.control = Finding(
      estimator: "uniform", population: "worst case over σ² ≤ C·P", basis: .exact(holds: uniform <= margin))
    evidence.estimates.append(
      EstimateRow(
        design: "worst case over σ² ≤ C·P", method: "uniform", stat: "largest_relative_excess", exact: uniform
      ))
    addCounterexamples(&evidence)
    try addMonteCarlo(&evidence, examination)
    evidence.condition =
      "the bound carries over for {supported}; not for {refuted}. The worst case of n ∝ P is that of uniform allocation, C·N·ΣP/B"
    evidence.explanation =
      "Under a bound the actual optimum can be missed by a factor: the largest relative excess found is \(short(row(evidence, .proportional, false))) for n ∝ P and \(short(row(evidence, .root, false))) for n ∝ √P. "
      + "In the worst case over all variances that obey the bound n ∝ √P exceeds the best by (largest found \(short(row(evidence, .root, true)))), while n ∝ P exceeds the best worst case by up to \(short(row(evidence, .proportional, true)))."
    return evidence
  }

  private func row(_ evidence: Evidence, _ rule: Rule, _ worstCase: Bool) -> Double {
    evidence.estimates.first {
      $0.method == rule.rawValue && $0.stat == "largest_relative_excess"
        && $0.design.hasPrefix("worst") == worstCase
    }?.estimate ?? .nan
  }

  /// The allocations compared, as weights of P.
  enum Rule: String, CaseIterable, Sendable {
    case proportional = "n ∝ P"
    case root = "n ∝ √P"
    case uniform

    func weight(_ proxy: Double) -> Double {
      switch self {
      case .proportional: proxy
      case .root: proxy.squareRoot()
      case .uniform: 1
      }
    }
  }

  /// `V/V* − 1` for shares q ∝ w(P): `Σσ²/q · 1/(Σσ)² − 1`.
  static func excess(variances: [Double], proxies: [Double], rule: Rule) -> Double {
    let weights = proxies.map(rule.weight)
    let total = weights.reduce(0, +)
    let deviations = variances.reduce(0) { $0 + $1.squareRoot() }
    guard deviations > 0, weights.allSatisfy({ $0 > 0 }) else { return -.infinity }
    // χ²-form: Σ (q* − q)²/q with q* = σ/Σσ, a sum of squares that is 0 exactly at the optimum; V/V* − 1 would cancel.
    var excess = 0.0
    for (variance, weight) in zip(variances, weights) {
      let q = weight / total
      let optimal = variance.squareRoot() / deviations
      excess += (optimal - q) * (optimal - q) / q
    }
    return excess
  }

  /// The largest excess by search over `prompts` proxies in (0, ¼] and, unless the worst case is meant, over variances at most C·P.
  ///
  /// In the worst case all variances sit at the bound, since the total is increasing in each: σ² = C·P.
  private func largestExcess(_ examination: Examination, rule: Rule, worstCase: Bool) throws -> Double {
    let count = Int(specification.value("prompts"))
    let index = (Rule.allCases.firstIndex(of: rule) ?? 0) * 2 + (worstCase ? 1 : 0)
    let worst = try AdversarialSearch.maximise(
      examination, designPoint: index, restarts: Int(specification.value("restarts")),
      start: { stream in (0..<2 * count).map { _ in 2 * stream.normal() } },
      objective: { point in
        guard point.allSatisfy({ abs($0) < 12 }) else { return -.infinity }
        let proxies = point[0..<count].map { 0.25 / (1 + exp(-$0)) }
        let variances = zip(proxies, point[count...]).map { worstCase ? $0 : $0 / (1 + exp(-$1)) }
        return Self.excess(variances: variances, proxies: proxies, rule: rule)
      })
    return worst?.value ?? .nan
  }

  /// The smallest pair of real prompts (value baseline) whose variances obey the bound with C = 2 and for which the rule is not optimal.
  private func addCounterexamples(_ evidence: inout Evidence) {
    let worlds = SmallWorlds.all(
      maximumActions: Int(specification.value("small_actions")),
      maximumDenominator: Int(specification.value("small_denominator")))
    let bound = Rational(Int128(specification.value("bound")))
    let enough = specification.value("counterexample_excess")
    for rule in [Rule.proportional, .root] {
      search: for later in worlds.indices {
        for earlier in 0..<later {
          let pair = [worlds[earlier], worlds[later]]
          let proxies = pair.map(\.rewardVariance)
          let variances = pair.map { $0.variance(baseline: $0.meanReward) }
          guard zip(variances, proxies).allSatisfy({ $0 <= bound * $1 && $0 > .zero }) else { continue }
          let excess = Self.excess(
            variances: variances.map(\.value), proxies: proxies.map(\.value), rule: rule)
          guard excess > enough else { continue }
          var values: [ExactValue] = []
          for index in 0..<2 {
            values.append(
              ExactValue(
                "bernoulli_variance_\(index + 1)", proxies[index].value, exact: proxies[index].description))
            values.append(
              ExactValue("variance_\(index + 1)", variances[index].value, exact: variances[index].description)
            )
          }
          values.append(ExactValue("relative_excess", excess))
          evidence.counterexamples.append(
            Counterexample(
              title: "\(rule.rawValue) is not optimal although σ² ≤ \(bound)·P",
              worlds: pair.map { $0.world(StudiedEstimator.valueBaseline.worldSettings(group: 1)) },
              values: values,
              explanation:
                "Both prompts obey the bound, yet the shares that \(rule.rawValue) gives differ from σ₁ : σ₂, and the total variance exceeds the optimum by the relative excess Σ(q*−q)²/q."
            ))
          break search
        }
      }
    }
  }

  /// The excess of the first counterexample by simulating both prompts' gradients: V(n) from pairs of single rollouts.
  private func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination) throws {
    let worlds = SmallWorlds.all(maximumActions: 3, maximumDenominator: 4)
    for (index, world) in worlds.prefix(Int(specification.value("simulated_worlds"))).enumerated() {
      let prompt = try softmax(world).enumerated(rewards: world.rewards.map(\.value))
      let exact = world.variance(baseline: world.meanReward).value
      evidence.estimates += try MonteCarloCheck.rows(
        examination, designPoint: 100 + index,
        design: "probabilities (\(world.probabilities.map(\.description).joined(separator: ", ")))",
        method: "value-baseline", prompt: prompt, estimator: ConstantBaseline(world.meanReward.value),
        group: 1,
        largestAdvantage: 1, exact: exact, count: specification.count("replicates", for: examination.preset))
    }
  }
}
