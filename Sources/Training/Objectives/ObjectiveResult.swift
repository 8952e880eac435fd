/// The loss of an update and its exact derivatives, for the model to turn into gradients of logits.
///
/// With z the logits of the state of token t, whose sampled token is a:
///
/// ```
/// ∂L/∂z_j = (∂L/∂ log π_t)(1[j = a] − π_j) − (∂L/∂H_t) π_j (log π_j + H_t)
/// ```
public struct ObjectiveResult: Sendable, Hashable {
  /// L, to be minimised.
  public var loss: Double
  /// ∂L/∂ log π of each token.
  public var logProbabilityGradients: [Double]
  /// ∂L/∂H of each token; empty where the loss does not depend on entropies.
  public var entropyGradients: [Double]
  /// What is worth writing down.
  public var metrics: ObjectiveMetrics

  /// The result for a multiple of the loss; unchanged without a factor.
  func scaled(by factor: Double?) -> ObjectiveResult {
    guard let factor else { return self }
    var result = self
    result.loss *= factor
    result.logProbabilityGradients = logProbabilityGradients.map { $0 * factor }
    result.entropyGradients = entropyGradients.map { $0 * factor }
    result.metrics.policyLoss *= factor
    return result
  }
}

/// What an update's loss consisted of.
///
/// Fractions and means are over the tokens that count; all are 0 where there are none.
public struct ObjectiveMetrics: Sendable, Hashable {
  /// The part of the loss from advantages, the price of KL-Cov included.
  public var policyLoss = 0.0
  /// The part of the loss from the entropy bonus, −c Σ w H.
  public var entropyLoss = 0.0
  /// The part of the loss from the reference, c Σ w k.
  public var referenceLoss = 0.0
  /// The mean entropy, in nats.
  public var meanEntropy = 0.0
  /// The fraction held by ρ < 1 − ε_low.
  public var clippedLow = 0.0
  /// The fraction held by ρ > 1 + ε_high.
  public var clippedHigh = 0.0
  /// The fraction held by the bound c.
  public var clippedDual = 0.0
  /// The fraction that a token rule took out.
  public var masked = 0.0
  /// The mean of log π_old − log π, in nats.
  public var sampledDivergence = 0.0
  /// The mean of the reference's estimator, in nats.
  public var referenceDivergence = 0.0
  /// The mean of |A' / A| over tokens with an advantage: what the token rule did to sizes; 1 where there are none.
  public var advantageFactor = 1.0
  /// The number of tokens that count.
  public var tokens = 0
}
