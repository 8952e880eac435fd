import Foundation

/// The loss of the evidence critic on one list of documents of a query, and its slope in every logit.
///
///     L = mean_d BCE(z_d, s_d) + λ CE(s / Σ s, softmax(z / τ)),      BCE(z, s) = log(1 + e^z) − s z.
///
/// The first term makes σ(z) a probability, the second puts the documents of a list in order. Where all s are zero the second has no target and is left out.
///
/// - Source: `cormRAG2026`; λ is 1 there.
public struct EvidenceLoss: Sendable, Hashable {
  /// τ, the temperature of the softmax over the list.
  public var temperature: Double
  /// λ, the weight of the listwise term; 0 leaves it out.
  public var listwiseWeight: Double

  /// A loss.
  ///
  /// - Precondition: the temperature is positive, the weight not negative.
  public init(temperature: Double = 1, listwiseWeight: Double = 1) {
    precondition(temperature > 0, "the temperature \(temperature) must be positive")
    precondition(listwiseWeight >= 0, "the weight \(listwiseWeight) must not be negative")
    self.temperature = temperature
    self.listwiseWeight = listwiseWeight
  }

  /// The loss of a list; ∂L/∂z goes into `slopes`.
  ///
  /// - Precondition: as many scores as logits, at least one, every score in [0, 1].
  public func value(logits: [Double], scores: [Double], slopes: inout [Double]) -> Double {
    precondition(
      !logits.isEmpty && logits.count == scores.count, "\(logits.count) logits for \(scores.count) scores")
    precondition(scores.allSatisfy { (0...1).contains($0) }, "the scores \(scores) must lie in [0, 1]")
    let count = Double(logits.count)
    var loss = 0.0
    for place in logits.indices {
      let logit = logits[place]
      // log(1 + e^z) without overflow.
      loss += (max(logit, 0) + log1p(exp(-abs(logit))) - scores[place] * logit) / count
      slopes[place] = (Self.sigmoid(logit) - scores[place]) / count
    }
    let total = scores.reduce(0, +)
    guard total > 0, listwiseWeight > 0 else { return loss }
    let largest = logits.max() ?? 0
    var normaliser = 0.0
    for logit in logits { normaliser += exp((logit - largest) / temperature) }
    let logNormaliser = log(normaliser)
    for place in logits.indices {
      let logProbability = (logits[place] - largest) / temperature - logNormaliser
      let target = scores[place] / total
      loss -= listwiseWeight * target * logProbability
      slopes[place] += listwiseWeight * (exp(logProbability) - target) / temperature
    }
    return loss
  }

  /// σ(z), without overflow on either side.
  public static func sigmoid(_ logit: Double) -> Double {
    if logit >= 0 { return 1 / (1 + exp(-logit)) }
    let odds = exp(logit)
    return odds / (1 + odds)
  }
}
