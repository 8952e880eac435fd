import Estimators
import Foundation
import Statistics

extension ModulationReducesVariance {
  /// The first worlds of two confident tokens in which rivals' rules raise the variance at equal step; none for a rule that raises it in no world looked at.
  ///
  /// Over leave-one-out, and R − p for two values, in small groups. The probabilities are fractions; the moments are enumerated in doubles, as squares of such fractions do not fit 128 bits.
  func rivalCounterexamples() -> [Counterexample] {
    compared.filter { $0.isRival && $0.advantage != .grpo }.compactMap { rule in
      let sides = specification.integers("confident_denominators").flatMap {
        [Rational(1, Int128($0)), Rational(Int128($0 - 1), Int128($0))]
      }
      for first in sides {
        for after0 in sides {
          for after1 in sides {
            for mask in 1..<15 {
              let world = RationalTwoStep(
                first: [first, after0, after1], rewards: (0..<4).map { mask >> $0 & 1 })
              if let example = raised(world, rule: rule) { return example }
            }
          }
        }
      }
      return nil
    }
  }

  private func raised(_ world: RationalTwoStep, rule: ModulatedRule) -> Counterexample? {
    let group = Int(specification.value("small_group"))
    let limit = specification.value("confident_entropy_share") * log(2)
    let smallest = specification.value("smallest_gradient")
    guard
      let prompt = TokenWorlds(shape: .twoTokensTwoActions).prompt(
        rows: world.rows.map { $0.map(\.value) }, rewards: world.rewards.map(Double.init)),
      prompt.tokens.allSatisfy({ $0.entropy <= limit }),
      prompt.gradient.reduce(0, { $0 + $1 * $1 }) >= smallest * smallest
    else { return nil }
    func agreement(_ rule: ModulatedRule) -> GradientAgreement {
      GradientAgreement(
        TokenGroupOracle.moments(prompt, group: group, estimator: rule.estimator(prompt)),
        gradient: prompt.gradient)
    }
    let own = agreement(rule)
    let plain = agreement(rule.unmodulated)
    let ratio = own.varianceAtEqualStep / plain.varianceAtEqualStep
    guard ratio.isFinite, ratio > 1 + specification.value("resolution") else { return nil }
    return Counterexample(
      title:
        "\(rule.name), group of \(group): the variance rises at equal step, two confident tokens (rival)",
      worlds: [
        TokenWorlds.record(
          prompt, rows: world.rows.map { $0.map(\.value) },
          fractions: world.rows.map { $0.map(\.description) }, rule: rule, group: group)
      ],
      values: [
        ExactValue("variance", plain.rawVariance), ExactValue("variance_of_the_rule", own.rawVariance),
        ExactValue("scale", own.scale / plain.scale), ExactValue("cosine", own.cosine),
        ExactValue("ratio_at_equal_step", ratio),
      ],
      explanation:
        "Relative to \(rule.unmodulated.name): the expected step along the gradient is multiplied by the scale, the standard deviation by more. "
        + ModulatedRule.isNotInTheFormat)
  }
}
