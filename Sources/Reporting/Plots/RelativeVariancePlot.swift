import Claims

/// Total variance of each allocation rule relative to uniform, with intervals, for each population.
enum RelativeVariancePlot {
  /// The picture of a table `population,allocator,relative_variance,lower,upper`.
  static func plots(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(
      table, needing: ["population", "allocator", "relative_variance", "lower", "upper"])
    let dots = data.rows.compactMap { row -> DotPlot.Dot? in
      guard let value = row.number("relative_variance") else { return nil }
      return DotPlot.Dot(
        category: row.label("population"), series: row.label("allocator"), value: value,
        lower: row.number("lower"),
        upper: row.number("upper"))
    }
    guard !dots.isEmpty else {
      throw PlotUnavailable("the table '\(table.name)' has no finite relative variance")
    }
    let allocators = data.labels("allocator")
    let plot = DotPlot(
      dots: dots, categories: data.labels("population"), seriesNames: allocators, reference: 1)
    return [
      PlotScript(
        name: name, title: "Total variance relative to uniform allocation",
        caption:
          "Left of the dashed line an allocation rule has less total variance than uniform allocation at the same budget; bars are "
          + "the intervals of the table (no bar: exact).",
        panels: [plot.panel(title: "", axis: DotPlot.axis(for: [plot]))], columns: 1,
        xLabel: "total variance / that of uniform allocation (ratio)", yLabel: "",
        legend: DotPlot.legend(allocators),
        panelHeight: plot.categoryHeight * plot.categories.count, tickRoom: DotPlot.tickRoom(plot.categories))
    ]
  }
}
