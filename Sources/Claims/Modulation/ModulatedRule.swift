import Estimators
import Modulation

/// An advantage with a modulation: what the claims about modulation compare.
///
/// Every factor is computed inside the group from the group's own tokens, by the functions of `Modulation`. The micro-batch of the released forms is the group of
/// one prompt. All is on-policy: ρ = 1.
struct ModulatedRule: Sendable, Hashable {
  /// The advantage of a response before modulation.
  enum Advantage: String, Sendable, Hashable, CaseIterable {
    /// R − p.
    case value = "value-baseline"
    /// R less the mean of the others.
    case leaveOneOut = "rloo"
    /// (R − mean)/deviation, population deviation; 0 for groups that agree.
    case grpo
  }

  /// What multiplies it.
  enum Modulation: Sendable, Hashable {
    /// Nothing.
    case none
    /// β_comp of the text, extremes over the group.
    case compensation(strength: Double)
    /// β_comp with H_min = 0 and H_max = log K: what the token's own state determines.
    case fixedCompensation(strength: Double)
    /// β_stab of the text: exact |ΔH| relative to the largest at the same position.
    case stabilisation(UpdateStabilisation)
    /// β_comp · β_stab of the text, with the scopes above.
    case published(strength: Double, UpdateStabilisation)
    /// The released mode 5.
    case released5
    /// The released mode 6.
    case released6
    /// Not a factor: `ScoreWeightedStateBaseline` in place of the advantage.
    case stateBaseline(shrinkage: Double)
    /// A factor of π_a, plainly biased: the sibling that must be refuted.
    case probability
    /// The same factor for all tokens: shrinks the variance and nothing else, the other sibling that must be refuted.
    case constant(Double)
    /// A rival's mask: tokens of low entropy lose their update.
    case forkTokens(ForkTokensMask)
    /// A rival's bonus on the advantage.
    case entropyAdvantages(EntropyAdvantages)
    /// A rival's draw of tokens that lose their update.
    case clipCov(ClipCov)
    /// A rival's price for moving away, 0 on-policy.
    case klCov(KLCov)
    /// The range of the surrogate, which clips nothing on-policy.
    case clip(ClipIndicator, asReleased: Bool)
    /// Not a factor: c ∂H/∂z of every token's state added to the gradient.
    case entropyBonus(EntropyBonus)
    /// Not a factor: λ for a success and −μ for a failure in place of the advantage; with `dropsZeros` responses of advantage 0 leave the denominator.
    case twoValues(WeightedReinforce, dropsZeros: Bool)
  }

  /// The advantage; of no account for `stateBaseline`.
  let advantage: Advantage
  /// The modulation.
  let modulation: Modulation

  /// The name in tables, such as `grpo+released-6`.
  var name: String {
    switch modulation {
    case .none: advantage.rawValue
    case .compensation(let strength): "\(advantage.rawValue)+compensation-\(strength)"
    case .fixedCompensation(let strength): "\(advantage.rawValue)+compensation-fixed-\(strength)"
    case .stabilisation: "\(advantage.rawValue)+stabilisation"
    case .published(let strength, _): "\(advantage.rawValue)+published-\(strength)"
    case .released5: "\(advantage.rawValue)+released-5"
    case .released6: "\(advantage.rawValue)+released-6"
    case .stateBaseline: "score-weighted-state-baseline"
    case .probability: "\(advantage.rawValue)+probability"
    case .constant(let factor): "\(advantage.rawValue)+constant-\(factor)"
    case .forkTokens, .entropyAdvantages, .clipCov, .klCov, .clip, .entropyBonus, .twoValues: rivalName ?? ""
    }
  }

  /// The rule that it is compared with: the same advantage without modulation; R − p for two values, which are a constant baseline.
  var unmodulated: ModulatedRule { ModulatedRule(advantage: advantage, modulation: .none) }

  /// Whether it is one of the factors that the claims are about: not a plain advantage, nor the project's own rule, nor a rival's.
  var isModulated: Bool {
    switch modulation {
    case .none, .stateBaseline: false
    default: !isRival
    }
  }

