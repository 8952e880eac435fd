/// The shape of a Llama model as `config.json` tells it; Hugging Face's names stand in the comments.
///
/// What such a file may also ask for and what is not computed here (biases, other activations, scaled rotary angles, quantised
/// weights) is refused when it is read, so this record has no place for it.
public struct LlamaConfigurationRecord: Sendable, Equatable {
  /// Tokens in the vocabulary, `vocab_size`.
  public var vocabularySize: Int
  /// Width of the residual stream, `hidden_size`.
  public var hiddenSize: Int
  /// Width of the feed-forward part, `intermediate_size`.
  public var intermediateSize: Int
  /// Layers, `num_hidden_layers`.
  public var layerCount: Int
  /// Query heads, `num_attention_heads`.
  public var headCount: Int
  /// Key and value heads, `num_key_value_heads`; as many as query heads where the file does not say.
  public var keyValueHeadCount: Int
  /// Width of a head, `head_dim`; `hidden_size` over `num_attention_heads` where the file does not say.
  public var headDimension: Int
  /// The longest sequence, `max_position_embeddings`; 2048 where the file does not say.
  public var maximumPositions: Int
  /// The base of the rotary angles, `rope_theta`, at the top or in `rope_parameters`; 10000 where the file does not say.
  public var ropeBase: Double
  /// The ε of RMSNorm, `rms_norm_eps`; 10⁻⁶ where the file does not say.
  public var normEpsilon: Double
  /// Whether the output matrix is the embedding, `tie_word_embeddings`; not where the file does not say.
  public var tiesEmbeddings: Bool
  /// The token that begins a text, `bos_token_id`.
  public var beginningOfText: Int?
  /// The tokens that end a text, `eos_token_id`, which is one number or a list.
  public var endOfText: [Int]
  /// The token that fills rows up, `pad_token_id`.
  public var padding: Int?

  /// A shape.
  public init(
    vocabularySize: Int, hiddenSize: Int, intermediateSize: Int, layerCount: Int, headCount: Int,
    keyValueHeadCount: Int, headDimension: Int, maximumPositions: Int, ropeBase: Double, normEpsilon: Double,
    tiesEmbeddings: Bool, beginningOfText: Int? = nil, endOfText: [Int] = [], padding: Int? = nil
  ) {
    self.vocabularySize = vocabularySize
    self.hiddenSize = hiddenSize
    self.intermediateSize = intermediateSize
    self.layerCount = layerCount
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
    self.maximumPositions = maximumPositions
    self.ropeBase = ropeBase
    self.normEpsilon = normEpsilon
    self.tiesEmbeddings = tiesEmbeddings
    self.beginningOfText = beginningOfText
    self.endOfText = endOfText
    self.padding = padding
  }
}
