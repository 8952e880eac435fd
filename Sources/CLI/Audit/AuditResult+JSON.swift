import Interchange

extension AuditResult {
  /// The audit as `--json` prints it.
  ///
  /// The keys of DESIGN §3 come as they stand there; `max` is null without an upper bound, a number that is infinite or cannot be had is
  /// null (`infinite` tells the one from the other), and `estimator` is `bernoulli` under V = P.
  var json: JSONValue {
    .object([
      ("schema", .string("allot-audit-1")),
      ("prompts", .integer(prompts)),
      ("groups", .integer(groups)),
      ("rollouts", .integer(rollouts)),
      ("lines", .integer(lines)),
      ("skipped", .integer(skipped)),
      ("damage", .array(damage.map(JSONValue.string))),
      ("repeated", .integer(repeated)),
      ("disagreeing", .integer(disagreeing)),
      ("budget_per_prompt", .integer(settings.budgetPerPrompt)),
      ("resamples", .integer(settings.resamples)),
      ("level", .number(settings.level)),
      ("seed", .string(String(settings.seed))),
      ("dead_groups", .array(deadGroups.map(\.json))),
      ("allocation", .array(allocation.map(\.json))),
      ("correlation", .array(correlation.map(\.json))),
      ("tokens", tokens?.json ?? .null),
    ])
  }
}

extension BoundedEstimate {
  fileprivate var entries: [(String, JSONValue)] {
    [("est", .optional(value)), ("lower", .optional(lower)), ("upper", .optional(upper))]
  }
}

extension DeadGroups.Share {
  fileprivate var json: JSONValue {
    .object([
      ("group", .integer(group)), ("share", .number(share)), ("all_failures", .number(allFailures)),
      ("all_successes", .number(allSuccesses)), ("prompts", .integer(prompts)),
    ])
  }
}

extension AuditResult.Allocation {
  fileprivate var json: JSONValue {
    .object([
      ("variance", .string(variance.variance)),
      ("estimator", .string(variance.estimator)),
      ("method", .string(method.rawValue)),
      ("min", .integer(bounds.minimum)),
      ("max", .optional(bounds.maximum)),
      ("relative_to_uniform", .object(relativeToUniform.entries)),
      ("infinite", .bool(isInfinite)),
      ("basis", variance.basis.map { .string($0.rawValue) } ?? .null),
      ("chooser", .string(chooser.rawValue)),
      ("prompts", .integer(prompts)),
    ])
  }
}

extension AuditResult.Correlation {
  fileprivate var json: JSONValue {
    .object(
      [
        ("estimator", .string(variance.estimator)), ("prompts", .string(onlyMixed ? "mixed" : "all")),
        ("stat", .string(statistic.rawValue)),
      ] + estimate.entries + [
        ("ceiling", .optional(ceiling)), ("reliability", .optional(reliability)),
        ("basis", variance.basis.map { .string($0.rawValue) } ?? .null), ("count", .integer(prompts)),
      ])
  }
}
