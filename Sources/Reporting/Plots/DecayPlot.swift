import Claims

/// n·Var(n)/σ² against n: flat where the variance falls as σ²/n.
enum DecayPlot {
  /// The picture of a table `estimator,world,n,scaled_variance`.
  static func plots(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(table, needing: ["estimator", "world", "n", "scaled_variance"])
    let points = data.rows.compactMap { row -> CurvePlot.Point? in
      guard let x = row.number("n"), x > 0, let y = row.number("scaled_variance") else { return nil }
      return CurvePlot.Point(panel: row.label("estimator"), curve: row.label("world"), x: x, y: y)
    }
    guard !points.isEmpty else { throw PlotUnavailable("the table '\(table.name)' has no finite rows") }
    let plot = CurvePlot(
      points: points, panelNames: data.labels("estimator"), curveNames: data.labels("world"), reference: 1,
      logarithmBase: 2)
    return [
      PlotScript(
        name: name, title: "Does the variance fall as σ²/n?",
        caption:
          "A flat curve at 1 means that a prompt's variance is σ²/n; a slope means that σ² itself depends on n.",
        panels: plot.panels(), columns: plot.columns, xLabel: "rollouts n of the prompt",
        yLabel: "n · Var(n) / σ²  (ratio)",
        legend: plot.legend(reference: "σ²/n"), panelHeight: plot.panelHeight)
    ]
  }
}
