import Claims
import Testing

@testable import Reporting

@Suite struct RetrievalPlotTests {
  private static let tables = [
    PointTable(
      name: "coverage", columns: ["world", "method", "gate", "coverage", "risk"],
      rows: [
        [.text("a"), .text("relevance"), .number(0), .number(1), .number(0.5)],
        [.text("a"), .text("relevance"), .number(1), .number(0), .missing],
        [.text("b"), .text("oracle"), .number(0), .number(1), .number(0.25)],
      ]),
    PointTable(
      name: "reliability", columns: ["world", "method", "confidence", "outcome"],
      rows: [[.text("a"), .text("relevance"), .number(0.75), .number(0.5)]]),
  ]

  @Test func aPanelForEachWorldHasALineForEachRankerWithPoints() throws {
    let planned = RetrievalPlots.planned(for: Self.tables)
    let scripts = planned.compactMap { plot -> PlotScript? in
      if case .script(let script) = plot { script } else { nil }
    }
    #expect(scripts.map(\.name) == ["retrieval-risk-coverage", "retrieval-reliability"])
    #expect(scripts[0].panels.map(\.title) == ["a", "b"])
    // An empty risk is no point.
    #expect(scripts[0].panels[0].series.map(\.rows) == [[[1, 0.5]]])
    #expect(scripts[1].panels[0].series.map(\.rows) == [[[0, 0], [1, 1]], [[0.75, 0.5]]])
    #expect(scripts[1].legend.map(\.label) == ["relevance", "calibrated"])
  }

  @Test func gnuplotDrawsBoth() async throws {
    guard await PlotRenderer.hasGnuplot() else { return }
    for plot in await PlotRenderer.draw(RetrievalPlots.planned(for: Self.tables), threads: 1) {
      #expect(plot.missing == nil && plot.files.count == 2, "\(plot.name)")
    }
  }

  @Test func aMissingTableIsAReason() {
    #expect(
      RetrievalPlots.planned(for: []).first
        == .unavailable(name: "retrieval-risk-coverage", reason: "the contest wrote no table 'coverage'"))
  }
}
