extension RunKey {
  /// Every key, in the order of the file.
  public static let all: [RunKey] = experiment + step + update + methodParts + warmUp + output

  private static let experiment: [RunKey] = [
    RunKey(
      name: "seed", help: "The root seed of every random stream.", values: { ["\($0.seed)"] }, isList: false
    ) { (configuration, values) throws(TrainingError) in
      let text = try single("seed", values)
      guard let seed = UInt64(text) else {
        throw .invalid(name: "seed", value: text, allowed: "be an integer in 0...\(UInt64.max)")
      }
      configuration.seed = seed
    },
    .choice("method", \.method, Method.all.map(\.name), "The method; the keys below override its parts."),
    .text(
      "model", \.model, "nano, micro, mini, or a directory with config.json and model.safetensors."),
    .list("tiers", \.tiers, "Tiers of the built-in tasks, separated by commas; empty takes all."),
    .text(
      "task_file", \.taskFile,
      "A JSONL file of {prompt, answer} or {question, answer} in place of the built-in tasks."),
    .choice(
      "verifier", \.verifier, [""] + Verifier.allCases.map(\.rawValue),
      "How responses are judged; empty is 'exact' for built-in tasks and 'last-number' for a task file."),
    .integer("pool_size", \.poolSize, 1...1_000_000, "Prompts in the training pool."),
  ]

  private static let step: [RunKey] = [
    .integer("steps", \.steps, 0...10_000_000, "Steps: rounds of rollouts with the updates on them."),
    .integer(
      "rollout_budget", \.rolloutBudget, 0...1_000_000_000,
      "Ends the run once so many rollouts were drawn; 0 for no such limit."),
    .integer(
      "token_budget", \.tokenBudget, 0...1_000_000_000_000,
      "Ends the run once so many response tokens were drawn; 0 for no such limit."),
    .integer("prompts_per_step", \.promptsPerStep, 1...1_000_000, "Prompts m that a step takes."),
    .integer(
      "rollouts_per_prompt", \.rolloutsPerPrompt, 1...100_000,
      "Mean rollouts n of a prompt; a step's budget is m·n."),
    .number("temperature", \.temperature, 0.01...100, "Sampling temperature."),
    .integer("top_k", \.topK, 0...1_000_000, "Draw from the k likeliest tokens only; 0 for all."),
    .number(
      "top_p", \.topP, 0.000_001...1, "Draw from the likeliest tokens of this joint probability only."),
    .integer("maximum_tokens", \.maximumTokens, 1...100_000, "The longest response, in tokens."),
  ]

  private static let update: [RunKey] = [
    .number("learning_rate", \.learningRate, 0...10, "The learning rate."),
    .choice("schedule", \.schedule, ["constant", "cosine"], "How the learning rate goes on."),
    .integer(
      "learning_rate_warmup", \.learningRateWarmup, 0...1_000_000,
      "Steps over which the learning rate rises from 0."),
    .number("weight_decay", \.weightDecay, 0...10, "AdamW's decoupled decay."),
    .number("beta1", \.beta1, 0...0.999_999, "AdamW's first decay rate."),
    .number("beta2", \.beta2, 0...0.999_999_9, "AdamW's second decay rate."),
    .number(
      "clip_gradient_norm", \.clipGradientNorm, 0...1e9,
      "The gradient's norm is clipped to this; 0 for no clipping."),
    .integer("mini_batches", \.miniBatches, 1...100_000, "Updates that a step's rollouts are split into."),
    .integer("passes_per_step", \.passesPerStep, 1...1000, "Passes over a step's rollouts."),
  ]

  private static let methodParts: [RunKey] = MethodPart.all.map { .override($0) }

  private static let warmUp: [RunKey] = [
    .integer(
      "warm_up_steps", \.warmUpSteps, 0...10_000_000, "The most supervised steps before reinforcement."),
    .integer("warm_up_batch", \.warmUpBatch, 1...1_000_000, "Problems in one supervised step."),
    .number(
      "warm_up_learning_rate", \.warmUpLearningRate, 0...10, "The learning rate of supervised steps."),
    .number(
      "warm_up_target", \.warmUpTarget, 0...1,
      "Supervised training stops once the mean pass rate over a probe of the pool reaches this."),
    .number(
      "warm_up_spread", \.warmUpSpread, 0...1,
      "And once the share of the probe's prompts that are answered both right and wrong reaches this."
    ).unprintedWhenDefault(),
    .choice(
      "warm_up_schedule", \.warmUpSchedule, ["constant", "cosine"],
      "How the supervised learning rate goes on."
    ).unprintedWhenDefault(),
    .text(
      "initial_checkpoint", \.initialCheckpoint,
      "The directory of a checkpoint to start from, in place of a warm-up."),
  ]

  private static let output: [RunKey] = [
    .integer(
      "evaluation_interval", \.evaluationInterval, 0...10_000_000,
      "Steps between evaluations on the splits; 0 for one at the end only."),
    .integer(
      "evaluation_problems", \.evaluationProblems, 1...100_000,
      "Problems of each split in an evaluation along the run."),
    .integer(
      "evaluation_samples", \.evaluationSamples, 1...100_000,
      "Samples of each problem in an evaluation along the run."),
    .integer(
      "final_problems", \.finalProblems, 1...100_000, "Problems of each split in the last evaluation."),
    .integer(
      "final_samples", \.finalSamples, 1...100_000,
      "Samples of each problem in the last evaluation; pass@32 needs 32."),
    .integer(
      "diagnostics_interval", \.diagnosticsInterval, 0...10_000_000,
      "Steps between measurements of the true gradient variance; 0 for none."),
    .integer(
      "diagnostics_prompts", \.diagnosticsPrompts, 1...100_000,
      "Prompts whose score vectors a measurement takes."),
    .integer(
      "diagnostics_samples", \.diagnosticsSamples, 2...100_000,
      "Rollouts of each of them, drawn for the measurement alone."),
    .integer("checkpoint_interval", \.checkpointInterval, 1...10_000_000, "Steps between checkpoints."),
    .integer("checkpoints_kept", \.checkpointsKept, 1...1000, "Checkpoints that are kept."),
    .integer("dump_interval", \.dumpInterval, 0...10_000_000, "Steps between rollout dumps; 0 for none."),
  ]
}
