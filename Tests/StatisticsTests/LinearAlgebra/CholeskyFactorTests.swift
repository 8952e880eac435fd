import Statistics
import Testing
import _TestSupport

@Suite struct CholeskyFactorTests {
  /// By hand.
  ///
  /// L = (2 0 0; 6 1 0; −8 5 3) by hand, so A = L Lᵀ; with x = (1, 2, 3) the right side is A x. All numbers are whole, and so exact.
  @Test func aWholeNumberedSystemIsSolvedExactly() throws {
    let factor = try CholeskyFactor([4, 12, -16, 12, 37, -43, -16, -43, 98], order: 3)
    #expect(factor.solve([-20, -43, 192]) == [1, 2, 3])
  }

  @Test func onlyTheLowerTriangleIsRead() throws {
    let factor = try CholeskyFactor([4, .nan, .nan, 12, 37, .nan, -16, -43, 98], order: 3)
    #expect(factor.solve([-20, -43, 192]) == [1, 2, 3])
  }

  /// Singular, indefinite, and no matrix at all.
  @Test(arguments: [[1, 1, 1, 1], [1, 2, 2, 1], [-1, 0, 0, 1], [1, 0, 0, Double.nan], [0, 0, 0, 0]])
  func whatIsNotPositiveDefiniteIsRefused(_ matrix: [Double]) {
    #expect(throws: StatisticsError.self) { try CholeskyFactor(matrix, order: 2) }
  }

  /// Hilbert's matrix of order 6 with a jitter: the residual, not the solution, is small.
  @Test func theResidualIsOfTheOrderOfRounding() throws {
    let order = 6
    let matrix = (0..<order * order).map {
      1 / Double($0 / order + $0 % order + 1) + ($0 % 7 == 0 ? 1e-4 : 0)
    }
    let right = (0..<order).map { Double($0) - 2 }
    let solution = try CholeskyFactor(matrix, order: order).solve(right)
    for i in 0..<order {
      let product = (0..<order).reduce(0) { $0 + matrix[i * order + $1] * solution[$1] }
      // Backward stable: at most about n ulp of ‖A‖‖x‖.
      let scale = solution.map { abs($0) }.max() ?? 0
      #expect(abs(product - right[i]) <= 64 * scale.ulp)
    }
  }
}
