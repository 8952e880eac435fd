import Foundation

/// Softmax in the stable form.
public enum StableSoftmax {
  /// `log π_a = z_a − z_max − log Σ exp(z_b − z_max)`; an infinite logit is a programmer error, checked by the callers.
  ///
  /// The direct form `exp(z_a) / Σ exp(z_b)` overflows beyond z ≈ 709 and loses small probabilities long before.
  public static func logProbabilities(_ logits: [Double]) -> [Double] {
    guard let largest = logits.max() else { return [] }
    var sum = 0.0
    for logit in logits { sum += exp(logit - largest) }
    let normaliser = log(sum)
    return logits.map { $0 - largest - normaliser }
  }

  /// `π_a = exp(log π_a)`.
  public static func probabilities(_ logits: [Double]) -> [Double] {
    logProbabilities(logits).map { exp($0) }
  }
}
