import Foundation
import Testing

@testable import Training

struct TransformerTests {
  // The standard deviation of n normal draws has a relative standard error of 1/√(2n): five of them, fixed seed.
  @Test func initialisationHasTheScaleOfEachTensor() {
    let model = Transformer(configuration: .nano(vocabularySize: 40), seed: 3)
    for tensor in model.layout.tensors {
      let weights = model.parameters[tensor.offset..<tensor.offset + tensor.count].map(Double.init)
      if tensor.shape.count == 1 {
        #expect(weights.allSatisfy { $0 == 1 })
        continue
      }
      let writesToStream = tensor.name.contains("o_proj") || tensor.name.contains("down_proj")
      let expected = writesToStream ? 0.02 / 2 : 0.02
      let deviation = (weights.reduce(0) { $0 + $1 * $1 } / Double(weights.count)).squareRoot()
      #expect(abs(deviation / expected - 1) < 5 / (2 * Double(weights.count)).squareRoot(), "\(tensor.name)")
    }
  }

  @Test func theSeedDecidesTheWeights() {
    let shape = ModelCase.all[0].configuration
    let one = Transformer(configuration: shape, seed: 1).parameters
    #expect(one == Transformer(configuration: shape, seed: 1).parameters)
    #expect(one != Transformer(configuration: shape, seed: 2).parameters)
  }

  @Test func damagedWeightsAreRefused() throws {
    let model = ModelCase.all[0].model
    #expect(
      try Transformer(configuration: model.configuration, parameters: model.parameters).parameters
        == model.parameters)
    #expect(throws: TrainingError.self) {
      try Transformer(configuration: model.configuration, parameters: Array(model.parameters.dropLast()))
    }
    var bad = model.parameters
    bad[model.layout.layers[1].up + 2] = .nan
    #expect(
      throws: TrainingError.invalid(
        name: "model.layers.1.mlp.up_proj.weight", value: "nan", allowed: "be finite")
    ) { try Transformer(configuration: model.configuration, parameters: bad) }
    var shape = model.configuration
    shape.keyValueHeadCount = 3
    #expect(throws: TrainingError.self) {
      try Transformer(configuration: shape, parameters: model.parameters)
    }
  }
}
