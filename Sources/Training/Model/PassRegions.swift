/// Where each array of one pass lies in the pass's single block of memory.
///
/// Offsets in floats, each a multiple of a cache line. Computed anew for every batch (a few dozen additions), so that short batches stay close
/// together in the cache.
struct PassRegions {
  /// The arrays of one layer.
  struct Layer {
    // Forward: kept for the backward pass.
    /// The residual stream that enters, [rows, d].
    var input = 0
    /// After the first norm, [rows, d], and its inverse root mean squares [rows].
    var normed = 0
    var inverse = 0
    /// Queries, keys and values of each row side by side, rotated, [rows, queryWidth + 2 keyValueWidth].
    var queryKeyValue = 0
    /// Attention weights: one T by T block per sequence and head.
    var weights = 0
    /// The heads' outputs, [rows, queryWidth].
    var attended = 0
    /// The residual stream between the two halves, [rows, d].
    var middle = 0
    /// After the second norm, [rows, d], and its inverse root mean squares [rows].
    var feedForwardNormed = 0
    var feedForwardInverse = 0
    /// Gate and up side by side, [rows, 2 intermediate].
    var gateUp = 0
    /// silu(gate) up, [rows, intermediate].
    var activated = 0
    /// The residual stream that leaves; the next layer's input.
    var output = 0

    // Backward: one set for all layers, or one per layer where the gradients are recorded.
    /// Gradients of what the linear layers put out.
    var downGradient = 0
    var gateUpGradient = 0
    var attentionOutputGradient = 0
    var queryKeyValueGradient = 0
    /// Gradients of what the norms put out.
    var normedGradient = 0
    var feedForwardNormedGradient = 0
  }

  /// By layer.
  private(set) var layers: [Layer] = []
  /// The scored rows of the last residual stream, gathered, [scored, d].
  private(set) var finalInput = 0
  /// After the last norm, [scored, d], and its inverse root mean squares [scored].
  private(set) var finalNormed = 0
  private(set) var finalInverse = 0
  /// [scored, V].
  private(set) var logits = 0
  /// The gradient of `finalNormed`, [scored, d], and of `finalInput`.
  private(set) var finalNormedGradient = 0
  private(set) var finalInputGradient = 0
  /// The gradient of the residual stream, [rows, d].
  private(set) var streamGradient = 0
  /// The gradient of `activated`, [rows, intermediate].
  private(set) var activatedGradient = 0
  /// The gradient of `attended`, [rows, queryWidth].
  private(set) var attendedGradient = 0
  /// Scratch of one head's weights, [T, T] of the longest sequence.
  private(set) var weightsGradient = 0
  /// All floats.
  private(set) var count = 0

  /// No batch.
  init() {}

  /// Lays out a batch.
  mutating func place(
    _ shape: ModelConfiguration, rows: Int, scored: Int, squaredLengths: Int, longest: Int, keeps: Bool,
    records: Bool
  ) {
    count = 0
    let d = shape.hiddenSize
    let wide = shape.queryWidth + 2 * shape.keyValueWidth
    if layers.count != shape.layerCount { layers = Array(repeating: Layer(), count: shape.layerCount) }
    let firstInput = take(rows * d)
    for index in layers.indices {
      if index > 0 && !keeps {
        // Without a backward pass all layers work in the first one's arrays.
        layers[index] = layers[0]
        continue
      }
      layers[index].input = index == 0 ? firstInput : layers[index - 1].output
      layers[index].normed = take(rows * d)
      layers[index].inverse = take(rows)
      layers[index].queryKeyValue = take(rows * wide)
      layers[index].weights = take(squaredLengths * shape.headCount)
      layers[index].attended = take(rows * shape.queryWidth)
      layers[index].middle = take(rows * d)
      layers[index].feedForwardNormed = take(rows * d)
      layers[index].feedForwardInverse = take(rows)
      layers[index].gateUp = take(rows * 2 * shape.intermediateSize)
      layers[index].activated = take(rows * shape.intermediateSize)
      layers[index].output = keeps ? take(rows * d) : firstInput
    }
    finalInput = take(scored * d)
    finalNormed = take(scored * d)
    finalInverse = take(scored)
    logits = take(scored * shape.vocabularySize)
    guard keeps else { return }
    finalNormedGradient = take(scored * d)
    finalInputGradient = take(scored * d)
    streamGradient = take(rows * d)
    activatedGradient = take(rows * shape.intermediateSize)
    attendedGradient = take(rows * shape.queryWidth)
    weightsGradient = take(longest * longest)
    for index in layers.indices {
      if index > 0 && !records {
        layers[index].gateUpGradient = layers[0].gateUpGradient
        layers[index].queryKeyValueGradient = layers[0].queryKeyValueGradient
        layers[index].normedGradient = layers[0].normedGradient
        layers[index].feedForwardNormedGradient = layers[0].feedForwardNormedGradient
        layers[index].downGradient = streamGradient
        layers[index].attentionOutputGradient = streamGradient
        continue
      }
      layers[index].gateUpGradient = take(rows * 2 * shape.intermediateSize)
      layers[index].queryKeyValueGradient = take(rows * wide)
      layers[index].normedGradient = take(rows * d)
      layers[index].feedForwardNormedGradient = take(rows * d)
      layers[index].downGradient = records ? take(rows * d) : streamGradient
      layers[index].attentionOutputGradient = records ? take(rows * d) : streamGradient
    }
  }

  private mutating func take(_ size: Int) -> Int {
    let offset = count
    count += (size + 15) / 16 * 16
    return offset
  }
}
