import Claims
import Foundation
import Reporting
import Statistics

/// Outcomes made up for the tests: small, with every part that a report shows, and one plot table of each kind.
enum Fixture {
  static let run = RunInformation(
    seed: 7, preset: .quick,
    tool: ToolDescription(
      version: "0.0.0", commit: nil, compiler: "Swift 6.3", gsl: "2.7.1", cpu: "a processor"))

  static let populations = [
    "two-action", "one-correct", "many-correct", "flat-dirichlet", "sparse-dirichlet", "normal-logits",
    "u-shaped", "diffuse",
    "short-sequences", "shared-sequences", "mixed-lengths",
  ]

  static func specification(_ id: String) -> ClaimSpecification {
    ClaimSpecification(
      id: id, section: .allocation, statement: "n < m & <b>bold</b> claims of \(id)", formula: "n_i ∝ σ_i",
      source: "neyman1934",
      aim: "to test", worlds: ["a world"], estimand: "V", methods: ["neyman"], performance: ["ratio"],
      decisionRule: "exact",
      margin: 0.01, negativeControl: "n_i ∝ 1/σ_i is optimal", targetStandardError: 0.001,
      parameters: ["group": [4, 8]])
  }

  /// An outcome settled by exact findings.
  static func outcome(
    _ id: String, findings: [Finding] = [Finding(basis: .exact(holds: true))], controlHolds: Bool = false,
    condition: String? = nil, tables: [PointTable] = [], log: LogEvidence? = nil, seconds: Double = 1
  ) -> ClaimOutcome {
    var evidence = Evidence(control: Finding(basis: .exact(holds: controlHolds)))
    evidence.findings = findings
    evidence.condition = condition
    evidence.explanation = "It was computed. The ratio is 1.5."
    evidence.pointTables = tables
    evidence.estimates = [
      EstimateRow(design: "two-action, p=0.25", method: "neyman", stat: "ratio", exact: 1.5),
      EstimateRow(
        design: "flat", method: "neyman", stat: "ratio",
        estimate: Estimate(value: 0.1, standardError: .nan, count: 1),
        interval: Interval(lower: 0, upper: .infinity), exact: 0.1),
    ]
    evidence.counterexamples = [
      Counterexample(
        title: "smallest",
        worlds: [.record([.init("probabilities", .numbers([0.25, 0.75])), .init("group", .integer(2))])],
        values: [ExactValue("variance", 3.0 / 32, exact: "3/32"), ExactValue("limit", 0.5)],
        explanation: "The variance is 3/32 & not 0.")
    ]
    evidence.log = log
    let examined = Judgement.Examined(
      specification: specification(id), registration: .registered, evidence: evidence, seconds: seconds)
    return Judgement.settle([examined])[0]
  }

  /// One claim for each plot, with tables of the agreed columns.
  static func plottable() -> [ClaimOutcome] {
    [
      outcome(
        "proxy-tracks-variance",
        tables: [points(panel: "estimator", ["reinforce", "optimal-baseline", "rloo"])]),
      outcome("variance-bounded-by-proxy", tables: [envelope()]),
      outcome("variance-falls-as-one-over-n", tables: [decay()]),
      outcome("normalised-variance-follows-proxy", tables: [points(panel: "group", ["4", "16"])]),
      outcome("uniform-suboptimal", tables: [relative(["optimum"])]),
      outcome("neyman-optimal"),
      outcome(
        "proxy-allocation-optimal",
        findings: [
          Finding(estimator: "proportional", basis: .exact(holds: false)),
          Finding(estimator: "root", basis: .exact(holds: true)),
        ],
        tables: [relative(["neyman", "proportional", "root", "score-aware", "minimax"]), exponent()]),
      outcome("estimated-proxy-keeps-gain", tables: [regret()]),
      outcome("released-allocator-beats-uniform", tables: [relative(["released"])]),
      outcome("released-rows-aligned", tables: [mispaired()]),
      outcome("modulation-unbiased", tables: [modulated("points")]),
      outcome("modulation-reduces-variance", tables: [modulated("relative"), modulatedFrequency()]),
      outcome("score-norm-attenuates", tables: [ModulationFixture.norms()]),
      outcome(
        "score-norm-bounded-by-entropy",
        tables: [ModulationFixture.curves(), ModulationFixture.vocabulary()]),
      outcome(
        "compensation-restores-gradient",
        tables: [ModulationFixture.restored(), ModulationFixture.batches()]),
      outcome("stabilisation-bounds-updates", tables: [ModulationFixture.effects()]),
    ]
  }

  static func points(panel: String, _ panels: [String]) -> PointTable {
    var stream = RandomStream(key: 1, replicate: 0)
    var table = PointTable(
      name: "points",
      columns: [
        "p", "bernoulli_variance", "bernoulli_sd", "true_variance", "true_sd",
        panel == "estimator" ? "estimator" : "group", "population",
      ])
    for name in panels {
      for population in populations {
        for _ in 0..<20 {
          let p = stream.uniform()
          let proxy = p * (1 - p)
          let variance = proxy * (0.5 + stream.uniform())
          let cell: StructuredValue = Int(name).map { .integer($0) } ?? .text(name)
          table.rows.append(
            [p, proxy, proxy.squareRoot(), variance, variance.squareRoot()].map { .number($0) } + [
              cell, .text(population),
            ])
        }
      }
    }
    return table
  }

  static func relative(_ allocators: [String]) -> PointTable {
    var table = PointTable(
      name: "relative", columns: ["population", "allocator", "relative_variance", "lower", "upper"])
    for (row, population) in populations.enumerated() {
      for (column, allocator) in allocators.enumerated() {
        let value = 0.6 + 0.05 * Double((row * 3 + column * 5) % 11)
        table.rows.append([
          .text(population), .text(allocator), .number(value), .number(value - 0.03), .number(value + 0.04),
        ])
      }
    }
    return table
  }

