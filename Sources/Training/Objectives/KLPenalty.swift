import Foundation

/// A price for moving away from a reference policy, token by token: `c · k(log π − log π_ref)`, with the gradient through log π.
///
/// With d = log π − log π_ref of the sampled token:
///
/// | estimator | k | ∂k/∂ log π |
/// |---|---|---|
/// | k1 | d | 1 |
/// | k2 | d²/2 | d |
/// | k3 | e^{−d} + d − 1 | 1 − e^{−d} |
///
/// All but k2 estimate KL(π ‖ π_ref) without bias on-policy; their *gradients* are another matter: that of k1 has mean 0 (the score's), so that as a loss it does nothing in expectation, that of k2 is
/// the true gradient, that of k3 is the gradient of the reversed divergence. d is held within ±20, beyond which the derivative is 0; the further limit of ±10 on k3 itself that trainers set is left
/// out, as it lets go of a policy that has moved far.
///
/// - Source: `schulman2020`; k3 as a loss `shao2024`, equation 4.
public struct KLPenalty: Sendable, Hashable {
  /// Which estimator of the divergence is the loss.
  public enum Estimator: String, Sendable, Hashable, CaseIterable {
    /// d.
    case k1
    /// d²/2.
    case k2
    /// e^{−d} + d − 1.
    case k3
  }

  /// c, loss per nat.
  public var coefficient: Double
  /// The estimator.
  public var estimator: Estimator

  /// The largest |d|.
  public static let limit = 20.0

  /// A price of c per nat.
  public init(coefficient: Double, estimator: Estimator = .k3) {
    self.coefficient = coefficient
    self.estimator = estimator
  }

  /// What makes the numbers impossible; empty when they are sound.
  public var problems: [String] {
    coefficient >= 0 && coefficient.isFinite
      ? [] : ["kl_coefficient is \(coefficient), it must be finite and not negative"]
  }

  /// k and its derivative in log π, both without the coefficient.
  public func value(logProbability: Double, reference: Double) -> (value: Double, slope: Double) {
    let difference = logProbability - reference
    let d = min(max(difference, -Self.limit), Self.limit)
    let inside: Double = d == difference ? 1 : 0
    switch estimator {
    case .k1: return (d, inside)
    case .k2: return (0.5 * d * d, inside * d)
    // expm1 keeps the digits of a small d, where k3 is of the order d².
    case .k3: return (expm1(-d) + d, inside * -expm1(-d))
    }
  }
}
