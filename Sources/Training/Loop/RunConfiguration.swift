/// Everything that a training run depends on, besides the machine: the file `config.yaml` as a value.
///
/// Two runs with equal configurations produce equal metrics. The keys of the file, their ranges and their help are in `RunKey.all`.
public struct RunConfiguration: Sendable, Hashable {
  // MARK: What is trained on what

  /// The root seed of every stream.
  public var seed: UInt64 = 20_260_219
  /// The method's name, one of `Method.all`; the keys of the method override its parts.
  public var method = "rloo"
  /// `nano`, `micro`, `mini`, or the path of a model directory with `config.json` and `model.safetensors`.
  public var model = "nano"
  /// Tiers of the built-in tasks; empty takes all.
  public var tiers: [String] = []
  /// A JSONL task file in place of the built-in tasks; empty for none.
  public var taskFile = ""
  /// How responses are judged.
  public var verifier = ""
  /// Prompts in the training pool.
  public var poolSize = 512

  // MARK: One step

  /// Updates of the policy; a step is one round of rollouts and the updates on it.
  public var steps = 150
  /// Ends the run once so many rollouts were drawn; 0 for no such limit.
  public var rolloutBudget = 0
  /// Ends the run once so many response tokens were drawn; 0 for no such limit.
  public var tokenBudget = 0
  /// Prompts m that a step takes.
  public var promptsPerStep = 32
  /// Mean rollouts n of a prompt: a step's budget is m·n.
  public var rolloutsPerPrompt = 8
  /// Sampling temperature T; log-probabilities are of softmax(z/T).
  public var temperature = 1.0
  /// Only the k likeliest tokens are drawn; 0 for all.
  public var topK = 0
  /// Only the likeliest tokens that together have this probability are drawn.
  public var topP = 1.0
  /// The longest response, in tokens.
  public var maximumTokens = 32

  // MARK: Update

  /// The learning rate.
  public var learningRate = 1e-4
  /// `constant` or `cosine`.
  public var schedule = "constant"
  /// Steps over which the learning rate rises from 0.
  public var learningRateWarmup = 0
  /// AdamW's decoupled decay.
  public var weightDecay = 0.0
  /// AdamW's β₁.
  public var beta1 = 0.9
  /// AdamW's β₂.
  public var beta2 = 0.999
  /// The gradient's norm is clipped to this; 0 for no clipping.
  public var clipGradientNorm = 1.0
  /// Updates that a step's rollouts are split into.
  public var miniBatches = 1
  /// Passes over a step's rollouts.
  public var passesPerStep = 1

  // MARK: The method's parts, where they differ from it

  /// Overrides of the method's parts: key and value, as in the file; empty values keep the method's own.
  public var overrides: [String: String] = [:]

  // MARK: Warm-up

  /// The most supervised steps before reinforcement.
  public var warmUpSteps = 1500
  /// Problems in one supervised step.
  public var warmUpBatch = 64
  /// The learning rate of supervised steps.
  public var warmUpLearningRate = 2e-3
  /// Supervised training stops once the mean pass rate over a probe of the pool reaches this.
  public var warmUpTarget = 0.4
  /// And once the share of the probe's prompts that are answered both right and wrong reaches this.
  public var warmUpSpread = 0.0
  /// How the supervised learning rate goes on: `constant` or `cosine` over the most supervised steps.
  public var warmUpSchedule = "constant"
  /// The directory of a checkpoint to start from, in place of a warm-up; empty for none.
  public var initialCheckpoint = ""

  // MARK: What is written when

  /// Steps between two evaluations on the splits; 0 for one at the end only.
  public var evaluationInterval = 25
  /// Problems of each split in an evaluation along the run.
  public var evaluationProblems = 32
  /// Samples of each problem in an evaluation along the run.
  public var evaluationSamples = 4
  /// Problems of each split in the last evaluation.
  public var finalProblems = 64
  /// Samples of each problem in the last evaluation, at least 32 for pass@32.
  public var finalSamples = 64
  /// Steps between two measurements of the true gradient variance; 0 for none.
  public var diagnosticsInterval = 50
  /// Prompts whose score vectors a measurement takes.
  public var diagnosticsPrompts = 16
  /// Rollouts of each of them, drawn for the measurement alone and outside every budget.
  public var diagnosticsSamples = 32
  /// Steps between two checkpoints.
  public var checkpointInterval = 25
  /// Checkpoints that are kept.
  public var checkpointsKept = 2
  /// Steps between two rollout dumps; 0 for none.
  public var dumpInterval = 10

  /// The defaults.
  public init() {}
}
