import Interchange
import Statistics
import Testing

@testable import CLI

@Suite struct GramVarianceTests {
  /// Two rollouts with Gram matrix ((4, 1), (1, 2)), rewards 1 and 0; each value is ‖A₁s₁ − A₂s₂‖²/2, worked by hand.
  @Test(arguments: [
    (MeasuredEstimator.reinforce, 2.0),  // ‖s₁‖²/2
    (.valueBaseline, 1.0),  // ‖(s₁ + s₂)/2‖²/2 = 8/4/2
    (.optimalBaseline, 8.0 / 9),  // b = 4/6: ‖s₁/3 + 2s₂/3‖²/2 = (4 + 8 + 4)/9/2
    (.rloo, 4.0),  // ‖s₁ + s₂‖²/2
    (.grpo, 4.0),
    (.drGRPO, 1.0),
  ])
  func twoRolloutsHaveTheVarianceWorkedByHand(_ estimator: MeasuredEstimator, _ expected: Double) throws {
    let record = GramRecord(
      prompt: "a", succeeded: [true, false], response: [0, 1], distinctCount: 2, gram: [4, 1, 1, 2])
    let value = try #require(GramSample(record, .all).variance(of: estimator))
    // A closed form of a dozen operations: 16 ulp.
    #expect(abs(value - expected) <= 16 * expected.ulp)
  }

  /// The oracle works on the vectors themselves, with advantages written out rollout by rollout.
  @Test(arguments: 0..<20)
  func theGramMatrixGivesTheCovarianceTraceOfTheVectors(_ replicate: Int) throws {
    var stream = RandomStream(StreamKey(seed: 11, claim: "gram-oracle", replicate: UInt64(replicate)))
    let dimension = 5
    let distinct = 2 + stream.index(below: 9)
    let vectors = (0..<distinct).map { _ in (0..<dimension).map { _ in 3 + stream.normal() } }
    let count = 4 + stream.index(below: 40)
    let response = (0..<count).map { _ in stream.index(below: distinct) }
    let succeeded = (0..<count).map { _ in stream.uniform() < 0.4 }
    let record = GramRecord(
      prompt: "a", succeeded: succeeded, response: response, distinctCount: distinct,
      gram: vectors.flatMap { left in vectors.map { right in zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } }
      })
    for subset in RolloutSubset.allCases {
      let rollouts = (0..<count).filter(subset.contains)
      for estimator in MeasuredEstimator.allCases {
        let advantages = naiveAdvantages(
          estimator, rollouts.map { (succeeded[$0] ? 1 : 0, vectors[response[$0]]) })
        var moments = VectorMoments(dimension: dimension)
        for (rollout, advantage) in zip(rollouts, advantages) {
          moments.add(vectors[response[rollout]].map { advantage * $0 })
        }
        let value = try #require(GramSample(record, subset).variance(of: estimator))
        // Entries of the Gram matrix carry an ulp of ‖s‖² ≈ 50, against variances of order 1 and above.
        #expect(
          abs(value - moments.covarianceTrace) <= 1e-12 * (1 + value), "replicate \(replicate), \(estimator)")
      }
    }
  }

  private func naiveAdvantages(_ estimator: MeasuredEstimator, _ rollouts: [(Double, [Double])]) -> [Double] {
    let n = Double(rollouts.count)
    let mean = rollouts.reduce(0) { $0 + $1.0 } / n
    switch estimator {
    case .reinforce: return rollouts.map(\.0)
    case .valueBaseline, .drGRPO: return rollouts.map { $0.0 - mean }
    case .optimalBaseline:
      let norms = rollouts.map { $0.1.reduce(0) { $0 + $1 * $1 } }
      let baseline = zip(rollouts, norms).reduce(0) { $0 + $1.0.0 * $1.1 } / norms.reduce(0, +)
      return rollouts.map { $0.0 - baseline }
    case .rloo:
      return rollouts.indices.map { i in
        rollouts[i].0 - rollouts.indices.reduce(0) { $1 == i ? $0 : $0 + rollouts[$1].0 } / (n - 1)
      }
    case .grpo:
      let deviation = (rollouts.reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) } / n).squareRoot()
      return rollouts.map { deviation > 0 ? ($0.0 - mean) / deviation : 0 }
    }
  }

  @Test func aDeadGroupHasNoVarianceForGRPOAndForTheValueBaseline() throws {
    let record = GramRecord(
      prompt: "a", succeeded: [true, true, true], response: [0, 1, 1], distinctCount: 2, gram: [4, 1, 1, 2])
    for estimator in [MeasuredEstimator.grpo, .valueBaseline, .rloo, .drGRPO] {
      #expect(GramSample(record, .all).variance(of: estimator) == 0)
    }
    #expect(GramSample(record, .odd).variance(of: .grpo) == nil)
  }

  /// Scores on a line: successes at 0 and 2, failures at 5 and 9: v_S = 2, v_F = 8, (1 − 7)² − 2/2 − 8/2 = 31.
  @Test func scoreMomentsAreThoseWorkedByHand() {
    let points = [0.0, 2, 5, 9]
    let record = GramRecord(
      prompt: "a", succeeded: [true, true, false, false], response: [0, 1, 2, 3], distinctCount: 4,
      gram: points.flatMap { a in points.map { a * $0 } })
    let expected = ScoreMoments(successVariance: 2, failureVariance: 8, squaredDistance: 31)
    #expect(GramSample(record, .all).moments == expected)
    #expect(GramSample(record, .even).moments == ScoreMoments())
  }

  /// A second moment bounds the variance from above: Σ A²‖s‖²/(n − 1) for norms 4 and 2, rewards 1 and 0.
  @Test func scoreNormsGiveTheSecondMoment() throws {
    var prompt = PromptAccumulator(prompt: "a", step: 0)
    prompt.add(index: 0, succeeded: true, scoreSquaredNorm: 4)
    prompt.add(index: 1, succeeded: false, scoreSquaredNorm: 2)
    #expect(JudgedVariance.measured(.reinforce, .scoreNorms).value(prompt, .all) == 4)
    #expect(JudgedVariance.measured(.valueBaseline, .scoreNorms).value(prompt, .all) == 1.5)
    #expect(JudgedVariance.measured(.grpo, .scoreNorms).value(prompt, .all) == 6)
    #expect(JudgedVariance.measured(.grpo, .scoreNorms).value(prompt, .even) == nil)
  }
}
