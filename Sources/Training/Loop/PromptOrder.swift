import Statistics

/// Which prompts of the pool each step takes: passes over the pool, each in an order of its own.
///
/// A pure function of (seed, step): a resumed run needs no generator state. A pass ends when fewer prompts are left than a step takes; those are dropped, as the trainers that the methods come from do.
public struct PromptOrder: Sendable, Hashable {
  /// The root seed.
  public let seed: UInt64
  /// Prompts in the pool.
  public let poolSize: Int
  /// Prompts that a batch takes.
  public let batchSize: Int

  /// - Precondition: a batch fits into the pool.
  public init(seed: UInt64, poolSize: Int, batchSize: Int) {
    precondition(
      batchSize > 0 && batchSize <= poolSize, "a batch of \(batchSize) from a pool of \(poolSize)")
    self.seed = seed
    self.poolSize = poolSize
    self.batchSize = batchSize
  }

  /// Batches of one pass over the pool.
  public var batchesPerEpoch: Int { poolSize / batchSize }

  /// The prompts of batch number `batch`, from 0.
  public func batch(_ batch: Int) -> [Int] {
    let place = batch % batchesPerEpoch
    return Array(pass(batch / batchesPerEpoch)[place * batchSize..<(place + 1) * batchSize])
  }

  /// The prompts of the whole pool in the order of pass number `epoch`, from 0.
  func pass(_ epoch: Int) -> [Int] {
    var stream = RandomStream(StreamKey(seed: seed, claim: "prompt-order").replicate(epoch))
    var order = Array(0..<poolSize)
    // Fisher and Yates: the standard library's shuffle may change with its version.
    for index in stride(from: poolSize - 1, to: 0, by: -1) {
      order.swapAt(index, stream.index(below: index + 1))
    }
    return order
  }

  /// Whether `batch` is the last of its pass.
  public func endsEpoch(_ batch: Int) -> Bool { batch % batchesPerEpoch == batchesPerEpoch - 1 }
}
