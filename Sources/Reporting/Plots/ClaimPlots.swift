import Claims

/// A plot that a run was to have: its script, or why there is none.
public enum PlannedPlot: Sendable, Hashable {
  /// It can be drawn.
  case script(PlotScript)
  /// It cannot; `name` is the stem its files would have had.
  case unavailable(name: String, reason: String)
}

/// The plots of the claims: which claim's table makes which picture.
public enum ClaimPlots {
  /// The plots of one claim, missing tables and columns included as reasons.
  public static func planned(for outcome: ClaimOutcome) -> [PlannedPlot] {
    switch outcome.specification.id {
    case "proxy-tracks-variance":
      draw(outcome, "points", "by-estimator") { (table, name) throws(PlotUnavailable) in
        try ProxyScatter.plots(
          table,
          .init(
            stem: name, panelColumn: "estimator", title: "True variance against p(1 − p)",
            yLabel: "variance (score²)",
            note:
              "In the two dynamo panels the group's size differs between populations, because every group is enumerated: the design column of the claim's table says it."
          ))
      }
    case "normalised-variance-follows-proxy":
      draw(outcome, "points", "by-group") { (table, name) throws(PlotUnavailable) in
        try ProxyScatter.plots(
          table,
          .init(
            stem: name, panelColumn: "group", panelPrefix: "G = ", title: "GRPO's variance against p(1 − p)",
            yLabel: "variance (score²)"))
      }
    case "uniform-suboptimal", "released-allocator-beats-uniform":
      draw(outcome, "relative", "relative", RelativeVariancePlot.plots)
    case "proxy-allocation-optimal":
      draw(outcome, "relative", "relative", RelativeVariancePlot.plots)
        + draw(outcome, "exponent", "exponent", ExponentPlot.plots)
    case "estimated-proxy-keeps-gain": draw(outcome, "regret", "regret", RegretPlot.plots)
    case "variance-falls-as-one-over-n": draw(outcome, "decay", "decay", DecayPlot.plots)
    case "released-rows-aligned": draw(outcome, "mispaired", "mispaired", MispairedPlot.plots)
    case "variance-bounded-by-proxy": draw(outcome, "envelope", "envelope", EnvelopePlot.plots)
    case "modulation-unbiased": draw(outcome, "points", "cosine", ModulationPlots.cosine)
    case "modulation-reduces-variance":
      draw(outcome, "relative", "relative", ModulationPlots.relativeVariance)
        + draw(outcome, "frequency", "frequency", ModulationPlots.frequency)
    case "score-norm-attenuates":
      draw(outcome, "norms", "norms") { (table, name) throws(PlotUnavailable) in
        try ScoreNormPlot.norms(table, real: Self.table("real-tokens", of: outcome), name: name)
      }
    case "score-norm-bounded-by-entropy":
      draw(outcome, "curves", "curves") { (table, name) throws(PlotUnavailable) in
        try ScoreNormPlot.curves(
          table, policies: Self.table("points", of: outcome), real: Self.table("real-tokens", of: outcome),
          name: name)
      } + draw(outcome, "vocabulary", "vocabulary", ScoreNormPlot.vocabulary)
    case "compensation-restores-gradient":
      draw(outcome, "restored", "restored", ModulationFactorPlot.restored)
        + draw(outcome, "batches", "batches") { (table, name) throws(PlotUnavailable) in
          try ModulationFactorPlot.shares(table, name: name, isLog: false)
        }
        + drawLog(outcome) { (table, name) throws(PlotUnavailable) in
          try ModulationFactorPlot.shares(table, name: name, isLog: true)
        }
    case "stabilisation-bounds-updates":
      draw(outcome, "effects", "effects", ModulationFactorPlot.effects)
        + drawLog(outcome, ModulationFactorPlot.prompts)
    case "variance-optimal-learns-faster":
      draw(outcome, "steps", "variance", LearningPlots.variancePlots)
        + draw(outcome, "steps", "steps", LearningPlots.stepPlots)
        + draw(outcome, "curves", "curves", LearningPlots.curvePlots)
        + draw(outcome, "shrinkage", "shrinkage", LearningPlots.shrinkagePlots)
    case "entropy-change-exact": draw(outcome, "remainder", "remainder", RemainderPlot.plots)
    case "released-entropy-change-agrees":
      draw(outcome, "scatter", "scatter", EntropyChangePlots.released)
        + drawLog(outcome, EntropyChangePlots.released)
    case "entropy-change-indicates-magnitude":
      draw(outcome, "points", "points", EntropyChangePlots.magnitude)
        + drawLog(outcome, EntropyChangePlots.realMagnitude)
    case "entropy-as-step-size": draw(outcome, "ratios", "ratios", EntropyChangePlots.ratios)
    default: []
    }
  }

  /// A picture of the table `real-tokens`, where a log made one.
  private static func drawLog(
    _ outcome: ClaimOutcome, _ make: (PointTable, String) throws(PlotUnavailable) -> [PlotScript]
  ) -> [PlannedPlot] {
    let isThere = outcome.evidence.log?.pointTables.contains { $0.name == "real-tokens" } ?? false
    return isThere ? draw(outcome, "real-tokens", "real-tokens", make) : []
  }

  private static func table(_ name: String, of outcome: ClaimOutcome) -> PointTable? {
    outcome.evidence.allPointTables.first { $0.name == name }
  }

  private static func draw(
    _ outcome: ClaimOutcome, _ tableName: String, _ suffix: String,
    _ make: (PointTable, String) throws(PlotUnavailable) -> [PlotScript]
  ) -> [PlannedPlot] {
    let name = "\(outcome.specification.id)-\(suffix)"
    guard let table = outcome.evidence.allPointTables.first(where: { $0.name == tableName }) else {
      return [.unavailable(name: name, reason: "the claim wrote no table '\(tableName)'")]
    }
    do throws(PlotUnavailable) {
      return try make(table, name).map { .script($0) }
    } catch {
      return [.unavailable(name: name, reason: error.reason)]
    }
  }
}
