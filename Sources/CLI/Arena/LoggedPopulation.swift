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
  }

  private var order: [String] = []
  private var sums: [String: Sums] = [:]

  /// Reads `paths`; the counts of one prompt at several steps are pooled, of several Gram records the last one counts.
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
    case .counts: break
    }
  }

  private mutating func change(_ prompt: String, _ body: (inout Sums) -> Void) {
    if sums[prompt] == nil { order.append(prompt) }
    body(&sums[prompt, default: Sums()])
  }

  private func finished(_ sums: Sums) -> CalibratedWorld.LoggedPrompt {
    var prompt = sums.prompt
    if sums.rightCount > 0 { prompt.successLength = Double(sums.rightTokens) / Double(sums.rightCount) }
    if sums.wrongCount > 0 { prompt.failureLength = Double(sums.wrongTokens) / Double(sums.wrongCount) }
    return prompt
  }
}
