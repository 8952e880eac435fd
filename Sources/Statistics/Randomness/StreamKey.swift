/// The name of one random stream: which experiment, which point of its design, which replicate.
///
/// A stream is a pure function of its key, so any row of any table can be replayed alone, and results do not depend on
/// the number of threads or on the order in which they ran.
public struct StreamKey: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The root seed given by the user.
  public var seed: UInt64
  /// The claim or run identifier.
  public var claim: String
  /// The index of the design point within the claim.
  public var designPoint: UInt64
  /// The index of the replicate within the design point.
  public var replicate: UInt64

  /// Names a stream.
  public init(seed: UInt64, claim: String, designPoint: UInt64 = 0, replicate: UInt64 = 0) {
    self.seed = seed
    self.claim = claim
    self.designPoint = designPoint
    self.replicate = replicate
  }

  /// The same claim and design point, another replicate.
  public func replicate(_ index: Int) -> StreamKey {
    precondition(index >= 0, "replicate \(index) is negative")
    var key = self
    key.replicate = UInt64(index)
    return key
  }

  /// The same claim, another design point.
  public func designPoint(_ index: Int) -> StreamKey {
    precondition(index >= 0, "design point \(index) is negative")
    var key = self
    key.designPoint = UInt64(index)
    return key
  }

  /// The key as it is printed in tables and failure messages.
  public var description: String { "\(seed)/\(claim)/\(designPoint)/\(replicate)" }

  /// The 64-bit Philox key of (seed, claim, design point); the replicate goes into the counter's high half.
  ///
  /// FNV-1a reads the claim's UTF-8 bytes and a SplitMix64 finaliser mixes the three parts. Swift's own `Hasher` is seeded anew
  /// in every process and would make results irreproducible.
  @usableFromInline var philoxKey: UInt64 {
    var name: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in claim.utf8 { name = (name ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    var mixed = Self.mix(seed)
    mixed = Self.mix(mixed ^ name)
    return Self.mix(mixed ^ designPoint)
  }

  /// The finaliser of SplitMix64 after one golden-ratio step, a bijection of 64-bit words.
  @usableFromInline static func mix(_ word: UInt64) -> UInt64 {
    var z = word &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
