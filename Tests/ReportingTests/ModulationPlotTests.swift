import Claims
import Testing

@testable import Reporting

/// Pictures that have points of a log.
@Suite struct ModulationPlotTests {
  static func outcome(_ id: String, _ tables: [PointTable], log: PointTable) -> ClaimOutcome {
    var outcome = Fixture.outcome(id, tables: tables)
    var evidence = LogEvidence()
    evidence.pointTables = [log]
    outcome.evidence.log = evidence
    return outcome
  }

  static let outcomes = [
    outcome(
      "compensation-restores-gradient", [ModulationFixture.restored(), ModulationFixture.batches()],
      log: ModulationFixture.realShares()),
    outcome(
      "stabilisation-bounds-updates", [ModulationFixture.effects()], log: ModulationFixture.promptRatios()),
    outcome(
      "score-norm-attenuates", [ModulationFixture.norms()],
      log: PointTable(
        name: "real-tokens", columns: ["missing", "norm"], rows: [[.number(0.1), .number(0.12)]])),
    outcome(
      "score-norm-bounded-by-entropy", [ModulationFixture.curves(), ModulationFixture.vocabulary()],
      log: PointTable(
        name: "real-tokens", columns: ["entropy", "expected_norm"], rows: [[.number(0.5), .number(0.2)]])),
  ]

  @Test func aLogAddsItsOwnPicturesAndItsPoints() async {
    let planned = Self.outcomes.flatMap { ClaimPlots.planned(for: $0) }
    #expect(planned.count { if case .script = $0 { true } else { false } } == planned.count)
    #expect(planned.map(\.name).contains("compensation-restores-gradient-real-tokens"))
    #expect(planned.map(\.name).contains("stabilisation-bounds-updates-real-tokens"))
    for plot in planned {
      guard case .script(let script) = plot,
        ["score-norm-attenuates-norms", "score-norm-bounded-by-entropy-curves"].contains(script.name)
      else { continue }
      #expect(script.legend.contains { $0.label == "real tokens" }, "\(script.name)")
    }
    guard await PlotRenderer.hasGnuplot() else { return }
    for plot in await PlotRenderer.draw(planned, threads: 2) { #expect(plot.missing == nil, "\(plot.name)") }
  }

  @Test func withoutALogNoPictureOfItIsPlanned() {
    let planned = ClaimPlots.planned(
      for: Fixture.outcome("stabilisation-bounds-updates", tables: [ModulationFixture.effects()]))
    #expect(!planned.map(\.name).contains { $0.hasSuffix("real-tokens") })
  }
}
