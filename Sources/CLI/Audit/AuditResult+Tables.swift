import Claims

extension AuditResult {
  /// The tidy tables of the audit, for files and plots.
  var tables: [PointTable] {
    [allocationTable, correlationTable, deadGroupTable, promptTableOfAll, pointTable] + (tokens?.tables ?? [])
  }

  /// One row for each rule, bounds and judged variance.
  private var allocationTable: PointTable {
    PointTable(
      name: "allocation",
      columns: [
        "variance", "basis", "estimator", "method", "min", "max", "chooser", "prompt_count", "stat", "est",
        "lower",
        "upper", "infinite",
      ],
      rows: allocation.map { row in
        [
          .text(row.variance.variance), row.variance.basis.map { .text($0.rawValue) } ?? .missing,
          .text(row.variance.estimator), .text(row.method.rawValue), .integer(row.bounds.minimum),
          row.bounds.maximum.map { .integer($0) } ?? .missing, .text(row.chooser.rawValue),
          .integer(row.prompts),
          .text("relative_to_uniform"), Self.cell(row.relativeToUniform.value),
          Self.cell(row.relativeToUniform.lower),
          Self.cell(row.relativeToUniform.upper), .truth(row.isInfinite),
        ]
      })
  }

  /// One row for each estimator, set of prompts and coefficient.
  private var correlationTable: PointTable {
    PointTable(
      name: "correlation",
      columns: [
        "basis", "estimator", "prompts", "prompt_count", "stat", "est", "lower", "upper", "ceiling",
        "reliability",
      ],
      rows: correlation.map { row in
        [
          row.variance.basis.map { .text($0.rawValue) } ?? .missing, .text(row.variance.estimator),
          .text(row.onlyMixed ? "mixed" : "all"), .integer(row.prompts), .text(row.statistic.rawValue),
          Self.cell(row.estimate.value), Self.cell(row.estimate.lower), Self.cell(row.estimate.upper),
          Self.cell(row.ceiling), Self.cell(row.reliability),
        ]
      })
  }

  /// One row for each group size.
  private var deadGroupTable: PointTable {
    PointTable(
      name: "dead_groups", columns: ["group", "prompt_count", "share", "all_failures", "all_successes"],
      rows: deadGroups.map { row in
        [
          .integer(row.group), .integer(row.prompts), .number(row.share), .number(row.allFailures),
          .number(row.allSuccesses),
        ]
      })
  }

  /// One row for each prompt at each step.
  private var promptTableOfAll: PointTable {
    let measured = correlation.isEmpty ? [] : MeasuredEstimator.allCases
    return PointTable(
      name: "prompts",
      columns: [
        "prompt_id", "step", "kind", "samples", "successes", "p", "p_lower", "p_upper", "bernoulli_variance",
        "bernoulli_variance_lower", "bernoulli_variance_upper",
      ] + measured.map { "measured_" + $0.rawValue.replacing("-", with: "_") },
      rows: promptTable.map { row in
        [
          .text(row.prompt), .integer(row.step), row.kind.map { .text($0) } ?? .missing,
          .integer(row.samples),
          .integer(row.successes), .number(row.proportion), .number(row.rate.lower), .number(row.rate.upper),
          Self.cell(row.bernoulliVariance), .number(row.bernoulliInterval.lower),
          .number(row.bernoulliInterval.upper),
        ] + row.measured.map(Self.cell)
      })
  }

  /// One row for each prompt and estimator: what the correlations are computed from.
  ///
  /// `bernoulli_variance` is p̂(1 − p̂) here.
  private var pointTable: PointTable {
    let estimators = correlation.isEmpty ? [] : MeasuredEstimator.allCases
    return PointTable(
      name: "points",
      columns: ["prompt_id", "step", "estimator", "p", "bernoulli_variance", "measured_variance"],
      rows: estimators.enumerated().flatMap { place, estimator in
        promptTable.map { row in
          [
            .text(row.prompt), .integer(row.step), .text(estimator.rawValue), .number(row.proportion),
            .number(row.proportion * (1 - row.proportion)), Self.cell(row.measured[place]),
          ]
        }
      })
  }

  private static func cell(_ value: Double?) -> StructuredValue { value.map { .number($0) } ?? .missing }
}

extension AuditResult.Prompt {
  /// p̂ = k/n.
  fileprivate var proportion: Double { Double(successes) / Double(samples) }
}
