/// Moves a replay ratio until the prompts that are replayed pass half of the time.
///
/// The pass rate of the replayed prompts is averaged exponentially with weight .05. Above .53 the ratio rises by .05, which makes the task harder, below .47 it falls; after a move it rests for 5 steps.
///
/// - Source: `passRateControl2026`. Unverified: the average starts at the target, the ratio stays within .05 to .95, and the average goes on through the rest.
public struct PassRateController: Sendable, Hashable, Codable {
  /// The pass rate that is aimed at.
  public var target: Double
  /// How far the average may lie from it.
  public var deadZone: Double
  /// What a move adds or takes off.
  public var step: Double
  /// The weight of a new pass rate in the average.
  public var smoothing: Double
  /// Steps of rest after a move.
  public var coolDown: Int
  /// The smallest ratio.
  public var leastRatio: Double
  /// The largest ratio.
  public var mostRatio: Double

  /// The ratio as moved so far.
  public private(set) var ratio: Double
  /// The average of the pass rates so far.
  public private(set) var average: Double
  /// Steps of rest that are left.
  public private(set) var rest = 0

  /// The published numbers, from a ratio of the caller's.
  public init(
    ratio: Double, target: Double = 0.5, deadZone: Double = 0.03, step: Double = 0.05,
    smoothing: Double = 0.05, coolDown: Int = 5, leastRatio: Double = 0.05, mostRatio: Double = 0.95
  ) {
    precondition(
      0 <= leastRatio && leastRatio <= ratio && ratio <= mostRatio && mostRatio <= 1,
      "the ratio is \(ratio), it must lie between \(leastRatio) and \(mostRatio), within [0, 1]")
    precondition(target > 0 && target < 1, "the target is \(target), it must lie in (0, 1)")
    precondition(deadZone >= 0, "the dead zone is \(deadZone), it must not be negative")
    precondition(step > 0, "the step is \(step), it must be positive")
    precondition(smoothing > 0 && smoothing <= 1, "the weight is \(smoothing), it must lie in (0, 1]")
    precondition(coolDown >= 0, "the rest is \(coolDown) steps, it must not be negative")
    self.ratio = ratio
    self.target = target
    self.deadZone = deadZone
    self.step = step
    self.smoothing = smoothing
    self.coolDown = coolDown
    self.leastRatio = leastRatio
    self.mostRatio = mostRatio
    average = target
  }

  /// This controller where `other` stands; nil where that is outside its range.
  func remembering(_ other: Self) -> Self? {
    guard other.ratio >= leastRatio, other.ratio <= mostRatio, other.average >= 0, other.average <= 1,
      (0...coolDown).contains(other.rest)
    else { return nil }
    var result = self
    result.ratio = other.ratio
    result.average = other.average
    result.rest = other.rest
    return result
  }

  /// Learns from one step: the mean pass rate of its replayed prompts, nil where there were none.
  public mutating func observe(passRate: Double?) {
    if let passRate { average += smoothing * (passRate - average) }
    if rest > 0 {
      rest -= 1
      return
    }
    let before = ratio
    if average > target + deadZone { ratio = min(onGrid(ratio + step), mostRatio) }
    if average < target - deadZone { ratio = max(onGrid(ratio - step), leastRatio) }
    if ratio != before { rest = coolDown }
  }
}

/// The decimal that a ratio stands for, to nine places: sums of .05 and 1 − .45 then truncate as the decimals do that were published.
func onGrid(_ ratio: Double) -> Double { (ratio * 1e9).rounded() / 1e9 }
