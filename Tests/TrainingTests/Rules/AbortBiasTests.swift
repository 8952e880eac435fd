import Allocation
import Foundation
import Statistics
import Testing

@testable import Training

/// Without an answer marker nothing is left of the abort but what its weights undo.
@Suite struct AbortBiasTests {
  private static func watch(_ exploration: Double, maximumLength: Int) throws -> RolloutWatch {
    try #require(
      try RolloutWatch.each(
        [PromptRecord(prompt: 0)], abort: EarlyAbort(exploration: exploration),
        landmarks: StopLandmarks(maximumLength: maximumLength), maximumLength: maximumLength
      ).first)
  }

  private static func batch(_ tokens: [Int32], isTerminated: Bool = true) -> RolloutBatch {
    var batch = RolloutBatch(prompts: [[1]])
    batch.groups = [0]
    batch.tokens = tokens
    batch.starts = [0, tokens.count]
    // Certain of every token: a stop that could be armed would come.
    batch.margins = tokens.map { _ in 1 }
    batch.isTerminated = [isTerminated]
    return batch
  }

  /// Solutions in written steps, with what sets the steps apart: of those that fit before K2 and the grace none is touched, however small ε is.
  @Test func aRightSolutionThatEndsInTimeIsNeverCut() throws {
    let tasks = try TaskSet(
      builtIn: [.multiStep1, .multiStep2, .multiStep3], seed: 3, poolSize: 300, problemsPerSplit: 1,
      verifier: .exact)
    let watch = try Self.watch(1e-300, maximumLength: 24)
    #expect(watch.marker == nil)
    // K2 = ⌊.7·24⌋ = 16, the grace max(1, 150·24/4096) = 1.
    let deadline = 17
    var untouched = 0
    var late = 0
    for problem in tasks.pool {
      let tokens = try tasks.vocabulary.encode(problem.solution) + [tasks.vocabulary.endOfText]
      var stream = RandomStream(StreamKey(seed: 1, claim: "solutions"))
      let ending = watch.ending(Self.batch(tokens), rollout: 0, stream: &stream)
      #expect(!ending.isStopped)
      if tokens.count <= deadline {
        untouched += 1
        #expect(ending.length == tokens.count && ending.fate == .unflagged)
      } else {
        late += 1
        #expect(ending.length == deadline && ending.fate == .aborted)
      }
    }
    #expect(untouched > 100 && late == 0, "\(untouched) in time, \(late) late")
    var stream = RandomStream(StreamKey(seed: 1, claim: "solutions"))
    let endless = watch.ending(
      Self.batch(Array(repeating: 5, count: 24), isTerminated: false), rollout: 0, stream: &stream)
    #expect(endless.length == deadline && endless.fate == .aborted)
  }

  /// One way in which a rollout may come out.
  private struct Outcome {
    var probability: Double
    var fate: EarlyAbort.Fate
    /// As the verifier says: 0 where it was given up.
    var reward: Double
    /// The reward that it would have had.
    var ownReward: Double
    var score: [Double]
  }

  /// Every response of at most 6 tokens of a policy that ends with probability q_t at token t, right where it ends at an even token, in each of its fates.
  private static func outcomes(exploration: Double) throws -> [Outcome] {
    let ends = [0.1, 0.2, 0.25, 0.3, 0.4, 0.5]
    // Survives always and is lost always: between them they say where the flag is.
    let surviving = try watch(1, maximumLength: 6)
    let lost = try watch(1e-300, maximumLength: 6)
    var outcomes: [Outcome] = []
    for length in 1...7 {
      let ended = length <= 6
      var probability = 1.0
      // d log π/d logit of ending at t is 1 − q_t where it ended and −q_t where it went on.
      var score = [Double](repeating: 0, count: 6)
      for place in 0..<min(length, 6) {
        let isEnd = ended && place == length - 1
        probability *= isEnd ? ends[place] : 1 - ends[place]
        score[place] = (isEnd ? 1 : 0) - ends[place]
      }
      let tokens = Array(repeating: Int32(4), count: min(length, 6))
      let batch = batch(tokens, isTerminated: ended)
      var stream = RandomStream(StreamKey(seed: 1, claim: "fates"))
      let kept = surviving.ending(batch, rollout: 0, stream: &stream)
      let cut = lost.ending(batch, rollout: 0, stream: &stream)
      #expect(kept.length == tokens.count)
      let reward: Double = ended && length.isMultiple(of: 2) ? 1 : 0
      func add(_ share: Double, _ fate: EarlyAbort.Fate) {
        outcomes.append(
          Outcome(
            probability: probability * share, fate: fate, reward: fate == .aborted ? 0 : reward,
            ownReward: reward, score: score))
      }
      if kept.fate == .survived {
        #expect(cut.fate == .aborted && cut.length < tokens.count)
        add(exploration, .survived)
        add(1 - exploration, .aborted)
      } else {
        #expect(cut.fate == .unflagged && cut.length == tokens.count)
        add(1, .unflagged)
      }
    }
    return outcomes
  }

  /// Over every pair of responses and fates, the mean of `½ Σ_j A_j s_j` is the gradient of the success probability.
  ///
  /// The baseline is RLOO's as the trainer has it: the mean of the other rewards, those of given-up rollouts 0. It is another number than without the abort, but it does not depend on rollout j, and E[w_j s_j] = E[s_j] = 0.
  @Test func theWeightedGradientIsUnbiased() throws {
    let abort = EarlyAbort(exploration: 0.05)
    let outcomes = try Self.outcomes(exploration: abort.exploration)
    #expect(outcomes.contains { $0.fate == .aborted && $0.ownReward == 1 }, "a right one may be lost")
    var gradient = [Double](repeating: 0, count: 6)
    for outcome in outcomes {
      for place in 0..<6 { gradient[place] += outcome.probability * outcome.ownReward * outcome.score[place] }
    }
    var mean = [Double](repeating: 0, count: 6)
    var unweighted = mean
    var total = 0.0
    for first in outcomes {
      for second in outcomes {
        let pair = [first, second]
        let probability = first.probability * second.probability
        total += probability
        var ruled = RuledRollouts()
        ruled.centrings = [nil]
        ruled.weights = pair.map { abort.weight($0.fate) }
        let rewards = pair.map(\.reward)
        let own = try AdvantageRule.rloo.advantages(rewards: rewards, lengths: [1, 1], groups: [0, 0])
        let advantages = ruled.advantages(own, rewards: rewards, rows: [0, 0])
        for (outcome, (advantage, plain)) in zip(pair, zip(advantages, own)) {
          for place in 0..<6 {
            mean[place] += probability * advantage * outcome.score[place] / 2
            unweighted[place] += probability * plain * outcome.score[place] / 2
          }
        }
      }
    }
    // Sums of some two hundred terms of at most 20: a few hundred ulp of 1.
    #expect(abs(total - 1) < 1e-13)
    for place in 0..<6 { #expect(abs(mean[place] - gradient[place]) < 1e-13, "\(place)") }
    #expect(zip(unweighted, gradient).contains { abs($0 - $1) > 1e-3 }, "without weights it is biased")
  }
}
