import Allocation
import Estimators
import Statistics

/// Log: the numbers of a step.
///
/// Where TRL and verl have a name for exactly the same quantity both names are written.
///
/// Under a rollout rule the sizes of groups, and which of them are dead, are told of the groups as they were drawn, whatever part of them is trained on. What is said of responses (rewards, lengths, entropies) is said of those that are trained on,
/// less replayed ones, which are not of this policy, and those with a head start, which are not the model's alone.
public struct LogStage {
  /// The names of a step's metrics, in their order.
  public static let names = [
    "training/global_step",
    "reward",
    "critic/rewards/mean",
    "reward_std",
    "pass@1",
    "frac_reward_zero_std",
    "all_zero_ratio",
    "all_one_ratio",
    "entropy",
    "actor/entropy",
    "actor/pg_loss",
    "grad_norm",
    "actor/grad_norm",
    "learning_rate",
    "actor/lr",
    "kl",
    "clip_ratio/low_mean",
    "clip_ratio/high_mean",
    "clip_ratio/region_mean",
    "modulation/masked_tokens",
    "completions/mean_length",
    "response_length/mean",
    "completions/max_length",
    "response_length/max",
    "completions/clipped_ratio",
    "sampled/tokens",
    "sampled/rollouts",
    "rollout_allocation/batches",
    "rollout_allocation/min",
    "rollout_allocation/max",
    "rollout_allocation/std",
    "rollout_allocation/mispaired",
    "variance_proxy/proxy1_signal_strength",
    "variance_proxy/proxy2_total_power",
    "variance_proxy/proxy3_pure_noise",
    "variance_proxy/expected_a_squared",
    "variance_proxy/expected_w",
  ]

  /// The names that a step under a rollout rule has besides.
  public static let ruledNames = [
    "rollouts/aborted", "rollouts/replayed", "rollouts/head_start", "rollouts/waited",
  ]

  /// The record of a step that has just been made.
  ///
  /// The variance proxy is that of updates of log π(y | x): it has no value while updates are made without the prompt.
  static func record(
    _ judged: JudgedRollouts, _ outcome: UpdateStage.Outcome, state: TrainingState,
    configuration: RunConfiguration
  ) -> StepRecord {
    let batch = judged.batch
    let (successes, sizes, counts) = groupSizes(judged)
    let own = (0..<batch.count).filter { isOwn($0, judged) }
    let rewards = Moments(own.map { judged.rewards[$0] })
    // Averages over responses of an older policy estimate nothing about the present one.
    let isStale = judged.ruled?.groups.contains(where: \.isStale) == true
    let lengths = own.map { Double(batch.range($0).count) }
    let squaredScores = (0..<batch.count).map { VarianceProxy.squaredScore(batch, rollout: $0) }
    var metrics: [StepRecord.Metric] = []
    func add(_ names: String..., value: Double?) {
      for name in names {
        metrics.append(StepRecord.Metric(name: name, value: value))
      }
    }
    func share(_ count: Int, _ total: Int) -> Double? { total > 0 ? Double(count) / Double(total) : nil }

    add("training/global_step", value: Double(state.step))
    add("reward", "critic/rewards/mean", value: rewards.count > 0 ? rewards.mean : nil)
    add("reward_std", value: groupDeviation(judged))
    add("pass@1", value: passRate(judged))
    let dead = zip(successes, sizes).count { $0 == 0 || $0 == $1 }
    add("frac_reward_zero_std", value: share(dead, sizes.count))
    add("all_zero_ratio", value: share(successes.count { $0 == 0 }, sizes.count))
    add("all_one_ratio", value: share(zip(successes, sizes).count { $0 == $1 }, sizes.count))
    add(
      "entropy", "actor/entropy",
      value: meanOf(own.flatMap { batch.entropies[batch.range($0)].map(Double.init) }))
    add("actor/pg_loss", value: outcome.metrics.policyLoss)
    add("grad_norm", "actor/grad_norm", value: outcome.gradientNorm)
    add("learning_rate", "actor/lr", value: outcome.learningRate)
    add("kl", value: outcome.measuresDivergence && !isStale ? outcome.metrics.referenceDivergence : nil)
    add("clip_ratio/low_mean", value: outcome.metrics.clippedLow)
    add("clip_ratio/high_mean", value: outcome.metrics.clippedHigh)
    add("clip_ratio/region_mean", value: outcome.metrics.clippedLow + outcome.metrics.clippedHigh)
    add("modulation/masked_tokens", value: outcome.metrics.masked)
    add("completions/mean_length", "response_length/mean", value: meanOf(lengths))
    add("completions/max_length", "response_length/max", value: lengths.max())
    add(
      "completions/clipped_ratio",
      value: share(own.count { !batch.isTerminated[$0] }, own.count))
    add("sampled/tokens", value: Double(state.tokens))
    add("sampled/rollouts", value: Double(state.rollouts))
    add("rollout_allocation/batches", value: Double(judged.batchesTaken))
    add("rollout_allocation/min", value: counts.min().map(Double.init))
    add("rollout_allocation/max", value: counts.max().map(Double.init))
    add("rollout_allocation/std", value: deviation(counts.map(Double.init)))
    add(
      "rollout_allocation/mispaired",
      value: share(zip(judged.rows, batch.groups).count { $0 != $1 }, batch.count))
    let proxy =
      outcome.advantages.isEmpty || outcome.isWithoutPrompt || isStale
      ? nil
      : VarianceProxy(
        advantages: outcome.advantages, squaredScores: squaredScores, gradientNorm: outcome.gradientNorm)
    add("variance_proxy/proxy1_signal_strength", value: proxy?.signal)
    add("variance_proxy/proxy2_total_power", value: proxy?.totalPower)
    add("variance_proxy/proxy3_pure_noise", value: proxy?.pureNoise)
    add("variance_proxy/expected_a_squared", value: proxy?.expectedSquaredAdvantage)
    add("variance_proxy/expected_w", value: proxy?.expectedSquaredScore)
    if let ruled = judged.ruled {
      add("rollouts/aborted", value: Double(ruled.groups.reduce(0) { $0 + $1.aborted }))
      add(
        "rollouts/replayed", value: Double(ruled.isReplayed.count { $0 } + ruled.compared.count))
      add(
        "rollouts/head_start",
        value: Double(ruled.groups.reduce(0) { $0 + ($1.start == .beginning ? 0 : $1.samples) }))
      add(
        "rollouts/waited", value: Double(ruled.groups.reduce(0) { $0 + ($1.isStale ? $1.samples : 0) }))
    }
    return StepRecord(step: state.step, metrics: metrics)
  }

