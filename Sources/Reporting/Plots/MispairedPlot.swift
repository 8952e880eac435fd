import Claims

/// The share of responses that the released pipeline scores against another prompt.
enum MispairedPlot {
  /// The picture of a table `population,bounds,share`.
  static func plots(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(table, needing: ["population", "bounds", "share"])
    let dots = data.rows.compactMap { row in
      row.number("share").map {
        DotPlot.Dot(category: row.label("population"), series: row.label("bounds"), value: $0)
      }
    }
    guard !dots.isEmpty else { throw PlotUnavailable("the table '\(table.name)' has no finite share") }
    let bounds = data.labels("bounds")
    let plot = DotPlot(
      dots: dots, categories: data.labels("population"), seriesNames: bounds, reference: 0,
      includesZero: true, scale: 100)
    return [
      PlotScript(
        name: name, title: "Responses scored against another prompt",
        caption:
          "0 % means that every response is scored against its own prompt. Colours are the bounds on rollouts per prompt.",
        panels: [plot.panel(title: "", axis: DotPlot.axis(for: [plot]))], columns: 1,
        xLabel: "share of responses (%)",
        yLabel: "", legend: DotPlot.legend(bounds), panelHeight: plot.categoryHeight * plot.categories.count,
        tickRoom: DotPlot.tickRoom(plot.categories))
    ]
  }
}
