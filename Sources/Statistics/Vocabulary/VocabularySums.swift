import CNumerics

/// The four sums over the probabilities π of one vocabulary that entropy, score norm and entropy change are made of, in one pass.
///
/// `S₁ = Σ π`, `S₂ = Σ π²`, `E = −Σ π log π`, `C = Σ π² log π` (natural logarithms, `0 log 0 = 0`). For a normalised π the entropy is
/// `H = E` and, with `Λ = log π + H`, `Σ π² Λ = C + H S₂`.
///
/// Each sum is within `relativeErrorBound` of the sum of its terms' sizes, whatever K, and for entries up to one all terms of a sum have the
/// same sign. The result is the same to the last bit on every processor and for every alignment.
///
/// Bad entries are found in the same pass: `hasNegativeEntry` reports negative ones, and a NaN or an infinity makes `sum` not finite. There is
/// no separate test for entries above one, because none of several non-negative numbers exceeds their sum: `sum ≤ 1 + t` bounds all of
/// them by `1 + t`.
public struct VocabularySums: Sendable, Hashable {
  /// The error bound of each sum relative to the sum of its terms' sizes: `224 · 2⁻⁵³`, about 2.5e-14.
  ///
  /// 192 additions at most in a lane before a compensated sum takes over, 2 roundings of the term's product, 18 of its logarithm,
  /// 2 of the scale; the rest is room for second order. Subnormal entries add at most `37 · 2⁻¹⁰²²` each, absolutely.
  public static let relativeErrorBound = 224 * 0x1p-53

  /// The size K of the vocabulary.
  public let count: Int
  /// `S₁ = Σ π`.
  public let sum: Double
  /// `S₂ = Σ π²`.
  public let sumOfSquares: Double
  /// `E = −Σ π log π` in nats, the entropy where `sum` is one.
  public let entropySum: Double
  /// `C = Σ π² log π` in nats, not positive for entries up to one.
  public let squaredLogarithmSum: Double
  /// Whether some entry is below zero; −0 is not.
  public let hasNegativeEntry: Bool

  /// The sums of an array; all zero for an empty one.
  public init(_ probabilities: [Double]) {
    self = probabilities.withUnsafeBufferPointer { VocabularySums($0) }
  }

  /// The sums of single-precision numbers, widened to doubles without loss.
  public init(_ probabilities: [Float]) {
    self = probabilities.withUnsafeBufferPointer { VocabularySums($0) }
  }

  /// The sums of a buffer, wherever it starts.
  ///
  /// - Complexity: O(K), one read of each entry.
  public init(_ probabilities: UnsafeBufferPointer<Double>) {
    self.init(probabilities, lanes: numerics_lanes_automatic)
  }

  /// The sums of a buffer of single-precision numbers, widened to doubles without loss.
  public init(_ probabilities: UnsafeBufferPointer<Float>) {
    self.init(probabilities, lanes: numerics_lanes_automatic)
  }

  init(_ probabilities: UnsafeBufferPointer<Double>, lanes: numerics_lanes) {
    var sums = numerics_vocabulary_sums()
    if let base = probabilities.baseAddress {
      numerics_vocabulary_sums_of_doubles(probabilities.count, base, &sums, lanes)
    }
    // A sign may belong to −0 or to a NaN: only then is a second look needed.
    self.init(sums, count: probabilities.count) { probabilities.contains { $0 < 0 } }
  }

  init(_ probabilities: UnsafeBufferPointer<Float>, lanes: numerics_lanes) {
    var sums = numerics_vocabulary_sums()
    if let base = probabilities.baseAddress {
      numerics_vocabulary_sums_of_floats(probabilities.count, base, &sums, lanes)
    }
    self.init(sums, count: probabilities.count) { probabilities.contains { $0 < 0 } }
  }

  private init(_ sums: numerics_vocabulary_sums, count: Int, negative: () -> Bool) {
    self.count = count
    sum = sums.sum
    sumOfSquares = sums.sum_of_squares
    // Not the negation, which would turn an entropy of zero into −0.
    entropySum = 0 - sums.sum_of_logarithms
    squaredLogarithmSum = sums.sum_of_squared_logarithms
    hasNegativeEntry = sums.sign_seen != 0 && negative()
  }

  /// Whether the entries are finite and not negative and sum to one within a tolerance.
  ///
  /// Then every entry lies in `0 ... 1 + tolerance`, and `entropySum` is an entropy to the same tolerance.
  public func areNormalised(tolerance: Double) -> Bool {
    !hasNegativeEntry && abs(sum - 1) <= tolerance
  }
}
