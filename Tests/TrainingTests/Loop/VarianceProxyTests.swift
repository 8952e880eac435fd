import Foundation
import Testing

@testable import Training

@Suite struct VarianceProxyTests {
  /// Two rollouts of two and one tokens with probabilities 1/2, 1/4 and 1, over distributions with Σπ² of 1/2, 3/8 and 1.
  private var batch: RolloutBatch {
    var batch = RolloutBatch(prompts: [[2]])
    batch.groups = [0, 0]
    batch.starts = [0, 2, 3]
    batch.tokens = [3, 1, 1]
    batch.logProbabilities = [0.5, 0.25, 1].map { logf($0) }
    batch.entropies = [0.6931, 1, 0]
    batch.sumsOfSquares = [0.5, 0.375, 1]
    batch.squaredLogarithmSums = [0, 0, 0]
    batch.isTerminated = [true, true]
    return batch
  }

  @Test func theSquaredScoreIsASumOverTokens() {
    // (1 − 1 + 1/2) + (1 − 1/2 + 3/8) = 11/8 to the rounding of a logarithm in single precision; a token without choice has none.
    #expect(abs(VarianceProxy.squaredScore(batch, rollout: 0) - 1.375) < 1e-6)
    #expect(VarianceProxy.squaredScore(batch, rollout: 1) == 0)
  }

  @Test func theProxyIsTheOneOfTheFormula() {
    let proxy = VarianceProxy(advantages: [1, -0.5, 2], squaredScores: [2, 4, 0.5], gradientNorm: 0.6)
    // By hand: (1·2 + 0.25·4 + 4·0.5)/3, 0.36, (5/3 − 0.36)/2, (1 + 0.25 + 4)/3, 6.5/3.
    #expect(abs(proxy.totalPower - 5.0 / 3) < 1e-15)
    #expect(abs(proxy.signal - 0.36) < 1e-15)
    #expect(abs(proxy.pureNoise - (5.0 / 3 - 0.36) / 2) < 1e-15)
    #expect(proxy.expectedSquaredAdvantage == 1.75)
    #expect(abs(proxy.expectedSquaredScore - 6.5 / 3) < 1e-15)
  }

  @Test func noiseIsNotNegative() {
    #expect(VarianceProxy(advantages: [1, 1], squaredScores: [1, 1], gradientNorm: 3).pureNoise == 0)
    #expect(VarianceProxy(advantages: [1], squaredScores: [4], gradientNorm: 1).pureNoise == 0)
  }
}
