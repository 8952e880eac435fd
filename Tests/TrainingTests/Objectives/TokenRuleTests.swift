import Foundation
import Modulation
import Statistics
import Testing

@testable import Training

/// Token rules inside the loss against the functions of `Modulation` that define them.
@Suite struct TokenRuleTests {
  private func batch(_ method: Method, onPolicy: Bool = false) throws -> UpdateBatch {
    try ReferenceBatch.load().update(method.advantage, onPolicy: onPolicy)
  }

  @Test(arguments: [true, false])
  func klCovIsTheLossThatModulationStates(onPolicy: Bool) throws {
    let batch = try batch(.klCov, onPolicy: onPolicy)
    let tokens = try batch.tokens(counting: nil)
    let result = try Method.klCov.objective.evaluate(batch, stream: ReferenceBatch.stream)
    let weight = 1 / Double(batch.tokenCount)
    let loss = KLCov.published.losses(tokens).reduce(0) { $0 + weight * $1 }
    #expect(abs(result.loss - loss) < 1e-14)
    // log(exp(x)) is x within an ulp or two of the ratio.
    for (slope, coefficient) in zip(result.logProbabilityGradients, KLCov.published.coefficients(tokens)) {
      #expect(abs(slope + weight * coefficient) < 1e-15)
    }
  }

  /// With half the tokens drawn there is something to choose, and the stream chooses.
  @Test func clipCovDropsWhatItsStreamDraws() throws {
    var method = Method.clipCov
    let rule = ClipCov(ratio: 0.125, lower: 0.01, upper: 5)
    method.tokenRule = .clipCov(rule)
    let batch = try batch(method)
    let tokens = try batch.tokens(counting: nil)
    var draws: Set<[Double]> = []
    for replicate in 0..<8 {
      let stream = RandomStream(
        StreamKey(seed: 3, claim: "clip-cov").replicate(replicate))
      let result = try method.objective.evaluate(batch, stream: stream)
      let coefficients = rule.coefficients(tokens, stream: stream)
      let weight = 1 / Double(batch.tokenCount)
      for (slope, coefficient) in zip(result.logProbabilityGradients, coefficients) {
        #expect(slope == weight * -coefficient || abs(slope + weight * coefficient) < 1e-16)
      }
      #expect(result.metrics.masked == 3.0 / Double(batch.tokenCount))
      draws.insert(coefficients)
    }
    #expect(draws.count > 1)
  }

  @Test func maskedTokensStayInTheDenominatorAndKeepTheirPenalty() throws {
    var method = Method.forkTokens
    method.klPenalty = KLPenalty(coefficient: 0.1, estimator: .k1)
    let batch = try batch(method)
    let keep = ForkTokensMask().keep(try batch.tokens(counting: nil))
    let result = try method.objective.evaluate(batch, stream: ReferenceBatch.stream)
    #expect(keep.contains(true) && keep.contains(false))
    for (token, kept) in keep.enumerated() where !kept {
      #expect(result.logProbabilityGradients[token] == 0.1 / Double(batch.tokenCount))
    }
  }

  @Test func publishedFactorsAreThoseOfModulationOnExactEntropyChanges() throws {
    let reference = try ReferenceBatch.load()
    let batch = try batch(.dynamo)
    let tokens = try batch.tokens(counting: nil)
    var exact: [Double] = []
    for (token, row) in reference.logProbabilityRows.enumerated() {
      let ratio = exp(batch.logProbabilities[token] - batch.sampledLogProbabilities[token])
      exact.append(
        EntropyChange.firstOrder(
          try NextTokenDistribution(probabilities: row.map { exp($0) }), action: reference.actions[token],
          coefficient: ClipIndicator().coefficient(ratio: ratio, advantage: tokens.advantages[token])))
    }
    let factors = try TokenRule.published.factors(tokens, exactEntropyChanges: exact)
    let parts = try Method.dynamo.objective.detached(batch, stream: ReferenceBatch.stream)
    // Σ π² log π + H Σ π² cancels to an error of 10⁻¹⁶, which the sigmoid's slope of 5 carries on.
    for (token, factor) in factors.product.enumerated() {
      #expect(abs(parts.advantages[token] - tokens.advantages[token] * factor) < 1e-13)
    }
    #expect(factors.compensation.contains { $0 > 1.05 } && factors.stabilisation.contains { $0 < 0.9 })
  }

  @Test func statesAreEqualWherePromptAndPrefixAre() {
    let labels = UpdateBatch.stateLabels(
      groups: [0, 0, 1, 0], starts: [0, 2, 5, 6, 8], tokens: [4, 5, 4, 5, 6, 4, 3, 5])
    #expect(labels == [0, 1, 0, 1, 2, 3, 0, 4])
  }

  @Test func labelsNeedNotFitTheNumberOfTokens() throws {
    let batch = UpdateBatch(
      groups: [40, 90], starts: [0, 0, 1], rewards: [1, 0], advantages: [1, -1],
      sampledLogProbabilities: [-1], logProbabilities: [-1], entropies: [0.5], maximumLength: 4)
    #expect(try Method.dynamoAsReleased.objective.evaluate(batch, stream: ReferenceBatch.stream).loss > 0)
  }

  @Test func whatARuleNeedsAndTheBatchLacksIsNamed() throws {
    var batch = try batch(.dynamo)
    batch.squaredLogarithmSums = nil
    batch.states = nil
    batch.referenceLogProbabilities = nil
    func message(_ method: Method) -> String {
      do {
        _ = try method.objective.evaluate(batch, stream: ReferenceBatch.stream)
        return ""
      } catch { return error.description }
    }
    #expect(message(.dynamo).contains("squaredLogarithmSums"))
    #expect(message(.rloo.with("") { $0.tokenRule = TokenRule(.stateBaseline) }).contains("states"))
    #expect(message(.rloo.with("") { $0.klPenalty = KLPenalty(coefficient: 1) }).contains("reference"))
    #expect(message(.rloo) == "")
  }

  @Test(arguments: [\UpdateBatch.logProbabilities, \.entropies, \.advantages, \.sampledLogProbabilities])
  func numbersThatAreNoneAreRefused(path: WritableKeyPath<UpdateBatch, [Double]> & Sendable) throws {
    for value in [Double.nan, .infinity] {
      var batch = try batch(.rloo)
      batch[keyPath: path][0] = value
      #expect(throws: TrainingError.self) {
        try Method.rloo.objective.evaluate(batch, stream: ReferenceBatch.stream)
      }
    }
  }

  @Test func roundingInSinglePrecisionIsForgiven() throws {
    var batch = try batch(.dynamo)
    batch.logProbabilities[0] = 3e-6
    batch.entropies[0] = -3e-6
    #expect(try Method.dynamo.objective.evaluate(batch, stream: ReferenceBatch.stream).loss.isFinite)
    batch.entropies[0] = -0.01
    #expect(throws: TrainingError.self) {
      try Method.dynamo.objective.evaluate(batch, stream: ReferenceBatch.stream)
    }
  }
}
