import Claims

/// What an allocation from estimated probabilities achieves against uniform and the oracle, by the rollouts they were estimated from.
enum RegretPlot {
  /// The picture of a table `population,method,group,relative_variance,lower,upper`.
  static func plots(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(
      table, needing: ["population", "method", "group", "relative_variance", "lower", "upper"])
    let points = data.rows.compactMap { row -> CurvePlot.Point? in
      guard let x = row.number("group"), x > 0, let y = row.number("relative_variance") else { return nil }
      return CurvePlot.Point(
        panel: row.label("population"), curve: row.label("method"), x: x, y: y, lower: row.number("lower"),
        upper: row.number("upper"))
    }
    guard !points.isEmpty else { throw PlotUnavailable("the table '\(table.name)' has no finite rows") }
    let plot = CurvePlot(
      points: points, panelNames: data.labels("population"), curveNames: data.labels("method"), reference: 1,
      logarithmBase: 2)
    return [
      PlotScript(
        name: name, title: "Regret of allocating by an estimated proxy",
        caption:
          "The oracle knows the true standard deviations; the regret is the distance to it. Bars are the intervals of the table.",
        panels: plot.panels(), columns: plot.columns,
        xLabel: "rollouts G that estimate a prompt's success probability",
        yLabel: "total variance / that of uniform allocation (ratio)",
        legend: plot.legend(reference: "uniform"),
        panelHeight: plot.panelHeight)
    ]
  }
}
