/// Where each tensor of a model lies in one flat array of parameters, in Hugging Face's order and under its names.
///
/// Matrices are row-major `[outputs, inputs]`, as Hugging Face's linear layers hold them. The query, key and value matrices of a layer follow one another without a gap, and so do gate and up: each
/// group is one matrix product.
public struct ParameterLayout: Sendable, Hashable {
  /// One tensor.
  public struct Tensor: Sendable, Hashable {
    /// Hugging Face's name.
    public var name: String
    /// Its dimensions, slowest first.
    public var shape: [Int]
    /// Its first element's place.
    public var offset: Int
    /// The number of its elements.
    public var count: Int { shape.reduce(1, *) }
  }

  /// Offsets of one layer's tensors.
  public struct Layer: Sendable, Hashable {
    /// RMSNorm before attention, [d].
    public var inputNorm: Int
    /// Queries [queryWidth, d]; keys and values [keyValueWidth, d] follow.
    public var query: Int
    /// Keys.
    public var key: Int
    /// Values.
    public var value: Int
    /// Output of attention, [d, queryWidth].
    public var attentionOutput: Int
    /// RMSNorm before the feed-forward part, [d].
    public var feedForwardNorm: Int
    /// Gate [intermediate, d]; up [intermediate, d] follows.
    public var gate: Int
    /// Up.
    public var up: Int
    /// Down [d, intermediate].
    public var down: Int
  }

  /// The tensors, in the order of their offsets.
  public let tensors: [Tensor]
  /// Offsets by layer.
  public let layers: [Layer]
  /// The embedding [V, d].
  public let embedding: Int
  /// The last RMSNorm [d].
  public let finalNorm: Int
  /// The output matrix [V, d]; the embedding's place where the two are tied.
  public let output: Int
  /// All parameters.
  public let count: Int

  /// The layout of `configuration`.
  ///
  /// - Precondition: a sound configuration.
  public init(_ configuration: ModelConfiguration) {
    precondition(configuration.problems.isEmpty, "\(configuration.problems)")
    let d = configuration.hiddenSize
    var tensors: [Tensor] = []
    var next = 0
    func add(_ name: String, _ shape: [Int]) -> Int {
      let tensor = Tensor(name: name, shape: shape, offset: next)
      tensors.append(tensor)
      next += tensor.count
      return tensor.offset
    }
    embedding = add("model.embed_tokens.weight", [configuration.vocabularySize, d])
    var layers: [Layer] = []
    for index in 0..<configuration.layerCount {
      let prefix = "model.layers.\(index)."
      layers.append(
        Layer(
          inputNorm: add(prefix + "input_layernorm.weight", [d]),
          query: add(prefix + "self_attn.q_proj.weight", [configuration.queryWidth, d]),
          key: add(prefix + "self_attn.k_proj.weight", [configuration.keyValueWidth, d]),
          value: add(prefix + "self_attn.v_proj.weight", [configuration.keyValueWidth, d]),
          attentionOutput: add(prefix + "self_attn.o_proj.weight", [d, configuration.queryWidth]),
          feedForwardNorm: add(prefix + "post_attention_layernorm.weight", [d]),
          gate: add(prefix + "mlp.gate_proj.weight", [configuration.intermediateSize, d]),
          up: add(prefix + "mlp.up_proj.weight", [configuration.intermediateSize, d]),
          down: add(prefix + "mlp.down_proj.weight", [d, configuration.intermediateSize])))
    }
    finalNorm = add("model.norm.weight", [d])
    output =
      configuration.tiesEmbeddings ? embedding : add("lm_head.weight", [configuration.vocabularySize, d])
    self.layers = layers
    self.tensors = tensors
    count = next
  }
}
