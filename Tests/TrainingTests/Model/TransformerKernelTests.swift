import CNumerics
import Foundation
import Statistics
import Testing

/// Each kernel's backward form against central differences of its forward form, written once more in double precision.
///
/// Central differences with steps of 2⁻¹⁷ are within 1e-9 of the derivative. A kernel's result is a sum of at most a hundred products of numbers of order 1, each
/// rounded to u = 6e-8: 1e-5 is about 170 u.
struct TransformerKernelTests {
  private static let tolerance = 1e-5

  private static func numbers(_ count: Int, _ point: Int, scale: Double = 1) -> [Float] {
    var stream = RandomStream(StreamKey(seed: 9, claim: "kernels").designPoint(point))
    return (0..<count).map { _ in Float(scale * stream.normal()) }
  }

  /// d(Σ g f(x))/dx by central differences.
  private static func gradient(_ x: [Float], _ g: [Float], _ f: ([Double]) -> [Double]) -> [Double] {
    let step = 0x1p-17
    return x.indices.map { place in
      var moved = x.map(Double.init)
      func value() -> Double { zip(f(moved), g).reduce(0) { $0 + $1.0 * Double($1.1) } }
      moved[place] = Double(x[place]) + step
      let above = value()
      moved[place] = Double(x[place]) - step
      return (above - value()) / (2 * step)
    }
  }

