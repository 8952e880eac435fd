import Estimators
import Policies
import Testing

@Suite struct PPOClipTests {
  static let target = [0.2, 0.5, 0.3]
  static let behaviour = [0.3, 0.3, 0.4]

  @Test func onPolicyTheClippedGradientIsReinforce() throws {
    let policy = try SoftmaxPolicy(probabilities: Self.target)
    let clipped = try PPOClip().enumerated(target: policy, behaviour: policy, rewards: [1, 0, 0])
    let plain = try policy.enumerated(rewards: [1, 0, 0])
    #expect(clipped.scores == plain.scores && clipped.scoresOnLoss == plain.scores)
  }

  /// Signs and bounds of the three regions, from equation 7 of the PPO paper by hand: ε = 0.2, c = 3.
  @Test func weightsFollowTheClippedSurrogate() {
    let clip = PPOClip(low: 0.2, high: 0.2, dual: 3)
    #expect(clip.weight(ratio: 1.1, advantageIsNegative: false) == 1.1)
    #expect(clip.weight(ratio: 1.3, advantageIsNegative: false) == 0)
    #expect(clip.weight(ratio: 0.1, advantageIsNegative: false) == 0.1)
    #expect(clip.weight(ratio: 0.7, advantageIsNegative: true) == 0)
    #expect(clip.weight(ratio: 2.9, advantageIsNegative: true) == 2.9)
    #expect(clip.weight(ratio: 3.1, advantageIsNegative: true) == 0)
    #expect(PPOClip().weight(ratio: 50, advantageIsNegative: true) == 50)
  }

  @Test func trajectoryRatiosAreUnbiasedWhereNothingIsClipped() throws {
    let wide = PPOClip(low: 1, high: 1e9)
    let target = try SequencePolicy(
      vocabulary: 2, length: 2, parameters: .perPrefix, logits: [[0.1, 0.4], [0.9, -0.3], [-0.2, 0.6]])
    let behaviour = try SequencePolicy(
      vocabulary: 2, length: 2, parameters: .perPrefix, logits: [[0.5, 0.1], [0.2, 0.3], [0.4, -0.6]])
    let reward: ([Int]) -> Double = { $0 == [0, 1] ? 1 : 0 }
    let truth = try target.enumerated(reward: reward).gradient
    let sampled = try wide.enumerated(target: target, behaviour: behaviour, reward: reward)
    let mean = GroupOracle.moments(sampled.scoreSummary, estimator: NoBaseline(), group: 1).mean
    for (a, b) in zip(mean, truth) { #expect(abs(a - b) < 1e-15) }

    var token = wide
    token.ratio = .token
    let biased = try token.enumerated(target: target, behaviour: behaviour, reward: reward)
    let tokenMean = GroupOracle.moments(biased.scoreSummary, estimator: NoBaseline(), group: 1).mean
    #expect(zip(tokenMean, truth).contains { abs($0 - $1) > 1e-3 })
  }

  @Test func theShortSummaryAgreesWithTheScoresWrittenOut() throws {
    let target = try SoftmaxPolicy(probabilities: [0.05, 0.15, 0.3, 0.1, 0.4])
    let behaviour = try SoftmaxPolicy(probabilities: [0.2, 0.1, 0.25, 0.15, 0.3])
    let clip = PPOClip(dual: 3)
    let rewards: [Double] = [1, 0, 1, 0, 0]
    let short = try clip.scoreSummary(target: target, behaviour: behaviour, rewards: rewards)
    let long = try clip.enumerated(target: target, behaviour: behaviour, rewards: rewards).scoreSummary
    for (a, b) in zip(short.classes, long.classes) {
      for (x, y) in [(a.onGain, b.onGain), (a.onLoss, b.onLoss)] {
        #expect(abs(x.covarianceTrace - y.covarianceTrace) < 1e-14)
        for (u, v) in zip(x.mean, y.mean) { #expect(abs(u - v) < 1e-15) }
      }
    }
  }

  @Test func aBehaviourPolicyThatNeverTakesAnActionIsAnError() throws {
    let target = try SoftmaxPolicy(probabilities: [0.5, 0.5])
    let behaviour = try SoftmaxPolicy(probabilities: [1, 0])
    #expect(throws: PolicyError.invalidProbability(name: "behaviour probabilities", index: 1, value: 0)) {
      try PPOClip().enumerated(target: target, behaviour: behaviour, rewards: [1, 0])
    }
  }
}
