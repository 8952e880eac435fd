/// The lengths from which `StopRule` looks for an answer and by which it wants one.
///
/// K1 and K2 are .3 and .7 of the longest response at first, and then the .3 and .8 quantiles of the last 1024 lengths, refreshed every 10 steps.
///
/// - Source: `duet2026`. Unverified: that quantiles are interpolated linearly, and which rollouts' lengths they are of.
public struct StopLandmarks: Sendable, Hashable, Codable {
  /// K1.
  public private(set) var first: Int
  /// K2.
  public private(set) var second: Int
  /// The lengths remembered, the oldest first.
  private var lengths: [Int] = []
  private var steps = 0
  /// How many lengths are remembered.
  public var window: Int
  /// Steps between refreshes.
  public var interval: Int

  /// The published numbers for responses of at most `maximumLength` tokens.
  public init(maximumLength: Int, window: Int = 1024, interval: Int = 10) {
    precondition(maximumLength > 0, "the longest response has \(maximumLength) tokens")
    precondition(window > 0, "\(window) lengths are remembered, at least one must be")
    precondition(interval > 0, "\(interval) steps between refreshes, there must be at least one")
    first = Int(0.3 * Double(maximumLength))
    second = Int(0.7 * Double(maximumLength))
    self.window = window
    self.interval = interval
  }

  /// Fixed lengths until the first refresh.
  public init(first: Int, second: Int) {
    precondition(0 <= first && first <= second, "K1 is \(first) and K2 is \(second)")
    self.init(maximumLength: max(1, second))
    self.first = first
    self.second = second
  }

  /// These settings with what `other` has learnt; nil where that is impossible for responses of at most `maximumLength` tokens.
  public func remembering(_ other: Self, maximumLength: Int) -> Self? {
    let range = 0...maximumLength
    guard range.contains(other.first), range.contains(other.second), other.first <= other.second,
      other.lengths.count <= window, other.lengths.allSatisfy(range.contains), other.steps >= 0,
      other.steps < .max
    else { return nil }
    var result = self
    result.first = other.first
    result.second = other.second
    result.lengths = other.lengths
    result.steps = other.steps
    return result
  }

  /// Learns the lengths of one step; every tenth step refreshes K1 and K2.
  public mutating func observe(lengths new: [Int]) {
    lengths.append(contentsOf: new.suffix(window))
    lengths.removeFirst(max(0, lengths.count - window))
    steps += 1
    guard steps % interval == 0, !lengths.isEmpty else { return }
    let sorted = lengths.sorted()
    first = Int(Self.quantile(0.3, of: sorted))
    second = Int(Self.quantile(0.8, of: sorted))
  }

  private static func quantile(_ share: Double, of sorted: [Int]) -> Double {
    let place = share * Double(sorted.count - 1)
    let below = Int(place)
    let above = min(below + 1, sorted.count - 1)
    return Double(sorted[below]) + (place - Double(below)) * Double(sorted[above] - sorted[below])
  }
}
