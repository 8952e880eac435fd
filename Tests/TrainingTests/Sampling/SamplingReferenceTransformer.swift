import Foundation
import Statistics

@testable import Training

/// The model in double precision, one sequence at a time, by loops over the definitions: no cache, no packing, no shared work.
struct SamplingReferenceTransformer {
  let configuration: ModelConfiguration
  let parameters: [Double]
  private let layout: ParameterLayout

  init(_ configuration: ModelConfiguration, _ parameters: [Float]) {
    self.configuration = configuration
    self.parameters = parameters.map(Double.init)
    layout = ParameterLayout(configuration)
  }

  /// The logits after each token of `tokens`.
  func logits(_ tokens: [Int32]) -> [[Double]] {
    let c = configuration
    var hidden = tokens.map { token in
      (0..<c.hiddenSize).map { parameters[layout.embedding + Int(token) * c.hiddenSize + $0] }
    }
    for layer in layout.layers {
      let normed = hidden.map { norm($0, layer.inputNorm) }
      let queries = normed.enumerated().map { rotated(linear($1, layer.query, c.queryWidth), at: $0) }
      let keys = normed.enumerated().map { rotated(linear($1, layer.key, c.keyValueWidth), at: $0) }
      let values = normed.map { linear($0, layer.value, c.keyValueWidth) }
      for position in tokens.indices {
        var attended = [Double](repeating: 0, count: c.queryWidth)
        for head in 0..<c.headCount {
          let query = head * c.headDimension
          let shared = head / (c.headCount / c.keyValueHeadCount) * c.headDimension
          let scores = (0...position).map { earlier in
            (0..<c.headDimension).reduce(0.0) {
              $0 + queries[position][query + $1] * keys[earlier][shared + $1]
            } / Double(c.headDimension).squareRoot()
          }
          let weights = softmax(scores)
          for earlier in 0...position {
            for i in 0..<c.headDimension {
              attended[query + i] += weights[earlier] * values[earlier][shared + i]
            }
          }
        }
        add(linear(attended, layer.attentionOutput, c.hiddenSize), to: &hidden[position])
      }
      for position in tokens.indices {
        let input = norm(hidden[position], layer.feedForwardNorm)
        let gate = linear(input, layer.gate, c.intermediateSize)
        let up = linear(input, layer.up, c.intermediateSize)
        let inner = zip(gate, up).map { $0 / (1 + exp(-$0)) * $1 }
        add(linear(inner, layer.down, c.hiddenSize), to: &hidden[position])
      }
    }
    return hidden.map { linear(norm($0, layout.finalNorm), layout.output, c.vocabularySize) }
  }

  private func add(_ x: [Double], to y: inout [Double]) { for i in x.indices { y[i] += x[i] } }

  private func linear(_ x: [Double], _ offset: Int, _ outputs: Int) -> [Double] {
    (0..<outputs).map { output in
      x.indices.reduce(0) { $0 + parameters[offset + output * x.count + $1] * x[$1] }
    }
  }

  private func norm(_ x: [Double], _ offset: Int) -> [Double] {
    let meanSquare = x.reduce(0) { $0 + $1 * $1 } / Double(x.count)
    return x.indices.map {
      x[$0] * parameters[offset + $0] / (meanSquare + configuration.normEpsilon).squareRoot()
    }
  }

  private func rotated(_ x: [Double], at position: Int) -> [Double] {
    var y = x
    let half = configuration.headDimension / 2
    for start in stride(from: 0, to: x.count, by: configuration.headDimension) {
      for i in 0..<half {
        let exponent = Double(2 * i) / Double(configuration.headDimension)
        let angle = Double(position) / pow(configuration.ropeBase, exponent)
        y[start + i] = x[start + i] * cos(angle) - x[start + half + i] * sin(angle)
        y[start + half + i] = x[start + half + i] * cos(angle) + x[start + i] * sin(angle)
      }
    }
    return y
  }
}

/// softmax(z/T).
func softmax(_ z: [Double], temperature: Double = 1) -> [Double] {
  let largest = z.reduce(-Double.infinity, max)
  let weights = z.map { exp(($0 - largest) / temperature) }
  let sum = weights.reduce(0, +)
  return weights.map { $0 / sum }
}

/// Parameters of a model whose distributions are neither flat nor certain: normal matrices of standard deviation `scale`/√inputs, norms near 1.
func randomParameters(_ configuration: ModelConfiguration, seed: UInt64, scale: Double = 1.5) -> [Float] {
  var stream = RandomStream(StreamKey(seed: seed, claim: "sampler-test-parameters"))
  return ParameterLayout(configuration).tensors.flatMap { tensor -> [Float] in
    (0..<tensor.count).map { _ in
      tensor.shape.count == 1
        ? Float(1 + 0.2 * stream.normal())
        : Float(scale * stream.normal() / Double(tensor.shape[1]).squareRoot())
    }
  }
}
