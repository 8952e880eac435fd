import Foundation

@testable import Training

/// The decoder once more, in double precision and plain loops, one sequence at a time: the oracle of `TransformerPass`.
///
/// It shares nothing with the fast form but the layout of the weights.
struct ReferenceTransformer {
  let configuration: ModelConfiguration
  let layout: ParameterLayout
  var weights: [Double]

  init(_ configuration: ModelConfiguration, weights: [Double]) {
    self.configuration = configuration
    layout = ParameterLayout(configuration)
    self.weights = weights
  }

  /// W x for the matrix at `offset`.
  private func product(_ offset: Int, _ outputs: Int, _ x: [Double]) -> [Double] {
    (0..<outputs).map { row in
      var sum = 0.0
      let start = offset + row * x.count
      for column in x.indices { sum += weights[start + column] * x[column] }
      return sum
    }
  }

  private func norm(_ offset: Int, _ x: [Double]) -> [Double] {
    let meanSquare = x.reduce(0) { $0 + $1 * $1 } / Double(x.count)
    let inverse = 1 / (meanSquare + configuration.normEpsilon).squareRoot()
    return x.indices.map { x[$0] * inverse * weights[offset + $0] }
  }

  private func rotated(_ head: [Double], position: Int) -> [Double] {
    let half = head.count / 2
    var result = head
    for index in 0..<half {
      let angle =
        Double(position) * pow(configuration.ropeBase, -2 * Double(index) / Double(head.count))
      result[index] = head[index] * cos(angle) - head[index + half] * sin(angle)
      result[index + half] = head[index + half] * cos(angle) + head[index] * sin(angle)
    }
    return result
  }

  static func softmax(_ z: [Double]) -> [Double] {
    let largest = z.max() ?? 0
    let exponentials = z.map { exp($0 - largest) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }

  /// The logits of every position of one sequence.
  func logits(_ tokens: [Int32]) -> [[Double]] {
    let d = configuration.hiddenSize
    let width = configuration.headDimension
    let share = configuration.headCount / configuration.keyValueHeadCount
    var stream = tokens.map { token in
      Array(weights[layout.embedding + Int(token) * d..<layout.embedding + (Int(token) + 1) * d])
    }
    for layer in layout.layers {
      var queries: [[[Double]]] = []
      var keys: [[[Double]]] = []
      var values: [[[Double]]] = []
      for (position, x) in stream.enumerated() {
        let h = norm(layer.inputNorm, x)
        func heads(_ offset: Int, _ count: Int) -> [[Double]] {
          let all = product(offset, count * width, h)
          return (0..<count).map { Array(all[$0 * width..<($0 + 1) * width]) }
        }
        queries.append(heads(layer.query, configuration.headCount).map { rotated($0, position: position) })
        keys.append(
          heads(layer.key, configuration.keyValueHeadCount).map { rotated($0, position: position) })
        values.append(heads(layer.value, configuration.keyValueHeadCount))
      }
      for position in stream.indices {
        var attended: [Double] = []
        for head in 0..<configuration.headCount {
          let scores = (0...position).map { other in
            zip(queries[position][head], keys[other][head / share]).reduce(0) { $0 + $1.0 * $1.1 }
              / Double(width).squareRoot()
          }
          let probabilities = Self.softmax(scores)
          for index in 0..<width {
            attended.append(
              (0...position).reduce(0) { $0 + probabilities[$1] * values[$1][head / share][index] })
          }
        }
        let output = product(layer.attentionOutput, d, attended)
        for index in 0..<d { stream[position][index] += output[index] }
        let h = norm(layer.feedForwardNorm, stream[position])
        let gate = product(layer.gate, configuration.intermediateSize, h)
        let up = product(layer.up, configuration.intermediateSize, h)
        let down = product(layer.down, d, zip(gate, up).map { $0 / (1 + exp(-$0)) * $1 })
        for index in 0..<d { stream[position][index] += down[index] }
      }
    }
    return stream.map { product(layout.output, configuration.vocabularySize, norm(layout.finalNorm, $0)) }
  }
}

/// A loss of packed sequences: Σ over scored rows of g log π(action) + e H.
struct ReferenceLoss {
  var sequences: PackedSequences
  var scored: [Int32]
  var actions: [Int32]
  var logProbabilityGradients: [Float]
  var entropyGradients: [Float]
  var temperature: Double

  func value(_ model: ReferenceTransformer) -> Double {
    var rows: [[Double]] = []
    for sequence in 0..<sequences.count {
      rows += model.logits(Array(sequences.tokens[sequences.range(sequence)]))
    }
    var total = 0.0
    for (place, row) in scored.enumerated() {
      let probabilities = ReferenceTransformer.softmax(rows[Int(row)].map { $0 / temperature })
      let entropy = -probabilities.reduce(0) { $0 + ($1 > 0 ? $1 * log($1) : 0) }
      total += Double(logProbabilityGradients[place]) * log(probabilities[Int(actions[place])])
      total += Double(entropyGradients[place]) * entropy
    }
    return total
  }

  /// dL/dw of one weight by central differences.
  ///
  /// Truncation costs about h² and rounding 2⁻⁵³/h of the loss's scale: with h = 2⁻¹⁷ both stay below 1e-10.
  func derivative(_ model: ReferenceTransformer, weight: Int) -> Double {
    let step = 0x1p-17
    var moved = model
    moved.weights[weight] = model.weights[weight] + step
    let above = value(moved)
    moved.weights[weight] = model.weights[weight] - step
    return (above - value(moved)) / (2 * step)
  }
}
