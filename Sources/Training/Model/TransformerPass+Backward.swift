import CNumerics

extension TransformerPass {
  /// Adds dL/dparameters to `gradients`, given dL/dlogits in the place of `logits`.
  ///
  /// - Precondition: follows `forward` with `keepsActivations`, at the same weights; as many gradients as parameters.
  public func backward(
    parameters: UnsafeBufferPointer<Float>, gradients: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(keepsActivations, "backward follows a forward pass that keeps its activations")
    precondition(
      parameters.count == layout.count && gradients.count == layout.count,
      "\(parameters.count) weights and \(gradients.count) gradients, the layout has \(layout.count)")
    guard let weights = parameters.baseAddress, let gradient = gradients.baseAddress else { return }
    backwardOutput(weights, gradient)
    for layer in layout.layers.indices.reversed() { backward(layer: layer, weights, gradient) }
    let d = configuration.hiddenSize
    let stream = at(regions.streamGradient)
    for row in 0..<rowCount {
      numerics_add(d, stream + row * d, gradient + layout.embedding + Int(tokens[row]) * d)
    }
    hasRecorded = records
  }

  private func backwardOutput(_ weights: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>) {
    let d = configuration.hiddenSize
    let vocabulary = configuration.vocabularySize
    let scoredRows = scoredCount
    MatrixProducts.weightGradient(
      rows: scoredRows, inputs: d, outputs: vocabulary, at(regions.logits), at(regions.finalNormed),
      gradient + layout.output)
    MatrixProducts.inputGradient(
      rows: scoredRows, inputs: d, outputs: vocabulary, at(regions.logits), weights + layout.output,
      at(regions.finalNormedGradient))
    let gathered = at(regions.finalInputGradient)
    gathered.update(repeating: 0, count: scoredRows * d)
    numerics_rms_norm_backward(
      scoredRows, d, at(regions.finalInput), weights + layout.finalNorm, at(regions.finalInverse),
      at(regions.finalNormedGradient), gathered, gradient + layout.finalNorm)
    let stream = at(regions.streamGradient)
    stream.update(repeating: 0, count: rowCount * d)
    for place in 0..<scoredRows {
      (stream + Int(scored[place]) * d).update(from: gathered + place * d, count: d)
    }
  }

  private func backward(
    layer index: Int, _ weights: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>
  ) {
    let offsets = layout.layers[index]
    let region = regions.layers[index]
    let d = configuration.hiddenSize
    let wide = configuration.queryWidth + 2 * configuration.keyValueWidth
    let inner = configuration.intermediateSize
    let rows = rowCount
    let stream = at(regions.streamGradient)

    // The stream's gradient passes through both residual connections; where it is recorded, the linear layers' output gradients are copies.
    record(stream, at: region.downGradient, rows * d)
    MatrixProducts.weightGradient(
      rows: rows, inputs: inner, outputs: d, stream, at(region.activated), gradient + offsets.down)
    MatrixProducts.inputGradient(
      rows: rows, inputs: inner, outputs: d, stream, weights + offsets.down, at(regions.activatedGradient))
    numerics_swiglu_backward(
      rows, inner, at(region.gateUp), at(regions.activatedGradient), at(region.gateUpGradient))
    MatrixProducts.weightGradient(
      rows: rows, inputs: d, outputs: 2 * inner, at(region.gateUpGradient), at(region.feedForwardNormed),
      gradient + offsets.gate)
    MatrixProducts.inputGradient(
      rows: rows, inputs: d, outputs: 2 * inner, at(region.gateUpGradient), weights + offsets.gate,
      at(region.feedForwardNormedGradient))
    numerics_rms_norm_backward(
      rows, d, at(region.middle), weights + offsets.feedForwardNorm, at(region.feedForwardInverse),
      at(region.feedForwardNormedGradient), stream, gradient + offsets.feedForwardNorm)

    record(stream, at: region.attentionOutputGradient, rows * d)
    MatrixProducts.weightGradient(
      rows: rows, inputs: configuration.queryWidth, outputs: d, stream, at(region.attended),
      gradient + offsets.attentionOutput)
    MatrixProducts.inputGradient(
      rows: rows, inputs: configuration.queryWidth, outputs: d, stream, weights + offsets.attentionOutput,
      at(regions.attendedGradient))
    attendBackward(region)
    rotate(at(region.queryKeyValueGradient), direction: -1)
    MatrixProducts.weightGradient(
      rows: rows, inputs: d, outputs: wide, at(region.queryKeyValueGradient), at(region.normed),
      gradient + offsets.query)
    MatrixProducts.inputGradient(
      rows: rows, inputs: d, outputs: wide, at(region.queryKeyValueGradient), weights + offsets.query,
      at(region.normedGradient))
    numerics_rms_norm_backward(
      rows, d, at(region.input), weights + offsets.inputNorm, at(region.inverse),
      at(region.normedGradient), stream, gradient + offsets.inputNorm)
  }

  private func record(_ stream: UnsafeMutablePointer<Float>, at offset: Int, _ count: Int) {
    guard offset != regions.streamGradient else { return }
    at(offset).update(from: stream, count: count)
  }
}
