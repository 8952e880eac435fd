/// The entropies between which a token's own entropy is placed.
public struct EntropyRange: Sendable, Hashable {
  /// H_min, in nats.
  public let lowest: Double
  /// H_max, in nats.
  public let highest: Double

  /// The range; throws where H_max < H_min or either is no number.
  public init(lowest: Double, highest: Double) throws(ModulationError) {
    guard lowest <= highest else { throw .invertedRange(lowest: lowest, highest: highest) }
    self.lowest = lowest
    self.highest = highest
  }

  /// All entropies that a vocabulary of K tokens allows: [0, log K].
  ///
  /// - Precondition: `vocabulary > 0`; a vocabulary of one has the range [0, 0].
  public init(vocabulary: Int) {
    lowest = 0
    highest = TokenBatch.largestEntropy(vocabulary: vocabulary)
  }
}
