import Claims

/// The plots of a contest of rankers, from its plain tables.
public enum RetrievalPlots {
  /// The plots of the tables `coverage` and `reliability`.
  public static func planned(for tables: [PointTable]) -> [PlannedPlot] {
    [
      plot(
        tables, table: "coverage", x: "coverage", y: "risk", name: "retrieval-risk-coverage",
        title: "Risk against coverage of perturbed queries",
        caption:
          "The error of the first document's answers, among the queries whose confidence reaches a threshold, against the share that does; all seeds together. Lower is better; "
          + "a flat line means that confidence says nothing.",
        xLabel: "coverage (share of queries answered)", yLabel: "selective risk (mean error)", diagonal: false
      ),
      plot(
        tables, table: "reliability", x: "confidence", y: "outcome", name: "retrieval-reliability",
        title: "Reliability of the confidence in the first document",
        caption:
          "The exact probability of a correct answer to a perturbed query against the confidence, means of ten bins; all seeds together. On the dashed line a confidence is "
          + "what it says; below it, too great.",
        xLabel: "confidence", yLabel: "probability of a correct answer", diagonal: true),
    ]
  }

  private static func plot(
    _ tables: [PointTable], table name: String, x: String, y: String, name stem: String, title: String,
    caption: String, xLabel: String, yLabel: String, diagonal: Bool
  ) -> PlannedPlot {
    guard let table = tables.first(where: { $0.name == name }) else {
      return .unavailable(name: stem, reason: "the contest wrote no table '\(name)'")
    }
    do throws(PlotUnavailable) {
      let data = try PlotTable(table, needing: ["world", "method", x, y])
      let worlds = data.labels("world")
      let methods = data.labels("method")
      let panels = worlds.map { world in
        var series: [PlotSeries] = []
        if diagonal { series.append(.line([[0, 0], [1, 1]], PlotStyle.reference, width: 1.5)) }
        for (index, method) in methods.enumerated() {
          let rows = data.rows.filter { $0.label("world") == world && $0.label("method") == method }
            .compactMap { row in row.number(x).flatMap { x in row.number(y).map { [x, $0] } } }
            .sorted { $0[0] < $1[0] }
          if rows.isEmpty { continue }
          let mark = PlotStyle.mark(index)
          series.append(diagonal ? .linePoints(rows, mark) : .line(rows, mark))
        }
        return PlotPanel(
          title: world, x: PlotAxis(0...1, tickStep: 0.25), y: PlotAxis(0...1, tickStep: 0.25), series: series
        )
      }
      var legend = methods.enumerated().map {
        PlotScript.LegendEntry(label: $0.element, mark: PlotStyle.mark($0.offset), isLine: !diagonal)
      }
      if diagonal { legend.append(.init(label: "calibrated", mark: PlotStyle.reference, isLine: true)) }
      return .script(
        PlotScript(
          name: stem, title: title, caption: caption, panels: panels, columns: min(2, max(1, panels.count)),
          xLabel: xLabel, yLabel: yLabel, legend: legend, panelHeight: 260))
    } catch {
      return .unavailable(name: stem, reason: error.reason)
    }
  }
}
