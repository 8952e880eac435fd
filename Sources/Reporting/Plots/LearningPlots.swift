import Claims
import Foundation

/// Steps to an accuracy under allocation rules: against their variance, by world, by step, by step size; a panel for each estimator and aggregation.
enum LearningPlots {
  /// Relative steps against relative variance, from a table `estimator,aggregation,p_source,allocator,step_choice,relative_steps,relative_variance`.
  static func variancePlots(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(
      table,
      needing: [
        "estimator", "aggregation", "p_source", "step_choice", "step_size", "relative_steps",
        "relative_variance",
      ])
    let choice = data.labels("step_choice").first ?? ""
    let sources = data.labels("p_source")
    let rows = data.rows.compactMap { row -> (panel: String, source: String, point: [Double])? in
      guard row.label("step_choice") == choice, row.label("allocator") != "uniform",
        let x = row.number("relative_variance"), let y = row.number("relative_steps"), x > 0, y > 0
      else { return nil }
      return (panel(row), row.label("p_source"), [x, y])
    }
    let panels = panelNames(data)
    let (x, y) = (try ratioAxis(rows.map { $0.point[0] }), try ratioAxis(rows.map { $0.point[1] }))
    return [
      PlotScript(
        name: name, title: "Does lower variance mean fewer steps?",
        caption:
          "One point for each rule, world, bounds and target, all at \(stepSize(data, choice)). The claim puts every point into the lower left and the upper right; rules that "
          + "never reach a target are not drawn. No world here punishes a long step.",
        panels: panels.map { panel in
          PlotPanel(
            title: panel, x: x, y: y,
            series: [
              .line([[1, y.range.lowerBound], [1, y.range.upperBound]], PlotStyle.reference, width: 1.5),
              .line([[x.range.lowerBound, 1], [x.range.upperBound, 1]], PlotStyle.reference, width: 1.5),
            ]
              + sources.enumerated().map { index, source in
                .points(
                  rows.filter { $0.panel == panel && $0.source == source }.map(\.point),
                  PlotStyle.mark(index))
              })
        },
        columns: 2, xLabel: "total variance / that of uniform allocation (ratio, logarithmic)",
        yLabel: "steps to target / those of uniform (ratio, logarithmic)",
        legend: DotPlot.legend(sources), panelHeight: 240)
    ]
  }

  /// Relative steps of every rule by world, from the same table: the oracle within the last bounds, on the middle target.
  static func stepPlots(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(
      table,
      needing: [
        "world", "estimator", "aggregation", "bounds", "p_source", "allocator", "step_choice", "step_size",
        "target", "relative_steps",
      ])
    let targets = data.labels("target")
    let target = targets[targets.count / 2]
    let (choice, source) = (data.labels("step_choice").first ?? "", data.labels("p_source").first ?? "")
    let bounds = data.labels("bounds").last ?? ""
    let rows = data.rows.filter {
      $0.label("step_choice") == choice && $0.label("p_source") == source && $0.label("bounds") == bounds
        && $0.label("target") == target && $0.label("allocator") != "uniform"
        && $0.number("relative_steps") != nil
    }
    guard !rows.isEmpty else { throw PlotUnavailable("the table '\(table.name)' has no finite rows") }
    let worlds = data.labels("world")
    let rules = data.labels("allocator").filter { rule in rows.contains { $0.label("allocator") == rule } }
    let plots = panelNames(data).map { name in
      DotPlot(
        dots: rows.filter { panel($0) == name }.map {
          DotPlot.Dot(
            category: $0.label("world"), series: $0.label("allocator"),
            value: $0.number("relative_steps") ?? 1)
        }, categories: worlds, seriesNames: rules, reference: 1)
    }
    let axis = DotPlot.axis(for: plots)
    return [
      PlotScript(
        name: name, title: "Steps to J = \(target) relative to uniform allocation",
        caption:
          "Left of the dashed line a rule needs fewer steps than uniform at the same budget and step size (\(stepSize(data, choice)), \(source) p, rollouts \(bounds)). Exact moments, no bar.",
        panels: zip(plots, panelNames(data)).map { $0.panel(title: $1, axis: axis) }, columns: 2,
        xLabel: "steps / those of uniform allocation (ratio)", yLabel: "", legend: DotPlot.legend(rules),
        panelHeight: (plots.first?.categoryHeight ?? 40) * worlds.count,
        tickRoom: DotPlot.tickRoom(worlds))
    ]
  }

