import Estimators
import Modulation

/// The clipped surrogate of each token, a function of its ratio ρ = π/π_old and its advantage.
///
/// ```
/// ℓ = max(−A ρ, −A clip(ρ, 1 − ε_low, 1 + ε_high)),   for A < 0 and with c: at most −c A
/// ∂ℓ/∂ log π = −A ρ where nothing is clipped, else 0
/// ```
///
/// The log-ratio is held within ±20, as trainers do, so that ρ cannot overflow; beyond it the derivative is 0. On-policy ρ is 1 and the derivative −A: REINFORCE's. Whether a token is clipped is
/// `PPOClip.weight`'s to say.
///
/// - Source: `schulman2017`, equation 7; the bound c `ye2020`, equation 5; the factor 1.4 `dynamoRelease2026`, dp_actor.py lines 79 and 373 to 387.
public struct Surrogate: Sendable, Hashable {
  /// Whether anything is clipped; without, ℓ = −A ρ.
  public var clips: Bool
  /// ε_low.
  public var low: Double
  /// ε_high, as configured.
  public var high: Double
  /// The bound c on the loss of tokens with a negative advantage; nil for none.
  public var dual: Double?
  /// Whether ε_high = .2 becomes .28, as the released code silently makes it.
  public var scalesHighAsReleased: Bool

  /// The largest |log ρ|.
  public static let logRatioLimit = 20.0

  /// No clipping.
  public static let unclipped = Surrogate(clips: false)

  /// A surrogate, clipped at .2 on both sides unless given otherwise.
  public init(
    clips: Bool = true, low: Double = 0.2, high: Double = 0.2, dual: Double? = nil,
    scalesHighAsReleased: Bool = false
  ) {
    self.clips = clips
    self.low = low
    self.high = high
    self.dual = dual
    self.scalesHighAsReleased = scalesHighAsReleased
  }

  /// What makes the numbers impossible; empty when they are sound.
  public var problems: [String] {
    var found: [String] = []
    if !(0...1).contains(low) { found.append("clip_low is \(low), it must lie in [0, 1]") }
    if !(high >= 0 && high.isFinite) {
      found.append("clip_high is \(high), it must be finite and not negative")
    }
    if let dual, !(dual > 1 && dual.isFinite) {
      found.append("clip_dual is \(dual), it must be finite and above 1")
    }
    return found
  }

  /// ε_high as it acts.
  public var effectiveHigh: Double {
    scalesHighAsReleased
      ? ClipIndicatorAsReleased.indicator(configuredLow: low, configuredHigh: high).high : high
  }

  /// The clip in use; nil where nothing is clipped.
  ///
  /// - Precondition: no `problems`.
  public var clip: PPOClip? {
    clips ? PPOClip(low: low, high: effectiveHigh, dual: dual, ratio: .token) : nil
  }

  /// The clip range without its bound c, for rules that ask whether a token is clipped.
  ///
  /// Where nothing is clipped it is the widest range.
  ///
  /// - Precondition: no `problems`.
  public var indicator: ClipIndicator {
    clips ? ClipIndicator(low: low, high: effectiveHigh) : ClipIndicator(low: 1, high: .infinity)
  }

  /// Which side of the surrogate holds a token.
  public enum Side: Sendable, Hashable {
    /// None: the derivative is −A ρ.
    case none
    /// ρ < 1 − ε_low with A < 0.
    case low
    /// ρ > 1 + ε_high with A > 0.
    case high
    /// ρ > c with A < 0.
    case dual
  }

  /// ℓ of one token, its derivative in log π (before the limit on the log-ratio), and what holds it.
  @inline(__always)
  static func value(ratio: Double, advantage: Double, clip: PPOClip?) -> (
    loss: Double, slope: Double, side: Side
  ) {
    guard let clip, advantage != 0 else { return (-advantage * ratio, -advantage * ratio, .none) }
    let weight = clip.weight(ratio: ratio, advantageIsNegative: advantage < 0)
    if weight != 0 { return (-advantage * ratio, -advantage * weight, .none) }
    if advantage > 0 { return (-advantage * (1 + clip.high), 0, .high) }
    if ratio < 1 - clip.low { return (-advantage * (1 - clip.low), 0, .low) }
    return (-advantage * (clip.dual ?? ratio), 0, .dual)
  }
}
