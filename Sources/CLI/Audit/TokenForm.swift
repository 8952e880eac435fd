import Modulation

/// A combination of factors and scopes under which an audit looks at the logged tokens.
struct TokenForm: Sendable {
  /// `released-6`, `released-5` or `published`.
  var name: String
  /// What extremes are taken over.
  var scope: Scope
  private(set) var compensation: FactorTally
  private(set) var stabilisation: FactorTally
  private(set) var product: FactorTally
  private let mode: ModulationMode
  private let boost: GradientCompensation
  private let boostAsReleased: GradientCompensationAsReleased
  private let decay: UpdateStabilisation

  /// What the extremes are taken over.
  enum Scope: String, Sendable {
    /// All responses to the prompt at that step.
    case group
    /// The whole log.
    case log
    /// H over all responses to the prompt, |ΔH| over their tokens at the same position.
    case position = "group and position"
  }

  /// The extremes that one token's factors are relative to.
  struct Extremes {
    var entropies: EntropyRange
    /// nil where it is not known.
    var largestChange: Double?
  }

  /// The least difference from 1 for which a factor touches a token.
  static let threshold = 0.01

  init(_ mode: ModulationMode, scope: Scope) {
    name = mode.rawValue
    self.mode = mode
    self.scope = scope
    let constants = ModulationConstants(mode)
    boost = GradientCompensation(strength: constants.alpha)
    boostAsReleased = GradientCompensationAsReleased(largest: 1 + constants.alpha)
    decay = UpdateStabilisation(
      floor: constants.floor, steepness: constants.steepness, centre: constants.centre)
    let ceiling = 1 + constants.alpha
    compensation = FactorTally("compensation", range: 1...ceiling, threshold: Self.threshold)
    stabilisation = FactorTally("stabilisation", range: constants.floor...1, threshold: Self.threshold)
    product = FactorTally("factor", range: constants.floor...ceiling, threshold: Self.threshold)
  }

  /// The forms of an audit.
  ///
  /// The text's exact ΔH needs the vocabulary, so that the published form stands here with the released approximation.
  static var all: [TokenForm] {
    [
      TokenForm(.released6, scope: .group), TokenForm(.released5, scope: .group),
      TokenForm(.released6, scope: .log), TokenForm(.released5, scope: .log),
      TokenForm(.published, scope: .position),
    ]
  }

  /// The tallies in the order of the tables.
  var tallies: [FactorTally] { [compensation, stabilisation, product] }

  /// The clip range inside ΔH.
  var clip: ClipIndicator { mode.isReleased ? TokenClip.released : TokenClip.published }

  /// Counts one token; without `magnitude`, |ΔH|, only its compensation is known.
  mutating func add(
    entropy: Double, advantage: Double, magnitude: Double?, squaredScoreNorm: Double?, _ extremes: Extremes
  ) {
    let amplification =
      mode.isReleased
      ? boostAsReleased.factor(entropy: entropy, advantage: advantage, range: extremes.entropies)
      : boost.factor(entropy: entropy, advantage: advantage, range: extremes.entropies)
    compensation.add(amplification, advantage: advantage, squaredScoreNorm: squaredScoreNorm)
    guard let magnitude, let largest = extremes.largestChange else { return }
    // Where the maximum was kept in single precision a token may exceed it by a rounding.
    let damping =
      mode.isReleased
      ? UpdateStabilisationAsReleased(decay).factor(magnitude: magnitude, largest: largest)
      : decay.factor(magnitude: min(magnitude, largest), largest: largest)
    stabilisation.add(damping, advantage: advantage, squaredScoreNorm: squaredScoreNorm)
    product.add(amplification * damping, advantage: advantage, squaredScoreNorm: squaredScoreNorm)
  }
}
