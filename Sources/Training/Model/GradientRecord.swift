/// What makes up the gradient of one part of a model in one pass: inputs and output gradients of its rows.
///
/// The gradient of a linear layer's matrix by sequence i is Σ_{r∈i} y_r x_rᵀ, hence ⟨g_i, g_j⟩ = Σ_{r∈i} Σ_{s∈j} (x_r·x_s)(y_r·y_s): no gradient of a
/// single sequence is ever formed. The pointers are valid until the pass runs again.
public struct GradientRecord {
  /// The parameters concerned.
  public enum Part {
    /// A linear layer, or several with the same inputs, stacked: x [rows, inputWidth], y [rows, outputWidth].
    case linear
    /// The weights of a norm: the gradient of sequence i is Σ_{r∈i} x_r ∘ y_r, with x the input divided by its root mean square.
    case norm
    /// The lookup of tokens: y is the gradient of the looked-up row, x is absent, the row of the matrix is the token's.
    case lookup
    /// The output matrix: rows are scored rows, y is dL/dlogits. A tied matrix's gradient is the sum of this one and of the lookup's.
    case output
  }

  /// The first tensor concerned, under Hugging Face's name.
  public var name: String
  /// The kind of the part.
  public var part: Part
  /// The number of rows.
  public var rows: Int
  /// x, row-major; a norm's before the division.
  public var inputs: UnsafePointer<Float>
  /// The width of a row of x.
  public var inputWidth: Int
  /// y, row-major.
  public var outputGradients: UnsafePointer<Float>
  /// The width of a row of y.
  public var outputWidth: Int
  /// A norm's 1 / root mean square by row; absent elsewhere.
  public var inverses: UnsafePointer<Float>?
  /// Whether the rows are the scored rows rather than all rows.
  public var isScored: Bool
}

extension TransformerPass {
  /// Calls `body` for every part of the model, so that the records together make up the gradient over all parameters.
  ///
  /// - Precondition: follows `backward` of a forward pass begun with `recordsLinearGradients`.
  public func forEachLinear(_ body: (GradientRecord) -> Void) {
    precondition(
      hasRecorded, "records follow a backward pass with recordsLinearGradients set before its forward pass")
    let d = configuration.hiddenSize
    let names = layout.tensors.reduce(into: [Int: String]()) { $0[$1.offset] = $1.name }
    func record(
      _ offset: Int, _ part: GradientRecord.Part, _ x: Int, _ inputWidth: Int, _ y: Int, _ outputWidth: Int,
      inverses: Int? = nil, isScored: Bool = false
    ) {
      body(
        GradientRecord(
          name: names[offset] ?? "", part: part, rows: isScored ? scoredCount : rowCount,
          inputs: UnsafePointer(at(x)), inputWidth: inputWidth, outputGradients: UnsafePointer(at(y)),
          outputWidth: outputWidth, inverses: inverses.map { UnsafePointer(at($0)) }, isScored: isScored))
    }
    record(layout.embedding, .lookup, regions.streamGradient, d, regions.streamGradient, d)
    for (offsets, region) in zip(layout.layers, regions.layers) {
      record(
        offsets.inputNorm, .norm, region.input, d, region.normedGradient, d, inverses: region.inverse)
      record(
        offsets.query, .linear, region.normed, d, region.queryKeyValueGradient,
        configuration.queryWidth + 2 * configuration.keyValueWidth)
      record(
        offsets.attentionOutput, .linear, region.attended, configuration.queryWidth,
        region.attentionOutputGradient, d)
      record(
        offsets.feedForwardNorm, .norm, region.middle, d, region.feedForwardNormedGradient, d,
        inverses: region.feedForwardInverse)
      record(
        offsets.gate, .linear, region.feedForwardNormed, d, region.gateUpGradient,
        2 * configuration.intermediateSize)
      record(
        offsets.down, .linear, region.activated, configuration.intermediateSize, region.downGradient, d)
    }
    record(
      layout.finalNorm, .norm, regions.finalInput, d, regions.finalNormedGradient, d,
      inverses: regions.finalInverse, isScored: true)
    record(
      layout.output, .output, regions.finalNormed, d, regions.logits, configuration.vocabularySize,
      isScored: true)
  }
}
