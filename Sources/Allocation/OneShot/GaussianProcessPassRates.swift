import Foundation
import Statistics

/// Predicts pass rates of prompts, also of those never rolled out, from features: a Gaussian process on the log-odds.
///
///     p = 1/(1 + e^{−m}),   K(x, y) = exp(−‖x − y‖²/(2ℓ²))
///     ĝ = logit(clip(p̂, ε, 1 − ε));   m_B ← ĝ;   m_rest ← m_rest + K_{rest,B} (K_BB + jitter·I)⁻¹ (ĝ − m_B)
///
/// Each batch B of observed prompts moves the mean of all others by what the kernel says they share. Recursively, each batch starts from what the one before left; the released code starts from the prior mean, −1, each time.
///
/// A batch of m prompts in a pool of N costs O(m³ + N m d) for features of d numbers; batches beyond `Settings.maximumBatch` are refused.
///
/// - Source: `vip2026`; the conditional mean is that of `rasmussen2006`, equation 2.25. The paper's features are sentence embeddings of 384 numbers.
public struct GaussianProcessPassRates: Sendable, Hashable, Codable {
  /// What shapes the process.
  public struct Settings: Sendable, Hashable, Codable {
    /// ℓ.
    public var lengthScale: Double
    /// What is added to the diagonal.
    public var jitter: Double
    /// ε.
    public var clip: Double
    /// m before anything was observed.
    public var priorMean: Double
    /// Whether each batch starts from the prior mean again.
    public var refitsFromPrior: Bool
    /// The largest batch.
    public var maximumBatch: Int

    /// The released scale, jitter and clip, with the paper's prior mean and recursion; the cap is ours.
    public init(
      lengthScale: Double = 0.4, jitter: Double = 1e-4, clip: Double = 1e-6, priorMean: Double = 0,
      refitsFromPrior: Bool = false, maximumBatch: Int = 1024
    ) {
      precondition(lengthScale > 0 && lengthScale.isFinite, "ℓ is \(lengthScale), it must be positive")
      // Far above the rounding of a kernel matrix, so that the factor always exists.
      precondition(jitter >= 1e-8 && jitter.isFinite, "the jitter is \(jitter), it must be at least 1e-8")
      precondition(clip > 0 && clip < 0.5, "ε is \(clip), it must lie in (0, ½)")
      precondition(priorMean.isFinite, "the prior mean is \(priorMean), it must be finite")
      precondition(maximumBatch > 0, "the largest batch is \(maximumBatch), it must be positive")
      self.lengthScale = lengthScale
      self.jitter = jitter
      self.clip = clip
      self.priorMean = priorMean
      self.refitsFromPrior = refitsFromPrior
      self.maximumBatch = maximumBatch
    }

    /// As the released code has it: from −1 at each step.
    public static let released = Settings(priorMean: -1, refitsFromPrior: true)
  }

  /// What shapes the process.
  public let settings: Settings
  /// m, the predicted log-odds of every prompt of the pool.
  public private(set) var logOdds: [Double]
  private let dimension: Int
  /// The features of the pool, prompt after prompt.
  private let features: [Double]

  /// A process over a pool of prompts, before anything was observed.
  ///
  /// Throws where there is no prompt, a prompt has no features or another number of them than the first, or one is not finite.
  public init(features: [[Double]], settings: Settings = Settings()) throws(AllocationError) {
    guard let first = features.first else { throw .noPrompts }
    for (index, row) in features.enumerated() {
      guard !row.isEmpty else { throw .missing(name: "features", index: index) }
      guard row.count == first.count else {
        throw .wrongCount(name: "the features of prompt \(index)", count: row.count, expected: first.count)
      }
      for value in row where !value.isFinite {
        throw .outOfRange(name: "a feature of prompt \(index)", value: value, allowed: "be finite")
      }
    }
    self.settings = settings
    dimension = first.count
    self.features = features.flatMap(\.self)
    logOdds = [Double](repeating: settings.priorMean, count: features.count)
  }

