import Allocation

extension RunConfiguration {
  /// The rollout rule that a method names, at its beginning on the pool of `tasks`; nil for none.
  ///
  /// Throws where a prompt of the pool has a character that the vocabulary lacks.
  ///
  /// - Precondition: a rule that exists, as a method without `problems` has it.
  public func rolloutRule(_ method: Method, tasks: TaskSet) throws(TrainingError) -> RolloutRule? {
    guard let name = method.rolloutRule else { return nil }
    guard let rule = RolloutRule.named(name, each: rolloutsPerPrompt) else {
      preconditionFailure("there is no rollout rule '\(name)'")
    }
    return try rule.over(tasks)
  }

  /// The state of the method's rollout rule at the beginning of a run on `tasks`; nil for a method without one.
  public func ruleState(_ method: Method, tasks: TaskSet) throws(TrainingError) -> RuleState? {
    try rolloutRule(method, tasks: tasks).map {
      RuleState(rule: $0, promptCount: tasks.pool.count, maximumLength: maximumTokens)
    }
  }

  /// How responses are drawn.
  public func sampling(_ tasks: TaskSet) -> SamplingSettings {
    SamplingSettings(
      temperature: temperature, topK: topK > 0 ? topK : nil, topP: topP, maximumTokens: maximumTokens,
      stopToken: tasks.vocabulary.endOfText)
  }

  /// A fresh optimiser for one of the two phases.
  func optimiser(_ shape: ModelConfiguration, isWarmUp: Bool) -> AdamW {
    AdamW(layout: ParameterLayout(shape), settings: optimiserSettings(isWarmUp: isWarmUp))
  }

  /// The optimiser's settings in one of the two phases; the warm-up decays nothing and clips at 1.
  public func optimiserSettings(isWarmUp: Bool) -> AdamW.Settings {
    let norm: Double? = isWarmUp ? 1 : clipGradientNorm > 0 ? clipGradientNorm : nil
    return AdamW.Settings(
      beta1: Float(beta1), beta2: Float(beta2), weightDecay: isWarmUp ? 0 : Float(weightDecay),
      maximumGradientNorm: norm)
  }

  /// Refuses what no single key can be blamed for.
  public func check(method: Method, tasks: TaskSet, shape: ModelConfiguration) throws(TrainingError) {
    try require(
      promptsPerStep <= tasks.pool.count, "prompts_per_step", "\(promptsPerStep)",
      "be at most the pool's \(tasks.pool.count) prompts")
    try require(
      miniBatches <= promptsPerStep, "mini_batches", "\(miniBatches)",
      "be at most prompts_per_step, \(promptsPerStep)")
    if let rule = try rolloutRule(method, tasks: tasks) { try check(rule, method: method) }
    try checkEvaluation(tasks: tasks, shape: shape)
  }

  /// Refuses a rollout rule that could not draw its first round, and names the key that makes it so.
  ///
  /// The rule is asked for the rollouts of a step's prompts of which nothing is known. Where it is possible without a bound of the run's, the bound is to blame; else the number of rollouts is.
  func check(_ rule: RolloutRule, method: Method) throws(TrainingError) {
    let count = promptsPerStep * rule.sampler.promptsPerTrained
    let budget = count * rolloutsPerPrompt
    let groups = (0..<count).map { StagedGroup(PromptRecord(prompt: $0)) }
    func failure(_ method: Method) -> AllocationError? {
      let bounds = method.limits(budget: budget, promptCount: count, own: rule.bounds)
      do throws(AllocationError) {
        _ = try rule.sampler.requests(groups, budget: budget, bounds: bounds)
        return nil
      } catch { return error }
    }
    guard let found = failure(method) else { return }
    let keys: [(name: String, value: Int?, path: WritableKeyPath<Method, Int?>)] = [
      ("maximum_rollouts", method.maximumRollouts, \.maximumRollouts),
      ("minimum_rollouts", method.minimumRollouts, \.minimumRollouts),
    ]
    var name = "rollouts_per_prompt"
    var value = rolloutsPerPrompt
    for key in keys {
      guard let own = key.value else { continue }
      var without = method
      without[keyPath: key.path] = nil
      guard failure(without) == nil else { continue }
      name = key.name
      value = own
      break
    }
    throw .invalid(
      name: name, value: "\(value)", allowed: "suit the rollout rule '\(rule.name)': \(found)")
  }

  /// Refuses sampling settings and prompts that a model of this shape cannot answer.
  public func checkEvaluation(tasks: TaskSet, shape: ModelConfiguration) throws(TrainingError) {
    try require(
      shape.vocabularySize >= tasks.vocabulary.count, "the model's vocab_size", "\(shape.vocabularySize)",
      "be at least the task vocabulary's \(tasks.vocabulary.count)")
    let problems = sampling(tasks).problems
    try require(problems.isEmpty, "the sampling settings", "impossible", problems.joined(separator: "; "))
    let prompts = tasks.pool + tasks.splits.flatMap(\.problems)
    let longest = prompts.map(\.prompt.unicodeScalars.count).max() ?? 0
    // One more for the beginning of the text; the last token drawn takes no position.
    try require(
      longest + 1 < shape.maximumPositions, "the longest prompt", "\(longest) characters long",
      "leave room for a response in the model's \(shape.maximumPositions) positions")
  }

  private func require(_ holds: Bool, _ name: String, _ value: String, _ allowed: String)
    throws(TrainingError)
  {
    if !holds { throw .invalid(name: name, value: value, allowed: allowed) }
  }
}
