import Statistics
import Testing
import _TestSupport

@testable import Arena

@Suite struct CounterfactualRiskTests {
  private static let logging = [0.5, 0.3, 0.2]
  private static let target = [0.1, 0.2, 0.7]
  private static let success = [0.9, 0.4, 0.6]

  /// The expectation of `estimate` over all logs of `count` choices among three documents, each with its two outcomes: 6^count logs.
  private func expectation(count: Int, of estimate: ([Double], [Double]) -> Double) -> Double {
    var total = 0.0
    var places = [Int](repeating: 0, count: count)
    while true {
      var probability = 1.0
      var losses: [Double] = []
      var ratios: [Double] = []
      for place in places {
        let (action, succeeded) = (place / 2, place % 2 == 0)
        probability *= Self.logging[action] * (succeeded ? Self.success[action] : 1 - Self.success[action])
        losses.append(succeeded ? -1 : 0)
        ratios.append(Self.target[action] / Self.logging[action])
      }
      total += probability * estimate(losses, ratios)
      guard let next = places.firstIndex(where: { $0 < 5 }) else { return total }
      places[next] += 1
      for earlier in 0..<next { places[earlier] = 0 }
    }
  }

  private var truth: Double { -zip(Self.target, Self.success).map { $0 * $1 }.reduce(0, +) }

  @Test(arguments: [1, 2, 4]) func theUnclippedEstimateIsUnbiased(count: Int) {
    let mean = expectation(count: count) { CounterfactualRisk(.plain).estimate(losses: $0, ratios: $1) }
    // 6⁴ = 1296 products added: a rounding of 1e-16 each.
    #expect(abs(mean - truth) < 1e-12)
  }

  @Test func clippingMakesAPolicyLookWorseByWhatItCuts() {
    // Ratios are .2, 2/3 and 3.5; with M = 2 the third document counts as chosen with probability 2 · .2.
    let mean = expectation(count: 2) { CounterfactualRisk(.clipped(2)).estimate(losses: $0, ratios: $1) }
    #expect(abs(mean - (truth + (0.7 - 0.4) * 0.6)) < 1e-12)
    #expect(mean > truth)
    let loose = expectation(count: 2) { CounterfactualRisk(.clipped(4)).estimate(losses: $0, ratios: $1) }
    #expect(abs(loose - truth) < 1e-12)
  }

  @Test func theSelfNormalisedEstimateIsBiasedButConsistent() {
    let errors = (1...5).map { count in
      abs(
        expectation(count: count) { CounterfactualRisk(.selfNormalised).estimate(losses: $0, ratios: $1) }
          - truth)
    }
    #expect(errors[0] > 0.01)
    #expect(errors[4] < errors[0] / 2)
  }