  static func modulated(_ name: String) -> PointTable {
    var table = PointTable(
      name: name,
      columns: ["method", "world", "index", "relative_variance", "raw_relative_variance", "cosine"])
    for (row, world) in ["two tokens", "two tokens, high confidence", "one token"].enumerated() {
      for (column, method) in ["rloo", "rloo+released-6", "grpo+released-6"].enumerated() {
        for index in 0..<20 {
          let value = 0.9 + 0.02 * Double((row * 3 + column * 5 + index) % 11)
          table.rows.append([
            .text(method), .text(world), .integer(index), .number(value), .number(value * value),
            .number(1 - value / 10),
          ])
        }
      }
    }
    return table
  }

  static func modulatedFrequency() -> PointTable {
    var table = PointTable(
      name: "frequency", columns: ["method", "world", "measure", "share_falling", "lower", "upper"])
    for (row, world) in ["two tokens", "one token"].enumerated() {
      for (column, measure) in ["raw", "at equal step"].enumerated() {
        let value = 0.3 + 0.2 * Double(row + column)
        table.rows.append([
          .text("rloo+released-6"), .text(world), .text(measure), .number(value), .number(value - 0.1),
          .number(value + 0.1),
        ])
      }
    }
    return table
  }

  static func exponent() -> PointTable {
    var table = PointTable(name: "exponent", columns: ["population", "exponent", "relative_variance"])
    for (index, population) in populations.enumerated() {
      for step in 0...20 {
        let a = Double(step) / 10
        table.rows.append([
          .text(population), .number(a), .number(1 + Double(index + 1) * 0.2 * (a - 1) * (a - 1)),
        ])
      }
    }
    return table
  }

  static func regret() -> PointTable {
    var table = PointTable(
      name: "regret", columns: ["population", "method", "group", "relative_variance", "lower", "upper"])
    for (index, population) in populations.enumerated() {
      for (column, method) in ["root", "root-jeffreys", "proportional"].enumerated() {
        for group in [2, 4, 8, 16, 32, 64] {
          let value = 1 + Double(index + 1 + 3 * column) / Double(group) / 5
          table.rows.append([
            .text(population), .text(method), .integer(group), .number(value), .number(value - 0.05),
            .number(value + 0.05),
          ])
        }
      }
    }
    return table
  }

  static func decay() -> PointTable {
    var table = PointTable(name: "decay", columns: ["estimator", "world", "n", "scaled_variance"])
    for (index, estimator) in ["reinforce", "rloo", "grpo", "dr-grpo"].enumerated() {
      for world in ["two-action p=0.5", "flat-dirichlet"] {
        for n in [2, 3, 4, 6, 8, 16, 64] {
          table.rows.append([
            .text(estimator), .text(world), .integer(n), .number(1 + Double(index) / Double(n)),
          ])
        }
      }
    }
    return table
  }

  static func envelope() -> PointTable {
    var table = PointTable(
      name: "envelope", columns: ["estimator", "bernoulli_variance", "largest_variance"])
    for (estimator, power) in [("reinforce", 0.0), ("grpo", 0.5), ("rloo", 1.0)] {
      for exponent in 1...7 {
        let x = 0.25 * Foundation.pow(10.0, -Double(exponent - 1))
        table.rows.append([.text(estimator), .number(x), .number(Foundation.pow(x, power))])
      }
    }
    table.rows.append([.text("ppo-clip"), .number(0.01), .number(1e30)])
    return table
  }

  static func mispaired() -> PointTable {
    var table = PointTable(name: "mispaired", columns: ["population", "bounds", "share"])
    for (index, population) in populations.enumerated() {
      for (column, bounds) in ["2-8", "1-32"].enumerated() {
        table.rows.append([.text(population), .text(bounds), .number(Double(index + 4 * column) / 20)])
      }
    }
    return table
  }

  static func auditTables() -> [PointTable] {
    var allocation = PointTable(
      name: "allocation", columns: ["variance", "estimator", "method", "min", "max", "est", "lower", "upper"])
    for (variance, estimator) in [
      ("proxy", ""), ("measured", "reinforce"), ("measured", "rloo"), ("measured", "value-baseline"),
    ] {
      for (row, method) in ["neyman", "proportional", "root", "root-jeffreys", "score-aware", "released"]
        .enumerated()
      {
        for (minimum, maximum) in [(1, 64), (2, 16)] {
          let value = 0.7 + 0.07 * Double(row) + (minimum == 1 ? 0 : 0.05)
          allocation.rows.append([
            .text(variance), .text(estimator), .text(method), .integer(minimum), .integer(maximum),
            .number(value),
            .number(value - 0.05), .number(value + 0.06),
          ])
        }
      }
    }
    var points = PointTable(
      name: "points", columns: ["prompt_id", "p", "bernoulli_variance", "measured_variance", "estimator"])
    var stream = RandomStream(key: 2, replicate: 0)
    for estimator in ["reinforce", "value-baseline"] {
      for index in 0..<40 {
        let p = stream.uniform()
        points.rows.append([
          .text("prompt \(index)"), .number(p), .number(p * (1 - p)),
          .number(2e5 * p * (1 - p) * (0.3 + stream.uniform())), .text(estimator),
        ])
      }
    }
    var dead = PointTable(name: "dead_groups", columns: ["group", "share"])
    for group in [2, 4, 8, 16, 32, 64] {
      dead.rows.append([.integer(group), .number(1 / Double(group).squareRoot())])
    }
    return [allocation, points, dead]
  }
}
