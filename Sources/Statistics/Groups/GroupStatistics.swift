import CNumerics

/// Linear statistics of the count vectors that `GroupCounts` writes, for all groups of several batches in one pass.
///
/// Scalars per group are laid out `[batch][16]`: the even groups of a batch's eight pairs, then the odd ones. A pair is two neighbouring
/// groups. Arithmetic is the same on every processor to the last bit.
public struct GroupStatistics: Sendable {
  /// The number of pairs in a batch.
  public static let pairsPerBatch = Int(numerics_lanes_pairs)

  /// The value of each row of counts.
  public let values: [Double]
  /// Which variant of the kernels runs.
  let lanes: numerics_lanes

  /// Statistics of counts whose row r has the value `values[r]`.
  public init(values: [Double]) { self.init(values: values, lanes: numerics_lanes_automatic) }

  init(values: [Double], lanes: numerics_lanes) {
    self.values = values
    self.lanes = lanes
  }

  /// `totals = (Σ_r c_r values_r) / divisor` for each group.
  public func totals(
    of counts: UnsafePointer<UInt32>, batches: Int, dividedBy divisor: Double,
    into totals: UnsafeMutablePointer<Double>
  ) {
    numerics_group_totals(UInt32(values.count), batches, counts, values, divisor, totals, lanes)
  }

  /// `squares = Σ_r c_r (values_r − centre)²` for each group, and whether it drew at least two different values (1 or 0).
  ///
  /// The second answer compares the values of the rows with a positive count, so rounding has no part in it.
  public func squares(
    of counts: UnsafePointer<UInt32>, batches: Int, about centres: UnsafePointer<Double>,
    into squares: UnsafeMutablePointer<Double>, mixed: UnsafeMutablePointer<Double>
  ) {
    numerics_group_squares(UInt32(values.count), batches, counts, values, centres, squares, mixed, lanes)
  }

  /// Adds to `pairs` the vectors `g_r = scale (c_r (values_r − centre) − weights_r drift)` of the first `count` pairs.
  public func accumulate(
    _ counts: UnsafePointer<UInt32>, batches: Int, pairs count: Int, weights: [Double],
    scales: UnsafePointer<Double>, centres: UnsafePointer<Double>, drifts: UnsafePointer<Double>,
    into pairs: inout GroupPairs
  ) {
    precondition(count <= Self.pairsPerBatch * batches, "\(count) pairs in \(batches) batches")
    precondition(weights.count == values.count, "\(weights.count) weights for \(values.count) rows")
    pairs.append(count, batches: batches, rows: values.count) { sums, squares, halfDistances, meanSquares in
      numerics_group_pairs(
        UInt32(values.count), batches, count, counts, values, weights, scales, centres, drifts, sums, squares,
        halfDistances, meanSquares, lanes)
    }
  }
}
