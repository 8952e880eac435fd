/// Updates in the space of pre-training: of log p(y), the probability of the response with its prompt taken away.
///
/// ```
/// A_j = r_j − mean,   ρ_t = p(y_t | y_<t)/p_old(y_t | y_<t),   L = c · (the clipped surrogate of ρ and A)
/// ```
///
/// p reads the beginning of text and the response alone, at positions from 0; so does p_old. With `negativeOnly` only the rollouts with A < 0 are left, in the denominators too. The phase has no token rule, no penalty and
/// no bonus. It ends at `switchStep`, where the method's own objective takes over and a reference model is set to the present weights.
///
/// - Source: `preRL2026`, the released code.
public struct PreTraining: Sendable, Hashable {
  /// c, the factor of the loss.
  public var coefficient: Double
  /// Whether only rollouts below their group's mean are trained on.
  public var negativeOnly: Bool
  /// The step, from 0, at which the phase is over; nil for never.
  public var switchStep: Int?

  /// The phase with the released factor .01.
  public init(coefficient: Double = 0.01, negativeOnly: Bool = false, switchStep: Int? = nil) {
    self.coefficient = coefficient
    self.negativeOnly = negativeOnly
    self.switchStep = switchStep
  }

  /// Whether the phase holds at a step, counted from 0.
  public func isActive(step: Int) -> Bool { switchStep.map { step < $0 } ?? true }

  /// What makes the numbers impossible; empty when they are sound.
  var problems: [String] {
    var found: [String] = []
    if !(coefficient > 0 && coefficient.isFinite) {
      found.append("the factor of the pre-training loss is \(coefficient), it must be finite and positive")
    }
    if let switchStep, switchStep < 0 {
      found.append("switch_step is \(switchStep), it must not be negative")
    }
    return found
  }

  /// The advantages that the phase trains with: of those not below 0 none, where only the negative count.
  func kept(_ advantages: [Double]) -> [Double] {
    negativeOnly ? advantages.map { min($0, 0) } : advantages
  }
}
