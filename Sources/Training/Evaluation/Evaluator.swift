import Statistics

/// Samples responses to the problems of every split and counts the right ones.
public struct Evaluator: Sendable {
  /// The problems with their vocabulary and verifier.
  public let tasks: TaskSet
  /// How responses are drawn.
  public let settings: SamplingSettings
  /// The root seed.
  public let seed: UInt64

  /// An evaluator.
  public init(tasks: TaskSet, settings: SamplingSettings, seed: UInt64) {
    self.tasks = tasks
    self.settings = settings
    self.seed = seed
  }

  /// Right responses of `samples` drawn for each of the first `problems` of every split.
  ///
  /// The random numbers belong to (split, problem, sample), not to the step: evaluations along a run, and of different methods, use the same ones.
  public func counts(
    parameters: [Float], problems: Int, samples: Int, sampler: Sampler, threads: Int
  ) throws(TrainingError) -> [SplitResult] {
    var results: [SplitResult] = []
    for split in tasks.splits {
      let chosen = Array(split.problems.prefix(problems))
      var prompts: [[Int32]] = []
      for problem in chosen { prompts.append(try tasks.vocabulary.encodePrompt(problem.prompt)) }
      let keys = chosen.indices.map {
        StreamKey(seed: seed, claim: "evaluation/\(split.name)", designPoint: UInt64($0))
      }
      let batch = try sampler.sample(
        parameters: parameters, prompts: prompts, counts: Array(repeating: samples, count: chosen.count),
        keys: keys, settings: settings, threads: threads)
      var successes = Array(repeating: 0, count: chosen.count)
      for rollout in 0..<batch.count {
        let problem = chosen[batch.groups[rollout]]
        let response = tasks.vocabulary.decode(batch.tokens[batch.range(rollout)])
        if batch.isTerminated[rollout],
          tasks.verifier.accepts(response: response, answer: problem.answer)
        {
          successes[batch.groups[rollout]] += 1
        }
      }
      results.append(SplitResult(split: split.name, samples: samples, successes: successes))
    }
    return results
  }

  /// The pass rate of each problem of the pool's first `problems`, from `samples` responses each.
  public func poolRates(
    parameters: [Float], problems: Int, samples: Int, sampler: Sampler, threads: Int
  ) throws(TrainingError) -> [Double] {
    var probe = self.tasks
    probe.splits = [TaskSet.Split(name: "pool", problems: Array(tasks.pool.prefix(problems)))]
    let evaluator = Evaluator(tasks: probe, settings: settings, seed: seed)
    let results = try evaluator.counts(
      parameters: parameters, problems: problems, samples: samples, sampler: sampler, threads: threads)
    return results.flatMap { result in result.successes.map { Double($0) / Double(samples) } }
  }
}
