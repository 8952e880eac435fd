import Estimators
import Foundation
import Policies
import Statistics

extension ModulationUnbiased {
  /// The smallest exact worlds: a stretch, a turn, a step downhill, and a turn within one state.
  func addCounterexamples(_ evidence: inout Evidence) {
    let denominator = Int(specification.value("small_denominator"))
    let strength = Rational(decimal: specification.value("strength"))
    if let stretch = stretched(strength, denominator: denominator) {
      evidence.counterexamples.append(stretch)
    }
    if let world = RationalTwoStep.first(
      maximumDenominator: denominator, where: { Self.turns($0, strength) })
    {
      evidence.counterexamples.append(
        twoStep(
          world, strength, title: "the direction turns: two states, one of them amplified",
          explanation:
            "β_comp relative to the response is 1 + α in the state of lower entropy and 1 in the other when R = 1. A squared cosine below 1 is a turn; no step size undoes it."
        ))
    }
    if let downhill = downhill(strength) {
      evidence.counterexamples.append(downhill.counterexample)
      evidence.estimates.append(downhill.row)
    }
    if let turn = turnedByStabilisation() { evidence.counterexamples.append(turn) }
    evidence.counterexamples += rivalCounterexamples()
  }

  /// cos² < 1, from fractions.
  static func turns(_ world: RationalTwoStep, _ strength: Rational) -> Bool {
    let gradient = world.moments(strength: .zero).mean
    let mean = world.moments(strength: strength).mean
    let product = RationalTwoStep.product(mean, gradient)
    return product * product < RationalTwoStep.product(mean, mean)
      * RationalTwoStep.product(gradient, gradient)
  }

  private func twoStep(_ world: RationalTwoStep, _ strength: Rational, title: String, explanation: String)
    -> Counterexample
  {
    let rule = ModulatedRule(
      advantage: .value, modulation: .compensation(strength: specification.value("strength")))
    let gradient = world.moments(strength: .zero).mean
    let mean = world.moments(strength: strength).mean
    let product = RationalTwoStep.product(mean, gradient)
    let square = RationalTwoStep.product(gradient, gradient)
    let cosine = product * product / (RationalTwoStep.product(mean, mean) * square)
    let prompt = TokenWorlds(shape: .twoTokensTwoActions).prompt(
      rows: world.rows.map { $0.map(\.value) }, rewards: world.rewards.map(Double.init))
    var values = zip(["first", "after_0", "after_1"], zip(gradient, mean)).flatMap { name, pair in
      [
        ExactValue("gradient_\(name)", pair.0.value, exact: pair.0.description),
        ExactValue("mean_\(name)", pair.1.value, exact: pair.1.description),
      ]
    }
    values.append(ExactValue("strength", strength.value, exact: strength.description))
    values.append(ExactValue("scale", (product / square).value, exact: (product / square).description))
    values.append(ExactValue("squared_cosine", cosine.value, exact: cosine.description))
    return Counterexample(
      title: "\(rule.name), group of one: \(title)",
      worlds: prompt.map {
        [
          TokenWorlds.record(
            $0, rows: world.rows.map { $0.map(\.value) },
            fractions: world.rows.map { $0.map(\.description) }, rule: rule, group: 1)
        ]
      } ?? [], values: values,
      explanation:
        "Vectors are multiples of (1, −1) in each state; given are the multiples, of the gradient and of E[(R−p)β s]. "
        + explanation)
  }

  /// The world of the smallest vocabulary in which the whole expected step points downhill.
  private func downhill(_ strength: Rational) -> (counterexample: Counterexample, row: EstimateRow)? {
    guard
      let world = DiffuseTwoStep.downhill(
        strength: strength, largestExponent: Int(specification.value("largest_vocabulary_exponent")))
    else { return nil }
    let rule = ModulatedRule(
      advantage: .value, modulation: .compensation(strength: specification.value("strength")))
    let products = world.products(strength: strength)
    let scale = products.product / products.gradient
    let squaredCosine = products.product * products.product / (products.gradient * products.mean)
    let cosine = -squaredCosine.value.squareRoot()
    let sizes: [(String, Int)] = [
      ("first_tokens", world.first), ("wide_tokens", world.wide), ("narrow_tokens", world.narrow),
      ("wide_successes", world.wideSuccesses), ("narrow_successes", world.narrowSuccesses),
    ]
    let counterexample = Counterexample(
      title: "\(rule.name), group of one: the whole expected step points downhill, in a large vocabulary",
      worlds: [.record(sizes.map { .init($0.0, .integer($0.1)) })],
      values: [
        ExactValue("strength", strength.value, exact: strength.description),
        ExactValue("scale", scale.value, exact: scale.description),
        ExactValue("squared_cosine", squaredCosine.value, exact: squaredCosine.description),
        ExactValue("cosine", cosine),
      ],
      explanation:
        "Too many responses to list for `allot variance`, whence numbers in place of a world. The first token is uniform over first_tokens, every other of which leads to a state uniform over wide_tokens, the rest to one uniform over narrow_tokens; so many of a state's tokens succeed. "
        + "Before a wide state the first token has the lower entropy of the response and is amplified on success, before a narrow state it is not: it is pushed towards the wide states although they are worth less, "
        + "and the second tokens' own gradient, of order 1/K, is too small to make up for it."
    )
    return (
      counterexample,
      EstimateRow(
        design: "two tokens, uniform over \(world.wide) or fewer, G=1", method: rule.name,
        stat: "adversarial_cosine", exact: cosine)
    )
  }

