import Claims
import Interchange

/// What a column holds, in the terms of the Frictionless Table Schema.
public struct ColumnDescription: Sendable, Hashable {
  /// The column's name in the header.
  public var name: String
  /// `string`, `integer`, `number` or `boolean`.
  public var type: String
  /// The unit; nil for names and labels.
  public var unit: String?
  /// What the column means.
  public var description: String

  /// The description as a field of a table schema.
  var json: JSONValue {
    var entries: [(String, JSONValue)] = [
      ("name", .string(name)), ("type", .string(type)), ("description", .string(description)),
    ]
    if let unit { entries.append(("unit", .string(unit))) }
    return .object(entries)
  }
}

/// The meaning of every column that a run can write.
public enum ColumnDictionary {
  /// The known columns in alphabetical order.
  public static let columns: [ColumnDescription] = [
    column(
      "aggregation", "string", nil,
      "how prompts are weighed in a step: prompt-equal, or rollout-mean (by their rollouts)"),
    column("all_failures", "number", "1", "the share of prompts whose group fails as a whole"),
    column("all_successes", "number", "1", "the share of prompts whose group succeeds as a whole"),
    column("allocator", "string", nil, "the allocation rule, named as in `allot allocate --method`"),
    column(
      "basis", "string", nil, "what the variance was measured from: p(1−p), Gram matrices, or score norms"),
    column("bernoulli_sd", "number", "reward", "√(p(1−p)), the standard deviation of the binary reward"),
    column("bernoulli_variance", "number", "reward²", "p(1−p), the variance of the binary reward: the proxy"),
    column("bernoulli_variance_lower", "number", "reward²", "the least p(1−p) over Wilson's interval"),
    column("bernoulli_variance_upper", "number", "reward²", "the greatest p(1−p) over Wilson's interval"),
    column("bounds", "string", nil, "the bounds on rollouts per prompt, as minimum-maximum"),
    column(
      "ceiling", "number", "1", "the largest correlation that the measurement noise allows, by split halves"),
    column(
      "chooser", "string", nil, "which counts chose the allocation: screening, halves, or the judge itself"),
    column("claim", "string", nil, "the claim's identifier"),
    column("condition", "string", nil, "the condition under which the verdict holds, or the reason for it"),
    column("confidence", "number", "1", "the mean confidence of the bin's points"),
    column("confidence_from", "number", "1", "the least confidence of the bin"),
    column(
      "confidence_to", "number", "1", "the greatest confidence of the bin, which belongs to the next one"),
    column(
      "control", "string", nil,
      "the verdict on the deliberately false sibling; the examination has power if it is refuted"),
    column("cosine", "number", "1", "the cosine of the estimator's mean with the true gradient"),
    column("coverage", "number", "1", "the share of queries that are answered at the gate"),
    column("cumulative_share", "number", "1", "the share of tokens whose factor is at most factor_to"),
    column("curve", "string", nil, "which bound: greatest, or least for a number of tokens K"),
    column("decimal", "number", "see name", "the exact value as the nearest double"),
    column("design", "string", nil, "the design point: population, world and sizes"),
    column("entropy", "number", "nats", "the entropy of the token's distribution"),
    column(
      "entropy_change", "number", "nats",
      "the first-order entropy change for a unit step: exact for synthetic states; for a log the middle of the interval it lies in (released-entropy-change-agrees) or its magnitude as released (entropy-change-indicates-magnitude)"
    ),
    column("est", "number", "see stat", "the estimate, or the exact value where nothing was simulated"),
    column(
      "estimator", "string", nil,
      "the gradient estimator, named as in `allot variance`, or in other claims the method or the part of the statement that was examined"
    ),
    column(
      "exact", "number", "see stat", "the exact value from enumeration or a closed form, where there is one"),
    column("expected_norm", "number", "score²", "1 − Σπ², the expected squared score norm in logit space"),
    column(
      "expected_proxy", "number", "reward²", "the exact expectation of the estimated proxy k(G−k)/(G(G−1))"),
    column("exponent", "number", "1", "the exponent a of the allocation n ∝ σ^a"),
    column(
      "factor", "string", nil,
      "the factor of advantage modulation: compensation, stabilisation, or factor for their product"),
    column("factor_from", "number", "1", "the lower end of a range of factors"),
    column("factor_to", "number", "1", "the upper end of a range of factors"),
    column("field", "string", nil, "the field of a log that would give what is missing"),
    column("form", "string", nil, "the form of advantage modulation, named as in `allot modulate --mode`"),
    column("fraction", "string", nil, "the exact value as a fraction or formula"),
    column("gate", "number", "1", "γ, the least confidence at which a query is answered"),
    column("greatest", "number", "score²", "the greatest expected squared score norm at this entropy"),
    column("group", "integer", "rollouts", "the group size: rollouts of one prompt"),
    column("index", "integer", "1", "the number of the random world, from 0"),
    column("infinite", "string", nil, "whether a prompt of positive variance got no rollout"),
    column("kind", "string", nil, "the kind of prompt, where the log says"),
    column("largest", "number", "1", "the largest factor"),
    column(
      "largest_ratio", "number", "1", "the largest update with the factor, divided by the largest without"),
    column(
      "largest_variance", "number", "score²",
      "the largest variance found for this p(1−p), in squared logits of the score"),
    column("least", "number", "score²", "the least expected squared score norm at this entropy"),
    column("lower", "number", "see est", "the lower end of the interval"),
    column("max", "integer", "rollouts", "the largest number of rollouts a prompt may get"),
    column("mcse", "number", "see stat", "the Monte Carlo standard error of est; empty for exact values"),
    column("mean", "number", "see name", "the mean of a factor, or of the entropy in nats"),
    column("measure", "string", nil, "what is compared, in words"),
    column(
      "measured_dr_grpo", "number", "score²",
      "the measured variance of dr-grpo: the trace of the sample covariance of A·s"),
    column(
      "measured_grpo", "number", "score²",
      "the measured variance of grpo: the trace of the sample covariance of A·s"),
    column(
      "measured_optimal_baseline", "number", "score²",
      "the measured variance of optimal-baseline: the trace of the sample covariance of A·s"),
    column(
      "measured_reinforce", "number", "score²",
      "the measured variance of reinforce: the trace of the sample covariance of A·s"),
    column(
      "measured_rloo", "number", "score²",
      "the measured variance of rloo: the trace of the sample covariance of A·s"),
    column(
      "measured_value_baseline", "number", "score²",
      "the measured variance of value-baseline: the trace of the sample covariance of A·s"),
    column(
      "measured_variance", "number", "score²",
      "the trace of the sample covariance of the gradient estimate, from Gram matrices"),
    column(
      "median_relative_variance", "number", "1",
      "the median over random worlds of the variance at equal expected step, relative to the reference"),
    column("method", "string", nil, "the estimator, the rule, or the part of the statement"),
    column("min", "integer", "rollouts", "the smallest number of rollouts a prompt may get"),
    column(
      "missing", "number", "1", "1 − π of the drawn token: the probability that is missing to certainty"),
    column(
      "missing_probability", "number", "1", "1 − π of the drawn token, times the size of its coefficient"),
    column(
      "n", "integer", "replicates",
      "the number of independent replicates, rollouts, tokens or prompts; 0 for an exact computation"),
    column("name", "string", nil, "the name of the quantity"),
    column("needed_strength", "number", "1", "the strength α that would close half of the gap"),
    column("norm", "number", "score", "the norm of the token's score in logit space"),
    column("norm_share", "number", "1", "the share of the sum of (A‖s‖)², in logit space, in touched tokens"),
    column("normed_tokens", "integer", "tokens", "the tokens whose ‖s‖ is known"),
    column("outcome", "number", "1", "the mean exact probability of a correct answer over the bin's points"),
    column("p", "number", "1", "the probability of success"),
    column("p_lower", "number", "1", "the lower end of Wilson's interval of p"),
    column("p_source", "string", nil, "where an allocation rule knows p from: oracle or last counts"),
    column("p_upper", "number", "1", "the upper end of Wilson's interval of p"),
    column("p_value", "number", "1", "the two-sided p-value of the sign-flip test over seeds"),
    column(
      "population", "string", nil,
      "the population of prompts or of next-token distributions; \"real tokens\" for a log"),
    column("position_from", "integer", "tokens", "the first position of a range, counted from 0"),
    column("position_through", "integer", "tokens", "the last position of a range; empty for no end"),
    column("prompt", "string", nil, "the prompt in the log"),
    column("prompt_count", "integer", "prompts", "the number of prompts counted"),
    column("prompt_id", "string", nil, "the prompt's identifier in the log"),
    column("prompts", "string", nil, "the prompts counted: all, or those with both successes and failures"),
    column("proxy_sd", "number", "reward²", "the exact standard deviation of the estimated proxy"),
    column("q05", "number", "see name", "the 5 % quantile of a factor, or of the entropy in nats"),
    column("q25", "number", "see name", "the 25 % quantile of a factor, or of the entropy in nats"),
    column("q50", "number", "see name", "the 50 % quantile of a factor, or of the entropy in nats"),
    column("q75", "number", "see name", "the 75 % quantile of a factor, or of the entropy in nats"),
    column("q95", "number", "see name", "the 95 % quantile of a factor, or of the entropy in nats"),
    column("quantile_error", "number", "see name", "the most by which the quantiles of the row can be off"),
    column("quantity", "string", nil, "what could not be computed from a log"),
    column("ratio", "number", "1", "the value of the rule divided by that of the constant step"),
    column(
      "raw_relative_variance", "number", "1", "the variance divided by that of the reference, as it is"),
    column("reason", "string", nil, "why something could not be computed"),
    column("registration", "string", nil, "registered, changed since lock, or exploratory"),
    column(
      "relative_bias", "number", "1",
      "the distance of the mean, scaled to the gradient's length along it, from the gradient, in gradients"),
    column("relative_steps", "number", "1", "steps to the target divided by those of uniform allocation"),
    column("relative_to_uniform", "number", "1", "total variance divided by that of the uniform allocation"),
    column(
      "relative_variance", "number", "1",
      "the variance divided by that of the reference: of the allocation named, or of the same advantage without modulation at equal expected step"
    ),
    column(
      "released_entropy_change", "number", "nats",
      "the entropy change of a token as the released code computes it"),
    column(
      "reliability", "number", "1",
      "2r/(1 + r), r being the correlation of the two halves' measured variances"),
    column(
      "remainder", "number", "nats", "the entropy change after a finite step less its first-order value"),
    column(
      "restored_share", "number", "1",
      "the share of the gap to an uncertain token's score norm that the factor closes"),
    column("reward_variance", "number", "reward²", "the variance of the reward over the policy's answers"),
    column("rewards", "string", nil, "the kind of reward: binary or graded"),
    column("risk", "number", "1", "the mean error among the queries answered; empty where none is"),
    column("rule", "string", nil, "the token-level rule"),
    column("samples", "integer", "rollouts", "the rollouts of the prompt"),
    column(
      "scale", "number", "1", "the length of the expected step along the true gradient, in gradients"),
    column("scaled_variance", "number", "1", "n·Var(n)/σ²: constant in n if the variance falls as σ²/n"),
    column("scope", "string", nil, "over which tokens the extremes are taken that a factor is relative to"),
    column("section", "string", nil, "the section of the register"),
    column("seed", "string", nil, "the root seed, an unsigned 64-bit integer"),
    column("share", "number", "1", "the share of prompts, from 0 to 1"),
    column("share_falling", "number", "1", "the share of random worlds on which the variance falls"),
    column("shrinkage", "number", "score²", "the weight that shrinks a state's baseline to the group's mean"),
    column("smallest", "number", "1", "the smallest factor"),
    column(
      "start_variance", "number", "1",
      "total variance of one step divided by that of uniform allocation, before the first step"),
    column("stat", "string", nil, "the statistic that est estimates"),
    column("statement", "string", nil, "the proposition in words"),
    column("step", "integer", "steps", "the number of steps taken"),
    column(
      "step_choice", "string", nil, "how the step size is chosen: the same for all rules, or each rule's best"
    ),
    column("step_difference", "number", "1", "steps to the target divided by those of uniform, less 1"),
    column(
      "step_size", "number", "logit/score",
      "the step size η: logits move by η times the estimate, or the update"),
    column("steps", "number", "steps", "steps until the target is reached, interpolated within the step"),
    column("strength", "number", "1", "α, the largest amplification less one"),
    column("success", "number", "1", "the expected success probability, averaged over prompts"),
    column("successes", "integer", "rollouts", "the successes among them"),
    column("target", "number", "1", "the mean success probability to be reached"),
    column("threshold", "number", "1", "the probability from which on a token counts as confident"),
    column("title", "string", nil, "what the counterexample breaks"),
    column(
      "tokens", "integer", "tokens",
      "the number of tokens: of the vocabulary (K), or of the log where the table is an audit's"),
    column("touched", "integer", "tokens", "the tokens whose factor differs from 1 by more than 0.01"),
    column("touched_share", "number", "1", "touched / tokens"),
    column(
      "true_sd", "number", "score",
      "the exact standard deviation of the gradient estimator: √ of the covariance trace"),
    column("true_variance", "number", "score²", "the exact covariance trace of the gradient estimator"),
    column(
      "update_norm", "number", "logits", "the Euclidean length of a token's update of its state's logits"),
    column("upper", "number", "see est", "the upper end of the interval"),
    column("variance", "string", nil, "the variance that judged the allocation: proxy or measured"),
    column(
      "variance_at_equal_step", "number", "score²",
      "the covariance trace divided by the squared scale of the expected step"),
    column("verdict", "string", nil, "supported, supported-when, refuted, inconclusive or not-testable"),
    column("world", "string", nil, "the world or family of worlds"),
  ]

  private static func column(_ name: String, _ type: String, _ unit: String?, _ description: String)
    -> ColumnDescription
  {
    ColumnDescription(name: name, type: type, unit: unit, description: description)
  }

  /// The description of the column `name`; one that is not in the dictionary is described by its type alone.
  ///
  /// The type is that of the cells: `group` holds labels where a claim writes labels, whatever the dictionary expects.
  public static func describe(_ name: String, values: some Sequence<StructuredValue> = [])
    -> ColumnDescription
  {
    var result =
      columns.first { $0.name == name }
      ?? ColumnDescription(
        name: name, type: "string", unit: nil,
        description: "\(name.replacing("_", with: " ")) (see the claim)")
    var types: Set<String> = []
    for value in values {
      switch value {
      case .missing: continue
      case .truth: types.insert("boolean")
      case .integer: types.insert("integer")
      case .number: types.insert("number")
      case .text, .list, .record: types.insert("string")
      }
    }
    if types == ["integer", "number"] { types = ["number"] }
    // A column of numbers may happen to hold integers only.
    if types == ["integer"], result.type == "number" { return result }
    if let only = types.first { result.type = types.count == 1 ? only : "string" }
    return result
  }
}
