import Statistics

/// What an examination runs under: seed, preset, threads, and the ways to report progress and to stop.
public struct Examination: Sendable {
  /// The root seed.
  public var seed: UInt64
  /// How much Monte Carlo to spend.
  public var preset: Preset
  /// Threads to compute on; results never depend on it.
  public var threads: Int
  /// The claim's identifier, part of every stream's key.
  public var claim: String
  /// Told the number of replicates just done.
  public var progress: @Sendable (Int) -> Void
  /// Asked often; true means stop.
  public var isCancelled: @Sendable () -> Bool

  /// Collects the parts.
  public init(
    seed: UInt64, preset: Preset, threads: Int, claim: String,
    progress: @escaping @Sendable (Int) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    self.seed = seed
    self.preset = preset
    self.threads = threads
    self.claim = claim
    self.progress = progress
    self.isCancelled = isCancelled
  }

  /// The key of a design point's streams; replicates branch off it by `key.replicate(_:)`.
  public func key(designPoint: Int) -> StreamKey {
    StreamKey(seed: seed, claim: claim, designPoint: UInt64(designPoint))
  }

  /// Maps over 0..<count on all threads, in index order, stopping between items when asked to.
  public func map<Element: Sendable>(
    _ count: Int, _ transform: @Sendable (Int) throws -> Element
  ) throws -> [Element] {
    try parallelMap(count: count, threads: threads) { index in
      if isCancelled() { throw CancellationError() }
      return try transform(index)
    }
  }
}
