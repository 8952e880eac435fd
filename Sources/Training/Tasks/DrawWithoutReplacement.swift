import Statistics

/// Draws numbers below a bound without replacement, each order equally likely.
///
/// A Fisher–Yates shuffle that remembers only the places it has touched: memory grows with the draws, not with the bound.
struct DrawWithoutReplacement {
  private var moved: [Int: Int] = [:]
  private var left: Int
  private var stream: RandomStream

  init(below bound: Int, _ key: StreamKey) {
    left = bound
    stream = RandomStream(key)
  }

  /// The next number; nil when all were drawn.
  mutating func next() -> Int? {
    guard left > 0 else { return nil }
    let place = stream.index(below: left)
    left -= 1
    let drawn = moved[place] ?? place
    // The last place moves into the hole; it is never looked at again under its own number.
    let last = moved.removeValue(forKey: left) ?? left
    if place != left { moved[place] = last }
    return drawn
  }
}
