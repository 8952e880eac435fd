import Foundation
import Statistics

/// Two prompts of two actions in which the allocation of lower variance gains less: with fractions and by search.
extension VarianceOptimalLearnsFaster {
  /// A pair of prompts with 2η = `exponent` · log b, so that a step multiplies the odds of p by a power of b.
  ///
  /// RLOO on two actions has `ĝ = k(n−k)/(n(n−1)) (1, −1)`, hence `log odds` grows by `2η·factor·k(n−k)/(n(n−1))`.
  struct RationalPair {
    /// The pass rates.
    var rates: [Rational]
    /// b.
    var base: Rational
    /// 2η/log b; chosen so that every power is whole.
    var exponent: Int
    /// n̄.
    var each: Int
    /// How prompts are weighed.
    var aggregation: Aggregation

    private func factor(_ n: Int) -> Rational {
      aggregation == .promptEqual ? .one : Rational(Int128(n), Int128(each))
    }

    /// w(k) for a group of n.
    private static func weight(_ k: Int, _ n: Int) -> Rational {
      Rational(Int128(k * (n - k)), Int128(n * (n - 1)))
    }

    /// The total variance, two coordinates each.
    func variance(_ groups: [Int]) -> Rational {
      zip(rates, groups).reduce(.zero) { total, prompt in
        let row = SmallAllocations.binomial(prompt.1, prompt.0)
        let mean = prompt.0 * (.one - prompt.0)
        let spread = row.indices.reduce(Rational.zero) {
          let deviation = Self.weight($1, prompt.1) - mean
          return $0 + row[$1] * deviation * deviation
        }
        return total + Rational(2) * factor(prompt.1) * factor(prompt.1) * spread
      }
    }

    /// E J after one step.
    func success(_ groups: [Int]) -> Rational {
      zip(rates, groups).reduce(.zero) { total, prompt in
        let row = SmallAllocations.binomial(prompt.1, prompt.0)
        return total
          + row.indices.reduce(Rational.zero) { sum, k in
            let power = Rational(Int128(exponent)) * factor(prompt.1) * Self.weight(k, prompt.1)
            precondition(power.denominator == 1, "the power \(power) of \(base) is no whole number")
            let odds = (0..<Int(power.numerator)).reduce(prompt.0) { value, _ in value * base }
            return sum + row[k] * odds / (odds + .one - prompt.0)
          } / Rational(Int128(rates.count))
      }
    }
  }

  /// The smallest pair on which the allocation of less variance is behind after one step, and the allocation.
  func smallestReversal(_ aggregation: Aggregation) -> (pair: RationalPair, groups: [Int])? {
    let each = Int(specification.value("small_each"))
    precondition(each == 3, "powers are whole for groups of 2, 3 and 4, not for \(each) on average")
    let base = specification.integers("small_base")
    for d in 2...Int(specification.value("small_denominator")) {
      for a in 1..<d {
        for b in a..<d {
          let pair = RationalPair(
            rates: [Rational(Int128(a), Int128(d)), Rational(Int128(b), Int128(d))],
            base: Rational(Int128(base[0]), Int128(base[1])),
            exponent: aggregation == .promptEqual ? 12 : 9, each: each, aggregation: aggregation)
          let uniform = [each, each]
          for groups in [[each - 1, each + 1], [each + 1, each - 1]]
          // Compared as doubles: the products of their denominators can exceed 128 bits, the fractions themselves cannot.
          where pair.variance(groups).value < pair.variance(uniform).value * (1 - 1e-9)
            && pair.success(groups).value < pair.success(uniform).value * (1 - 1e-9)
          {
            return (pair, groups)
          }
        }
      }
    }
    return nil
  }

