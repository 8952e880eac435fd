import Foundation
import Interchange
import Testing

@testable import CLI

/// `allot modulate --summary`, and the histogram and tally behind it.
@Suite struct ModulateSummaryTests {
  /// The tokens of `ModulateCommandTests` in mode released-6, counted by hand from the factors there; Σ(A‖s‖)² = .38 + 1.14 + 1.46 + .25·.78 + .5625·(.375 + .72).
  @Test func touchedTokensAndTheirShareOfTheNormAreCounted() async throws {
    try await inWorkspace { space in
      try space.write(ModulateCommandTests.tokens.joined(separator: "\n"), to: "t.jsonl")
      let result = try await space.run("modulate", "t.jsonl", "--summary", "--json")
      #expect(result.status == 0 && result.errors.isEmpty)
      let json = try JSONValue(parsing: result.output)
      #expect(json["tokens"]?.integerValue == 7 && json["masked"]?.integerValue == 1)
      #expect(json["positive_advantage"]?.integerValue == 5 && json["micro_batches"]?.integerValue == 1)
      let total = 0.38 + 1.14 + 1.46 + 0.25 * 0.78 + 0.5625 * (0.375 + 0.72)
      let expected: [(name: String, touched: Int, norm: Double)] = [
        ("compensation", 3, 1.14 + 1.46 + 0.5625 * 0.72), ("stabilisation", 1, 0.38),
        ("factor", 4, 0.38 + 1.14 + 1.46 + 0.5625 * 0.72),
      ]
      for (index, row) in expected.enumerated() {
        let factor = try #require(json["factors"]?[index])
        #expect(factor["factor"]?.stringValue == row.name && factor["tokens"]?.integerValue == 6)
        #expect(factor["touched"]?.integerValue == row.touched && factor["normed"]?.integerValue == 6)
        #expect(abs((factor["norm_share"]?.doubleValue ?? .nan) - row.norm / total) <= 1e-14)
      }
      let compensation = json["factors"]?[0]
      #expect(compensation?["min"]?.doubleValue == 1 && compensation?["q25"]?.doubleValue == 1)
      #expect(abs((compensation?["max"]?.doubleValue ?? .nan) - 1.1999999950086) <= 2e-14)
      let text = try await space.run("modulate", "t.jsonl", "--summary")
      #expect(
        text.output.hasPrefix(
          "7 tokens on 7 lines, 1 micro-batches, mode released-6; 1 masked tokens left out\n"))
      #expect(text.output.contains("\n  compensation   3        50.0%  "), "\(text.output)")
      let wide = try await space.run("modulate", "t.jsonl", "--summary", "--touched", "0.25")
      #expect(wide.output.contains("\n  stabilisation  0        0.0%   0.0%"), "\(wide.output)")
    }
  }

  @Test func microBatchesAddUp() async throws {
    try await inWorkspace { space in
      try space.write(ModulateCommandTests.tokens.joined(separator: "\n"), to: "t.jsonl")
      let result = try await space.run(
        "modulate", "t.jsonl", "--summary", "--json", "--micro-batch", "3", "--mode", "none", "--quiet")
      let json = try JSONValue(parsing: result.output)
      #expect(json["micro_batches"]?.integerValue == 3 && json["lines"]?.integerValue == 7)
      #expect(json["factors"]?[2]?["touched"]?.integerValue == 0)
    }
  }

  @Test func aHistogramsQuantilesAreWithinItsResolution() {
    var histogram = FactorHistogram(0.5...1.5)
    #expect(histogram.quantile(0.5) == nil && histogram.mean == nil)
    var values = (0..<1001).map { 0.5 + Double(($0 * 617) % 1001) / 1000 }
    for value in values { histogram.add(value) }
    values.sort()
    for level in [0, 0.01, 0.25, 0.5, 0.9, 1] {
      let rank = max(1, Int((level * 1001).rounded(.up)))
      #expect(abs((histogram.quantile(level) ?? .nan) - values[rank - 1]) <= histogram.resolution)
    }
    #expect(histogram.minimum == 0.5 && histogram.maximum == 1.5 && histogram.count == 1001)
    #expect(abs((histogram.mean ?? .nan) - 1) <= 1e-12)
    #expect(histogram.coarse(64).map(\.count).reduce(0, +) == 1001)
    #expect(histogram.resolution == 1.0 / 4096)
  }

  @Test func equalValuesHaveExactQuantilesAndValuesBeyondTheRangeCountAtItsEnds() {
    var histogram = FactorHistogram(1...1)
    for _ in 0..<10 { histogram.add(1) }
    histogram.add(7)
    #expect(histogram.quantile(0.5) == 1 && histogram.maximum == 7 && histogram.count == 11)
  }
}