  /// J by step in the first world, from a table `world,estimator,aggregation,allocator,step,success`.
  static func curvePlots(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(
      table, needing: ["world", "estimator", "aggregation", "allocator", "step", "success"])
    let world = data.labels("world").first ?? ""
    let rules = data.labels("allocator")
    let names = panelNames(data)
    var panels: [PlotPanel] = []
    for name in names {
      let rows = data.rows.filter { $0.label("world") == world && panel($0) == name }
      let points = rows.compactMap { row -> (rule: String, point: [Double])? in
        guard let x = row.number("step"), let y = row.number("success") else { return nil }
        return (row.label("allocator"), [x, y])
      }
      guard let last = points.map({ $0.point[0] }).max(), let low = points.map({ $0.point[1] }).min(),
        last > 0
      else { continue }
      panels.append(
        PlotPanel(
          title: name, x: PlotAxis(0...last, tickStep: ProxyScatter.tickStep(last)),
          y: PlotAxis((low - 0.02)...1, tickStep: 0.1),
          series: rules.enumerated().map { index, rule in
            .line(points.filter { $0.rule == rule }.map(\.point), PlotStyle.mark(index), width: 1.6)
          }))
    }
    guard !panels.isEmpty else { throw PlotUnavailable("the table '\(table.name)' has no finite rows") }
    return [
      PlotScript(
        name: name, title: "Expected success by step: \(world)",
        caption:
          "Mean-field ascent at one step size. Prompt-equal the rules differ by less than a line's width for RLOO; rollout-mean they follow different objectives.",
        panels: panels, columns: 2, xLabel: "steps", yLabel: "mean success J",
        legend: rules.enumerated().map { .init(label: $1, mark: PlotStyle.mark($0), isLine: true) },
        panelHeight: 230)
    ]
  }

  /// |relative steps − 1| against η in the first world, from a table `world,estimator,aggregation,allocator,step_size,step_difference`.
  static func shrinkagePlots(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(
      table, needing: ["world", "estimator", "aggregation", "allocator", "step_size", "step_difference"])
    let world = data.labels("world").first ?? ""
    let points = data.rows.compactMap { row -> CurvePlot.Point? in
      guard row.label("world") == world, let x = row.number("step_size"), x > 0,
        let y = row.number("step_difference"), y != 0
      else { return nil }
      return CurvePlot.Point(panel: panel(row), curve: row.label("allocator"), x: x, y: abs(y))
    }
    guard !points.isEmpty else { throw PlotUnavailable("the table '\(table.name)' has no finite rows") }
    let plot = CurvePlot(
      points: points, panelNames: panelNames(data), curveNames: data.labels("allocator"), logarithmBase: 2)
    return [
      PlotScript(
        name: name, title: "How the difference in steps shrinks with the step size",
        caption:
          "World: \(world). Where allocation changes the variance only (prompt-equal RLOO) the difference is of the order η; where it changes the expected step it stays. The largest η is the end of the grid, not a best one.",
        panels: plot.panels(), columns: plot.columns, xLabel: "step size η (logarithmic)",
        yLabel: "|steps / uniform's − 1|", legend: plot.legend(reference: nil), panelHeight: plot.panelHeight)
    ]
  }

  /// The η of a choice, with its name.
  private static func stepSize(_ data: PlotTable, _ choice: String) -> String {
    let step = data.rows.first { $0.label("step_choice") == choice }?.number("step_size")
    return step.map { "η = \(String(format: "%g", $0)), the same for all rules" } ?? choice
  }

  private static func panel(_ row: PlotRow) -> String {
    "\(row.label("estimator")), \(row.label("aggregation"))"
  }

  private static func panelNames(_ data: PlotTable) -> [String] {
    var names: [String] = []
    for row in data.rows where !names.contains(panel(row)) { names.append(panel(row)) }
    return names
  }

  /// A logarithmic axis for ratios around 1.
  private static func ratioAxis(_ values: [Double]) throws(PlotUnavailable) -> PlotAxis {
    guard let low = values.min(), let high = values.max() else {
      throw PlotUnavailable("no rule has a finite number of steps")
    }
    let range = (min(low, 0.8) / 1.1)...(max(high, 1.25) * 1.1)
    let ticks = [0.25, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 20, 50].filter { range.contains($0) }
    return PlotAxis(
      range, logarithmBase: 10, ticks: ticks.map { .init(label: String(format: "%g", $0), position: $0) })
  }
}