  @Test func onlyTheSelfNormalisedEstimateMovesWithAConstantLossByThatConstant() {
    let losses = [-1.0, 0, -1, 0]
    let ratios = [0.2, 3, 1.5, 0.1]
    let moved = losses.map { $0 + 0.5 }
    let normalised = CounterfactualRisk(.selfNormalised)
    #expect(
      abs(
        normalised.estimate(losses: moved, ratios: ratios)
          - normalised.estimate(losses: losses, ratios: ratios)
          - 0.5) < 1e-15)
    let plain = CounterfactualRisk(.plain)
    #expect(
      abs(
        plain.estimate(losses: moved, ratios: ratios) - plain.estimate(losses: losses, ratios: ratios) - 0.5)
        > 0.01)
  }

  @Test func thePenaltyIsTheStandardErrorOfTheTerms() {
    let losses = [-1.0, 0, -1, -1]
    let ratios = [0.5, 2, 1, 3]
    // Terms −.5, 0, −1, −2 with M = 2: mean −.875, squared deviations .140625 + .765625 + .015625 + 1.265625 = 2.1875.
    let risk = CounterfactualRisk(.clipped(2), penalty: 0.5)
    #expect(
      isClose(risk.objective(losses: losses, ratios: ratios), -0.875 + 0.5 * (2.1875 / 3 / 4).squareRoot()))
    #expect(risk.objective(losses: [-1], ratios: [1]) == -1)
    #expect(risk.estimate(losses: [], ratios: []).isNaN)
  }

  @Test(arguments: [0, 0.8])
  func theSlopeOfTheObjectiveIsItsDifferenceQuotient(penalty: Double) {
    let world = RetrievalWorld(
      .adversarial(queries: 6, documents: 20), key: StreamKey(seed: 2, claim: "policy"))
    let teacher = RobustnessScore(world, key: StreamKey(seed: 2, claim: "policy"))
    let log = RetrievalLog(
      teacher, contexts: RetrievalLog.contexts(world, queries: 0..<6, candidates: 6, sharpness: 4),
      choicesPerContext: 3, key: StreamKey(seed: 2, claim: "policy"))
    let features = log.contexts.map { context in
      var rows: [Double] = []
      for document in context.candidates {
        world.appendFeatures(query: context.query, document: document, form: context.form, to: &rows)
      }
      return rows
    }
    var stream = RandomStream(StreamKey(seed: 9, claim: "policy"))
    let weights = (0..<world.featureCount).map { _ in stream.normal() }
    // A bound that some ratios exceed and none meets.
    let risk = CounterfactualRisk(.clipped(1.3), penalty: penalty)
    var gradient = weights
    _ = CounterfactualTraining.objective(
      risk, weights: weights, features: features, log: log, gradient: &gradient)
    #expect(gradient.contains { abs($0) > 0.001 })
    for index in weights.indices {
      func value(_ step: Double) -> Double {
        var moved = weights
        moved[index] += step
        var ignored = gradient
        return CounterfactualTraining.objective(
          risk, weights: moved, features: features, log: log, gradient: &ignored)
      }
      // h = 1e-6: the error of the quotient is about 1e-16/1e-6 by rounding and 1e-12 by curvature.
      #expect(abs((value(1e-6) - value(-1e-6)) / 2e-6 - gradient[index]) < 1e-8)
    }
  }

  @Test func propensitiesAreThoseOfTheLoggingPolicy() {
    let key = StreamKey(seed: 4, claim: "log")
    let world = RetrievalWorld(.adversarial(queries: 2, documents: 12), key: key)
    let contexts = RetrievalLog.contexts(world, queries: 0..<1, candidates: 5, sharpness: 3)
    #expect(contexts.count == 5)
    #expect(contexts.allSatisfy { abs($0.propensities.reduce(0, +) - 1) < 1e-15 })
    let log = RetrievalLog(
      RobustnessScore(world, key: key), contexts: contexts, choicesPerContext: 20_000, key: key)
    let first = Moments(log.choices.lazy.filter { $0.context == 0 }.map { $0.action == 0 ? 1 : 0 })
    expectMean(first, equals: contexts[0].propensities[0], detectable: 0.05)
  }

  @Test func trainingImprovesTheObjective() {
    let key = StreamKey(seed: 8, claim: "training")
    let world = RetrievalWorld(.adversarial(queries: 30, documents: 40), key: key)
    let log = RetrievalLog(
      RobustnessScore(world, key: key),
      contexts: RetrievalLog.contexts(world, queries: 0..<30, candidates: 20, sharpness: 5),
      choicesPerContext: 5, key: key)
    let training = CounterfactualTraining()
    let policy = training.policy(world, log: log)
    #expect(policy == training.policy(world, log: log))
    func objective(_ weights: [Double]) -> Double {
      let features = log.contexts.map { context in
        var rows: [Double] = []
        for document in context.candidates {
          world.appendFeatures(query: context.query, document: document, form: context.form, to: &rows)
        }
        policy.scale.apply(&rows)
        return rows
      }
      var ignored = weights
      return CounterfactualTraining.objective(
        training.risk, weights: weights, features: features, log: log, gradient: &ignored)
    }
    #expect(objective(policy.weights) < objective([Double](repeating: 0, count: world.featureCount)) - 0.05)
  }
}
