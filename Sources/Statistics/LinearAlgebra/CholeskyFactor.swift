import CGSL

/// The triangular factor of a symmetric positive definite matrix, for solving with it again and again.
///
/// - Source: `rasmussen2006`, appendix A.4.
public struct CholeskyFactor: Sendable {
  /// The rows and columns.
  public let order: Int
  /// L in the lower triangle, row by row.
  private var factor: [Double]

  /// The factor of a matrix given row by row, of which only the lower triangle is read.
  ///
  /// Throws where it is not positive definite to working precision. O(n³/3).
  ///
  /// - Precondition: `order` is positive, and there are `order`² numbers.
  public init(_ matrix: [Double], order: Int) throws(StatisticsError) {
    precondition(
      order > 0 && matrix.count == order * order, "\(matrix.count) numbers for a matrix of order \(order)")
    self.order = order
    factor = matrix
    let status = factor.withUnsafeMutableBufferPointer { buffer -> Int32 in
      var view = gsl_matrix_view_array(buffer.baseAddress, order, order)
      return gsl_linalg_cholesky_decomp1(&view.matrix)
    }
    guard status == 0 else {
      throw .gsl(function: "gsl_linalg_cholesky_decomp1", status: Int(status), reason: gslReason(status))
    }
    // GSL skips comparisons that NaN makes false.
    for i in 0..<order where !(factor[i * order + i] > 0 && factor[i * order + i].isFinite) {
      throw .outOfDomain(
        name: "Cholesky's factor", value: factor[i * order + i], allowed: "a positive definite matrix")
    }
  }

  /// The solution x of A x = b, in O(n²).
  ///
  /// - Precondition: b has as many entries as the matrix has rows.
  public func solve(_ right: [Double]) -> [Double] {
    precondition(right.count == order, "\(right.count) right-hand sides for a matrix of order \(order)")
    var solution = right
    // Forward and backward substitution; both run along rows of L.
    factor.withUnsafeBufferPointer { l in
      for i in 0..<order {
        var sum = solution[i]
        for j in 0..<i { sum -= l[i * order + j] * solution[j] }
        solution[i] = sum / l[i * order + i]
      }
      for i in (0..<order).reversed() {
        let value = solution[i] / l[i * order + i]
        solution[i] = value
        for j in 0..<i { solution[j] -= l[i * order + j] * value }
      }
    }
    return solution
  }
}
