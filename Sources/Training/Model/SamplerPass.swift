import CNumerics

/// One forward pass over rows, each a token at a position of some sequence with a key-value cache of its own.
///
/// Prompts and responses go the same way: a prompt is as many rows of one cache as it has tokens. Each row's numbers depend on its own sequence
/// alone, to the last bit, whatever other rows there are (see `numerics_sampling.h`).
final class SamplerPass {
  private let configuration: ModelConfiguration
  private let weights: SamplerWeights
  /// Floats of a cache block's part for one layer, and of all layers: the distance of two blocks.
  let cachePart: Int
  let cacheBlock: Int

  private var hidden = AlignedBuffer<Float>()
  private var normed = AlignedBuffer<Float>()
  private var inverse = AlignedBuffer<Float>()
  private var projected = AlignedBuffer<Float>()
  private var attended = AlignedBuffer<Float>()
  private var activated = AlignedBuffer<Float>()
  private var scores = AlignedBuffer<Float>()
  private var tokenRows = AlignedBuffer<Int32>()
  private var positionRows = AlignedBuffer<Int32>()
  private var cacheRows = AlignedBuffer<UnsafeMutablePointer<Float>?>()
  private(set) var rowCount = 0

  init(configuration: ModelConfiguration, weights: SamplerWeights) {
    self.configuration = configuration
    self.weights = weights
    cachePart = numerics_cache_part(configuration.keyValueHeadCount, configuration.headDimension)
    cacheBlock = cachePart * configuration.layerCount
  }

  /// The blocks that a sequence of `positions` tokens fills.
  static func blocks(_ positions: Int) -> Int {
    let width = Int(numerics_block_width)
    return (positions + width - 1) / width
  }

  /// Makes room for a pass of `rows` rows.
  func reserve(rows: Int) {
    hidden.reserve(rows * configuration.hiddenSize)
    normed.reserve(rows * configuration.hiddenSize)
    inverse.reserve(rows)
    projected.reserve(rows * (configuration.queryWidth + 2 * configuration.keyValueWidth))
    attended.reserve(rows * configuration.queryWidth)
    activated.reserve(rows * configuration.intermediateSize)
    scores.reserve(2 * Self.blocks(configuration.maximumPositions) * Int(numerics_block_width))
    tokenRows.reserve(rows)
    positionRows.reserve(rows)
    cacheRows.reserve(rows)
  }

  /// Forgets the rows of the last pass.
  func clear() { rowCount = 0 }

  /// Adds a row.
  func append(token: Int32, position: Int, cache: UnsafeMutablePointer<Float>) {
    tokenRows.base[rowCount] = token
    positionRows.base[rowCount] = Int32(position)
    cacheRows.base[rowCount] = cache
    rowCount += 1
  }

  /// Runs the rows through the model and writes the logits of the `kept` rows, ascending, to [kept, V]; nil keeps all.
  func run(kept: [Int]?, logits: UnsafeMutablePointer<Float>) {
    let c = configuration
    let width = c.hiddenSize
    let wide = c.queryWidth + 2 * c.keyValueWidth
    let scale = Float(1 / Double(c.headDimension).squareRoot())
    for row in 0..<rowCount {
      (hidden.base + row * width).update(
        from: weights.at(weights.embedding) + Int(tokenRows.base[row]) * width, count: width)
    }
    for (index, layer) in weights.layers.enumerated() {
      normalize(layer.inputNorm)
      product(wide, width, normed.base, layer.queryKeyValue, into: projected.base, accumulate: false)
      // Keys follow queries in each row, so both are one run of heads.
      numerics_rotate(
        rowCount, c.headCount + c.keyValueHeadCount, c.headDimension, wide, projected.base,
        positionRows.base, weights.cosineTable, weights.sineTable, 1)
      let keys = projected.base + c.queryWidth
      numerics_cache_store(
        rowCount, c.keyValueHeadCount, c.headDimension, keys, keys + c.keyValueWidth, wide, cacheRows.base,
        index * cachePart, cacheBlock, positionRows.base)
      // After the last layer's keys and values only the rows with logits matter.
      if index == weights.layers.count - 1, let kept { keep(kept, projectedWidth: wide) }
      numerics_cache_attention(
        rowCount, c.headCount, c.keyValueHeadCount, c.headDimension, projected.base, wide, cacheRows.base,
        index * cachePart, cacheBlock, positionRows.base, scale, attended.base, c.queryWidth, scores.base,
        numerics_lanes_automatic)
      product(
        width, c.queryWidth, attended.base, layer.attentionOutput, into: hidden.base, accumulate: true)
      normalize(layer.feedForwardNorm)
      numerics_packed_swiglu(
        rowCount, c.intermediateSize, width, normed.base, width, weights.at(layer.gateUp), activated.base,
        c.intermediateSize, numerics_lanes_automatic)
      product(width, c.intermediateSize, activated.base, layer.down, into: hidden.base, accumulate: true)
    }
    normalize(weights.finalNorm)
    product(c.vocabularySize, width, normed.base, weights.output, into: logits, accumulate: false)
  }

  private func normalize(_ norm: Int) {
    numerics_rms_norm(
      rowCount, configuration.hiddenSize, hidden.base, weights.at(norm), Float(configuration.normEpsilon),
      normed.base, inverse.base)
  }

  private func product(
    _ outputs: Int, _ inputs: Int, _ from: UnsafePointer<Float>, _ matrix: Int,
    into: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    numerics_packed_product(
      rowCount, outputs, inputs, from, inputs, weights.at(matrix), accumulate ? 1 : 0, into, outputs,
      numerics_lanes_automatic)
  }

  /// Moves the rows `kept` to the front; ascending, so that no row is overwritten before it moved.
  private func keep(_ kept: [Int], projectedWidth: Int) {
    let width = configuration.hiddenSize
    for (to, from) in kept.enumerated() where to != from {
      (hidden.base + to * width).update(from: hidden.base + from * width, count: width)
      (projected.base + to * projectedWidth).update(
        from: projected.base + from * projectedWidth, count: projectedWidth)
      positionRows.base[to] = positionRows.base[from]
      cacheRows.base[to] = cacheRows.base[from]
    }
    rowCount = kept.count
  }
}
