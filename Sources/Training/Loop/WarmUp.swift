import Statistics

/// Supervised next-token training on worked solutions, so that reinforcement meets pass rates between 0 and 1.
struct WarmUp {
  /// Problems of the probe, and responses to each, by which the pass rate is judged.
  static let probeProblems = 128
  static let probeSamples = 8
  /// Steps between two probes.
  static let probeInterval = 50

  var configuration: RunConfiguration
  var tasks: TaskSet

  /// The problems of supervised step `step`: fresh ones of the training side from the generator, or the pool's in turn where there is none.
  func problems(step: Int) throws(TrainingError) -> [Problem] {
    let first = step * configuration.warmUpBatch
    if tasks.tiers.isEmpty {
      return (0..<configuration.warmUpBatch).map { tasks.pool[(first + $0) % tasks.pool.count] }
    }
    let generator = try TaskGenerator(seed: configuration.seed, tiers: tasks.tiers)
    return (0..<configuration.warmUpBatch).map { generator.problem(at: first + $0) }
  }

  /// One supervised step; returns the mean loss per solution token and the gradient's norm before clipping.
  func step(_ state: inout TrainingState, trainer: TransformerTrainer, threads: Int)
    throws(TrainingError) -> (loss: Double, gradientNorm: Double)
  {
    var sequences: [[Int32]] = []
    var promptLengths: [Int] = []
    for problem in try problems(step: state.warmUpStep) {
      let prompt = try tasks.vocabulary.encodePrompt(problem.prompt)
      sequences.append(
        prompt + (try tasks.vocabulary.encode(problem.solution)) + [tasks.vocabulary.endOfText])
      promptLengths.append(prompt.count)
    }
    let (loss, gradient) = trainer.crossEntropy(
      parameters: state.parameters, sequences: PackedSequences(sequences), promptLengths: promptLengths,
      threads: threads)
    guard loss.isFinite else { throw .notFinite(what: "the warm-up loss", step: state.warmUpStep) }
    let norm = state.optimiser.step(
      parameters: &state.parameters, gradient: gradient,
      learningRate: Float(schedule.rate(step: state.warmUpStep)))
    state.warmUpStep += 1
    return (loss, norm)
  }

  /// The learning rates of the supervised steps.
  var schedule: LearningRateSchedule {
    LearningRateSchedule(
      shape: configuration.warmUpSchedule == "cosine" ? .cosine : .constant,
      peak: configuration.warmUpLearningRate, totalSteps: configuration.warmUpSteps)
  }

  /// Whether pass rates are as high and as spread as was asked.
  func reachesTarget(passRate: Double, mixedShare: Double) -> Bool {
    passRate >= configuration.warmUpTarget && mixedShare >= configuration.warmUpSpread
  }

  /// Whether a probe is due after `step` supervised steps.
  func isProbeDue(step: Int) -> Bool {
    step % Self.probeInterval == 0 || step >= configuration.warmUpSteps
  }
}
