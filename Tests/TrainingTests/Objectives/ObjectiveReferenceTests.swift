import Foundation
import Testing
import _TestSupport

@testable import Training

/// Losses and logit gradients against PyTorch's automatic differentiation.
@Suite struct ObjectiveReferenceTests {
  /// How far loss and gradients may lie from PyTorch's.
  ///
  /// Both sides are double precision and add 24 terms of order one; the steepest step between is a sigmoid of slope 5 in a ratio that carries a few roundings: 10⁻¹³ in all. A wrong sign or weight is off by
  /// 10⁻³ or more.
  static let tolerance = 1e-12

  @Test func everyMethodHasItsReferenceOnAndOffPolicy() throws {
    let reference = try ReferenceBatch.load()
    let expected = ReferenceBatch.methods.flatMap { ["\($0.name) on", "\($0.name) off"] }
    #expect(reference.cases.map { "\($0.name) \($0.policy)" }.sorted() == expected.sorted())
  }

  @Test(arguments: ReferenceBatch.methods, [true, false])
  func lossAndGradientAreThoseOfAutomaticDifferentiation(method: Method, onPolicy: Bool) throws {
    let reference = try ReferenceBatch.load()
    let policy = onPolicy ? "on" : "off"
    let wanted = try #require(reference.cases.first { $0.name == method.name && $0.policy == policy })
    let batch = try reference.update(method.advantage, onPolicy: onPolicy)
    let result = try method.objective.evaluate(batch, stream: ReferenceBatch.stream)
    #expect(abs(result.loss - wanted.loss) <= Self.tolerance, "\(result.loss), PyTorch \(wanted.loss)")
    let gradient = reference.logitGradient(result)
    var worst = 0.0
    var largest = 0.0
    for (row, wantedRow) in zip(gradient, wanted.gradient) {
      for (value, wantedValue) in zip(row, wantedRow) {
        worst = max(worst, abs(value - wantedValue))
        largest = max(largest, abs(wantedValue))
      }
    }
    #expect(gradient.count == wanted.gradient.count)
    #expect(worst <= Self.tolerance, "\(worst)")
    #expect(largest > 1e-3, "a gradient that vanishes tests nothing")
  }

  /// The batch distinguishes the settings that it is there to distinguish.
  @Test func theBatchMeetsEverySideOfTheRange() throws {
    let reference = try ReferenceBatch.load()
    let batch = try reference.update(.grpo, onPolicy: false)
    let grpo = try Method.grpo.objective.evaluate(batch, stream: ReferenceBatch.stream)
    let higher = try Method.clipHigher.objective.evaluate(batch, stream: ReferenceBatch.stream)
    #expect(grpo.metrics.clippedLow > 0 && grpo.metrics.clippedDual > 0)
    #expect(grpo.metrics.clippedHigh > higher.metrics.clippedHigh && higher.metrics.clippedHigh > 0)
    let released = try Method.dynamoAsReleasedAllocationOnly.objective.evaluate(
      batch, stream: ReferenceBatch.stream)
    #expect(released.loss == higher.loss, "ε_high = .2 as released is .28")
    let onPolicy = try Method.grpo.objective.evaluate(
      try reference.update(.grpo, onPolicy: true), stream: ReferenceBatch.stream)
    #expect(onPolicy.metrics.clippedLow + onPolicy.metrics.clippedHigh + onPolicy.metrics.clippedDual == 0)
  }
}