  /// One for each aggregation, where there is one.
  func addCounterexamples(_ evidence: inout Evidence) {
    for aggregation in Aggregation.allCases {
      guard let (pair, groups) = smallestReversal(aggregation) else { continue }
      let uniform = groups.map { _ in pair.each }
      let step = Double(pair.exponent) / 2 * log(pair.base.value)
      let variance = pair.variance(groups).value / pair.variance(uniform).value - 1
      let success = pair.success(groups).value / pair.success(uniform).value - 1
      let start = pair.rates.reduce(.zero, +) / Rational(Int128(pair.rates.count))
      evidence.counterexamples.append(
        Counterexample(
          title:
            "\(aggregation.rawValue), RLOO, one step, not steps to a target: less variance than uniform, and behind it after the step",
          worlds: [
            .record([
              .init("success_probabilities", .texts(pair.rates.map(\.description))),
              .init("estimator", .text("rloo")), .init("aggregation", .text(aggregation.rawValue)),
              .init("step_size", .text("\(Rational(Int128(pair.exponent), 2)) log(\(pair.base))")),
              .init(
                "allocations",
                .record([
                  .init("uniform", .integers(uniform)), .init("lower variance", .integers(groups)),
                ])),
            ])
          ],
          values: [
            ExactValue("step_size", step), ExactValue("mean_success_before", start),
            ExactValue("total_variance_uniform", pair.variance(uniform)),
            ExactValue("total_variance_lower", pair.variance(groups)),
            ExactValue("mean_success_after_uniform", pair.success(uniform)),
            ExactValue("mean_success_after_lower", pair.success(groups)),
          ],
          explanation:
            "k successes among n multiply the odds of p by \(pair.base) to the power \(pair.exponent)·k(n−k)/(n(n−1))"
            + (aggregation == .promptEqual
              ? "; success is convex in the logit below p = ½, where noise helps the next step, and concave above, where it harms: the rollouts that lower the variance are taken from above and spent below."
              : "·n/\(pair.each); the allocation of less variance is the one that weighs the prompts in another way, with a smaller drift.")
            + " By fractions, so that the sign can be redone by hand: variance differs by \(short(100 * variance, digits: 2)) % and success after the step by \(short(100 * success, digits: 2)) %, which the claim's margins (\(short(100 * specification.value("variance_margin"))) % and \(short(100 * specification.margin)) %) \(abs(variance) > specification.value("variance_margin") && abs(success) > specification.margin ? "would count" : "would not count")."
        ))
    }
  }

  /// Two prompts, RLOO, prompt-equal: how much less than uniform an allocation of clearly lower variance can gain in one exact step.
  func addSearch(_ evidence: inout Evidence, _ examination: Examination) throws {
    let step = specification.value("fixed_step")
    let margin = specification.value("variance_margin")
    let each = each
    let widest = simulatedSetting(.leaveOneOut, .promptEqual, .oracle, widest: true).bounds
    let reach = min(each - widest.minimum, widest.maximum - each)
    let worst = try AdversarialSearch.maximise(
      examination, designPoint: 2, restarts: Int(specification.value("restarts")), step: 1,
      maximumIterations: Int(specification.value("search_iterations")),
      start: { stream in [2 * stream.normal(), 2 * stream.normal(), Double(reach) * stream.normal() / 2] },
      objective: { point in
        let rates = point.prefix(2).map { 1 / (1 + exp(-max(-6, min(6, $0)))) }
        let shift = Int(max(-Double(reach), min(Double(reach), point[2])).rounded())
        let world = AscentWorld(name: "search", rates: rates)
        func total(_ value: (Int, Int) -> Double, _ shift: Int) -> Double {
          value(0, each + shift) + value(1, each - shift)
        }
        func variance(_ i: Int, _ n: Int) -> Double {
          world.shape(i).trace(AscentEstimator.leaveOneOut.coefficients(group: n, probability: rates[i]))
        }
        let relative = total(variance, shift) / total(variance, 0)
        guard relative < 1 - margin else { return 1 - margin - relative }
        func gain(_ i: Int, _ n: Int) -> Double {
          StochasticAscent.exactGain(world, prompt: i, group: n, estimator: .leaveOneOut, step: step)
        }
        return 1 - total(gain, shift) / total(gain, 0)
      })
    evidence.estimates.append(
      EstimateRow(
        design:
          "adversarial, two prompts, prompt-equal, n in \(each - reach)...\(each + reach), η=\(short(step))",
        method: "rloo", stat: "largest_loss_of_lower_variance", exact: worst?.value ?? .nan))
  }
}
