import CNumerics

/// The 4096 heads of a binomial draw whose number of trials is fixed, shared out among the outcomes.
///
/// `floor(4096 P(k))` heads mean k; those that remain lead to the residual distribution, proportional to the fractional parts of `4096 P(k)`.
/// The probabilities come from the mode outwards by `P(k+1) = P(k) (n − k)/(k + 1) · s/(1 − s)`, each within a few ulp per step, and are
/// divided by their sum; `C(n, k) s^k (1−s)^(n−k)` would lose digits to the size of its logarithms.
struct BinomialHeads: Sendable {
  /// The smallest outcome with a head of its own.
  let lowest: UInt32
  /// Per head, the outcome less `lowest`, or `numerics_shared_head`.
  let heads: [UInt16]
  /// Per outcome, the cumulative residual probability times 2⁶⁴.
  let residual: [UInt64]

  /// - Precondition: 0 ≤ s ≤ 1/2, and `failure` is its complement.
  init(trials: Int, success: Double, failure: Double) {
    let probabilities = Self.probabilities(trials: trials, odds: success / failure)
    let scaled = probabilities.map { $0 * 4096 }
    let whole = scaled.map { Int($0) }
    let fractions = zip(scaled, whole).map { $0 - Double($1) }
    let lowest = whole.firstIndex { $0 > 0 } ?? 0
    var heads: [UInt16] = []
    heads.reserveCapacity(4096)
    for (outcome, count) in whole.enumerated() where count > 0 {
      heads.append(contentsOf: repeatElement(UInt16(outcome - lowest), count: count))
    }
    precondition(heads.count <= 4096, "\(heads.count) heads for \(trials) trials, at most 4096")
    heads.append(contentsOf: repeatElement(UInt16(numerics_shared_head), count: 4096 - heads.count))
    let total = compensatedSum(fractions)
    var below = CompensatedSum()
    residual = fractions.map { fraction in
      below.add(fraction)
      // The last entry is not read; the cap keeps the conversion in range where rounding reaches one.
      return total > 0 ? UInt64(min(below.value / total, 1 - 0x1p-53) * 0x1p64) : 0
    }
    self.lowest = UInt32(lowest)
    self.heads = heads
  }

  private static func probabilities(trials: Int, odds: Double) -> [Double] {
    // Relative to the mode's probability; far tails underflow to zero, as they may.
    let mode = min(trials, Int(Double(trials + 1) * odds / (1 + odds)))
    var result = [Double](repeating: 0, count: trials + 1)
    result[mode] = 1
    for k in mode..<trials { result[k + 1] = result[k] * (Double(trials - k) / Double(k + 1) * odds) }
    for k in stride(from: mode, to: 0, by: -1) {
      result[k - 1] = result[k] * (Double(k) / (Double(trials - k + 1) * odds))
    }
    let sum = compensatedSum(result)
    return result.map { $0 / sum }
  }

  func withTables(_ body: (UnsafePointer<UInt16>?, UnsafePointer<UInt64>?) -> Void) {
    heads.withUnsafeBufferPointer { heads in
      residual.withUnsafeBufferPointer { residual in body(heads.baseAddress, residual.baseAddress) }
    }
  }
}
