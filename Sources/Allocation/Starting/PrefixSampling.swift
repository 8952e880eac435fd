/// Steers prompts towards a pass rate of ½ by replaying part of a rare success or of a rare failure.
///
/// A prompt whose group passed rarely (p̂ < .3) comes again in the next step, from within one of its own successes: a head start. One that failed rarely (p̂ > .7) comes again from within one of its
/// failures: a handicap. Groups with equal rewards are dropped, those between are trained on and no more. A stored response of T tokens is replayed up to
///
///     T − min(⌊T·ratio⌋, cap) for a head start,   min(⌊T·ratio⌋, cap) for a handicap
///
/// so that in both a larger ratio is harder. Replayed tokens are masked from the loss. A bucket's ratio is fixed or has a `PassRateController`.
///
/// - Source: `passRateControl2026`. T counted there an agent's steps; here it counts tokens. Unverified: a prompt that was replayed is not replayed again before a fresh visit.
/// - Edge cases: at least one token is left to draw. A prompt whose response was not stored starts at its beginning.
public struct PrefixSampling: TrajectoryStarter, Hashable {
  /// Prompts with pass rates in one range, and what is done with them.
  public struct Bucket: Sendable, Hashable, Codable {
    /// Whether a success is replayed, else a failure.
    public var replaysSuccess: Bool
    /// The smallest pass rate; it belongs to the bucket where successes are replayed.
    public var lower: Double
    /// The largest pass rate; it belongs to the bucket where failures are replayed.
    public var upper: Double
    /// The ratio, and how it moves.
    public var controller: PassRateController
    /// Whether the ratio moves.
    public var isAdaptive: Bool

    /// A bucket.
    public init(
      replaysSuccess: Bool, lower: Double, upper: Double, controller: PassRateController, isAdaptive: Bool
    ) {
      precondition(0 <= lower && lower < upper && upper <= 1, "the bucket is \(lower) to \(upper)")
      self.replaysSuccess = replaysSuccess
      self.lower = lower
      self.upper = upper
      self.controller = controller
      self.isAdaptive = isAdaptive
    }

    func contains(_ rate: Double) -> Bool {
      replaysSuccess ? lower <= rate && rate < upper : lower < rate && rate <= upper
    }
  }

  /// The buckets, apart from each other.
  public private(set) var buckets: [Bucket]
  /// Tokens that a head start leaves to draw, at most.
  public var headStartCap: Int
  /// Tokens of a failure that are replayed, at most.
  public var handicapCap: Int
  /// Prompts that come again, in order, each with its bucket.
  private var waiting: [Carried] = []

  private struct Carried: Sendable, Hashable, Codable {
    var prompt: Int
    var bucket: Int
  }

  /// Any buckets.
  public init(buckets: [Bucket], headStartCap: Int = .max, handicapCap: Int = .max) {
    precondition(headStartCap > 0, "a head start leaves \(headStartCap) tokens, it must leave one")
    precondition(handicapCap >= 0, "a handicap has \(handicapCap) tokens, it must not be negative")
    self.buckets = buckets
    self.headStartCap = headStartCap
    self.handicapCap = handicapCap
  }

  /// The two published buckets with fixed ratios, .25 of a success left and .25 of a failure replayed.
  ///
  /// The text says so; a table of it has .75 for the first.
  public init(remaining: Double = 0.25, prefix: Double = 0.25, rare: Double = 0.3, frequent: Double = 0.7) {
    self.init(buckets: [
      .init(
        replaysSuccess: true, lower: 0, upper: rare, controller: .init(ratio: remaining), isAdaptive: false),
      .init(
        replaysSuccess: false, lower: frequent, upper: 1, controller: .init(ratio: prefix), isAdaptive: false),
    ])
  }

  /// The two buckets, each with a controller of its own: .45 and .55 at first, as published for the largest model.
  public static func controlled(
    remaining: Double = 0.45, prefix: Double = 0.55, handicapCap: Int = .max
  ) -> PrefixSampling {
    var sampling = PrefixSampling(remaining: remaining, prefix: prefix)
    for index in sampling.buckets.indices { sampling.buckets[index].isAdaptive = true }
    sampling.handicapCap = handicapCap
    return sampling
  }

