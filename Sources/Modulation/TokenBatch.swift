/// The tokens that are processed together: what every token-level rule reads, as parallel arrays.
///
/// Token t was drawn with probability `exp(logProbabilities[t])` from a distribution of entropy `entropies[t]` (nats), and its response's advantage is
/// `advantages[t]`. A batch may be empty; so may a response, when none of its tokens is valid.
public struct TokenBatch: Sendable, Hashable {
  /// log π of the sampled token, in nats, at most 0.
  public let logProbabilities: [Double]
  /// The entropy H of the distribution that the token was drawn from, in nats.
  public let entropies: [Double]
  /// The advantage A of the token before modulation.
  public let advantages: [Double]
  /// The ratio ρ = π/π_old; nil on-policy, where it is 1 everywhere.
  public let ratios: [Double]?
  /// The response that each token belongs to.
  public let sequences: [Int]
  /// The place of each token in its response; nil if unknown.
  public let positions: [Int]?
  /// The prompt that each token's response answers; nil if unknown.
  public let groups: [Int]?
  /// The state in which each token was drawn; nil if unknown.
  public let states: [Int]?
  /// Whether each token counts; nil if all do.
  public let isValid: [Bool]?

  /// The slack for rounding in logs: log π up to this above 0 and entropies down to this below 0 count as 0.
  ///
  /// Logs of single precision (24 bits) with log-probabilities from a sum over up to 2¹⁸ terms are off by a few 10⁻⁷.
  public static let roundingTolerance = 1e-6

  /// Collects and checks the arrays.
  ///
  /// `vocabulary`, where given, bounds entropies by log K (within `roundingTolerance`, relative and absolute). Labels of responses, prompts and states lie in 0..<count: a
  /// table indexed by them never exceeds the batch.
  public init(
    logProbabilities: [Double], entropies: [Double], advantages: [Double], ratios: [Double]? = nil,
    sequences: [Int], positions: [Int]? = nil, groups: [Int]? = nil, states: [Int]? = nil,
    isValid: [Bool]? = nil, vocabulary: Int? = nil
  ) throws(ModulationError) {
    let count = logProbabilities.count
    try Self.check("entropies", entropies.count, count)
    try Self.check("advantages", advantages.count, count)
    try Self.check("ratios", ratios?.count, count)
    try Self.check("isValid", isValid?.count, count)
    try Self.check("positions", positions?.count, count)
    for (name, labels) in [("sequences", sequences), ("groups", groups), ("states", states)] {
      try Self.check(name, labels?.count, count)
      if let index = labels?.firstIndex(where: { !(0..<max(count, 1)).contains($0) }), let labels {
        throw .outOfRange(
          name: name, index: index, value: Double(labels[index]), allowed: "lie in 0..<\(count)")
      }
    }
    let slack = Self.roundingTolerance
    self.logProbabilities = try Self.checked(
      "logProbabilities", logProbabilities, "be finite and at most 0", upper: 0,
      accepted: -.greatestFiniteMagnitude...slack)
    let largest = vocabulary.map { Self.largestEntropy(vocabulary: $0) } ?? .greatestFiniteMagnitude
    let allowed =
      vocabulary.map { "lie in [0, log K], \(Self.largestEntropy(vocabulary: $0)) for K = \($0)" }
      ?? "be finite and not negative"
    self.entropies = try Self.checked(
      "entropies", entropies, allowed, lower: 0,
      accepted: -slack...(vocabulary == nil ? largest : largest * (1 + slack) + slack))
    self.advantages = try Self.checked(
      "advantages", advantages, "be finite",
      accepted: -.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
    if let ratios {
      self.ratios = try Self.checked(
        "ratios", ratios, "be finite and positive",
        accepted: Double.leastNonzeroMagnitude...Double.greatestFiniteMagnitude)
    } else {
      self.ratios = nil
    }
    self.sequences = sequences
    self.positions = positions
    self.groups = groups
    self.states = states
    self.isValid = isValid
  }

  /// The number of tokens.
  public var count: Int { logProbabilities.count }

  /// Whether token `index` counts.
  @inlinable
  public func counts(_ index: Int) -> Bool { isValid?[index] ?? true }

  /// log K, the largest entropy of a vocabulary.
  ///
  /// - Precondition: at least one token.
  public static func largestEntropy(vocabulary: Int) -> Double {
    precondition(vocabulary > 0, "vocabulary is \(vocabulary), it must be positive")
    return naturalLogarithm(Double(vocabulary))
  }

  private static func check(_ name: String, _ count: Int?, _ expected: Int) throws(ModulationError) {
    guard let count, count != expected else { return }
    throw .wrongCount(name: name, count: count, expected: expected)
  }

  /// `values` clamped into [lower, upper]; throws for the first outside `accepted`, and for NaN.
  private static func checked(
    _ name: String, _ values: [Double], _ allowed: String, lower: Double = -.infinity,
    upper: Double = .infinity, accepted: ClosedRange<Double>
  ) throws(ModulationError) -> [Double] {
    var needsClamping = false
    for index in values.indices {
      let value = values[index]
      guard value >= accepted.lowerBound, value <= accepted.upperBound else {
        throw .outOfRange(name: name, index: index, value: value, allowed: allowed)
      }
      if value < lower || value > upper { needsClamping = true }
    }
    return needsClamping ? values.map { min(max($0, lower), upper) } : values
  }
}
