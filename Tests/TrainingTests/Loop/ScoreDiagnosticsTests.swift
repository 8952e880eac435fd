import Statistics
import Testing

@testable import Training

@Suite struct ScoreDiagnosticsTests {
  /// The oracle takes one response at a time through the trainer, which is all gradient and no Gram.
  @Test(arguments: [1.0, 0.7]) func theGramIsThatOfEachResponsesScore(temperature: Double) throws {
    let run = try TinyRun.warm { $0.temperature = temperature }
    _ = try TinyRun.finish(run, steps: 2)
    let measured = try ScoreDiagnostics(TinyRun.shape).measure(run, threads: 2)
    #expect(measured.map(\.prompt) == [0, 10, 20, 30])
    let prompts = try measured.map { try run.tasks.vocabulary.encodePrompt(run.tasks.pool[$0.prompt].prompt) }
    let batch = try run.sampler.sample(
      parameters: run.state.parameters, prompts: prompts, counts: [8, 8, 8, 8],
      keys: measured.map { StreamKey(seed: 5, claim: "diagnostics/2", designPoint: UInt64($0.prompt)) },
      settings: run.configuration.sampling(run.tasks), threads: 1)
    let trainer = TransformerTrainer(configuration: TinyRun.shape)
    var repeated = 0
    for (group, scores) in measured.enumerated() {
      let own = batch.groups.indices.filter { batch.groups[$0] == group }
      #expect(own.count == scores.response.count)
      let gradients = own.map { rollout -> [Double] in
        let one = ScoredSequences(batch, rollouts: [rollout])
        return trainer.lossGradient(
          parameters: run.state.parameters, sequences: one.sequences, scored: one.scored,
          actions: one.actions,
          logProbabilityGradients: Array(repeating: 1, count: one.actions.count),
          temperature: Float(temperature), threads: 1
        ).map(Double.init)
      }
      func inner(_ a: Int, _ b: Int) -> Double {
        zip(gradients[a], gradients[b]).reduce(0) { $0 + $1.0 * $1.1 }
      }
      let width = (scores.response.max() ?? -1) + 1
      #expect(scores.gram.count == width * width)
      for a in own.indices {
        for b in own.indices {
          // Both carry single-precision errors of some hundred u = 6e-8 relative to the norms.
          let scale = (inner(a, a) * inner(b, b)).squareRoot()
          let gram = scores.gram[scores.response[a] * width + scores.response[b]]
          #expect(abs(gram - inner(a, b)) <= 1e-4 * scale, "prompt \(group), rollouts \(a) and \(b)")
          let same =
            batch.tokens[batch.range(own[a])].elementsEqual(batch.tokens[batch.range(own[b])])
          #expect((scores.response[a] == scores.response[b]) == same)
          if same && a < b { repeated += 1 }
        }
        let text = run.tasks.vocabulary.decode(batch.tokens[batch.range(own[a])])
        #expect(
          (scores.rewards[a] == 1)
            == (batch.isTerminated[own[a]] && text == run.tasks.pool[scores.prompt].answer))
      }
    }
    // Responses that occur twice share a row: the case is met.
    #expect(repeated > 0)
  }

  @Test func measuringChangesNothing() throws {
    let run = try TinyRun.warm()
    let state = run.state
    let first = try ScoreDiagnostics(TinyRun.shape).measure(run, threads: 2)
    #expect(run.state == state)
    #expect(try ScoreDiagnostics(TinyRun.shape).measure(run, threads: 1) == first)
    #expect(try TinyRun.finish(run) == TinyRun.finish(try TinyRun.warm()))
  }
}
