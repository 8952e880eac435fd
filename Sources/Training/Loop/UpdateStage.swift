import Estimators
import Modulation
import Statistics

/// Advantages, modulation, update: from judged rollouts to new weights.
struct UpdateStage {
  var method: Method
  var configuration: RunConfiguration

  /// What the updates of a step measured, means over the updates.
  struct Outcome {
    var loss = 0.0
    /// The norm before clipping, the mean over the updates.
    var gradientNorm = 0.0
    /// Whether the method has a reference model to diverge from, and estimates by k3, as TRL's `kl` does.
    var measuresDivergence = false
    var learningRate = 0.0
    /// A_j of each rollout, before token-level rules.
    var advantages: [Double] = []
    var metrics = ObjectiveMetrics()
    /// Whether the updates were of log p(y), without the prompt.
    var isWithoutPrompt = false
  }

  /// The sums of the updates' metrics become means.
  private static let averaged: [WritableKeyPath<ObjectiveMetrics, Double> & Sendable] = [
    \.policyLoss, \.entropyLoss, \.referenceLoss, \.meanEntropy, \.clippedLow, \.clippedHigh, \.clippedDual,
    \.masked, \.sampledDivergence, \.referenceDivergence, \.advantageFactor,
  ]

  /// One or several updates on a step's rollouts.
  ///
  /// The first update is on-policy, and its log-probabilities are the sampler's, unless groups of former steps are among those that are trained on. Later ones read them from a forward pass of the weights as they are by then.
  func run(
    _ judged: JudgedRollouts, state: inout TrainingState, trainer: TransformerTrainer, threads: Int
  ) throws(TrainingError) -> Outcome {
    var outcome = Outcome()
    if let preTraining = method.preTraining, preTraining.switchStep == state.step, method.klPenalty != nil {
      state.reference = state.parameters
    }
    guard judged.batch.count > 0 else { return outcome }
    let groups = judged.groups
    let phase = method.preTraining(step: state.step)
    outcome.isWithoutPrompt = phase != nil
    let objective = phase == nil ? method.objective : method.preTrainingObjective
    outcome.advantages = try advantages(judged, phase)
    outcome.learningRate = schedule.rate(step: state.step)
    let referenced = try reference(judged, state: state, trainer: trainer, threads: threads)
    let withoutPrompt = phase.map { _ in
      statistics(
        ScoredSequences(judged.batch, rollouts: 0..<judged.batch.count, removesPrompt: true),
        parameters: state.parameters, trainer: trainer, threads: threads)
    }
    var updates = 0
    // What waited since a former step was drawn by another policy than the present one.
    let isOnPolicy = judged.ruled?.groups.contains(where: \.isStale) != true
    var sums = ObjectiveMetrics()
    sums.advantageFactor = 0
    for pass in 0..<configuration.passesPerStep {
      for (part, range) in parts(groups.count).enumerated() {
        let rollouts = range.flatMap { Array(groups[$0].rollouts) }
        let sequences = ScoredSequences(judged.batch, rollouts: rollouts, removesPrompt: phase != nil)
        let batch = updateBatch(
          judged, rollouts: rollouts, sequences, advantages: outcome.advantages, referenced: referenced,
          withoutPrompt: withoutPrompt, isOnPolicy: updates == 0 && isOnPolicy, state: state,
          trainer: trainer,
          threads: threads)
        let key = StreamKey(
          seed: configuration.seed, claim: "token-rule/\(state.step)", designPoint: UInt64(pass),
          replicate: UInt64(part))
        let result = try objective.evaluate(batch, stream: RandomStream(key)).scaled(by: phase?.coefficient)
        guard result.loss.isFinite else { throw .notFinite(what: "the loss", step: state.step) }
        let gradient = trainer.lossGradient(
          parameters: state.parameters, sequences: sequences.sequences, scored: sequences.scored,
          actions: sequences.actions,
          logProbabilityGradients: result.logProbabilityGradients.map(Float.init),
          entropyGradients: result.entropyGradients.isEmpty
            ? nil : result.entropyGradients.map(Float.init),
          temperature: Float(configuration.temperature), threads: threads)
        let norm = state.optimiser.step(
          parameters: &state.parameters, gradient: gradient, learningRate: Float(outcome.learningRate))
        outcome.gradientNorm += norm
        guard norm.isFinite else {
          throw .notFinite(what: "the gradient", step: state.step)
        }
        outcome.loss += result.loss
        for path in Self.averaged { sums[keyPath: path] += result.metrics[keyPath: path] }
        updates += 1
      }
    }
    outcome.loss /= Double(updates)
    outcome.gradientNorm /= Double(updates)
    outcome.measuresDivergence = referenced != nil && method.klPenalty?.estimator == .k3
    for path in Self.averaged { outcome.metrics[keyPath: path] = sums[keyPath: path] / Double(updates) }
    return outcome
  }

