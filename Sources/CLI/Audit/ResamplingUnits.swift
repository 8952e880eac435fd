import Statistics

/// What the bootstrap draws: prompts, or blocks of prompts where there are many.
///
/// A prompt is drawn with all its steps, which are not independent of each other. Beyond `mostUnits` prompts, they are dealt at random into
/// `mostUnits` blocks (at random, because every thousandth prompt of a log may be of a kind): blocks of independent prompts are independent and alike, so that resampling them gives the same interval up to the 1/√(2·1000) ≈ 2 % by
/// which a spread estimated from a thousand units is uncertain, at a cost that does not grow with the log.
struct ResamplingUnits: Sendable {
  /// The most units: beyond it, precision would not gain and the jackknife takes the square of their number.
  static let mostUnits = 1000

  /// The unit of each prompt.
  let unit: [Int]
  /// The number of units.
  let count: Int

  /// The units of prompts called `names`; equal names belong together.
  ///
  /// `seed` deals blocks.
  init(names: [String], seed: UInt64) {
    var ordinal: [String: Int] = [:]
    var places: [Int] = []
    for name in names {
      let next = ordinal.count
      let place = ordinal[name] ?? next
      ordinal[name] = place
      places.append(place)
    }
    count = min(ordinal.count, Self.mostUnits)
    guard ordinal.count > Self.mostUnits else {
      unit = places
      return
    }
    var dealt = Array(0..<ordinal.count)
    var stream = RandomStream(StreamKey(seed: seed, claim: "audit-units"))
    for last in stride(from: dealt.count - 1, to: 0, by: -1) {
      dealt.swapAt(last, stream.index(below: last + 1))
    }
    unit = places.map { dealt[$0] % Self.mostUnits }
  }

  /// The sums of `values` over the prompts of each unit.
  func sums(_ values: [Double]) -> [Double] {
    var result = Array(repeating: 0.0, count: count)
    for (unit, value) in zip(unit, values) { result[unit] += value }
    return result
  }
}
