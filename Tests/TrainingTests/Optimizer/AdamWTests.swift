import Foundation
import Testing

@testable import Training

struct AdamWTests {
  private static let layout = ParameterLayout(ModelCase.all[0].configuration)

  private func weights() -> [Float] { (0..<Self.layout.count).map { Float(sin(Double($0))) } }
  private func gradient(_ step: Int) -> [Float] {
    (0..<Self.layout.count).map { Float(cos(Double($0 * (step + 2))) / 50) }
  }

  // The recursion of the definition, in double precision. Each step rounds by a few u of the weight (6e-8) and of the update (1e-2): five steps stay below 1e-6.
  @Test(arguments: [Double?.none, 1e6, 0.1]) func stepsFollowTheDefinition(largest: Double?) {
    let settings = AdamW.Settings(
      beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.1, maximumGradientNorm: largest)
    var optimizer = AdamW(layout: Self.layout, settings: settings)
    var parameters = weights()
    var expected = parameters.map(Double.init)
    var first = [Double](repeating: 0, count: expected.count)
    var second = first
    let norms = Self.layout.tensors.filter { $0.shape.count == 1 }
    for step in 1...5 {
      let gradient = gradient(step)
      let norm = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      let scale = min(1, (largest ?? .infinity) / norm)
      for place in expected.indices {
        let g = Double(gradient[place]) * scale
        first[place] = 0.8 * first[place] + 0.2 * g
        second[place] = 0.95 * second[place] + 0.05 * g * g
        let isNorm = norms.contains { ($0.offset..<$0.offset + $0.count).contains(place) }
        expected[place] *= 1 - 0.01 * (isNorm ? 0 : 0.1)
        expected[place] -=
          0.01 * first[place] / (1 - pow(0.8, Double(step)))
          / ((second[place] / (1 - pow(0.95, Double(step)))).squareRoot() + 1e-6)
      }
      let returned = optimizer.step(parameters: &parameters, gradient: gradient, learningRate: 0.01)
      #expect(abs(returned - norm) < 1e-6 * norm)
    }
    #expect(optimizer.stepCount == 5)
    for (one, other) in zip(parameters, expected) { #expect(abs(Double(one) - other) < 2e-6) }
  }

  @Test func normWeightsAreNotDecayed() {
    var optimizer = AdamW(layout: Self.layout, settings: AdamW.Settings(weightDecay: 0.5))
    var parameters = weights()
    let before = parameters
    _ = optimizer.step(
      parameters: &parameters, gradient: Array(repeating: 0, count: parameters.count), learningRate: 0.1)
    for tensor in Self.layout.tensors {
      for place in tensor.offset..<tensor.offset + tensor.count {
        if tensor.shape.count == 1 {
          #expect(parameters[place] == before[place])
        } else {
          #expect(abs(parameters[place] - 0.95 * before[place]) <= 1e-6)
        }
      }
    }
  }

  @Test(arguments: [Float.nan, .infinity]) func aGradientThatIsNotFiniteChangesNothing(bad: Float) {
    var optimizer = AdamW(layout: Self.layout)
    var parameters = weights()
    let before = (optimizer, parameters)
    var gradient = gradient(1)
    gradient[17] = bad
    #expect(!optimizer.step(parameters: &parameters, gradient: gradient, learningRate: 0.1).isFinite)
    #expect(optimizer == before.0)
    #expect(parameters == before.1)
  }

  @Test func aSavedStateContinuesIdentically() throws {
    var optimizer = AdamW(layout: Self.layout)
    var parameters = weights()
    for step in 0..<3 {
      _ = optimizer.step(parameters: &parameters, gradient: gradient(step), learningRate: 0.01)
    }
    var restored = try AdamW(
      layout: Self.layout, settings: optimizer.settings, first: optimizer.first, second: optimizer.second,
      stepCount: optimizer.stepCount)
    #expect(restored == optimizer)
    var other = parameters
    _ = optimizer.step(parameters: &parameters, gradient: gradient(3), learningRate: 0.01)
    _ = restored.step(parameters: &other, gradient: gradient(3), learningRate: 0.01)
    #expect(parameters == other)
  }

  @Test func damagedStatesAreRefused() {
    let good = [Float](repeating: 0, count: Self.layout.count)
    var negative = good
    negative[3] = -1
    var infinite = good
    infinite[3] = .infinity
    for (first, second, step) in [
      (Array(good.dropLast()), good, 1), (good, Array(good.dropLast()), 1), (infinite, good, 1),
      (good, negative, 1), (good, infinite, 1), (good, good, -1),
    ] {
      #expect(throws: TrainingError.self) {
        try AdamW(
          layout: Self.layout, settings: AdamW.Settings(), first: first, second: second, stepCount: step)
      }
    }
  }
}
