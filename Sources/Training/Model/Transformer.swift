import Foundation
import Statistics

/// A decoder of the Llama family: its shape and its weights, one flat array in `ParameterLayout`'s order.
///
/// Computing with it is `TransformerPass`'s affair, which keeps the activations; the weights stay a value.
public struct Transformer: Sendable {
  /// The shape.
  public let configuration: ModelConfiguration
  /// Where each tensor lies in `parameters`.
  public let layout: ParameterLayout
  /// All weights.
  public var parameters: [Float] {
    didSet {
      precondition(
        parameters.count == layout.count, "\(parameters.count) parameters, the layout has \(layout.count)")
    }
  }

  /// Weights drawn anew: normal with standard deviation 0.02, norm weights 1.
  ///
  /// The two matrices of a layer that write to the residual stream are divided by √(2 layers), so that the stream's variance at the end does
  /// not grow with the number of layers. Each tensor has a stream of its own: its numbers do not depend on the tensors before it.
  ///
  /// - Source: `radford2019`, the scaling of residual layers at initialisation.
  /// - Precondition: a sound configuration.
  public init(configuration: ModelConfiguration, seed: UInt64) {
    self.configuration = configuration
    let layout = ParameterLayout(configuration)
    self.layout = layout
    let key = StreamKey(seed: seed, claim: "transformer-initialisation")
    let residualScale = 1 / (2 * Double(configuration.layerCount)).squareRoot()
    let residual = Set(layout.layers.flatMap { [$0.attentionOutput, $0.down] })
    var parameters = [Float](repeating: 1, count: layout.count)
    for (index, tensor) in layout.tensors.enumerated() where tensor.shape.count == 2 {
      var stream = RandomStream(key.designPoint(index))
      let deviation = residual.contains(tensor.offset) ? 0.02 * residualScale : 0.02
      for place in tensor.offset..<tensor.offset + tensor.count {
        parameters[place] = Float(deviation * stream.normal())
      }
    }
    self.parameters = parameters
  }

  /// Given weights.
  ///
  /// Throws `invalid` for an impossible shape, a wrong number of weights, or a weight that is not finite.
  public init(configuration: ModelConfiguration, parameters: [Float]) throws(TrainingError) {
    guard configuration.problems.isEmpty else {
      throw .invalid(
        name: "the model's configuration", value: configuration.problems.joined(separator: "; "),
        allowed: "be sound")
    }
    let layout = ParameterLayout(configuration)
    guard parameters.count == layout.count else {
      throw .invalid(
        name: "the number of weights", value: "\(parameters.count)",
        allowed: "be \(layout.count) for this configuration")
    }
    if let place = parameters.firstIndex(where: { !$0.isFinite }) {
      let name = layout.tensors.last { $0.offset <= place }?.name ?? "a weight"
      throw .invalid(name: name, value: "\(parameters[place])", allowed: "be finite")
    }
    self.configuration = configuration
    self.layout = layout
    self.parameters = parameters
  }
}
