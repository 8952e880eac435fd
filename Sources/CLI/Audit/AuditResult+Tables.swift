import Interchange

extension AuditResult {
  /// A file of the output directory.
  struct File: Sendable {
    var name: String
    var text: String
  }

  /// Everything that `--output` writes but plots: the tidy tables, the JSON and the text.
  var files: [File] {
    [
      File(name: "audit.json", text: json.text(pretty: true) + "\n"),
      File(name: "audit-allocation.csv", text: allocationTable.text),
      File(name: "audit-correlation.csv", text: correlationTable.text),
      File(name: "audit-dead-groups.csv", text: deadGroupTable.text),
      File(name: "audit-prompts.csv", text: promptCSV.text),
      File(name: "audit.txt", text: summary),
    ]
  }

  private var allocationTable: CSVWriter {
    var table = CSVWriter(header: [
      "variance", "basis", "estimator", "method", "min", "max", "chooser", "prompts", "stat", "est", "lower",
      "upper", "infinite",
    ])
    for row in allocation {
      table.append([
        .text(row.variance.variance), .text(row.variance.basis?.rawValue ?? ""),
        .text(row.variance.estimator),
        .text(row.method.rawValue), .integer(row.bounds.minimum), .optional(row.bounds.maximum),
        .text(row.chooser.rawValue), .integer(row.prompts), "relative_to_uniform",
        .optional(row.relativeToUniform.value), .optional(row.relativeToUniform.lower),
        .optional(row.relativeToUniform.upper), .integer(row.isInfinite ? 1 : 0),
      ])
    }
    return table
  }

  private var correlationTable: CSVWriter {
    var table = CSVWriter(header: [
      "basis", "estimator", "prompts", "count", "stat", "est", "lower", "upper", "ceiling", "reliability",
    ])
    for row in correlation {
      table.append([
        .text(row.variance.basis?.rawValue ?? ""), .text(row.variance.estimator),
        .text(row.onlyMixed ? "mixed" : "all"), .integer(row.prompts), .text(row.statistic.rawValue),
        .optional(row.estimate.value), .optional(row.estimate.lower), .optional(row.estimate.upper),
        .optional(row.ceiling), .optional(row.reliability),
      ])
    }
    return table
  }

  private var deadGroupTable: CSVWriter {
    var table = CSVWriter(header: ["group", "prompts", "share", "all_failures", "all_successes"])
    for row in deadGroups {
      table.append([
        .integer(row.group), .integer(row.prompts), .number(row.share), .number(row.allFailures),
        .number(row.allSuccesses),
      ])
    }
    return table
  }

  private var promptCSV: CSVWriter {
    let measured = correlation.isEmpty ? [] : MeasuredEstimator.allCases
    var table = CSVWriter(
      header: [
        "prompt_id", "step", "kind", "samples", "successes", "p", "p_lower", "p_upper", "bernoulli_variance",
        "bernoulli_variance_lower", "bernoulli_variance_upper",
      ] + measured.map { "measured_" + $0.rawValue.replacing("-", with: "_") })
    for row in promptTable {
      table.append(
        [
          .text(row.prompt), .integer(row.step), .text(row.kind ?? ""), .integer(row.samples),
          .integer(row.successes),
          .number(Double(row.successes) / Double(row.samples)), .number(row.rate.lower),
          .number(row.rate.upper),
          .optional(row.bernoulliVariance), .number(row.bernoulliInterval.lower),
          .number(row.bernoulliInterval.upper),
        ] + row.measured.map { .optional($0) })
    }
    return table
  }
}
