import Claims

/// The plots of an audit of real rollouts, from its plain tables.
public enum AuditPlots {
  /// The plots of the tables `allocation`, `points` and `dead_groups`, and of those on tokens where the log has them.
  public static func planned(for tables: [PointTable]) -> [PlannedPlot] {
    var plots =
      draw(tables, "allocation", allocation) + draw(tables, "points", points)
      + draw(tables, "dead_groups", deadGroups)
    if tables.contains(where: { $0.name == "token_factors" }) {
      plots +=
        draw(tables, "token_factors", TokenPlots.factors)
        + draw(tables, "token_histogram", TokenPlots.histogram)
        + draw(tables, "token_entropy", TokenPlots.entropy)
    }
    return plots
  }

  /// Total variance relative to uniform by rule and bounds: one panel for each (variance, estimator).
  static func allocation(_ table: PointTable) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(
      table, needing: ["variance", "estimator", "method", "min", "max", "est", "lower", "upper"])
    var panelNames: [[String]] = []
    var dots: [[String]: [DotPlot.Dot]] = [:]
    var boundNames: [String] = []
    for row in data.rows {
      guard let value = row.number("est") else { continue }
      let panel = [row.label("estimator"), row.label("variance")]
      let bounds = "\(row.label("min"))–\(row.label("max")) rollouts"
      if dots[panel] == nil { panelNames.append(panel) }
      if !boundNames.contains(bounds) { boundNames.append(bounds) }
      dots[panel, default: []].append(
        .init(
          category: row.label("method"), series: bounds, value: value, lower: row.number("lower"),
          upper: row.number("upper")))
    }
    guard !panelNames.isEmpty else { throw PlotUnavailable("the table 'allocation' has no finite estimate") }
    let methods = data.labels("method")
    let plots = panelNames.map {
      DotPlot(dots: dots[$0] ?? [], categories: methods, seriesNames: boundNames, reference: 1)
    }
    let axis = DotPlot.axis(for: plots)
    let columns = panelNames.count == 1 ? 1 : 2
    return [
      PlotScript(
        name: "audit-allocation", title: "Total variance relative to uniform, on the audited rollouts",
        caption:
          "Left of the dashed line a rule would have had less total variance than uniform allocation at the same budget. Bars are bootstrap "
          + "intervals over prompts; colours are the bounds on rollouts per prompt.",
        panels: zip(plots, panelNames).map { plot, name in
          // The proxy knows no estimator; then the kind of variance alone is the title.
          name[0].isEmpty
            ? plot.panel(title: "\(name[1]) variance", axis: axis)
            : plot.panel(title: name[0], subtitle: "\(name[1]) variance", axis: axis)
        }, columns: columns,
        xLabel: "total variance / that of uniform allocation (ratio)", yLabel: "",
        legend: DotPlot.legend(boundNames),
        panelHeight: (plots.first?.categoryHeight ?? 34) * max(methods.count, 1),
        tickRoom: DotPlot.tickRoom(methods))
    ]
  }

  /// Measured variance against p̂(1−p̂), one panel for each estimator.
  static func points(_ table: PointTable) throws(PlotUnavailable) -> [PlotScript] {
    try ProxyScatter.plots(
      table,
      .init(
        stem: "audit-points", panelColumn: "estimator", varianceColumn: "measured_variance",
        colourColumn: nil,
        title: "Measured variance against p̂(1 − p̂)", xLabel: "p̂(1 − p̂)", hasIdentity: false,
        yLabel: "measured variance (score²)"))
  }

  /// The share of prompts whose whole group succeeds or fails, by group size.
  static func deadGroups(_ table: PointTable) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(table, needing: ["group", "share"])
    let points = data.rows.compactMap { row -> CurvePlot.Point? in
      guard let x = row.number("group"), x > 0, let y = row.number("share") else { return nil }
      return CurvePlot.Point(panel: "", curve: "groups without signal", x: x, y: 100 * y)
    }
    guard !points.isEmpty else { throw PlotUnavailable("the table 'dead_groups' has no finite share") }
    let plot = CurvePlot(
      points: points, panelNames: [""], curveNames: ["groups without signal"], reference: 0, logarithmBase: 2)
    return [
      PlotScript(
        name: "audit-dead-groups", title: "Groups without signal: all succeed or all fail",
        caption:
          "The share of prompts whose group of G rollouts has one reward only, and so no gradient after a group baseline.",
        panels: plot.panels(), columns: 1, xLabel: "group size G (rollouts)", yLabel: "share of prompts (%)",
        legend: [], panelHeight: plot.panelHeight)
    ]
  }

  private static func draw(
    _ tables: [PointTable], _ name: String, _ make: (PointTable) throws(PlotUnavailable) -> [PlotScript]
  ) -> [PlannedPlot] {
    let stem = "audit-" + name.replacing("_", with: "-")
    guard let table = tables.first(where: { $0.name == name }) else {
      return [.unavailable(name: stem, reason: "the audit wrote no table '\(name)'")]
    }
    do throws(PlotUnavailable) {
      return try make(table).map { .script($0) }
    } catch {
      return [.unavailable(name: stem, reason: error.reason)]
    }
  }
}
