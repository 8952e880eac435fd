import CNumerics
import Dispatch
import Synchronization

/// Gradients and token statistics of whole batches, on several threads, with results that do not depend on their number.
///
/// The sequences of a batch are dealt to a constant number of shards. Each shard runs forward and backward over its chunks and adds into a gradient of
/// its own; the shards' gradients are then added in order. Threads only decide who runs a shard. Memory is reused from call to call.
public final class TransformerTrainer {
  /// The shape.
  public let configuration: ModelConfiguration
  /// The most tokens computed at once.
  public let maximumRows: Int
  /// One per shard.
  let passes: [TransformerPass]
  /// How the sequences of the last call were dealt.
  private var shards: SequenceShards
  /// One gradient per shard, one after the other.
  private var shardGradients: UnsafeMutableBufferPointer<Float>
  /// The gradient of the last call.
  ///
  /// It is what the call returned. Whoever still holds a copy at the next call makes that call allocate a new one.
  public private(set) var gradient: [Float]

  /// Buffers for `shardCount` shards; 256 rows keep a layer of a small model in the second-level cache.
  ///
  /// - Precondition: a sound configuration; positive counts.
  public init(configuration: ModelConfiguration, shardCount: Int = 4, maximumRows: Int = 256) {
    precondition(shardCount > 0, "\(shardCount) shards")
    precondition(maximumRows > 0, "chunks of \(maximumRows) rows")
    self.configuration = configuration
    self.maximumRows = maximumRows
    passes = (0..<shardCount).map { _ in TransformerPass(configuration: configuration) }
    shards = SequenceShards(shards: shardCount)
    let count = ParameterLayout(configuration).count
    shardGradients = .allocate(capacity: count * shardCount)
    shardGradients.initialize(repeating: 0)
    gradient = Array(repeating: 0, count: count)
  }

  deinit { shardGradients.deallocate() }

  /// The number of shards, the most threads that are of use.
  public var shardCount: Int { passes.count }

  /// What each chunk's logits become: called between forward and backward with the places among the scored rows that the chunk holds.
  typealias Fill = @Sendable (_ places: Range<Int>, _ pass: TransformerPass) -> Void

  /// The gradient of a loss whose derivative by the logits `fill` writes into each pass.
  ///
  /// `scored` counts rows from the first token of all sequences, strictly ascending. Chunks without a scored row are skipped: their gradient is 0.
  ///
  /// - Precondition: one weight per parameter; `threads > 0`.
  func accumulateGradient(
    parameters: [Float], sequences: PackedSequences, scored: [Int32], threads: Int, fill: Fill
  ) -> [Float] {
    let count = gradient.count
    shards.deal(sequences, maximumRows: maximumRows)
    let shards = shards
    nonisolated(unsafe) let passes = passes
    nonisolated(unsafe) let gradients = shardGradients
    parameters.withUnsafeBufferPointer { parameters in
      scored.withUnsafeBufferPointer { scored in
        nonisolated(unsafe) let parameters = parameters
        nonisolated(unsafe) let scored = scored
        Self.forEach(shardCount, threads: threads) { shard in
          let own = UnsafeMutableBufferPointer(rebasing: gradients[shard * count..<(shard + 1) * count])
          own.update(repeating: 0)
          for chunk in shards.chunks[shard] {
            let places = Self.places(of: chunk, in: sequences, scored)
            guard !places.isEmpty else { continue }
            let pass = passes[shard]
            pass.forward(
              parameters: parameters, sequences: sequences, range: chunk,
              scored: UnsafeBufferPointer(rebasing: scored[places]), keepsActivations: true)
            fill(places, pass)
            pass.backward(parameters: parameters, gradients: own)
          }
        }
      }
    }
    addShards(threads: threads)
    return gradient
  }

  /// Runs the forward pass over all chunks and calls `body` after each, in no particular order.
  func forEachChunk(
    parameters: [Float], sequences: PackedSequences, scored: [Int32], threads: Int, body: Fill
  ) {
    shards.deal(sequences, maximumRows: maximumRows)
    let shards = shards
    nonisolated(unsafe) let passes = passes
    parameters.withUnsafeBufferPointer { parameters in
      scored.withUnsafeBufferPointer { scored in
        nonisolated(unsafe) let parameters = parameters
        nonisolated(unsafe) let scored = scored
        Self.forEach(shardCount, threads: threads) { shard in
          for chunk in shards.chunks[shard] {
            let places = Self.places(of: chunk, in: sequences, scored)
            guard !places.isEmpty else { continue }
            passes[shard].forward(
              parameters: parameters, sequences: sequences, range: chunk,
              scored: UnsafeBufferPointer(rebasing: scored[places]), keepsActivations: false)
            body(places, passes[shard])
          }
        }
      }
    }
  }

  /// gradient = the shards' gradients, added in order.
  private func addShards(threads: Int) {
    let count = gradient.count
    let blockSize = 1 << 16
    nonisolated(unsafe) let gradients = shardGradients
    let shards = shardCount
    gradient.withUnsafeMutableBufferPointer { total in
      nonisolated(unsafe) let total = total
      // Each entry is one sum in one order, whoever computes it.
      Self.forEach((count + blockSize - 1) / blockSize, threads: threads) { block in
        let places = block * blockSize..<min(count, (block + 1) * blockSize)
        guard let target = total.baseAddress, let source = gradients.baseAddress else { return }
        (target + places.lowerBound).update(from: source + places.lowerBound, count: places.count)
        for shard in 1..<max(1, shards) {
          numerics_add(places.count, source + shard * count + places.lowerBound, target + places.lowerBound)
        }
      }
    }
  }

  /// The places in `scored` whose rows belong to the sequences of `chunk`.
  private static func places(
    of chunk: Range<Int>, in sequences: PackedSequences, _ scored: UnsafeBufferPointer<Int32>
  ) -> Range<Int> {
    func first(notBelow row: Int) -> Int {
      var low = 0
      var high = scored.count
      while low < high {
        let middle = (low + high) / 2
        if Int(scored[middle]) < row { low = middle + 1 } else { high = middle }
      }
      return low
    }
    let lower = first(notBelow: sequences.starts[chunk.lowerBound])
    return lower..<max(lower, first(notBelow: sequences.starts[chunk.upperBound]))
  }

  /// Runs `body` for every index below `count`, on at most `threads` threads.
  private static func forEach(_ count: Int, threads: Int, _ body: @Sendable (Int) -> Void) {
    precondition(threads > 0, "\(threads) threads")
    if threads == 1 || count <= 1 {
      for index in 0..<count { body(index) }
      return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        body(index)
      }
    }
  }
}