  /// The smallest world of one state whose entropy is a rational part of log K: the mean is the gradient times 1 + c(1 − p).
  private func stretched(_ strength: Rational, denominator: Int) -> Counterexample? {
    let rule = ModulatedRule(
      advantage: .value, modulation: .fixedCompensation(strength: specification.value("strength")))
    var found: Counterexample?
    SmallWorlds.search(
      maximumActions: Int(specification.value("small_actions")), maximumDenominator: denominator
    ) { world in
      guard let share = Self.entropyShare(world), share < .one, let policy = try? softmax(world),
        let prompt = try? TokenPrompt(policy, rewards: world.rewards.map(\.value))
      else { return false }
      let p = world.meanReward
      let c = strength * (.one - share)
      let scale = .one + c * (.one - p)
      let moments = TokenGroupOracle.moments(prompt, group: 1, rule: rule.tokens(prompt))
      let agreement = GradientAgreement(moments, gradient: prompt.gradient)
      found = Counterexample(
        title: "\(rule.name): not strictly unbiased in one state",
        worlds: [
          TokenWorlds.record(
            prompt, rows: [world.probabilities.map(\.value)],
            fractions: [world.probabilities.map(\.description)], rule: rule, group: 1)
        ],
        values: [
          ExactValue("entropy_share", share.value, exact: share.description),
          ExactValue("c", c.value, exact: c.description),
          ExactValue("scale", scale.value, exact: scale.description),
          ExactValue("scale_by_enumeration", agreement.scale),
          ExactValue("cosine_by_enumeration", agreement.cosine),
        ],
        explanation:
          "Powers of ½ have H/log K rational. With b = p and β = 1 + c on successes the mean is (1 + c(1−p))∇p: a larger step in the right direction. "
          + ModulatedRule.isNotInTheFormat)
      return true
    }
    return found
  }

  /// H/log K where all probabilities are powers of ½ and so is 1/K; else nil.
  static func entropyShare(_ world: RationalPrompt) -> Rational? {
    func exponent(_ value: Int128) -> Int? {
      value > 0 && value & (value - 1) == 0 ? value.trailingZeroBitCount : nil
    }
    guard let bits = exponent(Int128(world.probabilities.count)) else { return nil }
    var entropy = Rational.zero
    for p in world.probabilities {
      guard p.numerator == 1, let power = exponent(p.denominator) else { return nil }
      entropy += p * Rational(Int128(power))
    }
    return entropy / Rational(Int128(bits))
  }

  /// The smallest world of one state that β_stab turns visibly, with leave-one-out in a small group.
  private func turnedByStabilisation() -> Counterexample? {
    let form = ModulatedRule.decay(specification)
    let rule = ModulatedRule(advantage: .leaveOneOut, modulation: .stabilisation(form))
    let group = Int(specification.value("small_group"))
    var found: Counterexample?
    SmallWorlds.search(
      maximumActions: Int(specification.value("small_actions")),
      maximumDenominator: Int(specification.value("small_denominator"))
    ) { world in
      guard let policy = try? softmax(world),
        let prompt = try? TokenPrompt(policy, rewards: world.rewards.map(\.value))
      else { return false }
      let moments = TokenGroupOracle.moments(prompt, group: group, rule: rule.tokens(prompt))
      let agreement = GradientAgreement(moments, gradient: prompt.gradient)
      guard agreement.relativeBias > specification.value("visible_bias") else { return false }
      let changes = prompt.tokens.map { abs($0.weightedDeviation - $0.expectedWeightedDeviation) }
      found = Counterexample(
        title: "\(rule.name), group of \(group): the direction turns in one state",
        worlds: [
          TokenWorlds.record(
            prompt, rows: [world.probabilities.map(\.value)],
            fractions: [world.probabilities.map(\.description)], rule: rule, group: group)
        ],
        values: changes.enumerated().map { ExactValue("entropy_change_\($0.offset)", $0.element) }
          + zip(prompt.gradient, moments.mean).enumerated().flatMap {
            [
              ExactValue("gradient_\($0.offset)", $0.element.0),
              ExactValue("mean_\($0.offset)", $0.element.1),
            ]
          } + [ExactValue("scale", agreement.scale), ExactValue("cosine", agreement.cosine)],
        explanation:
          "A group of two counts where its rewards differ; with success a and failure b, A = ±1 and the token of the larger |π_aΛ_a − Σπ²Λ| (entropy_change) gets f(1) = \(short(form.decay(1), digits: 5)), the other f of the ratio. "
          + "The mean is Σ π_a π_b [f_a s_a − f_b s_b] over such pairs: weights that depend on the action, not on its reward alone."
      )
      return true
    }
    return found
  }
}
