import CNumerics

/// The 2¹⁶ heads of a categorical draw, shared out among the actions.
///
/// `floor(65536 p_a)` heads mean action a; the fewer than K that remain, the lowest, lead to the residual distribution, proportional to
/// the fractional parts of `65536 p_a`. Scaling by 2¹⁶, the floor and the fraction are exact in doubles.
struct CategoricalTable: Sendable {
  /// The lowest head of each action.
  let thresholds: [UInt16]
  /// Cumulative residual probabilities times 2⁶⁴.
  let residual: [UInt64]

  /// - Precondition: normalised, and the last probability is at least 2⁻¹⁶ (the largest of at most 64 always is).
  init(probabilities: [Double]) {
    let scaled = probabilities.map { $0 * 65536 }
    let whole = scaled.map { $0.rounded(.down) }
    let fractions = zip(scaled, whole).map { $0 - $1 }
    let shared = 65536 - whole.reduce(0, +)
    precondition(shared >= 0, "the probabilities exceed one by \(-shared)/65536")
    var lowest = shared
    thresholds = whole.map { width in
      defer { lowest += width }
      return UInt16(lowest)
    }
    let total = compensatedSum(fractions)
    var below = CompensatedSum()
    residual = fractions.map { fraction in
      below.add(fraction)
      // The last entry is not read; the cap only keeps the conversion in range where rounding reaches one.
      return total > 0 ? UInt64(min(below.value / total, 1 - 0x1p-53) * 0x1p64) : 0
    }
  }

  func fill(
    _ counts: UnsafeMutablePointer<UInt32>, trials: Int, batches: Int, firstGroup: Int,
    stream: numerics_stream, lanes: numerics_lanes
  ) {
    thresholds.withUnsafeBufferPointer { thresholds in
      residual.withUnsafeBufferPointer { residual in
        var plan = numerics_categorical(
          actions: UInt32(thresholds.count), trials: UInt32(trials), thresholds: thresholds.baseAddress,
          residual: residual.baseAddress)
        numerics_categorical_counts(&plan, stream, UInt64(firstGroup), batches, counts, lanes)
      }
    }
  }
}
