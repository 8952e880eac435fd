import Testing

@testable import Training

/// The whole loop learns: one-digit addition, from next to nothing to nearly all.
@Suite struct LearningTests {
  @Test func reinforcementLearnsOneDigitAddition() throws {
    let tasks = try TaskSet(
      builtIn: [.addition1], seed: 11, poolSize: 80, problemsPerSplit: 20, verifier: .exact)
    var configuration = RunConfiguration()
    configuration.seed = 11
    configuration.maximumTokens = 4
    configuration.warmUpBatch = 32
    configuration.warmUpLearningRate = 1e-2
    configuration.warmUpSteps = 300
    configuration.warmUpTarget = 0.6
    configuration.promptsPerStep = 40
    configuration.rolloutsPerPrompt = 8
    configuration.learningRate = 3e-3
    configuration.steps = 40
    let run = try TrainingRun(configuration: configuration, tasks: tasks, shape: TinyRun.shape)
    func rate() throws -> Double {
      let rates = try run.evaluator.poolRates(
        parameters: run.state.parameters, problems: 80, samples: 16, sampler: run.sampler, threads: 2)
      return rates.reduce(0, +) / 80
    }
    #expect(try rate() < 0.5)
    while !run.state.isWarm { _ = try run.advance(threads: 2) }
    let warm = try rate()
    #expect(warm < 0.9, "the warm-up leaves something to learn: \(warm)")
    _ = try TinyRun.finish(run)
    let learned = try rate()
    #expect(learned > 0.95, "pass@1 is \(learned), after the warm-up \(warm)")
  }
}
