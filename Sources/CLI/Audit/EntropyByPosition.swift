import Foundation

/// Entropy along the responses, in memory that does not grow with them.
///
/// The first 32 positions stand alone; beyond, eight ranges share every doubling, up to position 2²⁰, where all that follows is one.
struct EntropyByPosition: Sendable {
  private static let single = 32
  private static let perDoubling = 8
  private static let doublings = 15

  /// The entropies of one range of positions.
  struct Row: Sendable {
    /// The first position.
    var from: Int
    /// The last position; nil for no end.
    var through: Int?
    var entropies: FactorHistogram
  }

  private let largest: Double
  private var histograms: [FactorHistogram] = []

  /// For entropies of at most `largest` nats.
  init(largest: Double) { self.largest = largest }

  mutating func add(_ entropy: Double, position: Int) {
    let place = Self.place(position)
    while histograms.count <= place { histograms.append(FactorHistogram(0...largest)) }
    histograms[place].add(entropy)
  }

  /// The ranges that have tokens.
  var rows: [Row] {
    histograms.enumerated().filter { $0.element.count > 0 }.map { place, histogram in
      Row(
        from: Self.start(place), through: place == Self.last ? nil : Self.start(place + 1) - 1,
        entropies: histogram)
    }
  }

  private static let last = single + perDoubling * doublings

  /// The range of a position.
  static func place(_ position: Int) -> Int {
    if position < single { return position }
    let doubling = Int(log2(Double(position / single)))
    guard doubling < doublings else { return last }
    // single·2^d positions in eight equal parts.
    let size = (single << doubling) / perDoubling
    return single + perDoubling * doubling + (position - single << doubling) / size
  }

  /// The first position of a range.
  static func start(_ place: Int) -> Int {
    if place < single { return place }
    let doubling = (place - single) / perDoubling
    return single << doubling + (place - single) % perDoubling * ((single << doubling) / perDoubling)
  }
}
