import Interchange

/// What the files of one audit hold, prompt by prompt.
struct AuditLog: Sendable {
  /// The prompts in the order in which the files name them, one entry for each step at which a prompt was sampled.
  private(set) var prompts: [PromptAccumulator] = []
  /// Counts by prompt, from tables such as `prompts.csv`.
  private(set) var counts: [String: PromptCounts] = [:]
  /// What the log says of its rollouts' tokens; empty where it was not to be read.
  private(set) var tokenGroups = TokenGroups()
  /// The lines read and the damaged ones.
  private(set) var damage = DamageLog()

  private var index: [Key: Int] = [:]
  /// Rollouts that Gram records bring along; used for prompts that have no rollout records.
  private var gramRollouts: [Int: [Bool]] = [:]

  private struct Key: Hashable {
    var prompt: String
    var step: Int
  }

  /// Reads `paths` in order.
  ///
  /// Files of one call belong together: rollouts, Gram matrices and counts meet by prompt and step.
  init(paths: [String], rule: SuccessRule, allowedDamage: Double, readsTokens: Bool = false)
    throws(InterchangeError)
  {
    var reader = RolloutLogReader(rule: rule, readsTokens: readsTokens)
    for path in paths {
      try reader.read(path: path) { record throws(RecordRejection) in try add(record) }
    }
    damage = reader.damage
    try damage.check(allowedShare: allowedDamage)
    for (position, succeeded) in gramRollouts.sorted(by: { $0.key < $1.key })
    where prompts[position][.all].samples == 0 {
      for (number, success) in succeeded.enumerated() {
        prompts[position].add(index: number, succeeded: success, scoreSquaredNorm: nil)
      }
    }
    gramRollouts = [:]
    guard prompts.contains(where: { $0[.all].samples > 0 }) else {
      throw .empty(files: paths, reason: "there are no rollouts")
    }
  }

  /// All rollouts.
  var rolloutCount: Int { prompts.reduce(0) { $0 + $1[.all].samples } }
  /// The number of different prompts, whatever their steps.
  var promptCount: Int { Set(prompts.map(\.prompt)).count }
  /// Rollouts whose number within their prompt stood in the log before.
  var repeatedCount: Int { prompts.reduce(0) { $0 + $1.repeated } }
  /// Prompts whose Gram record counts other rollouts than the log does.
  var disagreeingCount: Int {
    prompts.count { prompt in
      guard let gram = prompt.gram else { return false }
      return gram.samples != prompt[.all].samples || gram.successes != prompt[.all].successes
    }
  }

  /// The place of a rollout's prompt at its step among `prompts`; nil where it is not among them.
  func place(of rollout: Rollout) -> Int? { index[Key(prompt: rollout.prompt, step: rollout.step)] }

  private mutating func add(_ record: RolloutRecord) throws(RecordRejection) {
    switch record {
    case .rollout(let rollout):
      let position = position(rollout.prompt, rollout.step)
      prompts[position].add(
        index: rollout.index, succeeded: rollout.succeeded, scoreSquaredNorm: rollout.scoreSquaredNorm)
      tokenGroups.add(rollout.tokens, prompt: position, succeeded: rollout.succeeded)
    case .gram(let gram):
      let position = position(gram.prompt, gram.step)
      guard prompts[position].gram == nil else {
        throw RecordRejection(
          field: "prompt_id",
          reason: "there is a Gram matrix of '\(gram.prompt)' at step \(gram.step) already")
      }
      prompts[position].gram = GramSummary(gram)
      gramRollouts[position] = gram.succeeded
    case .counts(let row):
      guard counts[row.prompt] == nil else {
        throw RecordRejection(field: "prompt_id", reason: "there are counts of '\(row.prompt)' already")
      }
      counts[row.prompt] = row
    }
  }

  private mutating func position(_ prompt: String, _ step: Int) -> Int {
    let key = Key(prompt: prompt, step: step)
    if let position = index[key] { return position }
    prompts.append(PromptAccumulator(prompt: prompt, step: step))
    index[key] = prompts.count - 1
    return prompts.count - 1
  }
}
