import CNumerics

/// What pairs of independent vectors `g, g'` say about their common distribution, accumulated by `GroupStatistics`.
///
/// `½‖g − g'‖²` is unbiased for the covariance trace, and independent between pairs: its mean has an honest standard error. The
/// sample variance of all vectors would be as good an estimate, but one with no simple error and no use for sequential tests.
public struct GroupPairs: ~Copyable {
  /// The number of pairs seen.
  public private(set) var count = 0

  private let rows: Int
  private let capacity: Int
  private let slots = GroupStatistics.pairsPerBatch
  // One allocation: [rows][8] sums, [rows][8] squared differences, then one number of each kind per pair.
  private let storage: UnsafeMutablePointer<Double>

  private var sums: UnsafeMutablePointer<Double> { storage }
  private var squares: UnsafeMutablePointer<Double> { storage + slots * rows }
  private var halfDistances: UnsafeMutablePointer<Double> { storage + 2 * slots * rows }
  private var meanSquares: UnsafeMutablePointer<Double> { storage + 2 * slots * rows + capacity }

  /// No pairs yet, and room for `capacity` of them.
  public init(rows: Int, capacity: Int) {
    precondition(rows > 0 && capacity > 0, "\(rows) rows, room for \(capacity) pairs: both must be positive")
    self.rows = rows
    self.capacity = (capacity + slots - 1) / slots * slots
    let size = 2 * slots * rows + 2 * self.capacity
    storage = .allocate(capacity: size)
    storage.initialize(repeating: 0, count: size)
  }

  deinit { storage.deallocate() }

  mutating func append(
    _ pairs: Int, batches: Int, rows: Int,
    _ accumulate: (
      _ sums: UnsafeMutablePointer<Double>, _ squares: UnsafeMutablePointer<Double>,
      _ halfDistances: UnsafeMutablePointer<Double>, _ meanSquares: UnsafeMutablePointer<Double>
    ) -> Void
  ) {
    precondition(rows == self.rows, "\(rows) rows, expected \(self.rows)")
    precondition(
      count + slots * batches <= capacity,
      "room for \(capacity) pairs, \(count + slots * batches) needed")
    accumulate(sums, squares, halfDistances + count, meanSquares + count)
    count += pairs
  }

  /// The moments of `½‖g − g'‖²`, whose mean estimates the covariance trace.
  public var halfSquaredDistance: Moments { moments(of: halfDistances) }

  /// The moments of `½(‖g‖² + ‖g'‖²)`, whose mean estimates the second moment.
  public var meanSquaredLength: Moments { moments(of: meanSquares) }

  /// Per row, the sum of g over both vectors of every pair.
  public var vectorSums: [Double] { rowSums(sums) }

  /// Per row, the sum of squared differences `(g − g')²`: twice the variance of the coordinate times the number of pairs.
  public var squaredDifferenceSums: [Double] { rowSums(squares) }

  private func moments(of values: UnsafePointer<Double>) -> Moments {
    guard count > 0 else { return Moments() }
    var result = (0.0, 0.0)
    withUnsafeMutableBytes(of: &result) { bytes in
      numerics_two_pass_moments(
        count, values, bytes.assumingMemoryBound(to: Double.self).baseAddress, numerics_lanes_automatic)
    }
    return Moments(count: count, mean: result.0, sumOfSquaredDeviations: max(result.1, 0))
  }

  private func rowSums(_ values: UnsafePointer<Double>) -> [Double] {
    (0..<rows).map { row in
      compensatedSum(UnsafeBufferPointer(start: values + slots * row, count: slots))
    }
  }
}
