import Statistics

@testable import Training

/// Small shapes that between them have every share of query heads, both kinds of output matrix and sizes that fill no panel or block.
enum SamplerFixture {
  static func shape(
    vocabulary: Int = 11, heads: Int = 4, keyValueHeads: Int, headDimension: Int = 6, tied: Bool = true,
    layers: Int = 2, positions: Int = 64
  ) -> ModelConfiguration {
    ModelConfiguration(
      vocabularySize: vocabulary, hiddenSize: 20, intermediateSize: 37, layerCount: layers, headCount: heads,
      keyValueHeadCount: keyValueHeads, headDimension: headDimension, maximumPositions: positions,
      tiesEmbeddings: tied)
  }

  static let shapes = [
    shape(keyValueHeads: 4), shape(keyValueHeads: 2), shape(keyValueHeads: 1),
    shape(keyValueHeads: 2, tied: false), shape(vocabulary: 70, keyValueHeads: 4, headDimension: 16),
    shape(vocabulary: 33, heads: 2, keyValueHeads: 1, headDimension: 20, tied: false, layers: 3),
  ]

  static func keys(_ count: Int, seed: UInt64 = 7) -> [StreamKey] {
    (0..<count).map { StreamKey(seed: seed, claim: "sampler-test", designPoint: UInt64($0)) }
  }

  /// Prompts of lengths around the width of a cache block.
  static func prompts(_ configuration: ModelConfiguration, lengths: [Int] = [1, 5, 15, 16, 17, 3])
    -> [[Int32]]
  {
    var stream = RandomStream(StreamKey(seed: 3, claim: "sampler-test-prompts"))
    return lengths.map { length in
      (0..<length).map { _ in Int32(stream.index(below: configuration.vocabularySize)) }
    }
  }

  /// No token of the vocabulary.
  static let noStop: Int32 = -1
}