  /// Successes and rollouts of each group that has any, and the rollouts of each prompt: as trained on, or, under a rollout rule, as drawn.
  private static func groupSizes(_ judged: JudgedRollouts) -> (
    successes: [Int], sizes: [Int], counts: [Int]
  ) {
    if let ruled = judged.ruled {
      let fresh = ruled.groups.filter { !$0.isStale }
      let drawn = fresh.filter { $0.samples > 0 }
      return (drawn.map(\.successes), drawn.map(\.samples), fresh.map(\.samples))
    }
    let groups = judged.groups
    return (
      groups.map { group in group.rollouts.count { judged.rewards[$0] > 0 } }, groups.map(\.rollouts.count),
      judged.counts
    )
  }

  /// Whether a rollout was drawn at this step from its prompt.
  private static func isOwn(_ rollout: Int, _ judged: JudgedRollouts) -> Bool {
    guard let ruled = judged.ruled else { return true }
    return !ruled.isReplayed[rollout]
      && ruled.groups[ruled.sources[judged.batch.groups[rollout]]].start == .beginning
  }

  /// The mean over the prompts drawn, those included that dynamic sampling or a rule threw away, those with a head start excluded, of the share of right responses: what uniform sampling would see, whatever the allocation.
  private static func passRate(_ judged: JudgedRollouts) -> Double? {
    meanOf(judged.tallies.filter { $0.drawn > 0 }.map { Double($0.correct) / Double($0.drawn) })
  }

  /// The mean over groups of the sample deviation of rewards, as TRL logs it.
  private static func groupDeviation(_ judged: JudgedRollouts) -> Double? {
    let groups = judged.groups.map { $0.rollouts.filter { isOwn($0, judged) } }
    return meanOf(
      groups.filter { !$0.isEmpty }.map { deviation($0.map { judged.rewards[$0] }) ?? 0 })
  }

  private static func deviation(_ values: [Double]) -> Double? {
    guard values.count > 1 else { return nil }
    return Moments(values).variance.squareRoot()
  }

  private static func meanOf(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}
