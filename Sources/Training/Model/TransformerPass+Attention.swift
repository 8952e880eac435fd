import CNumerics

/// Causal grouped-query attention of each sequence with itself: `share` consecutive query heads read one key and value head.
extension TransformerPass {
  /// Fills the weights and the heads' outputs of one layer from its rotated queries, keys and values.
  func attend(_ region: PassRegions.Layer) {
    forEachHead { head in
      let query = at(region.queryKeyValue) + head.query
      let weights = at(region.weights) + head.weights
      let length = Int32(head.length)
      numerics_sgemm(
        0, 1, length, length, head.width, 1, query, head.wide, at(region.queryKeyValue) + head.key,
        head.wide, 0, weights, length)
      numerics_causal_softmax(head.length, head.length, weights, attentionScale)
      numerics_sgemm(
        0, 0, length, head.width, length, 1, weights, length, at(region.queryKeyValue) + head.value,
        head.wide, 0, at(region.attended) + head.output, head.outputWide)
    }
  }

  /// Fills the gradient of the rotated queries, keys and values from that of the heads' outputs.
  func attendBackward(_ region: PassRegions.Layer) {
    let outputGradient = at(regions.attendedGradient)
    let scratch = at(regions.weightsGradient)
    let gradient = at(region.queryKeyValueGradient)
    forEachHead { head in
      let length = Int32(head.length)
      let forward = at(region.queryKeyValue)
      let weights = at(region.weights) + head.weights
      // Keys and values collect the gradients of all query heads that share them; the first one overwrites.
      let beta: Float = head.isFirstOfShare ? 0 : 1
      numerics_sgemm(
        1, 0, length, head.width, length, 1, weights, length, outputGradient + head.output, head.outputWide,
        beta, gradient + head.value, head.wide)
      numerics_sgemm(
        0, 1, length, length, head.width, 1, outputGradient + head.output, head.outputWide,
        forward + head.value, head.wide, 0, scratch, length)
      numerics_causal_softmax_backward(head.length, head.length, weights, scratch, attentionScale)
      numerics_sgemm(
        0, 0, length, head.width, length, 1, scratch, length, forward + head.key, head.wide, 0,
        gradient + head.query, head.wide)
      numerics_sgemm(
        1, 0, length, head.width, length, 1, scratch, length, forward + head.query, head.wide, beta,
        gradient + head.key, head.wide)
    }
  }

  /// One head of one sequence: offsets from the beginnings of the layer's arrays.
  private struct Head {
    var length: Int
    var width: Int32
    var wide: Int32
    var outputWide: Int32
    var query: Int
    var key: Int
    var value: Int
    var output: Int
    var weights: Int
    var isFirstOfShare: Bool
  }

  @inline(__always)
  private func forEachHead(_ body: (Head) -> Void) {
    let width = configuration.headDimension
    let wide = configuration.queryWidth + 2 * configuration.keyValueWidth
    let share = configuration.headCount / configuration.keyValueHeadCount
    var weights = 0
    for sequence in 0..<sequenceCount {
      let start = starts[sequence]
      let length = starts[sequence + 1] - start
      for head in 0..<configuration.headCount {
        let group = head / share
        body(
          Head(
            length: length, width: Int32(width), wide: Int32(wide),
            outputWide: Int32(configuration.queryWidth), query: start * wide + head * width,
            key: start * wide + configuration.queryWidth + group * width,
            value: start * wide + configuration.queryWidth + configuration.keyValueWidth + group * width,
            output: start * configuration.queryWidth + head * width, weights: weights,
            isFirstOfShare: head % share == 0))
        weights += length * length
      }
    }
  }
}
