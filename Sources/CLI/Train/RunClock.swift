/// Wall-clock time since the beginning and between laps, in seconds.
struct RunClock {
  private let start = ContinuousClock.now
  private var last = ContinuousClock.now

  var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

  mutating func lap() -> Double {
    let now = ContinuousClock.now
    defer { last = now }
    return max((now - last) / .seconds(1), 1e-9)
  }
}
