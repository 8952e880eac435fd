/// What is known of one prompt from past rollouts.
public struct PromptStatistics: Sendable, Hashable, Codable {
  /// How many rollouts succeeded, k.
  public var successes: Int
  /// How many rollouts there were, G.
  public var samples: Int
  /// The root mean square of the score norm, √E‖s‖², where it was measured.
  public var scoreDeviation: Double?

  /// Collects the parts.
  public init(successes: Int, samples: Int, scoreDeviation: Double? = nil) {
    self.successes = successes
    self.samples = samples
    self.scoreDeviation = scoreDeviation
  }

  /// `P̂ = k(G−k)/(G(G−1))`, unbiased for p(1−p); 0 for fewer than two samples, which say nothing about a variance.
  ///
  /// - Source: `dynamo2026`, README formulas.
  public var bernoulliVariance: Double {
    guard samples > 1 else { return 0 }
    return Double(successes) * Double(samples - successes) / (Double(samples) * Double(samples - 1))
  }

  /// Throws unless every prompt has 0 ≤ successes ≤ samples and a score deviation that is finite and not negative.
  static func check(_ prompts: [PromptStatistics]) throws(AllocationError) {
    for (index, prompt) in prompts.enumerated() {
      guard prompt.successes >= 0, prompt.successes <= prompt.samples else {
        throw .invalidCounts(index: index, successes: prompt.successes, samples: prompt.samples)
      }
      if let deviation = prompt.scoreDeviation, !(deviation >= 0 && deviation.isFinite) {
        throw .invalidValue(name: "scoreDeviation", index: index, value: deviation)
      }
    }
  }
}
