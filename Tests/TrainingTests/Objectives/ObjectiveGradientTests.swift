import Foundation
import Testing

@testable import Training

/// The derivatives of every method's loss against central differences, with what is detached held fixed.
@Suite struct ObjectiveGradientTests {
  /// Half the distance between the two points.
  static let step = 1e-5

  /// How far a difference may lie from the derivative.
  ///
  /// Truncation is step²/6 times a third derivative of at most 12 (a ratio of 11 times an advantage below 1.1, its weight below 1): 2·10⁻¹⁰. Rounding of a loss of order 1 is 10⁻¹⁶/step: 10⁻¹¹.
  static let tolerance = 1e-9

  @Test(arguments: ReferenceBatch.methods, [true, false])
  func derivativesAreThoseOfTheLoss(method: Method, onPolicy: Bool) throws {
    let batch = try ReferenceBatch.load().update(method.advantage, onPolicy: onPolicy)
    let objective = method.objective
    let parts = try objective.detached(batch, stream: ReferenceBatch.stream)
    let result = objective.evaluate(batch, holding: parts)
    try requireNoKinkNearby(batch, objective, parts)
    func difference(_ path: WritableKeyPath<UpdateBatch, [Double]>, _ token: Int) -> Double {
      var up = batch
      var down = batch
      up[keyPath: path][token] += Self.step
      down[keyPath: path][token] -= Self.step
      let rise = objective.evaluate(up, holding: parts).loss - objective.evaluate(down, holding: parts).loss
      return rise / (2 * Self.step)
    }
    for token in 0..<batch.tokenCount {
      let slope = difference(\.logProbabilities, token)
      #expect(
        abs(slope - result.logProbabilityGradients[token]) <= Self.tolerance,
        "token \(token): \(result.logProbabilityGradients[token]), difference \(slope)")
      let entropySlope = difference(\.entropies, token)
      let stated = result.entropyGradients.isEmpty ? 0 : result.entropyGradients[token]
      #expect(
        abs(entropySlope - stated) <= Self.tolerance, "token \(token): \(stated), difference \(entropySlope)")
    }
    #expect(result.logProbabilityGradients.contains { abs($0) > 1e-3 })
    #expect(result.entropyGradients.isEmpty == (method.entropyCoefficient == 0))
  }

  /// A difference across a kink is no derivative: no ratio may lie within the step of a limit.
  ///
  /// At ρ = 1 the price |log ρ| has a kink, too; there the difference is 0 by symmetry, and so is the slope that is stated.
  private func requireNoKinkNearby(_ batch: UpdateBatch, _ objective: Objective, _ parts: DetachedParts)
    throws
  {
    let surrogate = objective.surrogate
    let limits =
      surrogate.clips
      ? [1 - surrogate.low, 1 + surrogate.effectiveHigh, surrogate.dual].compactMap { $0 } : []
    for (current, sampled) in zip(batch.logProbabilities, batch.sampledLogProbabilities) {
      let logRatio = current - sampled
      for limit in limits { try #require(abs(exp(logRatio) - limit) > 100 * Self.step, "\(exp(logRatio))") }
      if parts.price != nil { try #require(logRatio == 0 || abs(logRatio) > 100 * Self.step) }
    }
  }

  /// A factor that is detached is not differentiated: the difference of the whole loss is another number.
  @Test func whatIsDetachedWouldMoveTheLossIfItWereNot() throws {
    let method = Method.entropyAdvantages
    let batch = try ReferenceBatch.load().update(method.advantage, onPolicy: true)
    var up = batch
    var down = batch
    let token = 0
    up.entropies[token] += Self.step
    down.entropies[token] -= Self.step
    let rise = try [up, down].map { try method.objective.evaluate($0, stream: ReferenceBatch.stream).loss }
    let result = try method.objective.evaluate(batch, stream: ReferenceBatch.stream)
    #expect(result.entropyGradients.isEmpty)
    #expect(abs(rise[0] - rise[1]) / (2 * Self.step) > 1e-3)
  }

  @Test func onPolicyTheSurrogateIsReinforce() throws {
    let reference = try ReferenceBatch.load()
    for method in Method.all where method.tokenRule == .none && method.entropyCoefficient == 0 {
      let batch = try reference.update(method.advantage, onPolicy: true)
      let parts = try method.objective.detached(batch, stream: ReferenceBatch.stream)
      let result = method.objective.evaluate(batch, holding: parts)
      for token in 0..<batch.tokenCount {
        #expect(
          result.logProbabilityGradients[token] == parts.weights[token] * -parts.advantages[token],
          "\(method.name), token \(token)")
      }
    }
  }

  /// Beyond ±20 the ratio stands still, and with it the loss.
  @Test func theLogRatioIsHeldWithinTwenty() throws {
    var batch = try ReferenceBatch.load().update(.reinforce, onPolicy: true)
    let token = 0
    batch.logProbabilities[token] = -0.5
    batch.sampledLogProbabilities[token] = -30
    let objective = Objective(surrogate: .unclipped)
    let result = try objective.evaluate(batch, stream: ReferenceBatch.stream)
    var further = batch
    further.sampledLogProbabilities[token] = -300
    #expect(batch.advantages[0] == 1)
    #expect(result.logProbabilityGradients[token] == 0)
    #expect(try objective.evaluate(further, stream: ReferenceBatch.stream).loss == result.loss)
    #expect(result.loss.isFinite && result.loss < -1e6)
  }
}
