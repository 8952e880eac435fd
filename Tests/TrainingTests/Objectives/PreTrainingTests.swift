import Foundation
import Testing

@testable import Training

/// Updates of the probability of the response without its prompt.
@Suite struct PreTrainingTests {
  private static func log(_ judged: JudgedRollouts, _ parameters: [Float], prompt: [Int32]) -> [Double] {
    var sequences = ScoredSequences()
    for rollout in 0..<judged.batch.count {
      sequences.append(prompt: prompt, response: judged.batch.tokens[judged.batch.range(rollout)])
    }
    return TransformerTrainer(configuration: TinyRun.shape).statistics(
      parameters: parameters, sequences: sequences.sequences, scored: sequences.scored,
      actions: sequences.actions, threads: 1
    ).logProbabilities.map(Double.init)
  }

  /// AdamW's first moment against the gradient of .01 times the surrogate on sequences that begin at their response, over two passes: the second has ratios other than 1.
  @Test(arguments: ["prerl", "prerl-nsr"])
  func theGradientIsThatOfTheResponseAlone(method: String) throws {
    let run = try TinyRun.warm {
      $0.method = method
      $0.passesPerStep = 2
      $0.learningRate = 3e-3
      $0.clipGradientNorm = 0
      $0.steps = 3
    }
    var outside = 0
    for _ in 0..<3 {
      let before = run.state
      guard case .step(_, let judged) = try run.advance(threads: 1) else { continue }
      let trainer = TransformerTrainer(configuration: TinyRun.shape)
      var parameters = before.parameters
      var optimiser = before.optimiser
      let old = Self.log(judged, parameters, prompt: [CharacterVocabulary.beginningOfText])
      var sequences = ScoredSequences()
      for rollout in 0..<judged.batch.count {
        sequences.append(
          prompt: [CharacterVocabulary.beginningOfText],
          response: judged.batch.tokens[judged.batch.range(rollout)])
      }
      let advantages = judged.rewards.indices.map { rollout in
        let group = judged.rewards.indices.filter { judged.rows[$0] == judged.rows[rollout] }
        return judged.rewards[rollout] - group.reduce(0) { $0 + judged.rewards[$1] } / Double(group.count)
      }
      let counting = advantages.map { method == "prerl" || $0 < 0 }
      let tokens = judged.rewards.indices.filter { counting[$0] }.reduce(0) {
        $0 + judged.batch.range($1).count
      }
      for _ in 0..<2 {
        let new = Self.log(judged, parameters, prompt: [CharacterVocabulary.beginningOfText])
        var slopes: [Float] = []
        for rollout in judged.rewards.indices {
          for place in judged.batch.range(rollout) {
            let ratio = exp(new[place] - old[place])
            let advantage = counting[rollout] ? advantages[rollout] : 0
            let isOut =
              (advantage > 0 && ratio > 1.2) || (advantage < 0 && (ratio < 0.8 || ratio > 10))
            if isOut { outside += 1 }
            slopes.append(isOut ? 0 : Float(0.01 * -advantage * ratio / Double(max(1, tokens))))
          }
        }
        let gradient = trainer.lossGradient(
          parameters: parameters, sequences: sequences.sequences, scored: sequences.scored,
          actions: sequences.actions, logProbabilityGradients: slopes, threads: 1)
        _ = optimiser.step(parameters: &parameters, gradient: gradient, learningRate: 3e-3)
      }
      let distance = zip(run.state.optimiser.first, optimiser.first).reduce(0.0) {
        $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
      }
      let norm = optimiser.first.reduce(0.0) { $0 + Double($1) * Double($1) }
      // As for the updates of other methods: single-precision coefficients on both sides, 10⁻⁴ is far above their rounding.
      #expect(norm > 0 && distance.squareRoot() < 1e-4 * norm.squareRoot())
    }
    #expect(outside > 0, "no ratio left its range")
  }

  @Test func withoutItsPromptAResponseHasOneProbability() throws {
    let judged = try TinyRun.finish(try TinyRun.warm(), steps: 1).rollouts[0]
    var other = judged.batch
    other.prompts = other.prompts.map { [$0[0]] + $0.dropFirst().reversed() }
    func sequences(_ batch: RolloutBatch, removes: Bool) -> ScoredSequences {
      ScoredSequences(batch, rollouts: 0..<batch.count, removesPrompt: removes)
    }
    #expect(sequences(other, removes: true) == sequences(judged.batch, removes: true))
    #expect(sequences(other, removes: false) != sequences(judged.batch, removes: false))
    // The first row predicts from the beginning of text alone: every response's first token has the law of one state.
    let own = Self.log(
      judged, try TinyRun.warmParameters.get(), prompt: [CharacterVocabulary.beginningOfText])
    var first: [Int32: Double] = [:]
    for rollout in 0..<judged.batch.count {
      let place = judged.batch.range(rollout).lowerBound
      let known = first[judged.batch.tokens[place]] ?? own[place]
      first[judged.batch.tokens[place]] = known
      #expect(abs(known - own[place]) < 1e-5)
    }
    #expect(first.count > 1)
  }

  /// Before the switch DSRL is PreRL on failures; at the switch it becomes GRPO, with a reference that is the model of that moment.
  @Test func theSwitchHappensAtItsStep() throws {
    func run(_ method: String, _ overrides: [String: String]) throws -> TrainingRun {
      try TinyRun.warm {
        $0.method = method
        $0.steps = 5
        $0.overrides = overrides
      }
    }
    let switching = try run("dsrl", ["switch_step": "2", "kl_coefficient": "0.1"])
    let phase = try run("prerl-nsr", [:])
    for step in 0..<5 {
      let before = switching.state
      if step == 2 { #expect(before.parameters == phase.state.parameters) }
      guard case .step(let record, _) = try switching.advance(threads: 1) else { continue }
      if step < 2 {
        guard case .step(let wanted, _) = try phase.advance(threads: 1) else { continue }
        #expect(record == wanted)
        #expect(switching.state.reference == before.reference)
        #expect(record["kl"] == nil)
      } else {
        #expect(record["kl"] != nil)
        if step == 2 { #expect(switching.state.reference == before.parameters) }
        let twin = try TrainingRun(
          configuration: TinyRun.configuration {
            $0.method = "grpo"
            $0.steps = 5
            $0.overrides = ["kl_coefficient": "0.1"]
          }, tasks: switching.tasks, shape: TinyRun.shape,
          state: {
            var state = before
            if step == 2 { state.reference = state.parameters }
            return state
          }())
        _ = try twin.advance(threads: 1)
        #expect(twin.state == switching.state)
      }
    }
    #expect(Method.dsrl.preTraining?.switchStep == 20)
    #expect(throws: TrainingError.self) { try Method.resolved("grpo", overrides: ["switch_step": "2"]) }
  }

  /// Rollouts that waited have no recorded log π without the prompt.
  @Test(arguments: ["prerl", "prerl-nsr", "dsrl"])
  func aRuleThatKeepsGroupsIsRefused(method: String) throws {
    let error = #expect(throws: TrainingError.self) {
      try Method.resolved(method, overrides: ["rollout_rule": "speed-rl"])
    }
    #expect(error?.description.contains("excludes updates without the prompt") == true)
    _ = try Method.resolved(method, overrides: ["rollout_rule": "greso"])
  }
}
