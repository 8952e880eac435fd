import Foundation
import Statistics
import Testing

@testable import Training

/// The gradient that a method's update takes, against its whole loss as a function of the weights: model, softmax, objective and aggregation together.
@Suite struct MethodLossGradientTests {
  /// Two prompts, seven rollouts of one to four tokens, rewards of both kinds.
  private struct World {
    let configuration = ModelCase.shape(heads: 4, groups: 2, tied: true)
    let temperature = 0.8
    let prompts: [[Int32]] = [[2, 5], [2, 4, 6]]
    let groups = [0, 0, 0, 1, 1, 1, 1]
    let responses: [[Int32]] = [[3, 1], [5, 6, 4, 1], [3, 4, 1], [6], [4, 1], [6, 1], [6, 3, 1]]
    let rewards: [Double] = [1, 0, 1, 0, 0, 1, 0]
    let model: Transformer
    var sequences = ScoredSequences()

    init() {
      model = ModelCase(name: "", configuration: configuration, lengths: []).model
      for (group, response) in zip(groups, responses) {
        sequences.append(prompt: prompts[group], response: response[...])
      }
    }

    /// What a forward pass in double precision says of the response tokens.
    struct Numbers {
      var logProbabilities: [Double] = []
      var entropies: [Double] = []
      var squares: [Double] = []
      var squaredLogarithms: [Double] = []
    }

    func numbers(_ weights: [Double]) -> Numbers {
      let reference = ReferenceTransformer(configuration, weights: weights)
      var result = Numbers()
      for (group, response) in zip(groups, responses) {
        let rows = reference.logits(prompts[group] + response.dropLast())
        for (place, action) in response.enumerated() {
          let row = rows[prompts[group].count - 1 + place].map { $0 / temperature }
          let probabilities = ReferenceTransformer.softmax(row)
          result.logProbabilities.append(log(probabilities[Int(action)]))
          result.entropies.append(-probabilities.reduce(0) { $0 + $1 * log($1) })
          result.squares.append(probabilities.reduce(0) { $0 + $1 * $1 })
          result.squaredLogarithms.append(probabilities.reduce(0) { $0 + $1 * $1 * log($1) })
        }
      }
      return result
    }

    func batch(_ method: Method, current: Numbers, sampled: Numbers, reference: Numbers) throws -> UpdateBatch
    {
      UpdateBatch(
        groups: groups, starts: sequences.starts, rewards: rewards,
        advantages: try method.advantage.advantages(
          rewards: rewards, lengths: responses.map(\.count), groups: groups),
        sampledLogProbabilities: sampled.logProbabilities, logProbabilities: current.logProbabilities,
        entropies: current.entropies, sumsOfSquares: current.squares,
        squaredLogarithmSums: current.squaredLogarithms,
        states: UpdateBatch.stateLabels(groups: groups, starts: sequences.starts, tokens: sequences.actions),
        referenceLogProbabilities: reference.logProbabilities, maximumLength: 5)
    }
  }

  /// Half the distance of the two points, over the direction's length of 1.
  ///
  /// Rounding costs 2⁻⁵³/h of a loss of order 1, 10⁻¹⁰; truncation h²; the price |log ρ|, which has a kink where the two policies are one, h times the curvature of log π: 10⁻⁶ at most.
  private static let step = 0x1p-20

  @Test(arguments: ReferenceBatch.methods) func theGradientIsThatOfTheWholeLoss(method: Method) throws {
    let world = World()
    let weights = world.model.parameters.map(Double.init)
    var stream = RandomStream(StreamKey(seed: 4, claim: "method-loss-gradient"))
    let direction = weights.map { _ in stream.normal() }
    let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let other = weights.map { $0 + 0.05 * stream.normal() }
    let sampled = world.numbers(weights)
    let reference = world.numbers(other)
    let objective = method.objective
    let batch = try world.batch(method, current: sampled, sampled: sampled, reference: reference)
    let parts = try objective.detached(batch, stream: ReferenceBatch.stream)
    let result = objective.evaluate(batch, holding: parts)
    let gradient = TransformerTrainer(configuration: world.configuration).lossGradient(
      parameters: world.model.parameters, sequences: world.sequences.sequences,
      scored: world.sequences.scored,
      actions: world.sequences.actions,
      logProbabilityGradients: result.logProbabilityGradients.map(Float.init),
      entropyGradients: result.entropyGradients.isEmpty ? nil : result.entropyGradients.map(Float.init),
      temperature: Float(world.temperature), threads: 2)
    func loss(_ distance: Double) throws -> Double {
      let moved = zip(weights, direction).map { $0 + distance * $1 / length }
      let current = world.numbers(moved)
      return objective.evaluate(
        try world.batch(method, current: current, sampled: sampled, reference: reference), holding: parts
      ).loss
    }
    let slope = (try loss(Self.step) - loss(-Self.step)) / (2 * Self.step)
    let stated = zip(gradient, direction).reduce(0) { $0 + Double($1.0) * $1.1 } / length
    let norm = AdamW.norm(gradient)
    // Entries of the gradient carry errors of some dozen u = 6e-8 relative to the norm, of either sign: along a random direction they do not add up. 10⁻⁶ is 17 u, and the slope itself is about
    // 1/√1000 of the norm.
    #expect(
      abs(slope - stated) <= 1e-6 * norm + 1e-6,
      "slope \(slope), gradient along the direction \(stated), norm \(norm)")
    #expect(norm > 1e-2)
  }

  /// The tolerance sees an error of a percent: the gradient of another temperature is refused.
  @Test func anotherTemperatureIsAnotherGradient() throws {
    let world = World()
    let ones = [Float](repeating: 1, count: world.sequences.actions.count)
    let trainer = TransformerTrainer(configuration: world.configuration)
    func gradient(_ temperature: Float) -> [Float] {
      trainer.lossGradient(
        parameters: world.model.parameters, sequences: world.sequences.sequences,
        scored: world.sequences.scored, actions: world.sequences.actions, logProbabilityGradients: ones,
        temperature: temperature, threads: 1)
    }
    let own = gradient(0.8)
    let near = gradient(0.808)
    var stream = RandomStream(StreamKey(seed: 4, claim: "method-loss-gradient"))
    let direction = own.map { _ in stream.normal() }
    let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let difference =
      zip(zip(own, near), direction).reduce(0) { $0 + Double($1.0.0 - $1.0.1) * $1.1 } / length
    #expect(abs(difference) > 10 * (1e-6 * AdamW.norm(own) + 1e-6))
  }
}
