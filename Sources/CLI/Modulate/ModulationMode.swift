import ArgumentParser
import Modulation

/// The combinations of factors that `allot modulate` knows by name.
enum ModulationMode: String, ExpressibleByArgument, CaseIterable {
  /// The formulas of the text.
  case published
  /// `decay5_linearnorm` of the released code.
  case released5 = "released-5"
  /// `decay6_linearnorm` of the released code.
  case released6 = "released-6"
  /// Factors of 1.
  case none

  /// Whether the factors are those of the released code.
  var isReleased: Bool { self == .released5 || self == .released6 }
}

/// The scope of H_min and H_max as an option.
enum ScopeOption: String, ExpressibleByArgument, CaseIterable {
  case state, position, sequence, group
  case microBatch = "micro-batch"
  /// [0, log K], whatever the tokens are.
  case vocabulary

  /// The scope; nil for the vocabulary's range.
  var scope: ModulationScope? { ModulationScope(rawValue: rawValue) }
}

/// The source of ΔH, as an option.
enum EntropySourceOption: String, ExpressibleByArgument, CaseIterable {
  case exact, released

  var source: AdvantageModulation.EntropySource { self == .exact ? .exact : .asReleased }
}

extension ModulationScope: ExpressibleByArgument {}
extension GradientCompensation.Coincidence: ExpressibleByArgument {}

/// The constants of a mode, where the options give no others.
struct ModulationConstants: Equatable {
  var alpha: Double
  var floor: Double
  var steepness: Double
  var centre: Double
  var entropySource: EntropySourceOption
  var clipAsReleased: Bool

  /// The constants of `mode`.
  ///
  /// The text has none: its form takes λ_min, γ and τ of the released mode 5 and the strength α of mode 6, its exact ΔH and an unchanged clip range.
  init(_ mode: ModulationMode) {
    let decay = mode == .released6 ? UpdateStabilisationAsReleased.mode6 : .mode5
    // μ_max − 1; not subtracted, since 1.2 − 1 is not .2 in binary while 1 + .2 is 1.2.
    alpha = mode == .released5 ? 0.4 : 0.2
    floor = decay.form.floor
    steepness = decay.form.steepness
    centre = decay.form.centre
    entropySource = mode.isReleased ? .released : .exact
    clipAsReleased = mode.isReleased
  }
}
