import Claims
import Testing

@testable import Reporting

@Suite struct TokenPlotTests {
  private let factors = PointTable(
    name: "token_factors", columns: ["form", "scope", "factor", "touched_share", "norm_share"],
    rows: [
      [.text("released-6"), .text("group"), .text("compensation"), .number(0.5), .number(0.25)],
      [.text("released-6"), .text("group"), .text("stabilisation"), .number(0.01), .missing],
    ])
  private let histogram = PointTable(
    name: "token_histogram",
    columns: ["form", "scope", "factor", "factor_from", "factor_to", "tokens", "cumulative_share"],
    rows: [
      [
        .text("a"), .text("log"), .text("stabilisation"), .number(0.6), .number(0.7), .integer(1),
        .number(0.01),
      ],
      [.text("a"), .text("log"), .text("stabilisation"), .number(0.9), .number(1), .integer(99), .number(1)],
      [.text("a"), .text("log"), .text("factor"), .number(0.9), .number(1), .integer(1), .number(1)],
    ])

  private func entropy(positions: Int) -> PointTable {
    PointTable(
      name: "token_entropy",
      columns: [
        "position_from", "position_through", "tokens", "mean", "q05", "q25", "q50", "q75", "q95",
      ],
      rows: (0..<positions).map { position in
        [.integer(position), .integer(position), .integer(5)]
          + (0..<6).map { StructuredValue.number(Double($0) + 1 / Double(position + 1)) }
      })
  }

  @Test func sharesOfTokensAndOfTheNormStandSideBySide() throws {
    let script = try #require(try TokenPlots.factors(factors).first)
    #expect(script.panels.map(\.title) == ["compensation", "stabilisation"])
    // A dot's value is drawn in per cent; a share that is missing has no dot.
    #expect(script.panels[0].series.map { $0.rows.first?.first } == [50, 25])
    #expect(script.panels[1].series.count == 1)
    #expect(script.text(format: .svg).contains("squared gradient norm"))
  }

  @Test func aDistributionFunctionIsAStepWithoutAZeroForTheLogarithm() throws {
    let script = try #require(try TokenPlots.histogram(histogram).first)
    #expect(script.panels.map(\.title) == ["stabilisation"])
    #expect(script.panels[0].series[0].rows == [[0.6, 1], [0.7, 1], [0.9, 1], [1, 100]])
    #expect(script.panels[0].y.logarithmBase == 10)
  }

  @Test func longResponsesGetALogarithmicAxisWithTicksAtPowers() throws {
    let short = try #require(try TokenPlots.entropy(entropy(positions: 8)).first)
    #expect(short.panels[0].x.logarithmBase == nil && short.legend.count == 6)
    let long = try #require(try TokenPlots.entropy(entropy(positions: 100)).first)
    #expect(long.panels[0].x.logarithmBase == 2)
    #expect(long.panels[0].x.ticks?.map(\.label) == ["1", "2", "4", "8", "16", "32", "64", "128"])
  }

  @Test func anAuditWithoutTokensPlansNoTokenPlots() {
    #expect(AuditPlots.planned(for: []).count == 3)
    #expect(AuditPlots.planned(for: [factors, histogram, entropy(positions: 3)]).count == 6)
  }
}
