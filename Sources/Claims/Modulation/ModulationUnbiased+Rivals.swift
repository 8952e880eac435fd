import Estimators
import Policies
import Statistics

extension ModulationUnbiased {
  /// The smallest worlds in which rivals' rules turn the gradient or stretch it, over leave-one-out in small groups.
  func rivalCounterexamples() -> [Counterexample] {
    turningRivals.compactMap(turned)
      + ModulatedRule.twoValued(specification).filter { !$0.isUnbiasedByConstruction }.compactMap(stretched)
  }

  /// The first world of two tokens over two actions in which a rule turns the gradient visibly; a bonus turns it as little as its coefficient is small, so that anything beyond rounding counts.
  ///
  /// Worlds of one state would be simpler, but there entropy advantages turn nothing and a mask by entropy keeps everything.
  private func turned(_ rule: ModulatedRule) -> Counterexample? {
    let isBonus = if case .entropyBonus = rule.modulation { true } else { false }
    let limit = isBonus ? specification.margin : specification.value("visible_bias")
    let group = Int(specification.value("small_group"))
    func prompt(_ world: RationalTwoStep) -> TokenPrompt? {
      TokenWorlds(shape: .twoTokensTwoActions).prompt(
        rows: world.rows.map { $0.map(\.value) }, rewards: world.rewards.map(Double.init))
    }
    func moments(_ prompt: TokenPrompt) -> EstimatorMoments {
      TokenGroupOracle.moments(prompt, group: group, estimator: rule.estimator(prompt))
    }
    guard
      let world = RationalTwoStep.first(
        maximumDenominator: Int(specification.value("small_denominator")),
        where: { world in
          guard let prompt = prompt(world),
            prompt.gradient.contains(where: { abs($0) > specification.margin })
          else { return false }
          let agreement = GradientAgreement(moments(prompt), gradient: prompt.gradient)
          return agreement.relativeBias > limit
        }), let prompt = prompt(world)
    else { return nil }
    let found = moments(prompt)
    let agreement = GradientAgreement(found, gradient: prompt.gradient)
    let fractions = world.mean(group: group, rule: rule, prompt)
    let gradient = world.moments(strength: .zero).mean
    return Counterexample(
      title: "\(rule.name), group of \(group): the direction turns (rival)",
      worlds: [
        TokenWorlds.record(
          prompt, rows: world.rows.map { $0.map(\.value) },
          fractions: world.rows.map { $0.map(\.description) }, rule: rule, group: group)
      ],
      values: ["first", "after_0", "after_1"].enumerated().flatMap { state, name in
        [
          ExactValue("gradient_\(name)", gradient[state].value, exact: gradient[state].description),
          ExactValue("mean_\(name)", found.mean[2 * state], exact: fractions?[state].description),
        ]
      } + [
        ExactValue("scale", agreement.scale), ExactValue("cosine", agreement.cosine),
        ExactValue("relative_bias", agreement.relativeBias),
      ],
      explanation:
        "Vectors are multiples of (1, −1) in each state; given are the multiples, of the gradient and of the mean. A group counts where its rewards differ, with A = ±1. "
        + Self.reason(rule) + " " + ModulatedRule.isNotInTheFormat)
  }

  private static func reason(_ rule: ModulatedRule) -> String {
    switch rule.modulation {
    case .forkTokens:
      "Of the group's four tokens those below the quantile of entropies lose their update, and which these are depends on what the other response drew."
    case .entropyAdvantages:
      "The bonus min(αH, |A|/κ) goes to both signs: A = ±1 become 1 + b and −1 + b with b of the state's own entropy, and states of different entropies get different scales."
    case .clipCov:
      "The dropped token is one whose log-probability lies far from the group's mean on the side of its advantage; of N candidates each keeps (N − 1)/N of its update on average."
    case .entropyBonus: "The bonus adds Σ_x d(x) c ∂H_x, which has a direction of its own."
    default: ""
    }
  }

