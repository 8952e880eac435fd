/// How responses are drawn.
public struct SamplingSettings: Sendable, Hashable {
  /// The temperature T; 0 takes the most probable token, of equal ones the first.
  public var temperature: Double
  /// Draws among this many of the largest logits only (of equal ones, those that come first); nil for all tokens.
  public var topK: Int?
  /// Draws, after `topK`, among the shortest run of the most probable tokens that holds at least this share of the mass left; 1 for all tokens.
  public var topP: Double
  /// The longest response, the stop token included.
  public var maximumTokens: Int
  /// The token that ends a response and belongs to it; a number outside the vocabulary never occurs.
  public var stopToken: Int32
  /// Whether the margin of each token is recorded: the largest probability less the second largest, before truncation.
  public var recordsMargins: Bool

  /// Settings; by default the policy itself is sampled, without truncation.
  public init(
    temperature: Double = 1, topK: Int? = nil, topP: Double = 1, maximumTokens: Int, stopToken: Int32,
    recordsMargins: Bool = false
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.maximumTokens = maximumTokens
    self.stopToken = stopToken
    self.recordsMargins = recordsMargins
  }

  /// What makes the settings unusable; empty when they are sound.
  public var problems: [String] { faults.map(\.description) }

  /// The temperatures that single precision can divide a logit by without overflow or loss of all differences.
  static let temperatures = 1e-4...1e6

  var faults: [TrainingError] {
    var found: [TrainingError] = []
    if temperature != 0 && !Self.temperatures.contains(temperature) {
      found.append(
        .invalid(
          name: "temperature", value: "\(temperature)",
          allowed: "be 0 or lie in \(Self.temperatures.lowerBound)...\(Self.temperatures.upperBound)"))
    }
    if let topK, topK < 1 {
      found.append(.invalid(name: "top-k", value: "\(topK)", allowed: "be at least 1"))
    }
    if !(topP > 0 && topP <= 1) {
      found.append(.invalid(name: "top-p", value: "\(topP)", allowed: "be above 0 and at most 1"))
    }
    if maximumTokens < 1 {
      found.append(.invalid(name: "maximum tokens", value: "\(maximumTokens)", allowed: "be at least 1"))
    }
    return found
  }
}