  /// A process over no pool yet: every prompt lacks its features.
  static var withoutPool: Self { Self() }

  private init() {
    settings = Settings()
    dimension = 0
    features = []
    logOdds = []
  }

  /// The predicted pass rate; throws for a prompt outside the pool, whose features are not known.
  public func passRate(_ prompt: Int) throws(AllocationError) -> Double {
    guard logOdds.indices.contains(prompt) else { throw .missing(name: "features", index: prompt) }
    return 1 / (1 + exp(-logOdds[prompt]))
  }

  /// This process with what `other`, one of the same pool, has learnt; nil where it is none.
  func remembering(_ other: Self) -> Self? {
    guard other.logOdds.count == logOdds.count, other.logOdds.allSatisfy(\.isFinite) else { return nil }
    var result = self
    result.logOdds = other.logOdds
    return result
  }

  /// Takes in the pass rates of a batch.
  ///
  /// Throws where the lists differ in length, a rate lies outside 0...1, a prompt is outside the pool or stands twice, or the batch is larger than the cap. An empty batch teaches nothing.
  public mutating func observe(_ prompts: [Int], passRates: [Double]) throws(AllocationError) {
    guard prompts.count == passRates.count else {
      throw .wrongCount(name: "passRates", count: passRates.count, expected: prompts.count)
    }
    guard prompts.count <= settings.maximumBatch else {
      throw .outOfRange(
        name: "the batch of observed prompts", value: Double(prompts.count),
        allowed: "be at most \(settings.maximumBatch), as the cost grows with its cube")
    }
    try EvenDivision.check(passRates)
    for prompt in prompts where !logOdds.indices.contains(prompt) {
      throw .missing(name: "features", index: prompt)
    }
    guard Set(prompts).count == prompts.count else {
      throw .outOfRange(
        name: "the number of different prompts", value: Double(Set(prompts).count),
        allowed: "be \(prompts.count), that of the batch")
    }
    guard !prompts.isEmpty else { return }
    precondition(dimension > 0, "a process that was read from a file has no features")
    if settings.refitsFromPrior {
      logOdds = [Double](repeating: settings.priorMean, count: logOdds.count)
    }
    condition(on: prompts, passRates)
  }

  private enum CodingKeys: CodingKey { case settings, logOdds }

  /// Reads what a process has learnt; the features are not written down, so that it predicts, and learns nothing more until one that has them takes it over (`remembering`).
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    settings = try values.decode(Settings.self, forKey: .settings)
    logOdds = try values.decode([Double].self, forKey: .logOdds)
    dimension = 0
    features = []
  }

  private mutating func condition(on batch: [Int], _ passRates: [Double]) {
    let observed = passRates.map { rate in
      let clipped = min(max(rate, settings.clip), 1 - settings.clip)
      return log(clipped / (1 - clipped))
    }
    let count = batch.count
    var covariance = [Double](repeating: 0, count: count * count)
    for i in 0..<count {
      for j in 0..<i { covariance[i * count + j] = kernel(batch[i], batch[j]) }
      covariance[i * count + i] = 1 + settings.jitter
    }
    let weights: [Double]
    do {
      weights = try CholeskyFactor(covariance, order: count).solve(
        zip(batch, observed).map { $1 - logOdds[$0] })
    } catch {
      preconditionFailure("a kernel matrix with jitter \(settings.jitter) has no factor: \(error)")
    }
    for prompt in logOdds.indices {
      var move = 0.0
      for (member, weight) in zip(batch, weights) { move += kernel(prompt, member) * weight }
      logOdds[prompt] += move
    }
    // The observed ones take what was seen itself.
    for (prompt, value) in zip(batch, observed) { logOdds[prompt] = value }
  }

  private func kernel(_ first: Int, _ second: Int) -> Double {
    var square = 0.0
    for k in 0..<dimension {
      let difference = features[first * dimension + k] - features[second * dimension + k]
      square += difference * difference
    }
    return exp(-square / (2 * settings.lengthScale * settings.lengthScale))
  }
}