  /// The first world of one state in which two values are not strictly the gradient, with the scale as a fraction.
  private func stretched(_ rule: ModulatedRule) -> Counterexample? {
    guard case .twoValues(let weights, let drops) = rule.modulation else { return nil }
    let group = Int(specification.value("small_group"))
    var found: Counterexample?
    SmallWorlds.search(
      maximumActions: Int(specification.value("small_actions")),
      maximumDenominator: Int(specification.value("small_denominator"))
    ) { world in
      guard let policy = try? softmax(world),
        let prompt = try? TokenPrompt(policy, rewards: world.rewards.map(\.value))
      else { return false }
      let agreement = GradientAgreement(
        TokenGroupOracle.moments(prompt, group: group, estimator: rule.estimator(prompt)),
        gradient: prompt.gradient)
      guard agreement.strictBias > specification.margin else { return false }
      var scale = Rational(decimal: weights.scale)
      if drops {
        let chance = weights.failure == 0 ? world.meanReward : .one - world.meanReward
        let none = (0..<group).reduce(Rational.one) { result, _ in result * (.one - chance) }
        scale = scale * (.one - none) / chance
      }
      found = Counterexample(
        title: "\(rule.name), group of \(group): a longer step, not strictly unbiased (rival)",
        worlds: [
          TokenWorlds.record(
            prompt, rows: [world.probabilities.map(\.value)],
            fractions: [world.probabilities.map(\.description)], rule: rule, group: group)
        ],
        values: [
          ExactValue("p", world.meanReward.value, exact: world.meanReward.description),
          ExactValue("scale", scale.value, exact: scale.description),
          ExactValue("scale_by_enumeration", agreement.scale),
          ExactValue("cosine_by_enumeration", agreement.cosine),
        ],
        explanation: (drops
          ? "The mean over the k responses that are left is 0 for k = 0 and else has mean ∇p/p (∇p/(1 − p) for failures): the scale (1 − (1 − p)^G)/p depends on the prompt."
          : "λ for a success and −μ for a failure are (λ + μ)(R − μ/(λ + μ)): the gradient times λ + μ, on every prompt the same.")
          + " " + ModulatedRule.isNotInTheFormat)
      return true
    }
    return found
  }
}

extension RationalTwoStep {
  /// The mean of a rule over groups in fractions, one number for each state; nil where a token's advantage is not a fraction of small denominator.
  ///
  /// Every ordered group: the advantages come from the rule, their sums and scores from fractions.
  func mean(group: Int, rule: ModulatedRule, _ prompt: TokenPrompt) -> [Rational]? {
    let estimator = rule.estimator(prompt)
    guard estimator.addition == nil else { return nil }
    var mean = [Rational](repeating: .zero, count: 3)
    var outcomes = [Int](repeating: 0, count: group)
    while true {
      let weight = outcomes.reduce(Rational.one) { $0 * probabilities[$1] } / Rational(Int128(group))
      let advantages = TokenTupleOracle.advantages(prompt, outcomes: outcomes, rule: estimator.rule)
      for (response, outcome) in outcomes.enumerated() {
        for (position, token) in [
          (state: 0, action: outcome / 2), (state: 1 + outcome / 2, action: outcome % 2),
        ].enumerated() {
          guard let advantage = Rational(small: advantages[2 * response + position]) else { return nil }
          let q = first[token.state]
          mean[token.state] += weight * advantage * (token.action == 0 ? .one - q : .zero - q)
        }
      }
      var place = group - 1
      while place >= 0, outcomes[place] == 3 {
        outcomes[place] = 0
        place -= 1
      }
      guard place >= 0 else { return mean }
      outcomes[place] += 1
    }
  }
}

extension Rational {
  /// The fraction of denominator at most 12 that `value` is, within rounding; nil for others.
  fileprivate init?(small value: Double) {
    for denominator in 1...12 {
      let numerator = (value * Double(denominator)).rounded()
      if abs(value * Double(denominator) - numerator) < 1e-12 {
        self.init(Int128(numerator), Int128(denominator))
        return
      }
    }
    return nil
  }
}
