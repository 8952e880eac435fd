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
    column("allocator", "string", nil, "the allocation rule, named as in `allot allocate --method`"),
    column("bernoulli_sd", "number", "reward", "√(p(1−p)), the standard deviation of the binary reward"),
    column("bernoulli_variance", "number", "reward²", "p(1−p), the variance of the binary reward: the proxy"),
    column("bounds", "string", nil, "the bounds on rollouts per prompt, as minimum-maximum"),
    column(
      "ceiling", "number", "1", "the largest correlation that the measurement noise allows, by split halves"),
    column("claim", "string", nil, "the claim's identifier"),
    column("condition", "string", nil, "the condition under which the verdict holds, or the reason for it"),
    column(
      "control", "string", nil,
      "the verdict on the deliberately false sibling; the examination has power if it is refuted"),
    column("cosine", "number", "1", "the cosine of the estimator's mean with the true gradient"),
    column("decimal", "number", "see name", "the exact value as the nearest double"),
    column("design", "string", nil, "the design point: population, world and sizes"),
    column("est", "number", "see stat", "the estimate, or the exact value where nothing was simulated"),
    column("estimator", "string", nil, "the gradient estimator, named as in `allot variance`"),
    column(
      "exact", "number", "see stat", "the exact value from enumeration or a closed form, where there is one"),
    column(
      "expected_proxy", "number", "reward²", "the exact expectation of the estimated proxy k(G−k)/(G(G−1))"),
    column("exponent", "number", "1", "the exponent a of the allocation n ∝ σ^a"),
    column("fraction", "string", nil, "the exact value as a fraction or formula"),
    column("group", "integer", "rollouts", "the group size: rollouts of one prompt"),
    column("index", "integer", "1", "the number of the random world, from 0"),
    column(
      "largest_variance", "number", "score²",
      "the largest variance found for this p(1−p), in squared logits of the score"),
    column("lower", "number", "see est", "the lower end of the interval"),
    column("max", "integer", "rollouts", "the largest number of rollouts a prompt may get"),
    column("mcse", "number", "see stat", "the Monte Carlo standard error of est; empty for exact values"),
    column("measure", "string", nil, "how variances are compared: raw, or at equal expected step"),
    column(
      "measured_variance", "number", "score²",
      "the trace of the sample covariance of the gradient estimate, from Gram matrices"),
    column(
      "median_relative_variance", "number", "1",
      "the median over random worlds of the variance at equal expected step, relative to the reference"),
    column("method", "string", nil, "the estimator or allocation rule"),
    column("min", "integer", "rollouts", "the smallest number of rollouts a prompt may get"),
    column(
      "n", "integer", "replicates",
      "the number of independent replicates or rollouts; 0 for an exact computation"),
    column("name", "string", nil, "the name of the quantity"),
    column("p", "number", "1", "the probability of success"),
    column("population", "string", nil, "the population of prompts"),
    column("prompt_id", "string", nil, "the prompt's identifier in the log"),
    column("prompts", "string", nil, "the prompts counted: all, or those with both successes and failures"),
    column("proxy_sd", "number", "reward²", "the exact standard deviation of the estimated proxy"),
    column(
      "raw_relative_variance", "number", "1", "the variance divided by that of the reference, as it is"),
    column("registration", "string", nil, "registered, changed since lock, or exploratory"),
    column(
      "relative_bias", "number", "1",
      "the distance of the mean, scaled to the gradient's length along it, from the gradient, in gradients"),
    column("relative_to_uniform", "number", "1", "total variance divided by that of the uniform allocation"),
    column("relative_variance", "number", "1", "total variance divided by that of the reference allocation"),
    column("reward_variance", "number", "reward²", "the variance of the reward over the policy's answers"),
    column("rewards", "string", nil, "the kind of reward: binary or graded"),
    column(
      "scale", "number", "1", "the length of the expected step along the true gradient, in gradients"),
    column("scaled_variance", "number", "1", "n·Var(n)/σ²: constant in n if the variance falls as σ²/n"),
    column("section", "string", nil, "the section of the register"),
    column("seed", "string", nil, "the root seed, an unsigned 64-bit integer"),
    column("share", "number", "1", "the share of prompts, from 0 to 1"),
    column("share_falling", "number", "1", "the share of random worlds on which the variance falls"),
    column("shrinkage", "number", "score²", "the weight that shrinks a state's baseline to the group's mean"),
    column("stat", "string", nil, "the statistic that est estimates"),
    column("statement", "string", nil, "the proposition in words"),
    column("strength", "number", "1", "α, the largest amplification less one"),
    column("title", "string", nil, "what the counterexample breaks"),
    column(
      "true_sd", "number", "score",
      "the exact standard deviation of the gradient estimator: √ of the covariance trace"),
    column("true_variance", "number", "score²", "the exact covariance trace of the gradient estimator"),
    column("upper", "number", "see est", "the upper end of the interval"),
    column("variance", "string", nil, "the variance that judged the allocation: proxy or measured"),
    column(
      "variance_at_equal_step", "number", "score²",
      "the covariance trace divided by the squared scale of the expected step"),
    column("verdict", "string", nil, "supported, supported-when, refuted, inconclusive or not-testable"),
    column("world", "string", nil, "the world: a policy with its rewards"),
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
