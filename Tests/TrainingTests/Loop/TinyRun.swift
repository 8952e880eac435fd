import Testing

@testable import Training

/// A run that takes a second: 14 thousand weights on one-digit addition, past a short warm-up, so that prompts are answered both right and wrong.
enum TinyRun {
  static let shape = ModelConfiguration(
    vocabularySize: CharacterVocabulary.arithmetic.count, hiddenSize: 32, intermediateSize: 64, layerCount: 1,
    headCount: 2, keyValueHeadCount: 1, maximumPositions: 24)

  static let tasks = Result {
    try TaskSet(builtIn: [.addition1], seed: 5, poolSize: 40, problemsPerSplit: 8, verifier: .exact)
  }

  static func configuration(_ change: (inout RunConfiguration) -> Void = { _ in }) -> RunConfiguration {
    var configuration = RunConfiguration()
    configuration.seed = 5
    configuration.tiers = ["addition-1"]
    configuration.poolSize = 40
    configuration.promptsPerStep = 6
    configuration.rolloutsPerPrompt = 6
    configuration.maximumTokens = 4
    configuration.steps = 3
    configuration.warmUpBatch = 16
    configuration.warmUpLearningRate = 1e-2
    configuration.warmUpTarget = 1
    configuration.warmUpSteps = 100
    configuration.diagnosticsPrompts = 4
    configuration.diagnosticsSamples = 8
    change(&configuration)
    return configuration
  }

  /// The weights after the warm-up, computed once.
  static let warmParameters = Result {
    let run = try TrainingRun(configuration: configuration(), tasks: try tasks.get(), shape: shape)
    while !run.state.isWarm { _ = try run.advance(threads: 2) }
    return run.state.parameters
  }

  /// A run that begins with the warm weights.
  static func warm(_ change: (inout RunConfiguration) -> Void = { _ in }) throws -> TrainingRun {
    try TrainingRun(
      configuration: configuration(change), tasks: try tasks.get(), shape: shape,
      parameters: try warmParameters.get(), isWarm: true)
  }

  /// What a run gave: its records and its rollouts.
  struct Outcome: Equatable {
    var records: [StepRecord] = []
    var rollouts: [JudgedRollouts] = []
  }

  /// Runs to the end, or for so many steps.
  static func finish(_ run: TrainingRun, steps: Int = .max, threads: Int = 2) throws -> Outcome {
    var outcome = Outcome()
    while !run.isFinished, outcome.records.count < steps {
      guard case .step(let record, let judged) = try run.advance(threads: threads) else {
        Issue.record("a warm run makes no supervised step")
        break
      }
      outcome.records.append(record)
      outcome.rollouts.append(judged)
    }
    return outcome
  }
}
