public import CNumerics

/// A counter-based random stream: Philox4x32-10 under a `StreamKey`.
///
/// The counter's low 64 bits count blocks of four 32-bit words, its high 64 bits hold the replicate, the key holds seed, claim and
/// design point. Streams of different replicates therefore never overlap, and making one costs nothing.
///
/// - Source: `salmon2011`, Philox4x32-10.
@frozen
public struct RandomStream: RandomNumberGenerator, Sendable {
  @usableFromInline var state: numerics_philox_state

  /// The stream that `key` names, at its beginning.
  public init(_ key: StreamKey) {
    let philoxKey = key.philoxKey
    self.init(key: philoxKey, replicate: key.replicate)
  }

  /// The stream of a raw 64-bit Philox key; used by the published test vectors.
  public init(key: UInt64, replicate: UInt64) {
    state = numerics_philox_state()
    state.key0 = UInt32(truncatingIfNeeded: key)
    state.key1 = UInt32(truncatingIfNeeded: key >> 32)
    state.counter2 = UInt32(truncatingIfNeeded: replicate)
    state.counter3 = UInt32(truncatingIfNeeded: replicate >> 32)
    state.position = 4
  }

  /// The next 32-bit word.
  @inlinable
  public mutating func nextWord() -> UInt32 {
    if state.position >= 4 { refill() }
    let position = state.position
    state.position = position &+ 1
    switch position {
    case 0: return state.block0
    case 1: return state.block1
    case 2: return state.block2
    default: return state.block3
    }
  }

  /// The next 64 random bits, low word first.
  @inlinable
  public mutating func next() -> UInt64 {
    let low = UInt64(nextWord())
    let high = UInt64(nextWord())
    return high << 32 | low
  }

  /// A uniform number in [0, 1), a multiple of 2⁻⁵³.
  @inlinable
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A uniform number in (0, 1), for logarithms: the midpoints of the 2⁵² equal cells.
  @inlinable
  public mutating func uniformOpen() -> Double { (Double(next() >> 12) + 0.5) * 0x1p-52 }

  /// A uniform index in 0..<bound, without modulo bias (Swift's own rejection method on this stream).
  @inlinable
  public mutating func index(below bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

  @inlinable
  mutating func refill() {
    let block = Philox4x32.block(
      counter: SIMD4(state.counter0, state.counter1, state.counter2, state.counter3),
      key: SIMD2(state.key0, state.key1))
    state.block0 = block[0]
    state.block1 = block[1]
    state.block2 = block[2]
    state.block3 = block[3]
    state.position = 0
    state.counter0 = state.counter0 &+ 1
    if state.counter0 == 0 { state.counter1 = state.counter1 &+ 1 }
  }
}