  private static func expectClose(
    _ actual: [Float], _ expected: [Double], _ tolerance: Double = tolerance,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(actual.count == expected.count, sourceLocation: sourceLocation)
    for (place, (one, other)) in zip(actual, expected).enumerated() {
      #expect(
        abs(Double(one) - other) <= tolerance * max(1, abs(other)), "entry \(place)",
        sourceLocation: sourceLocation)
    }
  }

  // Widths below, at and above the lanes.
  @Test(arguments: [3, 16, 37]) func rmsNorm(width: Int) {
    let rows = 3
    let (x, w, g) = (
      Self.numbers(rows * width, 1), Self.numbers(width, 2), Self.numbers(rows * width, 3)
    )
    func norm(_ x: [Double], _ w: [Double]) -> [Double] {
      (0..<rows).flatMap { row in
        let own = x[row * width..<(row + 1) * width]
        let root = (own.reduce(0) { $0 + $1 * $1 } / Double(width) + 1e-3).squareRoot()
        return zip(own, w).map { $0 / root * $1 }
      }
    }
    var y = [Float](repeating: 0, count: rows * width)
    var inverse = [Float](repeating: 0, count: rows)
    numerics_rms_norm(rows, width, x, w, 1e-3, &y, &inverse)
    Self.expectClose(y, norm(x.map(Double.init), w.map(Double.init)))
    // The backward form adds: it begins at 1 here.
    var dx = [Float](repeating: 1, count: rows * width)
    var dw = [Float](repeating: 1, count: width)
    numerics_rms_norm_backward(rows, width, x, w, inverse, g, &dx, &dw)
    Self.expectClose(dx, Self.gradient(x, g) { norm($0, w.map(Double.init)) }.map { $0 + 1 })
    Self.expectClose(dw, Self.gradient(w, g) { norm(x.map(Double.init), $0) }.map { $0 + 1 })
    let before = dx
    numerics_rms_norm_backward(rows, width, x, w, inverse, g, &dx, nil)
    #expect(dx != before)
  }

  @Test func rotationAndItsInverse() {
    let (rows, heads, width, wide) = (3, 2, 6, 15)
    let positions: [Int32] = [0, 1, 4]
    let angles = (0..<5).flatMap { position in (0..<3).map { Double(position) / Double($0 + 1) } }
    let (cosines, sines) = (angles.map { Float(cos($0)) }, angles.map { Float(sin($0)) })
    let x = Self.numbers(rows * wide, 4)
    func rotated(_ x: [Double]) -> [Double] {
      var y = x
      for row in 0..<rows {
        for head in 0..<heads {
          for index in 0..<3 {
            let first = row * wide + head * width + index
            let angle = angles[Int(positions[row]) * 3 + index]
            y[first] = x[first] * cos(angle) - x[first + 3] * sin(angle)
            y[first + 3] = x[first + 3] * cos(angle) + x[first] * sin(angle)
          }
        }
      }
      return y
    }
    var y = x
    numerics_rotate(rows, heads, width, wide, &y, positions, cosines, sines, 1)
    Self.expectClose(y, rotated(x.map(Double.init)))
    let g = Self.numbers(rows * wide, 5)
    var dx = g
    numerics_rotate(rows, heads, width, wide, &dx, positions, cosines, sines, -1)
    Self.expectClose(dx, Self.gradient(x, g, rotated))
  }

  @Test(arguments: [1, 16, 35]) func gatedUnit(width: Int) {
    let rows = 2
    // Up to four standard deviations of 3: both tails of the sigmoid.
    let x = Self.numbers(rows * 2 * width, 6, scale: 3)
    let g = Self.numbers(rows * width, 7)
    func unit(_ x: [Double]) -> [Double] {
      (0..<rows * width).map { place in
        let gate = x[place / width * 2 * width + place % width]
        let up = x[place / width * 2 * width + width + place % width]
        return gate / (1 + exp(-gate)) * up
      }
    }
    var y = [Float](repeating: 0, count: rows * width)
    numerics_swiglu(rows, width, x, &y)
    Self.expectClose(y, unit(x.map(Double.init)))
    var dx = [Float](repeating: .nan, count: x.count)
    numerics_swiglu_backward(rows, width, x, g, &dx)
    Self.expectClose(dx, Self.gradient(x, g, unit))
  }

  @Test(arguments: [Float(-1e4), -200, -100, 100, 1e4]) func gatedUnitAtTheLimits(gate: Float) {
    var y: [Float] = [.nan]
    numerics_swiglu(1, 1, [gate, 2], &y)
    #expect(gate > 0 ? y[0] == 2 * gate : abs(y[0]) < 1e-30)
    var dx: [Float] = [.nan, .nan]
    numerics_swiglu_backward(1, 1, [gate, 2], [1], &dx)
    #expect(gate > 0 ? dx == [2, gate] : abs(dx[0]) < 1e-30 && abs(dx[1]) < 1e-30)
  }

  @Test(arguments: [1, 5, 33]) func causalSoftmax(length: Int) {
    let (wide, scale) = (length + 3, 0.6)
    let x = Self.numbers(length * wide, 8, scale: 2)
    let g = Self.numbers(length * wide, 9)
    func softmax(_ x: [Double]) -> [Double] {
      var y = [Double](repeating: 0, count: length * wide)
      for row in 0..<length {
        let own = ReferenceTransformer.softmax((0...row).map { scale * x[row * wide + $0] })
        for column in own.indices { y[row * wide + column] = own[column] }
      }
      return y
    }
    var p = x
    numerics_causal_softmax(length, wide, &p, Float(scale))
    let expected = softmax(x.map(Double.init))
    let inside = (0..<length * wide).filter { $0 % wide < length }
    Self.expectClose(inside.map { p[$0] }, inside.map { expected[$0] })
    var dx = g
    numerics_causal_softmax_backward(length, wide, p, &dx, Float(scale))
    let derivative = Self.gradient(x, g, softmax)
    Self.expectClose(inside.map { dx[$0] }, inside.map { derivative[$0] })
  }

  // 40 tokens, a quotient of lanes, and 7; a temperature below and above 1.
  @Test(arguments: [(7, 1.0), (40, 0.5), (33, 2.0)])
  func logitGradients(vocabulary: Int, temperature: Double) {
    let (rows, wide) = (4, vocabulary + 2)
    let x = Self.numbers(rows * wide, 10, scale: 2)
    let actions: [Int32] = [0, 3, Int32(vocabulary - 1), 3]
    let (g, e) = (Self.numbers(rows, 11), Self.numbers(rows, 12))
    func both(_ x: [Double]) -> (
      logarithms: [Double], entropies: [Double], squares: [Double], products: [Double]
    ) {
      let probabilities = (0..<rows).map { row in
        ReferenceTransformer.softmax((0..<vocabulary).map { x[row * wide + $0] / temperature })
      }
      return (
        zip(probabilities, actions).map { log($0[Int($1)]) },
        probabilities.map { -$0.reduce(0) { $0 + $1 * log($1) } },
        probabilities.map { $0.reduce(0) { $0 + $1 * $1 } },
        probabilities.map { $0.reduce(0) { $0 + $1 * $1 * log($1) } }
      )
    }
    let inside = (0..<rows * wide).filter { $0 % wide < vocabulary }
    for entropyGradients in [e, nil] {
      var dx = x
      numerics_logit_gradients(
        rows, vocabulary, wide, &dx, Float(1 / temperature), actions, g, entropyGradients)
      let expected = Self.gradient(x, g + (entropyGradients ?? Array(repeating: 0, count: rows))) {
        let values = both($0)
        return values.logarithms + values.entropies
      }
      Self.expectClose(inside.map { dx[$0] }, inside.map { expected[$0] })
    }
    var logarithms = [Float](repeating: 0, count: rows)
    var (entropies, squares, products) = (logarithms, logarithms, logarithms)
    numerics_token_statistics(
      rows, vocabulary, wide, x, Float(1 / temperature), actions, &logarithms, &entropies, &squares, &products
    )
    let expected = both(x.map(Double.init))
    Self.expectClose(logarithms, expected.logarithms)
    Self.expectClose(entropies, expected.entropies)
    Self.expectClose(squares, expected.squares)
    Self.expectClose(products, expected.products)
  }

  @Test func certainTokensHaveNoEntropyAndNoGradient() {
    let x: [Float] = [0, 500, 0]
    var (logarithm, entropy, square): ([Float], [Float], [Float]) = ([9], [9], [9])
    var product: [Float] = [9]
    numerics_token_statistics(1, 3, 3, x, 1, [1], &logarithm, &entropy, &square, &product)
    // e^x is held at e^-87 below -87, hence not exactly 0.
    #expect(logarithm[0] == 0 && entropy[0] < 1e-30 && square[0] == 1 && product[0] == 0)
    var dx = x
    numerics_logit_gradients(1, 3, 3, &dx, 1, [1], [1], [1])
    #expect(dx.allSatisfy { abs($0) < 1e-30 })
  }

  // A cache with one more token than the query sees: it must not be read.
  @Test func cachedAttentionEqualsTheLastRowOfTheWholeOne() {
    let (heads, groups, width, length) = (4, 2, 8, 5)
    let wide = groups * width
    let keys = Self.numbers((length + 1) * wide, 13)
    let values = Self.numbers((length + 1) * wide, 14)
    let query = Self.numbers(heads * width, 15)
    var output = [Float](repeating: .nan, count: heads * width)
    var scratch = [Float](repeating: .nan, count: length)
    keys.withUnsafeBufferPointer { keys in
      values.withUnsafeBufferPointer { values in
        var (keyRows, valueRows) = ([keys.baseAddress], [values.baseAddress])
        numerics_cached_attention(
          1, heads, groups, width, query, heads * width, &keyRows, &valueRows, wide, [Int32(length)], 0.4,
          &output, heads * width, &scratch)
      }
    }
    let expected = (0..<heads).flatMap { head in
      let group = head / 2
      let probabilities = ReferenceTransformer.softmax(
        (0..<length).map { place in
          0.4
            * (0..<width).reduce(0) {
              $0 + Double(query[head * width + $1]) * Double(keys[place * wide + group * width + $1])
            }
        })
      return (0..<width).map { index in
        (0..<length).reduce(0) { $0 + probabilities[$1] * Double(values[$1 * wide + group * width + index]) }
      }
    }
    Self.expectClose(output, expected)
  }

  // Sums of k products of normal numbers: k u max|x|² < 130 · 6e-8 · 16 ≈ 1e-4 in the worst order, typically a tenth of it.
  @Test(arguments: [(1, 1, 1), (5, 3, 7), (32, 32, 32), (65, 130, 17), (128, 48, 130)])
  func libraryAndLoopsMultiplyAlike(m: Int, n: Int, k: Int) {
    numerics_blas_start()
    for (transposeA, transposeB) in [(false, false), (false, true), (true, false), (true, true)] {
      let (lda, ldb, ldc) = ((transposeA ? m : k) + 2, (transposeB ? k : n) + 1, n + 3)
      let a = Self.numbers((transposeA ? k : m) * lda, 16)
      let b = Self.numbers((transposeB ? n : k) * ldb, 17)
      for beta in [Float(0), 1, 0.5] {
        let start = beta == 0 ? [Float](repeating: .nan, count: m * ldc) : Self.numbers(m * ldc, 18)
        var (one, other) = (start, start)
        numerics_sgemm(
          transposeA ? 1 : 0, transposeB ? 1 : 0, Int32(m), Int32(n), Int32(k), 0.7, a, Int32(lda), b,
          Int32(ldb), beta, &one, Int32(ldc))
        numerics_sgemm_loops(
          transposeA ? 1 : 0, transposeB ? 1 : 0, Int32(m), Int32(n), Int32(k), 0.7, a, Int32(lda), b,
          Int32(ldb), beta, &other, Int32(ldc))
        let inside = (0..<m * ldc).filter { $0 % ldc < n }
        Self.expectClose(inside.map { one[$0] }, inside.map { Double(other[$0]) }, 1e-4)
        let exact = (0..<m).flatMap { row in
          (0..<n).map { column in
            let sum = (0..<k).reduce(0.0) { sum, index in
              let x = transposeA ? a[index * lda + row] : a[row * lda + index]
              let y = transposeB ? b[column * ldb + index] : b[index * ldb + column]
              return sum + Double(x) * Double(y)
            }
            return 0.7 * sum + (beta == 0 ? 0 : Double(beta) * Double(start[row * ldc + column]))
          }
        }
        Self.expectClose(inside.map { other[$0] }, exact, 1e-4)
      }
    }
  }

  @Test(arguments: [0, 1, 1023, 1024, 5000]) func sumsAreExactToSinglePrecision(count: Int) {
    let (x, y) = (Self.numbers(count, 19), Self.numbers(count, 20))
    let (dot, square) = zip(x, y).reduce((0.0, 0.0)) {
      ($0.0 + Double($1.0) * Double($1.1), $0.1 + Double($1.0) * Double($1.0))
    }
    #expect(abs(numerics_dot(count, x, y) - dot) <= 1e-6 * Double(max(1, count)).squareRoot() * 10)
    #expect(abs(numerics_sum_of_squares(count, x) - square) <= 1e-6 * square)
    var sum = y
    numerics_add(count, x, &sum)
    #expect(sum == zip(x, y).map { $0 + $1 })
  }
}
