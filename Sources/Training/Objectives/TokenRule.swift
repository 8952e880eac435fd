import Modulation

/// What is done to the advantages or the losses of single tokens, with the types of `Modulation`.
///
/// All of it is detached: masks, factors and advantages are constants to the gradient. Entropies, log-probabilities and ratios are those of the policy under update.
public enum TokenRule: Sendable, Hashable {
  /// Nothing.
  case none
  /// Only tokens of high entropy keep their loss; the others stay in the denominator.
  case forkTokens(ForkTokensMask)
  /// Uncertain tokens get a bonus on their advantage.
  case entropyAdvantages(EntropyAdvantages)
  /// A few tokens of large covariance lose their loss.
  ///
  /// The range of `clip` is the surrogate's, whatever the rule carries; the lost tokens stay in the denominator.
  case clipCov(ClipCov)
  /// The tokens of largest covariance pay `c |log ρ|`; only without clipping.
  case klCov(KLCov)
  /// Each state gets a baseline of its own from the other responses, in place of the advantage.
  case stateBaseline(ScoreWeightedStateBaseline)
  /// A · β_comp · β_stab.
  case modulation(AdvantageModulation)

  /// The rules by name.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Nothing.
    case none
    /// ρ = .2.
    case forkTokens = "fork-tokens"
    /// α = .4, κ = 2.
    case entropyAdvantages = "entropy-advantages"
    /// Two in ten thousand tokens, covariance in (1, 5).
    case clipCov = "clip-cov"
    /// Two in a thousand tokens, c = 1.
    case klCov = "kl-cov"
    /// κ = 1.
    case stateBaseline = "score-weighted-state-baseline"
    /// The text's, `TokenRule.published`.
    case modulationPublished = "modulation-published"
    /// The released mode 5.
    case modulationReleased5 = "modulation-released-5"
    /// The released mode 6.
    case modulationReleased6 = "modulation-released-6"
  }

  /// The rule of this name with its published numbers.
  public init(_ kind: Kind) {
    switch kind {
    case .none: self = .none
    case .forkTokens: self = .forkTokens(ForkTokensMask())
    case .entropyAdvantages: self = .entropyAdvantages(.groupRelative)
    case .clipCov: self = .clipCov(.published)
    case .klCov: self = .klCov(.published)
    case .stateBaseline: self = .stateBaseline(ScoreWeightedStateBaseline())
    case .modulationPublished: self = .modulation(Self.published)
    case .modulationReleased5: self = .modulation(AdvantageModulationAsReleased.mode5)
    case .modulationReleased6: self = .modulation(AdvantageModulationAsReleased.mode6)
    }
  }

  /// The name of the rule; nil for a modulation whose numbers are neither the text's nor the release's.
  ///
  /// Scopes and the clip range inside the entropy change do not count as numbers.
  public var kind: Kind? {
    switch self {
    case .none: return Kind.none
    case .forkTokens: return .forkTokens
    case .entropyAdvantages: return .entropyAdvantages
    case .clipCov: return .clipCov
    case .klCov: return .klCov
    case .stateBaseline: return .stateBaseline
    case .modulation(let rule):
      for kind in [Kind.modulationPublished, .modulationReleased5, .modulationReleased6] {
        guard case .modulation(let known) = TokenRule(kind) else { continue }
        if known.compensation == rule.compensation && known.stabilisation == rule.stabilisation
          && known.entropySource == rule.entropySource
        {
          return kind
        }
      }
      return nil
    }
  }

  /// DynaMO's factors as the text has them, with the constants that the claims examine.
  ///
  /// α = .2, H_min and H_max over the group; f with λ_min = .6, γ = 50, τ = .9, the largest |ΔH| over the position; ΔH exact. The text gives no constants.
  ///
  /// - Source: `dynamo2026`, README formulas.
  public static let published = AdvantageModulation(
    compensation: .published(GradientCompensation(strength: 0.2)), compensationScope: .group,
    stabilisation: .published(UpdateStabilisation(floor: 0.6, steepness: 50, centre: 0.9)),
    stabilisationScope: .position, entropySource: .exact)

  /// The same rule with extremes over other scopes; rules without extremes stay as they are.
  public func scoped(
    compensation: ModulationScope? = nil, stabilisation: ModulationScope? = nil
  ) -> TokenRule {
    guard case .modulation(var rule) = self else { return self }
    if let compensation { rule.compensationScope = compensation }
    if let stabilisation { rule.stabilisationScope = stabilisation }
    return .modulation(rule)
  }

  /// Whether the rule reads Σ π² log π of every token.
  public var needsSquaredLogarithmSums: Bool {
    guard case .modulation(let rule) = self else { return false }
    return rule.stabilisation != nil && rule.entropySource == .exact
  }

  /// Whether the rule reads the states that tokens were drawn in, and for a baseline Σ π².
  public var needsStates: Bool {
    switch self {
    case .stateBaseline: true
    case .modulation(let rule): rule.compensationScope == .state || rule.stabilisationScope == .state
    default: false
    }
  }
}
