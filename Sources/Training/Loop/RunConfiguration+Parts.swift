import Allocation

extension RunConfiguration {
  /// The rollout rule that a method names, at its beginning; nil for none.
  ///
  /// - Precondition: a rule that exists, as a method without `problems` has it.
  public func rolloutRule(_ method: Method) -> RolloutRule? {
    method.rolloutRule.map { name in
      guard let rule = RolloutRule.named(name, each: rolloutsPerPrompt) else {
        preconditionFailure("there is no rollout rule '\(name)'")
      }
      return rule
    }
  }

  /// The state of the method's rollout rule at the beginning of a run on so many prompts; nil for a method without one.
  public func ruleState(_ method: Method, promptCount: Int) -> RuleState? {
    rolloutRule(method).map {
      RuleState(rule: $0, promptCount: promptCount, maximumLength: maximumTokens)
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
    try checkEvaluation(tasks: tasks, shape: shape)
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
