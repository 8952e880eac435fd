import Claims
import Foundation
import Testing

@testable import Reporting

@Suite struct PlotTests {
  static let planned =
    Fixture.plottable().flatMap { ClaimPlots.planned(for: $0) }
    + AuditPlots.planned(for: Fixture.auditTables())

  @Test func everyPlotOfTheAgreedTablesIsPlanned() {
    let names = Self.planned.map(\.name)
    #expect(
      names == [
        "proxy-tracks-variance-by-estimator-single", "proxy-tracks-variance-by-estimator-spread",
        "proxy-tracks-variance-by-estimator-sequences", "variance-bounded-by-proxy-envelope",
        "variance-falls-as-one-over-n-decay", "normalised-variance-follows-proxy-by-group-single",
        "normalised-variance-follows-proxy-by-group-spread",
        "normalised-variance-follows-proxy-by-group-sequences",
        "uniform-suboptimal-relative", "proxy-allocation-optimal-relative",
        "proxy-allocation-optimal-exponent-single",
        "proxy-allocation-optimal-exponent-spread", "proxy-allocation-optimal-exponent-sequences",
        "estimated-proxy-keeps-gain-regret", "released-allocator-beats-uniform-relative",
        "released-rows-aligned-mispaired", "modulation-unbiased-cosine",
        "modulation-reduces-variance-relative", "modulation-reduces-variance-frequency",
        "score-norm-attenuates-norms", "score-norm-bounded-by-entropy-curves",
        "score-norm-bounded-by-entropy-vocabulary", "compensation-restores-gradient-restored",
        "compensation-restores-gradient-batches", "stabilisation-bounds-updates-effects-largest",
        "stabilisation-bounds-updates-effects-touched",
        "audit-allocation", "audit-points", "audit-dead-groups",
      ])
    for plot in Self.planned {
      guard case .script = plot else {
        Issue.record("\(plot)")
        continue
      }
    }
  }

  @Test func gnuplotDrawsEveryPlot() async throws {
    guard await PlotRenderer.hasGnuplot() else { return }
    let drawn = await PlotRenderer.draw(Self.planned, threads: 2)
    #expect(drawn.map(\.name) == Self.planned.map(\.name))
    for plot in drawn {
      #expect(plot.missing == nil, "\(plot.name)")
      let svg = String(decoding: try #require(plot.pictures[.svg]), as: UTF8.self)
      #expect(svg.hasPrefix("<?xml"), "\(plot.name)")
      #expect(svg.contains("Verdana"), "the font's fallback is missing in \(plot.name)")
      #expect(try #require(plot.pictures[.png]).starts(with: [0x89, 0x50, 0x4E, 0x47]), "\(plot.name)")
    }
  }

  @Test func aMissingTableIsAReasonAndNoCrash() {
    let planned = ClaimPlots.planned(for: Fixture.outcome("uniform-suboptimal"))
    #expect(
      planned == [
        .unavailable(name: "uniform-suboptimal-relative", reason: "the claim wrote no table 'relative'")
      ])
  }

  @Test(arguments: [
    "proxy-tracks-variance", "variance-bounded-by-proxy", "variance-falls-as-one-over-n",
    "normalised-variance-follows-proxy",
    "uniform-suboptimal", "proxy-allocation-optimal", "estimated-proxy-keeps-gain", "released-rows-aligned",
    "modulation-unbiased", "modulation-reduces-variance", "score-norm-attenuates",
    "score-norm-bounded-by-entropy", "compensation-restores-gradient", "stabilisation-bounds-updates",
  ])
  func tablesOfAnotherShapeAreReasonsAndNoCrash(id: String) throws {
    let good = try #require(Fixture.plottable().first { $0.specification.id == id }).evidence.pointTables
    let spoilt: [[PointTable]] = [
      good.map { PointTable(name: $0.name, columns: $0.columns) },
      good.map { PointTable(name: $0.name, columns: ["x"], rows: [[.integer(1)]]) },
      good.map { PointTable(name: $0.name, columns: $0.columns, rows: [[], [.text("a")]]) },
      good.map {
        PointTable(name: $0.name, columns: $0.columns, rows: $0.rows.map { $0.map { _ in .number(.nan) } })
      },
      good.map {
        PointTable(name: $0.name, columns: $0.columns, rows: $0.rows.map { $0.map { _ in .text("word") } })
      },
    ]
    for tables in spoilt {
      for plot in ClaimPlots.planned(for: Fixture.outcome(id, tables: tables)) {
        guard case .unavailable(_, let reason) = plot else {
          Issue.record("a plot was planned from \(tables.first?.rows.first ?? [])")
          continue
        }
        #expect(!reason.isEmpty)
      }
    }
  }

  @Test func oneRowIsEnoughForAPlot() async throws {
    guard await PlotRenderer.hasGnuplot() else { return }
    let planned = Fixture.plottable().flatMap { outcome in
      ClaimPlots.planned(
        for: Fixture.outcome(
          outcome.specification.id,
          tables: outcome.evidence.pointTables.map {
            PointTable(name: $0.name, columns: $0.columns, rows: [$0.rows[0]])
          }))
    }
    for plot in await PlotRenderer.draw(planned, threads: 2) { #expect(plot.missing == nil, "\(plot.name)") }
  }

  @Test func namesFromOutsideCannotRunCommands() async throws {
    let hostile = "`touch /tmp/x`'\"; system('false') _a^{b} @c & ~d \\e \n quit"
    let quoted = GnuplotText.quoted(hostile)
    #expect(quoted.hasPrefix("'") && quoted.hasSuffix("'"))
    #expect(!quoted.contains("\n"))
    // Inside the quotes each single quote is doubled, so that none ends the string.
    #expect(!quoted.dropFirst().dropLast().replacing("''", with: "").contains("'"))
    guard await PlotRenderer.hasGnuplot() else { return }
    var table = Fixture.relative(["neyman"])
    table.rows = table.rows.map { [.text(hostile), .text(hostile)] + $0.dropFirst(2) }
    let drawn = await PlotRenderer.draw(
      ClaimPlots.planned(for: Fixture.outcome("uniform-suboptimal", tables: [table])), threads: 1)
    #expect(drawn[0].missing == nil)
    #expect(String(decoding: try #require(drawn[0].pictures[.svg]), as: UTF8.self).contains("`touch /tmp/x`"))
  }

  @Test func scriptsNeedNoFileAndNoDate() throws {
    guard case .script(let plot)? = Self.planned.first else { return }
    let script = plot.text(format: .svg)
    #expect(script.hasPrefix("set terminal svg size 800,"))
    #expect(script.contains("$data_0_0 << END_OF_DATA\n"))
    #expect(!script.contains("set output"))
    #expect(script == plot.text(format: .svg))
  }

  @Test(arguments: [
    ("√P value-baseline", "√P", "value-baseline"), ("uniform bernoulli", "uniform", "variance p(1 − p)"),
    ("released, reinforce, k of 16", "released, k of 16", "reinforce"), ("neyman", "neyman", ""),
    ("optimal-baseline", "optimal-baseline", ""),
  ])
  func allocatorsAreToldFromTheVarianceThatJudgesThem(name: String, rule: String, panel: String) {
    #expect(RelativeVariancePlot.split(name) == (rule, panel))
  }

  @Test func tickStepsAreRound() {
    #expect(ProxyScatter.tickStep(0.25) == 0.1)
    #expect(ProxyScatter.tickStep(1) == 0.5)
    // 100 · 10³ is exact; the step of an axis up to 250 000 is a hundred thousand.
    #expect(ProxyScatter.tickStep(250_000) == 100_000)
  }

  @Test func everyMarkIsDistinctAndNoneIsYellow() {
    let marks = (0..<56).map { PlotStyle.mark($0) }
    #expect(Set(marks.map { "\($0.colour) \($0.pointType)" }).count == 56)
    #expect(!marks.contains { $0.colour == "#F0E442" })
  }

  /// The longest name of a rule or an oracle above a panel of three in a row: smaller, readable, and not over the edge.
  @Test func aLongPanelTitleFitsItsPanel() throws {
    let title = "oracle-two-stage-tokens"
    let axis = PlotAxis(0...1, tickStep: 0.5)
    let panels = ["vip", title, "dapo"].map { PlotPanel(title: $0, x: axis, y: axis, series: []) }
    let script = PlotScript(
      name: "titles", title: "", caption: "", panels: panels, columns: 3, xLabel: "x", yLabel: "y",
      legend: [],
      panelHeight: 130)
    let layout = PlotLayout(script)
    let size = try #require(layout.panelTitleSize(title))
    #expect(size >= 10 && size < 15)
    // Bold characters are about two thirds as wide as they are high.
    #expect(Double(title.count) * size * 0.68 < Double(PlotStyle.width) / 3)
    #expect(layout.panelTitleSize("vip") == nil && layout.panelTitleSize("reinforce-ada") == nil)
    let text = script.text(format: .svg)
    #expect(text.components(separatedBy: "at graph 0, graph 1 left").count == 4)
    #expect(text.contains("offset character 0, 0.8 font "))
  }
}