  /// Whether a token's advantage is a function of its own state and of the group's rewards alone, rising with its own reward.
  ///
  /// Then the mean in state x is S_x ∇_x with a positive S_x: see `ModulationUnbiased`.
  var dependsOnStateAndRewardsOnly: Bool {
    switch modulation {
    case .none, .fixedCompensation, .constant, .entropyAdvantages, .klCov, .clip, .twoValues: true
    default: false
    }
  }

  /// Whether the rule is unbiased by construction: no factor and a baseline from elsewhere.
  var isUnbiasedByConstruction: Bool {
    switch modulation {
    case .none, .klCov, .clip: advantage != .grpo
    case .stateBaseline: true
    case .twoValues(let weights, let drops): weights.scale == 1 && !drops
    default: false
    }
  }

  /// Whether the mean is a multiple of the gradient by construction, whatever the states: what does not look at states.
  var keepsDirectionByConstruction: Bool {
    switch modulation {
    case .none, .klCov, .clip, .stateBaseline, .twoValues: true
    default: false
    }
  }

  /// The rules that both claims examine, in the order of their tables.
  static func studied(_ specification: ClaimSpecification) -> [ModulatedRule] {
    Advantage.allCases.flatMap { advantage in
      modulations(specification, strength: specification.value("strength")).map {
        ModulatedRule(advantage: advantage, modulation: $0)
      }
    } + [ours(specification)]
  }

  /// Those and the rivals'.
  static func all(_ specification: ClaimSpecification) -> [ModulatedRule] {
    studied(specification) + rivals(specification)
  }

  /// None, and every factor of the paper and of the release at this α.
  static func modulations(_ specification: ClaimSpecification, strength: Double) -> [Modulation] {
    let decay = decay(specification)
    return [
      .none, .compensation(strength: strength), .fixedCompensation(strength: strength),
      .stabilisation(decay), .published(strength: strength, decay), .released5, .released6,
    ]
  }

  /// The sigmoid of the text, with the numbers of the specification.
  static func decay(_ specification: ClaimSpecification) -> UpdateStabilisation {
    UpdateStabilisation(
      floor: specification.value("floor"), steepness: specification.value("steepness"),
      centre: specification.value("centre"))
  }

  /// β_stab alone over the grid of λ_min, γ and τ, which the text leaves open.
  static func decays(_ specification: ClaimSpecification) -> [UpdateStabilisation] {
    specification.values("floors").flatMap { floor in
      specification.values("steepnesses").flatMap { steepness in
        specification.values("centres").map {
          UpdateStabilisation(floor: floor, steepness: steepness, centre: $0)
        }
      }
    }
  }

  /// A rule of a grid.
  struct GridEntry: Sendable {
    /// The rule's name, with the constants of β_stab where the grid varies them.
    let name: String
    /// α; 0 for β_stab alone over its constants.
    let strength: Double
    let rule: ModulatedRule
  }

  /// Every factor at every α, then β_stab over its constants.
  static func grid(_ specification: ClaimSpecification) -> [GridEntry] {
    var entries: [GridEntry] = []
    for strength in specification.values("strengths") {
      for advantage in Advantage.allCases {
        for modulation in modulations(specification, strength: strength) {
          let rule = ModulatedRule(advantage: advantage, modulation: modulation)
          entries.append(GridEntry(name: rule.name, strength: strength, rule: rule))
        }
      }
    }
    for advantage in Advantage.allCases {
      for form in decays(specification) {
        let rule = ModulatedRule(advantage: advantage, modulation: .stabilisation(form))
        let constants = "floor=\(form.floor) steepness=\(form.steepness) centre=\(form.centre)"
        entries.append(GridEntry(name: "\(rule.name) \(constants)", strength: 0, rule: rule))
      }
    }
    return entries
  }

  /// The project's own rule, compared with leave-one-out.
  static func ours(_ specification: ClaimSpecification) -> ModulatedRule {
    ModulatedRule(
      advantage: .leaveOneOut, modulation: .stateBaseline(shrinkage: specification.value("shrinkage")))
  }
}
