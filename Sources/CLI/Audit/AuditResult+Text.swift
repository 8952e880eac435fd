import Foundation

extension AuditResult {
  /// The audit as a person reads it on a terminal.
  var summary: String {
    ([overview, deadGroupText] + allocationTexts + [correlationText, notes, tokens?.text ?? withoutTokens])
      .filter {
        !$0.isEmpty
      }.joined(
        separator: "\n")
  }

  /// What a log without token fields does not tell.
  private var withoutTokens: String {
    "Tokens: no rollout has the per-token field 'entropy' (or tokens were ignored), so that factors, touched tokens and entropy by position cannot be had\n"
  }

  private var overview: String {
    var lines = [
      "\(rollouts) rollouts of \(prompts) prompts"
        + (groups == prompts ? "" : " (\(groups) prompts at a step)")
    ]
    if skipped > 0 {
      lines.append(
        "skipped \(skipped) damaged of \(self.lines) lines:\n  " + damage.joined(separator: "\n  "))
    }
    if passedOver > 0 {
      lines.append(
        "passed over \(passedOver) lines whose responses are a former step's or go on from one")
    }
    if repeated > 0 {
      lines.append("\(repeated) rollouts repeat a number that their prompt had before; they were counted")
    }
    if disagreeing > 0 {
      lines.append("\(disagreeing) prompts have a Gram matrix of other rollouts than the log's")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var deadGroupText: String {
    let rows = deadGroups.map {
      [
        String($0.group), Self.percent($0.share), Self.percent($0.allFailures), Self.percent($0.allSuccesses),
        String($0.prompts),
      ]
    }
    return "Groups without signal (all rewards equal), by group size\n"
      + TextTable.aligned([["group", "share", "all failures", "all successes", "prompts"]] + rows)
  }

  /// One table for each judged variance: rules down, bounds across.
  private var allocationTexts: [String] {
    var seen: [JudgedVariance] = []
    for row in allocation where !seen.contains(row.variance) { seen.append(row.variance) }
    return seen.map { variance in
      let rows = allocation.filter { $0.variance == variance }
      var methods: [AuditMethod] = []
      for row in rows where !methods.contains(row.method) { methods.append(row.method) }
      let bounds = settings.bounds
      let body = methods.map { method in
        [method.rawValue]
          + bounds.map { bound in
            guard let row = rows.first(where: { $0.method == method && $0.bounds == bound }) else {
              return ""
            }
            return row.isInfinite ? "infinite" : Self.interval(row.relativeToUniform)
          } + [rows.first { $0.method == method }?.chooser.rawValue ?? ""]
      }
      return Self.title(variance, prompts: rows.first?.prompts ?? 0, budget: settings.budgetPerPrompt)
        + TextTable.aligned([["rule"] + bounds.map(Self.name) + ["chosen from"]] + body)
    }
  }

  private static func title(_ variance: JudgedVariance, prompts: Int, budget: Int) -> String {
    let judge =
      switch variance {
      case .proxy: "under V = P"
      case .measured(let estimator, .gram): "under the measured variance of \(estimator.rawValue)"
      case .measured(let estimator, .scoreNorms):
        "under an upper bound of the variance of \(estimator.rawValue) from score norms"
      }
    return "Total variance relative to uniform \(judge), \(budget) rollouts per prompt, \(prompts) prompts\n"
  }

  private var correlationText: String {
    guard !correlation.isEmpty else { return "" }
    let rows = correlation.map { row in
      [
        row.variance.estimator, row.onlyMixed ? "mixed" : "all", String(row.prompts), row.statistic.rawValue,
        Self.interval(row.estimate), row.ceiling.map(Self.short) ?? "-",
      ]
    }
    return "Correlation of p(1 - p) with the measured variance\n"
      + TextTable.aligned([["estimator", "prompts", "count", "stat", "correlation", "ceiling"]] + rows)
  }

  private var notes: String {
    """
    Intervals: \(Self.percent(settings.level)) bootstrap over prompts, \(settings.resamples) resamples, seed \(settings.seed). The counts that choose an allocation never
    judge it: 'screening' counts come from other rollouts; 'halves' means that each half of a prompt's rollouts chooses once and judges
    once. 'judge' (the oracle) chooses from what judges it: a bound, not a rule. The measured variance is that of one rollout's A·s with advantages
    from the whole log, taken to fall as 1/n; for rloo, grpo and dr-grpo, whose rollouts are coupled, that is an approximation.

    """
      + (correlation.isEmpty
        ? ""
        : """
        Ceiling: sqrt(2r/(1 + r)) with r the correlation of the measured variances of the two halves; an exact proxy would reach it. The proxy
        shares the rollouts, and so the noise, of what it is compared with, and may exceed it.

        """)
      + (allocation.contains(where: \.isInfinite)
        ? "'infinite': a prompt whose judged variance is positive got no rollout.\n" : "")
  }

  private static func name(_ bounds: RolloutBounds) -> String {
    "\(bounds.minimum)..\(bounds.maximum.map(String.init) ?? "")"
  }

  private static func interval(_ estimate: BoundedEstimate) -> String {
    guard let value = estimate.value else { return "-" }
    guard let lower = estimate.lower, let upper = estimate.upper else { return short(value) }
    return lower == upper ? short(value) : "\(short(value)) [\(short(lower)), \(short(upper))]"
  }

  private static func short(_ value: Double) -> String { String(format: "%.3f", value) }
  private static func percent(_ value: Double) -> String { String(format: "%.1f%%", 100 * value) }
}
