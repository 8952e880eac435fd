import Policies
import Statistics
import Testing

@Suite struct PolicyTests {
  @Test func scoresHaveMeanZero() throws {
    for population in PromptPopulation.all where population.name != "diffuse" {
      for prompt in try population.prompts(3, key: StreamKey(seed: 3, claim: "scores")) {
        let enumerated = try prompt.enumerated()
        #expect(abs(enumerated.probabilities.reduce(0, +) - 1) < 1e-12)
        for j in 0..<enumerated.dimension {
          var mean = 0.0
          for y in 0..<enumerated.outcomeCount {
            mean += enumerated.probabilities[y] * enumerated.scores[y * enumerated.dimension + j]
          }
          #expect(abs(mean) < 1e-13)
        }
      }
    }
  }

  /// Central differences of log π over every logit: the truncation error is of order h², the rounding error of order ulp/h; both are below 1e-8 at h = 1e-5.
  @Test func sequenceScoresAreTheGradientOfTheLogProbability() throws {
    let logits = [[0.3, -0.7, 0.1], [1.1, 0.2, -0.5], [-0.4, 0.9, 0.0], [0.6, 0.6, -1.2]]
    let h = 1e-5
    let enumerated = try SequencePolicy(vocabulary: 3, length: 2, parameters: .perPrefix, logits: logits)
      .enumerated { _ in 0 }
    for parameter in 0..<12 {
      func probabilities(_ shift: Double) throws -> [Double] {
        var moved = logits
        moved[parameter / 3][parameter % 3] += shift
        return try SequencePolicy(vocabulary: 3, length: 2, parameters: .perPrefix, logits: moved)
          .enumerated { _ in 0 }.probabilities
      }
      let (up, down) = (try probabilities(h), try probabilities(-h))
      for y in 0..<9 {
        let derivative = (up[y] - down[y]) / (2 * h) / enumerated.probabilities[y]
        #expect(abs(derivative - enumerated.scores[y * 12 + parameter]) < 1e-8)
      }
    }
  }

  @Test func theShortSummaryOfASoftmaxAgreesWithItsScores() throws {
    let policy = try SoftmaxPolicy(logits: [0.4, -1.2, 2.0, 0.3, 0.0])
    let rewards: [Double] = [1, 0, 0.5, 0.5, 0]
    let short = try policy.scoreSummary(rewards: rewards)
    let long = try policy.enumerated(rewards: rewards).scoreSummary
    #expect(short.classes.count == 3 && long.classes.count == 3)
    for (a, b) in zip(short.classes, long.classes) {
      #expect(abs(a.probability - b.probability) < 1e-15)
      #expect(abs(a.onGain.covarianceTrace - b.onGain.covarianceTrace) < 1e-15)
      for (u, v) in zip(a.onGain.mean, b.onGain.mean) { #expect(abs(u - v) < 1e-15) }
    }
  }

  @Test func softmaxSurvivesHugeLogits() {
    let probabilities = StableSoftmax.probabilities([1000, 999, -1000])
    #expect(abs(probabilities[0] - 0.7310585786300049) < 1e-15)  // 1/(1 + e⁻¹)
    #expect(probabilities[2] == 0)
  }

  @Test func populationsAreReproducibleAndMixed() throws {
    #expect(PromptPopulation.all.count >= 8)
    #expect(Set(PromptPopulation.all.map(\.name)).count == PromptPopulation.all.count)
    for population in PromptPopulation.all {
      let key = StreamKey(seed: 5, claim: "populations")
      let first = try population.prompts(4, key: key)
      #expect(try population.prompts(4, key: key) == first)
      for prompt in first { #expect(prompt.successProbability > 0 && prompt.successProbability < 1) }
    }
  }

  @Test func anEndTokenShortensSequences() throws {
    let logits = [[Double]](repeating: [0, 0], count: 7)
    let policy = try SequencePolicy(
      vocabulary: 2, length: 3, parameters: .perPrefix, endToken: 1, logits: logits)
    #expect(try policy.sequences() == [[0, 0, 0], [0, 0, 1], [0, 1], [1]])
    let prompt = try policy.enumerated { Double($0.count) }
    #expect(prompt.probabilities == [0.125, 0.125, 0.25, 0.5])
    #expect(prompt.lengths == [3, 3, 2, 1])
  }

  @Test func invalidPoliciesAreNamed() {
    #expect(throws: PolicyError.invalidProbability(name: "probabilities", index: 1, value: -0.1)) {
      try SoftmaxPolicy(probabilities: [1.1 - 0.1, -0.1])
    }
    #expect(throws: PolicyError.unnormalised(name: "probabilities", sum: 0.75, tolerance: 1e-6)) {
      try SoftmaxPolicy(probabilities: [0.5, 0.25])
    }
    #expect(throws: PolicyError.invalidLogit(name: "logits", index: 0, value: .infinity)) {
      try SoftmaxPolicy(logits: [.infinity, 0])
    }
    #expect(throws: PolicyError.wrongCount(name: "rewards", count: 1, expected: 2)) {
      try SoftmaxPolicy(probabilities: [0.5, 0.5]).scoreSummary(rewards: [1])
    }
    #expect(throws: PolicyError.tooManyOutcomes(count: 1 + 64 + 4096 + 262144 + 16_777_216, allowed: 1 << 20))
    {
      try SequencePolicy(vocabulary: 64, length: 5, parameters: .perPrefix, probabilities: [])
    }
  }
}
