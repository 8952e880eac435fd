/// How the sequences of a batch are dealt: to shards, each summed into a gradient of its own, and within a shard to chunks that are computed at once.
///
/// A pure function of the lengths and of two constants, so that the order in which gradients are added never depends on the number of threads.
struct SequenceShards: Sendable, Hashable {
  /// The ranges of sequences of each shard, in order.
  private(set) var chunks: [[Range<Int>]]

  /// No sequences yet.
  init(shards: Int) {
    precondition(shards > 0, "\(shards) shards")
    chunks = Array(repeating: [], count: shards)
  }

  /// Deals `sequences`.
  init(_ sequences: PackedSequences, shards: Int, maximumRows: Int) {
    self.init(shards: shards)
    deal(sequences, maximumRows: maximumRows)
  }

  /// Consecutive sequences to each shard, about equally many tokens; within it chunks of at most `maximumRows` tokens, a longer sequence alone.
  ///
  /// Sequence i, with tokens before it b and length l, goes to shard ⌊shards · (b + l/2) / tokens⌋: where its middle lies. The memory of the last deal is reused.
  mutating func deal(_ sequences: PackedSequences, maximumRows: Int) {
    precondition(maximumRows > 0, "chunks of \(maximumRows) rows")
    let shards = chunks.count
    for shard in 0..<shards { chunks[shard].removeAll(keepingCapacity: true) }
    for sequence in 0..<sequences.count {
      let places = sequences.range(sequence)
      let doubled = places.lowerBound + places.upperBound
      // Empty sequences at the very end have their middle at the end.
      let shard = min(shards - 1, shards * doubled / max(1, 2 * sequences.tokenCount))
      if let last = chunks[shard].last,
        places.upperBound - sequences.starts[last.lowerBound] <= maximumRows
      {
        chunks[shard][chunks[shard].count - 1] = last.lowerBound..<sequence + 1
      } else {
        chunks[shard].append(sequence..<sequence + 1)
      }
    }
  }
}
