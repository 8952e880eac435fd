import Statistics
import Testing

@testable import Training

/// A small model, a batch and a loss on it, drawn from a stream of their own.
struct ModelCase: Sendable, CustomTestStringConvertible {
  var name: String
  var configuration: ModelConfiguration
  var lengths: [Int]
  var temperature: Float = 1

  var testDescription: String { name }

  /// Every form of sharing and tying; sequences of length 1 and unequal ones.
  static let all = [
    ModelCase(
      name: "one key head per query head, tied", configuration: shape(heads: 2, groups: 2, tied: true),
      lengths: [5, 1, 3]),
    ModelCase(
      name: "two query heads share, untied", configuration: shape(heads: 4, groups: 2, tied: false),
      lengths: [1, 6, 2], temperature: 0.7),
    ModelCase(
      name: "four query heads share, tied", configuration: shape(heads: 4, groups: 1, tied: true),
      lengths: [4, 4], temperature: 1.3),
    ModelCase(
      name: "one layer, untied", configuration: shape(layers: 1, heads: 1, groups: 1, tied: false),
      lengths: [2, 7]),
  ]

  static func shape(layers: Int = 2, heads: Int, groups: Int, tied: Bool) -> ModelConfiguration {
    ModelConfiguration(
      vocabularySize: 7, hiddenSize: 8, intermediateSize: 10, layerCount: layers, headCount: heads,
      keyValueHeadCount: groups, headDimension: 4, maximumPositions: 16, tiesEmbeddings: tied)
  }

  /// Weights of size 0.3 and norm weights around 1: at the initialisation's 0.02 most derivatives would be too small to be seen.
  var model: Transformer {
    var model = Transformer(configuration: configuration, seed: 1)
    var stream = RandomStream(StreamKey(seed: 2, claim: "model-case"))
    var weights = model.parameters
    for tensor in model.layout.tensors {
      for place in tensor.offset..<tensor.offset + tensor.count {
        weights[place] =
          tensor.shape.count == 1 ? 0.8 + 0.4 * Float(stream.uniform()) : Float(0.3 * stream.normal())
      }
    }
    model.parameters = weights
    return model
  }

  var reference: ReferenceTransformer {
    ReferenceTransformer(configuration, weights: model.parameters.map(Double.init))
  }

  /// All rows but the first are scored, with coefficients of both signs; some are 0.
  var loss: ReferenceLoss {
    var stream = RandomStream(StreamKey(seed: 3, claim: "model-case"))
    func token() -> Int32 { Int32(stream.index(below: configuration.vocabularySize)) }
    let sequences = PackedSequences(lengths.map { length in (0..<length).map { _ in token() } })
    let scored = (1..<sequences.tokenCount).map(Int32.init)
    return ReferenceLoss(
      sequences: sequences, scored: scored, actions: scored.map { _ in token() },
      logProbabilityGradients: scored.map { $0 % 5 == 0 ? 0 : Float(stream.normal()) },
      entropyGradients: scored.map { $0 % 3 == 0 ? 0 : Float(stream.normal()) },
      temperature: Double(temperature))
  }
}
