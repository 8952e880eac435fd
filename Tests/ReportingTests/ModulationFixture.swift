import Claims

/// Tables of the shapes that the claims on score norms and factors agreed on with their plots.
enum ModulationFixture {
  static func norms() -> PointTable {
    PointTable(
      name: "norms", columns: ["population", "tokens", "missing", "norm"],
      rows: (1...8).map {
        let missing = 1 / Double(1 << (2 * $0))
        return [.text("zipf"), .integer(64), .number(missing), .number(1.2 * missing)]
      })
  }

  static func curves() -> PointTable {
    PointTable(
      name: "curves", columns: ["curve", "entropy", "expected_norm"],
      rows: ["1 − exp(−H)", "greatest, any K", "least, K = 4"].enumerated().flatMap { index, curve in
        (0...10).map { step in
          let entropy = Double(step) / 10
          return [.text(curve), .number(entropy), .number(entropy / Double(2 + index))]
        }
      })
  }

  static func vocabulary() -> PointTable {
    PointTable(
      name: "vocabulary", columns: ["entropy", "tokens", "least", "greatest"],
      rows: [0.5, 1].flatMap { entropy in
        (1...6).map { decade in
          [.number(entropy), .number(Double(decade) * 100), .number(entropy / Double(decade)), .number(0.6)]
        }
      })
  }

  static func restored() -> PointTable {
    PointTable(
      name: "restored", columns: ["strength", "missing", "restored_share"],
      rows: [0.2, 1].flatMap { strength in
        [0.1, 0.01, 0.001].map { [.number(strength), .number($0), .number(strength * $0)] }
      })
  }

  static func batches() -> PointTable {
    PointTable(
      name: "batches", columns: ["population", "rule", "threshold", "restored_share"],
      rows: ["zipf", "peaked-logits"].flatMap { population in
        ["α = 0.2, group", "mode 6"].flatMap { rule in
          [0.9, 0.99].map { [.text(population), .text(rule), .number($0), .number(1 - $0)] }
        }
      })
  }

  static func effects() -> PointTable {
    PointTable(
      name: "effects",
      columns: ["population", "rule", "largest_ratio", "lower", "upper", "touched_share"],
      rows: ["zipf", "peaked-logits"].flatMap { population in
        ["mode 5, group, exact ΔH", "mode 6, micro-batch, released ΔH"].map {
          [.text(population), .text($0), .number(0.95), .number(0.93), .number(0.97), .number(0.01)]
        }
      })
  }

  static func promptRatios() -> PointTable {
    PointTable(
      name: "real-tokens", columns: ["rule", "prompt", "largest_ratio", "touched_share"],
      rows: ["mode 6", "mode 5"].flatMap { rule in
        (0..<6).map { [.text(rule), .integer($0), .number(1 - Double($0) / 20), .number(0.01)] }
      })
  }

  static func realShares() -> PointTable {
    PointTable(
      name: "real-tokens", columns: ["rule", "threshold", "restored_share"],
      rows: [
        [.text("mode 6"), .number(0.9), .number(0.01)], [.text("mode 5"), .number(0.9), .number(0.02)],
      ])
  }
}
