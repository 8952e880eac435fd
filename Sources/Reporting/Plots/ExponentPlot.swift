import Claims

/// Total variance of the allocation n ∝ σ^a against the exponent a, its minimum marked.
enum ExponentPlot {
  /// Ratios above this leave the picture: what matters is where the minimum is.
  static let ceiling = 3.0

  /// The picture of a table `population,exponent,relative_variance`.
  static func plots(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(table, needing: ["population", "exponent", "relative_variance"])
    var plots: [PlotScript] = []
    for group in PopulationGroup.split(data.labels("population")) {
      let points = data.rows.compactMap { row -> CurvePlot.Point? in
        guard group.members.contains(row.label("population")), let x = row.number("exponent"),
          let y = row.number("relative_variance")
        else { return nil }
        return CurvePlot.Point(panel: "", curve: row.label("population"), x: x, y: y)
      }
      guard !points.isEmpty else { continue }
      let plot = CurvePlot(
        points: points, panelNames: [""], curveNames: group.members, reference: 1, ceiling: ceiling,
        marksMinimum: true)
      plots.append(
        PlotScript(
          name: "\(name)-\(group.name)", title: "Variance against the allocation exponent: \(group.title)",
          caption:
            "The rule n ∝ σ^a has its least total variance where the point stands: a = 1 is Neyman's rule, a = 0 uniform allocation, a = 2 "
            + "allocation in proportion to the variance. Ratios above \(GnuplotText.number(ceiling)) leave the picture.",
          panels: plot.panels(), columns: 1, xLabel: "exponent a of the allocation n ∝ σ^a",
          yLabel: "V(a) / V*  (ratio)",
          legend: plot.legend(reference: "optimum"), panelHeight: plot.panelHeight))
    }
    guard !plots.isEmpty else { throw PlotUnavailable("the table '\(table.name)' has no finite rows") }
    return plots
  }
}
