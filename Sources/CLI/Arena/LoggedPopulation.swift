import Arena
import Interchange

/// The prompts of rollout logs, as a calibrated world needs them.
struct LoggedPopulation {
  private struct Sums {
    var prompt = CalibratedWorld.LoggedPrompt(successes: 0, samples: 0)
    var rightTokens = 0
    var rightCount = 0
    var wrongTokens = 0
    var wrongCount = 0
    var hasRollouts = false
    /// What a table of counts says; used where there is no rollout.
    var counted = (successes: 0, samples: 0)
  }

  private var order: [String] = []
  private var sums: [String: Sums] = [:]

  /// The prompts of the files at `paths`.
  ///
  /// The counts of one prompt at several steps are pooled, of several Gram records the last one counts. Tables of counts stand in for prompts without rollouts, those of the log and those of the screen together.
  static func prompts(paths: [String], rule: SuccessRule, allowedDamage: Double) throws(InterchangeError)
    -> [CalibratedWorld.LoggedPrompt]
  {
    var population = LoggedPopulation()
    var reader = RolloutLogReader(rule: rule, readsTokens: true)
    for path in paths {
      try reader.read(path: path) { record throws(RecordRejection) in population.add(record) }
    }
    try reader.damage.check(allowedShare: allowedDamage)
    let prompts = population.order.compactMap { population.sums[$0].map(population.finished) }
    guard prompts.contains(where: { $0.samples > 0 }) else {
      throw .empty(files: paths, reason: "there are no rollouts")
    }
    return prompts
  }

  private mutating func add(_ record: RolloutRecord) {
    switch record {
    case .rollout(let rollout):
      change(rollout.prompt) { sums in
        if !sums.hasRollouts {
          // Gram records that came first counted these very rollouts.
          sums.prompt.samples = 0
          sums.prompt.successes = 0
          sums.hasRollouts = true
        }
        sums.prompt.samples += 1
        if rollout.succeeded { sums.prompt.successes += 1 }
        guard let length = rollout.tokens?.count, length > 0 else { return }
        if rollout.succeeded {
          sums.rightTokens += length
          sums.rightCount += 1
        } else {
          sums.wrongTokens += length
          sums.wrongCount += 1
        }
      }
    case .gram(let gram):
      let moments = GramSample(gram, .all).moments
      change(gram.prompt) { sums in
        if !sums.hasRollouts {
          sums.prompt.samples += gram.succeeded.count
          sums.prompt.successes += gram.succeeded.count { $0 }
        }
        sums.prompt.successVariance = moments.successVariance
        sums.prompt.failureVariance = moments.failureVariance
        sums.prompt.squaredDistance = moments.squaredDistance
      }
    case .counts(let counts):
      change(counts.prompt) { sums in
        sums.counted.samples += (counts.samples ?? 0) + (counts.screenSamples ?? 0)
        sums.counted.successes += (counts.successes ?? 0) + (counts.screenSuccesses ?? 0)
      }
    }
  }

  private mutating func change(_ prompt: String, _ body: (inout Sums) -> Void) {
    if sums[prompt] == nil { order.append(prompt) }
    body(&sums[prompt, default: Sums()])
  }

  private func finished(_ sums: Sums) -> CalibratedWorld.LoggedPrompt {
    var prompt = sums.prompt
    if prompt.samples == 0 {
      prompt.samples = sums.counted.samples
      prompt.successes = sums.counted.successes
    }
    if sums.rightCount > 0 { prompt.successLength = Double(sums.rightTokens) / Double(sums.rightCount) }
    if sums.wrongCount > 0 { prompt.failureLength = Double(sums.wrongTokens) / Double(sums.wrongCount) }
    return prompt
  }
}
