/// The shape of a decoder of the Llama family: RMSNorm, rotary positions, grouped-query attention, SwiGLU.
///
/// Names in Hugging Face's `config.json` stand in the comments.
public struct ModelConfiguration: Sendable, Hashable {
  /// Tokens in the vocabulary, `vocab_size`.
  public var vocabularySize: Int
  /// Width d of the residual stream, `hidden_size`.
  public var hiddenSize: Int
  /// Width of the feed-forward part, `intermediate_size`.
  public var intermediateSize: Int
  /// Layers, `num_hidden_layers`.
  public var layerCount: Int
  /// Query heads, `num_attention_heads`.
  public var headCount: Int
  /// Key and value heads, `num_key_value_heads`; divides `headCount`.
  public var keyValueHeadCount: Int
  /// Width of a head, `head_dim`; even.
  public var headDimension: Int
  /// The longest sequence, `max_position_embeddings`.
  public var maximumPositions: Int
  /// The base of the rotary angles, `rope_theta`.
  public var ropeBase: Double
  /// The ε of RMSNorm, `rms_norm_eps`.
  public var normEpsilon: Double
  /// Whether the output matrix is the embedding, `tie_word_embeddings`.
  public var tiesEmbeddings: Bool

  /// A shape.
  public init(
    vocabularySize: Int, hiddenSize: Int, intermediateSize: Int, layerCount: Int, headCount: Int,
    keyValueHeadCount: Int, headDimension: Int? = nil, maximumPositions: Int = 128, ropeBase: Double = 10_000,
    normEpsilon: Double = 1e-5, tiesEmbeddings: Bool = true
  ) {
    self.vocabularySize = vocabularySize
    self.hiddenSize = hiddenSize
    self.intermediateSize = intermediateSize
    self.layerCount = layerCount
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension ?? (headCount > 0 ? hiddenSize / headCount : 0)
    self.maximumPositions = maximumPositions
    self.ropeBase = ropeBase
    self.normEpsilon = normEpsilon
    self.tiesEmbeddings = tiesEmbeddings
  }

  /// About 0.4 million parameters.
  public static func nano(vocabularySize: Int) -> ModelConfiguration {
    ModelConfiguration(
      vocabularySize: vocabularySize, hiddenSize: 128, intermediateSize: 384, layerCount: 2, headCount: 4,
      keyValueHeadCount: 2)
  }

  /// About 3 million parameters.
  public static func micro(vocabularySize: Int) -> ModelConfiguration {
    ModelConfiguration(
      vocabularySize: vocabularySize, hiddenSize: 256, intermediateSize: 704, layerCount: 4, headCount: 4,
      keyValueHeadCount: 2)
  }

  /// About 15 million parameters.
  public static func mini(vocabularySize: Int) -> ModelConfiguration {
    ModelConfiguration(
      vocabularySize: vocabularySize, hiddenSize: 512, intermediateSize: 1376, layerCount: 5, headCount: 8,
      keyValueHeadCount: 4)
  }

  /// What makes the shape impossible; empty when it is sound.
  public var problems: [String] {
    var found: [String] = []
    let sizes = [
      ("vocab_size", vocabularySize), ("hidden_size", hiddenSize), ("intermediate_size", intermediateSize),
      ("num_hidden_layers", layerCount), ("num_attention_heads", headCount),
      ("num_key_value_heads", keyValueHeadCount), ("head_dim", headDimension),
      ("max_position_embeddings", maximumPositions),
    ]
    // 2^24 keeps every product of two sizes far from overflow.
    for (name, value) in sizes where !(1...(1 << 24)).contains(value) {
      found.append("\(name) is \(value), it must lie in 1...\(1 << 24)")
    }
    guard found.isEmpty else { return found }
    if headCount % keyValueHeadCount != 0 {
      found.append(
        "num_attention_heads is \(headCount), it must be a multiple of num_key_value_heads, \(keyValueHeadCount)"
      )
    }
    if headDimension % 2 != 0 { found.append("head_dim is \(headDimension), it must be even") }
    if !(ropeBase > 1 && ropeBase.isFinite) {
      found.append("rope_theta is \(ropeBase), it must be finite and above 1")
    }
    if !(normEpsilon >= 0 && normEpsilon.isFinite) {
      found.append("rms_norm_eps is \(normEpsilon), it must be finite and not negative")
    }
    return found
  }

  /// Width of all query heads together.
  public var queryWidth: Int { headCount * headDimension }
  /// Width of all key heads together, and of all value heads.
  public var keyValueWidth: Int { keyValueHeadCount * headDimension }
}
