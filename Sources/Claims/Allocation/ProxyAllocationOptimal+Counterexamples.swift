import Allocation
import Estimators
import Foundation
import Statistics

/// The worst case by search, and the smallest worlds in which n ∝ P is not optimal.
extension ProxyAllocationOptimal {
  /// The largest V(n ∝ P)/V* under σ² = P that a search over pass rates finds.
  func addSearch(_ evidence: inout Evidence, _ examination: Examination) throws {
    let count = Int(specification.value("search_prompts"))
    let limit = specification.value("largest_logit")
    let worst = try AdversarialSearch.maximise(
      examination, designPoint: 1, restarts: Int(specification.value("restarts")),
      start: { stream in (0..<count).map { _ in 2 * stream.normal() } },
      objective: { point in
        let deviations = point.map { logit -> Double in
          let bounded = max(-limit, min(limit, logit))
          // √(p(1−p)) of p = 1/(1 + e^−x), without the cancelling 1 − p.
          return 1 / (2 * cosh(bounded / 2))
        }
        return TotalVariance.powerFamily(deviations: deviations, exponent: 2)
      })
    evidence.estimates.append(
      EstimateRow(
        design: "adversarial N=\(count), |logit p| up to \(short(limit))", method: "n ∝ P, bernoulli",
        stat: "largest_total_over_optimum", exact: worst?.value ?? .nan))
  }

  /// The smallest pair of pass rates a/d with rational √P for which n ∝ P misses the optimum by more than the margin.
  func addBernoulliCounterexample(_ evidence: inout Evidence) {
    var rates: [(p: Rational, root: Rational)] = []
    for d in 2...Int(specification.value("denominator")) {
      for a in 1...(d / 2) {
        let root = Int(Double(a * (d - a)).squareRoot().rounded())
        let p = Rational(Int128(a), Int128(d))
        guard root * root == a * (d - a), !rates.contains(where: { $0.p == p }) else { continue }
        rates.append((p, Rational(Int128(root), Int128(d))))
      }
    }
    for later in rates.indices {
      for earlier in 0..<later {
        let roots = [rates[earlier].root, rates[later].root]
        let proxies = roots.map { $0 * $0 }
        let sum = proxies[0] + proxies[1]
        let rootSum = roots[0] + roots[1]
        // With a budget of 1, Σ P_i/q_i: q ∝ P and q = ½ both give 2 ΣP, q ∝ √P gives (Σ√P)².
        func total(_ shares: [Rational]) -> Rational { proxies[0] / shares[0] + proxies[1] / shares[1] }
        let byProxy = proxies.map { $0 / sum }
        let even = [Rational(1, 2), Rational(1, 2)]
        let byRoot = roots.map { $0 / rootSum }
        guard total(byProxy).value * (1 - specification.margin) > total(byRoot).value else { continue }
        evidence.counterexamples.append(
          Counterexample(
            title: "σ² = P: n ∝ P has uniform's total variance, not the optimum's",
            worlds: [
              .record([
                .init(
                  "success_probabilities", .texts([rates[earlier].p, rates[later].p].map(\.description))),
                .init("variances", .texts(proxies.map(\.description))), .init("budget", .integer(1)),
                .init(
                  "allocations",
                  .record([
                    .init("n ∝ P", .texts(byProxy.map(\.description))),
                    .init("uniform", .texts(even.map(\.description))),
                    .init("n ∝ √P", .texts(byRoot.map(\.description))),
                  ])),
              ])
            ],
            values: [
              ExactValue("total_variance_proxy", total(byProxy)),
              ExactValue("total_variance_uniform", total(even)),
              ExactValue("total_variance_optimum", total(byRoot)),
            ],
            explanation:
              "With shares q the total variance is Σ P_i/q_i; q ∝ P gives N ΣP, exactly what q = 1/N gives, while q ∝ √P gives (Σ√P)²."
          ))
        return
      }
    }
  }

  /// The smallest pair of prompts whose true variances (value baseline) make n ∝ P worse than uniform.
  ///
  /// With σ² = P·c and a budget of 1, n ∝ P has `ΣP Σc` and uniform `2 ΣPc`: fractions both.
  func addTrueVarianceCounterexample(_ evidence: inout Evidence) {
    let worlds = SmallWorlds.all(
      maximumActions: Int(specification.value("small_actions")),
      maximumDenominator: Int(specification.value("small_denominator")))
    for later in worlds.indices {
      for earlier in 0..<later {
        let pair = [worlds[earlier], worlds[later]]
        let proxies = pair.map(\.rewardVariance)
        let variances = pair.map { $0.variance(baseline: $0.meanReward) }
        let sum = proxies[0] + proxies[1]
        let factors = zip(variances, proxies).map { $0 / $1 }
        let byProxy = sum * (factors[0] + factors[1])
        let uniform = Rational(2) * (variances[0] + variances[1])
        guard uniform < byProxy else { continue }
        evidence.counterexamples.append(
          Counterexample(
            title: "true variances (value baseline): n ∝ P is worse than uniform",
            worlds: pair.map { $0.world(StudiedEstimator.valueBaseline.worldSettings(group: 1)) },
            values: [
              ExactValue("P_1", proxies[0]), ExactValue("P_2", proxies[1]),
              ExactValue("variance_1", variances[0]), ExactValue("variance_2", variances[1]),
              ExactValue("total_variance_proxy", byProxy), ExactValue("total_variance_uniform", uniform),
            ],
            explanation:
              "With shares P_i/ΣP of a budget of 1 the total Σσ²/q is ΣP·Σ(σ²/P), with equal shares 2 Σσ²; the first is larger because σ²/P falls as P rises."
          ))
        return
      }
    }
  }
}
