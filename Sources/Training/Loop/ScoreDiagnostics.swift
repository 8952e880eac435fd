import Statistics

/// The score vectors of one prompt's rollouts, known by their inner products.
public struct PromptScores: Sendable, Hashable {
  /// The prompt's place in the pool.
  public var prompt: Int
  /// The reward of each rollout.
  public var rewards: [Double]
  /// For each rollout the index of its distinct response.
  public var response: [Int]
  /// ⟨s_a, s_b⟩ over all parameters, of distinct responses a and b: a square matrix row by row.
  public var gram: [Double]
}

/// Measures the true score vectors s = ∇_θ log π(y|x) of fresh rollouts, so that variances can be computed from them rather than guessed from proxies.
///
/// The rollouts are drawn for the measurement and used for nothing else: counts of the training step would be those that chose the allocation. The prompts are the same at every measurement, evenly spaced in the pool.
public struct ScoreDiagnostics {
  private let pass: TransformerPass

  /// Diagnostics of a model of this shape.
  public init(_ shape: ModelConfiguration) {
    pass = TransformerPass(configuration: shape)
    pass.recordsLinearGradients = true
  }

  /// The scores of the run's diagnosed prompts at its present weights.
  public func measure(_ run: TrainingRun, threads: Int) throws(TrainingError) -> [PromptScores] {
    let configuration = run.configuration
    let tasks = run.tasks
    let count = min(configuration.diagnosticsPrompts, tasks.pool.count)
    let places = (0..<count).map { $0 * tasks.pool.count / count }
    var prompts: [[Int32]] = []
    for place in places { prompts.append(try tasks.vocabulary.encodePrompt(tasks.pool[place].prompt)) }
    let batch = try run.sampler.sample(
      parameters: run.state.parameters, prompts: prompts,
      counts: Array(repeating: configuration.diagnosticsSamples, count: count),
      keys: places.map {
        StreamKey(
          seed: configuration.seed, claim: "diagnostics/\(run.state.step)", designPoint: UInt64($0))
      }, settings: configuration.sampling(tasks), threads: threads)
    return places.indices.map { group in
      scores(
        batch, group: group, place: places[group], tasks: tasks, parameters: run.state.parameters,
        temperature: Float(configuration.temperature))
    }
  }

  private func scores(
    _ batch: RolloutBatch, group: Int, place: Int, tasks: TaskSet, parameters: [Float], temperature: Float
  ) -> PromptScores {
    var distinct = ScoredSequences()
    var known: [[Int32]: Int] = [:]
    var rewards: [Double] = []
    var response: [Int] = []
    for rollout in 0..<batch.count where batch.groups[rollout] == group {
      let tokens = batch.tokens[batch.range(rollout)]
      let right =
        batch.isTerminated[rollout]
        && tasks.verifier.accepts(
          response: tasks.vocabulary.decode(tokens), answer: tasks.pool[place].answer)
      rewards.append(right ? 1 : 0)
      if let index = known[Array(tokens)] {
        response.append(index)
      } else {
        let index = known.count
        known[Array(tokens)] = index
        response.append(index)
        distinct.append(prompt: batch.prompts[group], response: tokens)
      }
    }
    return PromptScores(
      prompt: place, rewards: rewards, response: response,
      gram: gram(distinct, parameters: parameters, temperature: temperature))
  }

  /// ⟨s_a, s_b⟩: the gradient of Σ_t log π has dL/dlog π = 1 at every response token.
  private func gram(_ distinct: ScoredSequences, parameters: [Float], temperature: Float) -> [Double] {
    parameters.withUnsafeBufferPointer { parameters in
      pass.forward(
        parameters: parameters, sequences: distinct.sequences, scored: distinct.scored,
        keepsActivations: true)
      let ones = [Float](repeating: 1, count: distinct.actions.count)
      distinct.actions.withUnsafeBufferPointer { actions in
        ones.withUnsafeBufferPointer { ones in
          pass.setLogitGradients(
            actions: actions, temperature: temperature, logProbabilityGradients: ones,
            entropyGradients: nil)
        }
      }
      var unused = [Float](repeating: 0, count: parameters.count)
      unused.withUnsafeMutableBufferPointer { pass.backward(parameters: parameters, gradients: $0) }
      return pass.gradientGram()
    }
  }
}
