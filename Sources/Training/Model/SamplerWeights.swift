import CNumerics
import Foundation

/// The parameters as the sampler's products read them, and the rotary angles.
///
/// Packed anew for every batch: parameters change with every step, and packing costs as much as decoding a few tokens.
final class SamplerWeights {
  /// Places of one layer's packed matrices.
  struct Layer {
    var inputNorm: Int
    var queryKeyValue: Int
    var attentionOutput: Int
    var feedForwardNorm: Int
    var gateUp: Int
    var down: Int
  }

  let layers: [Layer]
  let finalNorm: Int
  let output: Int
  let embedding: Int
  private let configuration: ModelConfiguration
  private let layout: ParameterLayout
  private var packed = AlignedBuffer<Float>()
  private var cosines = AlignedBuffer<Float>()
  private var sines = AlignedBuffer<Float>()

  init(configuration: ModelConfiguration) {
    self.configuration = configuration
    layout = ParameterLayout(configuration)
    let width = configuration.hiddenSize
    var next = 0
    // Every part starts at a multiple of 16 floats, a cache line.
    func take(_ count: Int) -> Int {
      defer { next += (count + 15) / 16 * 16 }
      return next
    }
    func matrix(_ outputs: Int, _ inputs: Int) -> Int { take(numerics_packed_size(outputs, inputs)) }
    layers = layout.layers.map { _ in
      Layer(
        inputNorm: take(width),
        queryKeyValue: matrix(configuration.queryWidth + 2 * configuration.keyValueWidth, width),
        attentionOutput: matrix(width, configuration.queryWidth),
        feedForwardNorm: take(width),
        // Sixteen columns of gate beside sixteen of up.
        gateUp: matrix(2 * ((configuration.intermediateSize + 15) / 16 * 16), width),
        down: matrix(width, configuration.intermediateSize))
    }
    finalNorm = take(width)
    output = matrix(configuration.vocabularySize, width)
    embedding = take(configuration.vocabularySize * width)
    packed.reserve(next)
    tabulateAngles()
  }

  /// The number at a place.
  func at(_ place: Int) -> UnsafePointer<Float> { UnsafePointer(packed.base + place) }
  /// cos of the rotary angles, [positions, head width / 2].
  var cosineTable: UnsafePointer<Float> { UnsafePointer(cosines.base) }
  /// sin of the rotary angles.
  var sineTable: UnsafePointer<Float> { UnsafePointer(sines.base) }

  /// Packs `parameters`, which lie as `ParameterLayout` says.
  func pack(_ parameters: UnsafePointer<Float>) {
    let width = configuration.hiddenSize
    let to = packed.base
    func copy(_ count: Int, from: Int, to place: Int) {
      (to + place).update(from: parameters + from, count: count)
    }
    for (layer, source) in zip(layers, layout.layers) {
      copy(width, from: source.inputNorm, to: layer.inputNorm)
      copy(width, from: source.feedForwardNorm, to: layer.feedForwardNorm)
      numerics_pack(
        configuration.queryWidth + 2 * configuration.keyValueWidth, width, parameters + source.query,
        to + layer.queryKeyValue)
      numerics_pack(
        width, configuration.queryWidth, parameters + source.attentionOutput, to + layer.attentionOutput)
      numerics_pack_gate_up(
        configuration.intermediateSize, width, parameters + source.gate, parameters + source.up,
        to + layer.gateUp)
      numerics_pack(width, configuration.intermediateSize, parameters + source.down, to + layer.down)
    }
    copy(width, from: layout.finalNorm, to: finalNorm)
    numerics_pack(configuration.vocabularySize, width, parameters + layout.output, to + output)
    copy(configuration.vocabularySize * width, from: layout.embedding, to: embedding)
  }

  /// cos and sin of position · base^(−2i/width), i < width/2.
  private func tabulateAngles() {
    let half = configuration.headDimension / 2
    cosines.reserve(configuration.maximumPositions * half)
    sines.reserve(configuration.maximumPositions * half)
    for index in 0..<half {
      let frequency = pow(configuration.ropeBase, -2 * Double(index) / Double(configuration.headDimension))
      for position in 0..<configuration.maximumPositions {
        cosines.base[position * half + index] = Float(cos(Double(position) * frequency))
        sines.base[position * half + index] = Float(sin(Double(position) * frequency))
      }
    }
  }
}
