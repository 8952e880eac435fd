import CNumerics

extension TransformerPass {
  /// Computes the logits of the scored rows of packed sequences.
  ///
  /// A scored row is one whose *next* token is predicted; logits are computed for these rows only. `keepsActivations` allows `backward` to follow.
  ///
  /// - Precondition: one weight per parameter of the layout; tokens in the vocabulary; no sequence longer than the model's positions; `scored` strictly
  ///   ascending.
  public func forward(
    parameters: UnsafeBufferPointer<Float>, sequences: PackedSequences, scored: [Int32],
    keepsActivations: Bool
  ) {
    scored.withUnsafeBufferPointer {
      forward(
        parameters: parameters, sequences: sequences, range: 0..<sequences.count, scored: $0,
        keepsActivations: keepsActivations)
    }
  }

  /// The same for the sequences of `range` alone; `scored` still counts rows from the first token of all sequences.
  public func forward(
    parameters: UnsafeBufferPointer<Float>, sequences: PackedSequences, range: Range<Int>,
    scored: UnsafeBufferPointer<Int32>, keepsActivations: Bool
  ) {
    precondition(
      parameters.count == layout.count, "\(parameters.count) weights, the layout has \(layout.count)")
    begin(sequences, range: range, scored: scored, keeps: keepsActivations)
    guard let weights = parameters.baseAddress else { return }
    embed(weights)
    for layer in layout.layers.indices { forward(layer: layer, weights) }
    forwardOutput(weights)
  }

  private func embed(_ weights: UnsafePointer<Float>) {
    let d = configuration.hiddenSize
    let stream = at(regions.layers[0].input)
    for row in 0..<rowCount {
      (stream + row * d).update(from: weights + layout.embedding + Int(tokens[row]) * d, count: d)
    }
  }

  private func forward(layer index: Int, _ weights: UnsafePointer<Float>) {
    let offsets = layout.layers[index]
    let region = regions.layers[index]
    let d = configuration.hiddenSize
    let wide = configuration.queryWidth + 2 * configuration.keyValueWidth
    let inner = configuration.intermediateSize
    let epsilon = Float(configuration.normEpsilon)
    let rows = rowCount

    numerics_rms_norm(
      rows, d, at(region.input), weights + offsets.inputNorm, epsilon, at(region.normed), at(region.inverse))
    MatrixProducts.forward(
      rows: rows, inputs: d, outputs: wide, at(region.normed), weights + offsets.query,
      at(region.queryKeyValue))
    rotate(at(region.queryKeyValue), direction: 1)
    attend(region)
    at(region.middle).update(from: at(region.input), count: rows * d)
    MatrixProducts.forward(
      rows: rows, inputs: configuration.queryWidth, outputs: d, at(region.attended),
      weights + offsets.attentionOutput, at(region.middle), adds: true)

    numerics_rms_norm(
      rows, d, at(region.middle), weights + offsets.feedForwardNorm, epsilon, at(region.feedForwardNormed),
      at(region.feedForwardInverse))
    MatrixProducts.forward(
      rows: rows, inputs: d, outputs: 2 * inner, at(region.feedForwardNormed), weights + offsets.gate,
      at(region.gateUp))
    numerics_swiglu(rows, inner, at(region.gateUp), at(region.activated))
    at(region.output).update(from: at(region.middle), count: rows * d)
    MatrixProducts.forward(
      rows: rows, inputs: inner, outputs: d, at(region.activated), weights + offsets.down,
      at(region.output), adds: true)
  }

  private func forwardOutput(_ weights: UnsafePointer<Float>) {
    let d = configuration.hiddenSize
    let stream = at(regions.layers[layout.layers.count - 1].output)
    let gathered = at(regions.finalInput)
    for place in 0..<scoredCount {
      (gathered + place * d).update(from: stream + Int(scored[place]) * d, count: d)
    }
    numerics_rms_norm(
      scoredCount, d, gathered, weights + layout.finalNorm, Float(configuration.normEpsilon),
      at(regions.finalNormed), at(regions.finalInverse))
    MatrixProducts.forward(
      rows: scoredCount, inputs: d, outputs: configuration.vocabularySize, at(regions.finalNormed),
      weights + layout.output, at(regions.logits))
  }
}
