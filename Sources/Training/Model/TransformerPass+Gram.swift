import CNumerics

extension TransformerPass {
  /// The Gram matrix ⟨g_i, g_j⟩ of the gradients of the pass's sequences, over all parameters, [sequences, sequences] row-major.
  ///
  /// g_i is the part of the gradient that sequence i contributed: the gradient of log π(response) where dL/dlog π was 1. Exact up to single-precision
  /// rounding, without forming any g_i; the work grows with the square of the number of rows, and the scratch with rows times longest sequence.
  ///
  /// - Precondition: follows `backward` of a forward pass begun with `recordsLinearGradients`.
  public func gradientGram() -> [Double] {
    let longest = (0..<sequenceCount).map { starts[$0 + 1] - starts[$0] }.max() ?? 0
    var gram = GramAccumulator(
      rowStarts: starts, scoredStarts: scoredStarts(), scratchRows: longest, width: configuration.hiddenSize)
    var lookup: GradientRecord?
    var output: GradientRecord?
    forEachLinear { record in
      switch record.part {
      case .linear: gram.addLinear(record)
      case .norm: gram.addNorm(record)
      case .lookup:
        gram.addLookup(record, tokens: tokens)
        lookup = record
      case .output:
        gram.addLinear(record)
        output = record
      }
    }
    // The tied matrix's gradient is a sum of two, whose inner products have cross terms.
    if configuration.tiesEmbeddings, let lookup, let output {
      gram.addCrossTerms(lookup: lookup, output: output, tokens: tokens)
    }
    return gram.symmetric()
  }

  /// The first scored place of each sequence, and the number of scored rows at the end.
  private func scoredStarts() -> [Int] {
    var places: [Int] = []
    var place = 0
    for start in starts {
      while place < scored.count && Int(scored[place]) < start { place += 1 }
      places.append(place)
    }
    return places
  }
}

/// Sums of inner products over pairs of rows, by pairs of sequences; only j ≤ i is filled.
private struct GramAccumulator {
  let rowStarts: [Int]
  let scoredStarts: [Int]
  let count: Int
  let width: Int
  private var entries: [Double]
  private var inputProducts: [Float]
  private var outputProducts: [Float]

  init(rowStarts: [Int], scoredStarts: [Int], scratchRows: Int, width: Int) {
    self.rowStarts = rowStarts
    self.scoredStarts = scoredStarts
    self.width = width
    count = rowStarts.count - 1
    entries = Array(repeating: 0, count: count * count)
    let scratch = scratchRows * (rowStarts.last ?? 0)
    inputProducts = Array(repeating: 0, count: scratch)
    outputProducts = Array(repeating: 0, count: scratch)
  }

  /// Σ (x_r·x_s)(y_r·y_s): one strip of products per sequence against all rows up to its own last.
  mutating func addLinear(_ record: GradientRecord) {
    let starts = record.isScored ? scoredStarts : rowStarts
    for i in 0..<count {
      let rows = starts[i + 1] - starts[i]
      let columns = starts[i + 1]
      guard rows > 0 else { continue }
      Self.products(record.inputs, starts[i], rows, record.inputs, columns, record.inputWidth, &inputProducts)
      Self.products(
        record.outputGradients, starts[i], rows, record.outputGradients, columns, record.outputWidth,
        &outputProducts)
      for j in 0...i {
        entries[i * count + j] += inputProducts.withUnsafeBufferPointer { x in
          outputProducts.withUnsafeBufferPointer { y in
            guard let x = x.baseAddress, let y = y.baseAddress else { return 0 }
            return (0..<rows).reduce(0.0) { sum, row in
              let place = row * columns + starts[j]
              return sum + numerics_dot(starts[j + 1] - starts[j], x + place, y + place)
            }
          }
        }
      }
    }
  }

  /// Σ over the width of the products of Σ_r x_r y_r / rms_r.
  mutating func addNorm(_ record: GradientRecord) {
    guard let inverses = record.inverses else { return }
    let starts = record.isScored ? scoredStarts : rowStarts
    let width = record.inputWidth
    var sums = [Double](repeating: 0, count: count * width)
    for i in 0..<count {
      for row in starts[i]..<starts[i + 1] {
        for column in 0..<width {
          let place = row * width + column
          sums[i * width + column] += Double(
            record.inputs[place] * inverses[row] * record.outputGradients[place])
        }
      }
    }
    for i in 0..<count {
      for j in 0...i {
        for column in 0..<width {
          entries[i * count + j] += sums[i * width + column] * sums[j * width + column]
        }
      }
    }
  }

  /// Σ y_r·y_s over rows of the same token.
  mutating func addLookup(_ record: GradientRecord, tokens: [Int32]) {
    for i in 0..<count {
      let rows = rowStarts[i + 1] - rowStarts[i]
      let columns = rowStarts[i + 1]
      Self.products(
        record.outputGradients, rowStarts[i], rows, record.outputGradients, columns, width, &outputProducts)
      for j in 0...i {
        for row in 0..<rows {
          for column in rowStarts[j]..<rowStarts[j + 1] where tokens[rowStarts[i] + row] == tokens[column] {
            entries[i * count + j] += Double(outputProducts[row * columns + column])
          }
        }
      }
    }
  }

  /// Σ (dx_r·x_s) y_s[token r] over rows r of the lookup and s of the output, either way round.
  mutating func addCrossTerms(lookup: GradientRecord, output: GradientRecord, tokens: [Int32]) {
    let columns = output.rows
    for i in 0..<count {
      let rows = rowStarts[i + 1] - rowStarts[i]
      guard rows > 0 && columns > 0 else { continue }
      Self.products(lookup.outputGradients, rowStarts[i], rows, output.inputs, columns, width, &inputProducts)
      for j in 0..<count {
        var sum = 0.0
        for row in 0..<rows {
          let token = Int(tokens[rowStarts[i] + row])
          for column in scoredStarts[j]..<scoredStarts[j + 1] {
            sum += Double(
              inputProducts[row * columns + column]
                * output.outputGradients[column * output.outputWidth + token])
          }
        }
        entries[max(i, j) * count + min(i, j)] += i == j ? 2 * sum : sum
      }
    }
  }

  /// The whole matrix.
  func symmetric() -> [Double] {
    var whole = entries
    for i in 0..<count {
      for j in 0..<i { whole[j * count + i] = entries[i * count + j] }
    }
    return whole
  }

  /// a bᵀ for `rows` rows of a from `start` and the first `columns` rows of b.
  private static func products(
    _ a: UnsafePointer<Float>, _ start: Int, _ rows: Int, _ b: UnsafePointer<Float>, _ columns: Int,
    _ width: Int, _ result: inout [Float]
  ) {
    result.withUnsafeMutableBufferPointer {
      guard let base = $0.baseAddress else { return }
      numerics_sgemm(
        0, 1, Int32(rows), Int32(columns), Int32(width), 1, a + start * width, Int32(width), b, Int32(width),
        0, base, Int32(columns))
    }
  }
}
