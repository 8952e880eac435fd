import Claims

/// The plots of an audit's tokens: what modulation touches, how its factors are distributed, how entropy runs along responses.
enum TokenPlots {
  /// The share of tokens a factor touches beside the share of the gradient's squared norm in them, form by form.
  static func factors(_ table: PointTable) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(table, needing: ["form", "scope", "factor", "touched_share", "norm_share"])
    let series = ["tokens", "squared gradient norm"]
    var panels: [String] = []
    var dots: [String: [DotPlot.Dot]] = [:]
    var categories: [String] = []
    for row in data.rows {
      let category = name(row)
      let panel = row.label("factor")
      for (name, column) in zip(series, ["touched_share", "norm_share"]) {
        guard let value = row.number(column) else { continue }
        if !panels.contains(panel) { panels.append(panel) }
        if !categories.contains(category) { categories.append(category) }
        dots[panel, default: []].append(.init(category: category, series: name, value: value))
      }
    }
    guard !panels.isEmpty else { throw PlotUnavailable("the table 'token_factors' has no finite share") }
    let plots = panels.map {
      DotPlot(
        dots: dots[$0] ?? [], categories: categories, seriesNames: series, includesZero: true, scale: 100)
    }
    let axis = DotPlot.axis(for: plots)
    return [
      PlotScript(
        name: "audit-token-factors", title: "What advantage modulation touches, on the audited tokens",
        caption:
          "A token is touched where the factor differs from 1 by more than 0.01. The squared norm is the sum of (A‖s‖)² in logit space, of which the share in touched tokens "
          + "is shown. The last word of a form is what its extremes are taken over.",
        panels: zip(plots, panels).map { $0.panel(title: $1, axis: axis) }, columns: min(panels.count, 2),
        xLabel: "share (%)", yLabel: "", legend: DotPlot.legend(series),
        panelHeight: (plots.first?.categoryHeight ?? 34) * max(categories.count, 1),
        tickRoom: DotPlot.tickRoom(categories))
    ]
  }

  /// The distribution functions of both factors.
  static func histogram(_ table: PointTable) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(
      table, needing: ["form", "scope", "factor", "factor_from", "factor_to", "cumulative_share"])
    var points: [CurvePlot.Point] = []
    var reached: [String: Double] = [:]
    for row in data.rows where row.label("factor") != "factor" {
      guard let from = row.number("factor_from"), let to = row.number("factor_to"),
        let share = row.number("cumulative_share")
      else { continue }
      let (panel, curve) = (row.label("factor"), name(row))
      let key = panel + curve
      // A step: level up to the range, up within it. The first range stands at its own height, as a logarithmic axis has no zero.
      points.append(.init(panel: panel, curve: curve, x: from, y: 100 * (reached[key] ?? share)))
      points.append(.init(panel: panel, curve: curve, x: to, y: 100 * share))
      reached[key] = share
    }
    guard !points.isEmpty else { throw PlotUnavailable("the table 'token_histogram' has no finite share") }
    let panels = ["compensation", "stabilisation"].filter { panel in points.contains { $0.panel == panel } }
    let curves = data.labels("form").flatMap { form in
      data.labels("scope").map { "\(form), \($0)" }
    }.filter { curve in points.contains { $0.curve == curve } }
    var drawn: [PlotPanel] = []
    for panel in panels {
      let plot = CurvePlot(
        points: points.filter { $0.panel == panel }, panelNames: [panel], curveNames: curves, reference: nil,
        logarithmBase: nil)
      drawn += plot.linePanels(title: panel)
    }
    return [
      PlotScript(
        name: "audit-token-histogram", title: "The factors of the audited tokens",
        caption:
          "The share of tokens whose factor is at most the value on the axis. Compensation is 1 for every token without a positive advantage; the lower the stabilisation's "
          + "curve stays left of 1, the fewer tokens are damped.",
        panels: drawn, columns: min(panels.count, 2), xLabel: "factor",
        yLabel: "tokens with a factor up to x (%)",
        legend: lineLegend(curves), panelHeight: 300)
    ]
  }

  /// Mean and quantiles of the entropy by position.
  static func entropy(_ table: PointTable) throws(PlotUnavailable) -> [PlotScript] {
    let quantiles = [("q95", "95 %"), ("q75", "75 %"), ("q50", "median"), ("q25", "25 %"), ("q05", "5 %")]
    let data = try PlotTable(table, needing: ["position_from", "tokens", "mean"] + quantiles.map(\.0))
    var points: [CurvePlot.Point] = []
    for row in data.rows {
      guard let from = row.number("position_from") else { continue }
      // The middle of a range of positions stands for it.
      let x = 1 + (from + (row.number("position_through") ?? from)) / 2
      for (column, curve) in [("mean", "mean")] + quantiles {
        guard let y = row.number(column) else { continue }
        points.append(.init(panel: "", curve: curve, x: x, y: y))
      }
    }
    guard !points.isEmpty else { throw PlotUnavailable("the table 'token_entropy' has no finite entropy") }
    let curves = ["mean"] + quantiles.map(\.1)
    let isLong = (points.map(\.x).max() ?? 1) > 64
    let plot = CurvePlot(
      points: points, panelNames: [""], curveNames: curves, reference: 0, logarithmBase: isLong ? 2 : nil)
    return [
      PlotScript(
        name: "audit-token-entropy", title: "Entropy along the responses",
        caption:
          "Mean and quantiles over all logged tokens at a position, the first being 1 (the table counts from 0); fewer responses reach the later ones, so that the population changes along the axis.",
        panels: isLong ? plot.linePanels(title: "").map(withPowers) : plot.panels(), columns: 1,
        xLabel: "position in the response (tokens)", yLabel: "entropy (nats)",
        legend: isLong ? lineLegend(curves) : plot.legend(reference: nil), panelHeight: plot.panelHeight)
    ]
  }

  /// The panel with ticks at the powers of two, however few of them are positions with a point.
  private static func withPowers(_ panel: PlotPanel) -> PlotPanel {
    var panel = panel
    let powers = (0..<63).map { Double(1 << $0) }.filter { panel.x.range.contains($0) }
    let step = (powers.count + 9) / 10
    panel.x.ticks = stride(from: 0, to: powers.count, by: max(step, 1)).map {
      .init(label: String(Int(powers[$0])), position: powers[$0])
    }
    return panel
  }

  private static func lineLegend(_ names: [String]) -> [PlotScript.LegendEntry] {
    names.enumerated().map { .init(label: $0.element, mark: PlotStyle.mark($0.offset), isLine: true) }
  }

  private static func name(_ row: PlotRow) -> String { "\(row.label("form")), \(row.label("scope"))" }
}

extension CurvePlot {
  /// The panels of lines without marks, each on its own axes.
  fileprivate func linePanels(title: String) -> [PlotPanel] {
    panels().map { panel in
      var panel = panel
      panel.title = title
      panel.series = curveNames.enumerated().compactMap { index, curve in
        // In the order of the points: a step has two at one x.
        let rows = points.filter { $0.curve == curve }.map { [$0.x, $0.y] }
        return rows.isEmpty ? nil : .line(rows, PlotStyle.mark(index))
      }
      return panel
    }
  }
}
