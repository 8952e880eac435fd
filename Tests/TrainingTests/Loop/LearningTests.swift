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
    configuration.warmUpBatch = 64
    configuration.warmUpLearningRate = 5e-3
    configuration.warmUpSteps = 600
    configuration.warmUpTarget = 0.9
    configuration.promptsPerStep = 80
    configuration.rolloutsPerPrompt = 8
    configuration.learningRate = 5e-4
    configuration.learningRateWarmup = 5
    configuration.steps = 15
    var shape = TinyRun.shape
    shape.hiddenSize = 64
    shape.intermediateSize = 128
    shape.headCount = 4
    let run = try TrainingRun(configuration: configuration, tasks: tasks, shape: shape)
    func rate() throws -> Double {
      let rates = try run.evaluator.poolRates(
        parameters: run.state.parameters, problems: 80, samples: 16, sampler: run.sampler, threads: 2)
      return rates.reduce(0, +) / 80
    }
    #expect(try rate() < 0.5)
    while !run.state.isWarm { _ = try run.advance(threads: 2) }
    let warm = try rate()
    _ = try TinyRun.finish(run)
    let learned = try rate()
    #expect(learned > 0.95, "pass@1 is \(learned), after the warm-up \(warm)")
    #expect(learned > warm, "reinforcement adds to the warm-up's \(warm)")
  }
}