  /// Four buckets with controllers of their own, so that one success in eight is steered apart from two.
  ///
  /// Secondary: that there are four. Unverified: that 3/16 and 13/16 part them.
  public static func fourBuckets(remaining: Double = 0.45, prefix: Double = 0.55) -> PrefixSampling {
    let hard = PassRateController(ratio: remaining)
    let easy = PassRateController(ratio: prefix)
    return PrefixSampling(buckets: [
      .init(replaysSuccess: true, lower: 0, upper: 0.1875, controller: hard, isAdaptive: true),
      .init(replaysSuccess: true, lower: 0.1875, upper: 0.3, controller: hard, isAdaptive: true),
      .init(replaysSuccess: false, lower: 0.7, upper: 0.8125, controller: easy, isAdaptive: true),
      .init(replaysSuccess: false, lower: 0.8125, upper: 1, controller: easy, isAdaptive: true),
    ])
  }

  /// Within a stored response for the prompts that come again, else at the beginning; of a prompt that is also among the fresh ones only the first, which is the one carried over.
  public func starts(_ prompts: [PromptRecord]) -> [TrajectoryStart] {
    var places = bucketOfPrompt()
    return prompts.map { record in
      guard let place = places.removeValue(forKey: record.prompt) else { return .beginning }
      let ratio = buckets[place].controller.ratio
      return if buckets[place].replaysSuccess {
        record.storedSuccesses > 0 ? .afterSuccess(fraction: 1 - ratio) : .beginning
      } else {
        record.storedFailures > 0 ? .afterFailure(fraction: ratio) : .beginning
      }
    }
  }

  /// The prompts that come again.
  public func carriedOver() -> [Int] { waiting.map(\.prompt) }

  /// The published whole numbers of tokens, less where nothing would be left to draw.
  public func replayedTokens(_ start: TrajectoryStart, length: Int) -> Int {
    let tokens =
      switch start {
      case .beginning: 0
      case .afterSuccess(let fraction):
        length - min(Int(Double(length) * onGrid(1 - fraction)), headStartCap)
      case .afterFailure(let fraction): min(Int(Double(length) * onGrid(fraction)), handicapCap)
      }
    return max(0, min(length - 1, tokens))
  }

  /// Puts the fresh prompts of a bucket in the queue, takes out what was replayed, moves the controllers.
  public mutating func observe(_ outcomes: [GroupOutcome]) {
    let places = bucketOfPrompt()
    var rates = buckets.map { _ in (sum: 0.0, count: 0) }
    var observed: Set<Int> = []
    var next: [Carried] = []
    var queued: Set<Int> = []
    for outcome in outcomes where outcome.samples > 0 {
      let rate = Double(outcome.successes) / Double(outcome.samples)
      observed.insert(outcome.prompt)
      if outcome.start != .beginning {
        guard let place = places[outcome.prompt] else { continue }
        rates[place].sum += rate
        rates[place].count += 1
      } else if outcome.successes > 0, outcome.successes < outcome.samples,
        let place = buckets.firstIndex(where: { $0.contains(rate) }),
        // A batch may hold a prompt twice; its first group decides.
        queued.insert(outcome.prompt).inserted
      {
        next.append(Carried(prompt: outcome.prompt, bucket: place))
      }
    }
    waiting = waiting.filter { !observed.contains($0.prompt) } + next
    for index in buckets.indices where buckets[index].isAdaptive {
      let seen = rates[index]
      buckets[index].controller.observe(passRate: seen.count > 0 ? seen.sum / Double(seen.count) : nil)
    }
  }

  /// These settings with what `other` has learnt; nil where that is impossible for such a pool.
  public func remembering(_ other: Self, pool: PoolShape) -> Self? {
    guard other.buckets.count == buckets.count,
      other.waiting.allSatisfy({ pool.contains($0.prompt) && buckets.indices.contains($0.bucket) })
    else { return nil }
    var result = self
    result.waiting = other.waiting
    for index in buckets.indices {
      let past = other.buckets[index].controller
      guard let moved = buckets[index].controller.remembering(past) else { return nil }
      result.buckets[index].controller = moved
    }
    return result
  }

  private func bucketOfPrompt() -> [Int: Int] {
    Dictionary(waiting.map { ($0.prompt, $0.bucket) }, uniquingKeysWith: { $1 })
  }
}