  var schedule: LearningRateSchedule {
    LearningRateSchedule(
      shape: configuration.schedule == "cosine" ? .cosine : .constant, peak: configuration.learningRate,
      warmUpSteps: configuration.learningRateWarmup, totalSteps: configuration.steps)
  }

  /// The groups of each mini-batch: consecutive prompts, as even as possible.
  private func parts(_ groups: Int) -> [Range<Int>] {
    let count = min(configuration.miniBatches, groups)
    return (0..<count).map { groups * $0 / count..<groups * ($0 + 1) / count }
  }

  private func reference(
    _ judged: JudgedRollouts, state: TrainingState, trainer: TransformerTrainer, threads: Int
  ) throws(TrainingError) -> [Double]? {
    guard method.klPenalty != nil, method.preTraining(step: state.step) == nil else { return nil }
    return statistics(
      ScoredSequences(judged.batch, rollouts: 0..<judged.batch.count), parameters: state.reference,
      trainer: trainer, threads: threads
    ).logProbabilities.map(Double.init)
  }

  /// What the model with these weights says of every response token.
  private func statistics(
    _ sequences: ScoredSequences, parameters: [Float], trainer: TransformerTrainer, threads: Int
  ) -> TokenStatistics {
    trainer.statistics(
      parameters: parameters, sequences: sequences.sequences, scored: sequences.scored,
      actions: sequences.actions, temperature: Float(configuration.temperature), threads: threads)
  }

  private func updateBatch(
    _ judged: JudgedRollouts, rollouts: [Int], _ sequences: ScoredSequences, advantages: [Double],
    referenced: [Double]?, withoutPrompt: TokenStatistics?, isOnPolicy: Bool, state: TrainingState,
    trainer: TransformerTrainer, threads: Int
  ) -> UpdateBatch {
    let places = rollouts.flatMap { Array(judged.batch.range($0)) }
    let old = withoutPrompt ?? TokenStatistics(judged.batch)
    let sampled = places.map { Double(old.logProbabilities[$0]) }
    var current = sampled
    var entropies = places.map { Double(old.entropies[$0]) }
    var squares = places.map { Double(old.sumsOfSquares[$0]) }
    var logarithms = places.map { Double(old.squaredLogarithmSums[$0]) }
    if !isOnPolicy {
      let statistics = statistics(
        sequences, parameters: state.parameters, trainer: trainer, threads: threads)
      logarithms = statistics.squaredLogarithmSums.map(Double.init)
      current = statistics.logProbabilities.map(Double.init)
      entropies = statistics.entropies.map(Double.init)
      squares = statistics.sumsOfSquares.map(Double.init)
    }
    return UpdateBatch(
      groups: rollouts.map { judged.rows[$0] }, starts: sequences.starts,
      rewards: rollouts.map { judged.rewards[$0] }, advantages: rollouts.map { advantages[$0] },
      sampledLogProbabilities: sampled, logProbabilities: current, entropies: entropies,
      sumsOfSquares: squares, squaredLogarithmSums: logarithms,
      states: method.tokenRule.needsStates
        ? UpdateBatch.stateLabels(
          groups: rollouts.map { judged.batch.groups[$0] }, starts: sequences.starts,
          tokens: sequences.actions) : nil,
      referenceLogProbabilities: referenced.map { all in places.map { all[$0] } },
      maximumLength: configuration.maximumTokens)
  }
}
