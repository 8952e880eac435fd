import Allocation
import Statistics
import Testing

@testable import Training

/// Rollouts that are given up on their way.
@Suite struct EarlyAbortRunTests {
  /// Two tokens without a marker are enough to be flagged.
  private static func watch(exploration: Double) -> RolloutWatch {
    RolloutWatch(
      abort: EarlyAbort(exploration: exploration),
      rule: StopRule(
        threshold: 0.5, landmarks: StopLandmarks(first: 1, second: 1), patience: 2, leastTokens: 1, grace: 1),
      marker: 9)
  }

  private static func batch(tokens: [Int32], margins: [Float]) -> RolloutBatch {
    var batch = RolloutBatch(prompts: [[1]])
    batch.groups = [0]
    batch.tokens = tokens
    batch.starts = [0, tokens.count]
    batch.margins = margins
    batch.isTerminated = [true]
    return batch
  }

  @Test func aRolloutIsCutWhereTheRuleWouldHaveEndedIt() {
    var stream = RandomStream(StreamKey(seed: 1, claim: "abort"))
    // No marker by K2 + 1 = 2 tokens: given up before the third.
    let lost = Self.watch(exploration: 1e-9).ending(
      Self.batch(tokens: [3, 4, 5, 6], margins: [1, 1, 1, 1]), rollout: 0, stream: &stream)
    #expect(lost.length == 2 && lost.fate == .aborted && !lost.isStopped)
    // The marker arms; two confident tokens in a row stop it.
    let stopped = Self.watch(exploration: 1e-9).ending(
      Self.batch(tokens: [9, 4, 5, 6, 7], margins: [1, 1, 0.2, 0.9, 0.9]), rollout: 0, stream: &stream)
    #expect(stopped.length == 4 && stopped.fate == .unflagged && stopped.isStopped)
    // With ε = 1 everything goes on, and is known to have been flagged.
    let survived = Self.watch(exploration: 1).ending(
      Self.batch(tokens: [3, 4, 5, 6], margins: [1, 1, 1, 1]), rollout: 0, stream: &stream)
    #expect(survived.length == 4 && survived.fate == .survived)
  }

  /// The tokens before the cut are those of a run without the rule; those after it are not counted, and given-up rollouts weigh nothing.
  @Test func whatIsLeftIsWhatWasDrawnWithoutTheRule() throws {
    let rule = RolloutRule(
      "abort", sampler: FixedGroups(each: 6), abort: EarlyAbort(exploration: 0.3))
    let run = try RuleRunTests.run(rule) { $0.maximumTokens = 12 }
    let stage = UpdateStage(method: run.method, configuration: run.configuration)
    let judged = try TinyRun.finish(run, steps: 1).rollouts[0]
    let plain = try TinyRun.finish(
      try RuleRunTests.run(RolloutRule("plain", sampler: FixedGroups(each: 6))) { $0.maximumTokens = 12 },
      steps: 1
    ).rollouts[0]
    let ruled = try #require(judged.ruled)
    var cut = 0
    for rollout in 0..<36 {
      let own = judged.batch.tokens[judged.batch.range(rollout)]
      let whole = plain.batch.tokens[plain.batch.range(rollout)]
      #expect(Array(own) == Array(whole.prefix(own.count)))
      if own.count < whole.count {
        cut += 1
        #expect(!judged.batch.isTerminated[rollout])
      } else {
        #expect(judged.rewards[rollout] == plain.rewards[rollout])
      }
    }
    #expect(judged.drawnTokens == judged.batch.tokenCount)
    let advantages = try stage.advantages(judged, nil)
    let unweighted = try AdvantageRule.rloo.advantages(
      rewards: judged.rewards, lengths: judged.rewards.map { _ in 1 }, groups: judged.rows)
    for rollout in 0..<36 { #expect(advantages[rollout] == ruled.weights[rollout] * unweighted[rollout]) }
    let aborted = ruled.groups.reduce(0) { $0 + $1.aborted }
    #expect(ruled.weights.count { $0 == 0 } == aborted)
    #expect(cut >= aborted)
  }

  /// The sum over what ε can decide of probability times weight is 1, whatever the flag.
  @Test func theWeightsAreInverseProbabilities() {
    let abort = EarlyAbort(exploration: 0.25)
    #expect(abort.exploration * abort.weight(.survived) + 0.75 * abort.weight(.aborted) == 1)
    #expect(abort.weight(.unflagged) == 1)
  }

  /// The margin is the difference of the two largest probabilities, from the logits by sorting.
  @Test func theSamplerRecordsTheMargin() throws {
    let shape = TinyRun.shape
    let parameters = try TinyRun.warmParameters.get()
    let prompt = try TinyRun.tasks.get().vocabulary.encodePrompt("3+4=")
    let settings = SamplingSettings(
      temperature: 0.7, topK: 3, maximumTokens: 4, stopToken: CharacterVocabulary.endOfText,
      recordsMargins: true)
    var without = settings
    without.recordsMargins = false
    let key = StreamKey(seed: 3, claim: "margins")
    func sample(_ settings: SamplingSettings) throws -> RolloutBatch {
      try Sampler(configuration: shape).sample(
        parameters: parameters, prompts: [prompt], counts: [20], keys: [key], settings: settings, threads: 2)
    }
    let batch = try sample(settings)
    let reference = ReferenceTransformer(shape, weights: parameters.map(Double.init))
    #expect(batch.margins.count == batch.tokenCount)
    for rollout in 0..<20 {
      let tokens = Array(batch.tokens[batch.range(rollout)])
      let rows = reference.logits(prompt + tokens.dropLast())
      for (place, index) in batch.range(rollout).enumerated() {
        let row = rows[prompt.count - 1 + place].map { $0 / 0.7 }
        let sorted = ReferenceTransformer.softmax(row).sorted(by: >)
        // Single precision against double: some dozen u = 6e-8 of logits of order ten.
        #expect(abs(Double(batch.margins[index]) - (sorted[0] - sorted[1])) < 1e-5)
      }
    }
    // Recording changes nothing else.
    var stripped = batch
    stripped.margins = []
    #expect(try sample(without) == stripped)
  }
}
