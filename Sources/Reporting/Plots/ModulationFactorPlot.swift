import Claims

/// What β_comp restores and what β_stab takes away.
enum ModulationFactorPlot {
  /// The picture of a table `strength,missing,restored_share`.
  static func restored(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(table, needing: ["strength", "missing", "restored_share"])
    let points = data.rows.compactMap { row -> CurvePlot.Point? in
      guard row.number("strength") != nil, let x = row.number("missing"), x > 0,
        let y = row.number("restored_share")
      else { return nil }
      return CurvePlot.Point(panel: "", curve: "α = \(row.label("strength"))", x: x, y: y)
    }
    guard !points.isEmpty else { throw PlotUnavailable("the table '\(table.name)' has no finite rows") }
    var names: [String] = []
    for point in points where !names.contains(point.curve) { names.append(point.curve) }
    let plot = CurvePlot(
      points: points, panelNames: [""], curveNames: names, reference: 0.5, logarithmBase: 10)
    var panels = plot.panels()
    if let x = panels.first?.x.range {
      panels[0].x.ticks = DotPlot.logarithmicTicks(x.lowerBound, x.upperBound)
    }
    return [
      PlotScript(
        name: name, title: "The share of the gap that the full boost restores",
        caption:
          "A correct token of probability π in a state of two, beside a uniform state, gets the full factor 1 + α. The less uncertain the token, the less of the "
          + "distance to the uniform state's score norm is made up; the dashed line is half of it.",
        panels: panels, columns: 1, xLabel: "1 − π, logarithmic",
        yLabel: "restored share, logarithmic", legend: plot.legend(reference: "half"),
        panelHeight: plot.panelHeight)
    ]
  }

  /// The picture of a table `rule,threshold,restored_share`, with a panel for each `population` where there is one.
  static func shares(_ table: PointTable, name: String, isLog: Bool) throws(PlotUnavailable)
    -> [PlotScript]
  {
    let data = try PlotTable(
      table, needing: ["rule", "threshold", "restored_share"] + (isLog ? [] : ["population"]))
    let rows = data.rows.filter { $0.number("restored_share") != nil && $0.number("threshold") != nil }
    guard !rows.isEmpty else { throw PlotUnavailable("the table '\(table.name)' has no finite rows") }
    var titles: [String] = []
    var rules: [String] = []
    var thresholds: [String] = []
    func collect(_ value: String, _ list: inout [String]) { if !list.contains(value) { list.append(value) } }
    for row in rows {
      collect(isLog ? "" : row.label("population"), &titles)
      collect(row.label("rule"), &rules)
      collect("π ≥ \(row.label("threshold"))", &thresholds)
    }
    let plots = titles.map { title in
      DotPlot(
        dots: rows.filter { isLog || $0.label("population") == title }.map {
          DotPlot.Dot(
            category: $0.label("rule"), series: "π ≥ \($0.label("threshold"))",
            value: $0.number("restored_share") ?? .nan)
        }, categories: rules, seriesNames: thresholds, reference: 0.5)
    }
    let axis = DotPlot.axis(for: plots)
    return [
      PlotScript(
        name: name,
        title: isLog
          ? "Share of the gap restored to a log's confident correct tokens"
          : "Share of the gap restored to confident correct tokens",
        caption:
          "Each rule's mean share of the distance between a confident correct token's score norm and that of the most uncertain state of its scope; the dashed line is half. "
          + (isLog
            ? "The micro-batch is the whole log."
            : "Random batches, one panel for each population of states."),
        panels: zip(plots, titles).map { $0.panel(title: $1, axis: axis) }, columns: 1,
        xLabel: "restored share, logarithmic", yLabel: "",
        legend: DotPlot.legend(thresholds) + [
          .init(label: "half", mark: PlotStyle.reference, isLine: true)
        ],
        panelHeight: 24 * rules.count, tickRoom: DotPlot.tickRoom(rules))
    ]
  }

  /// The two pictures of a table `population,rule,largest_ratio,lower,upper,touched_share`.
  static func effects(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(
      table, needing: ["population", "rule", "largest_ratio", "lower", "upper", "touched_share"])
    func dots(_ column: String, _ bounds: Bool) -> [DotPlot.Dot] {
      data.rows.compactMap { row in
        row.number(column).map {
          DotPlot.Dot(
            category: row.label("rule"), series: row.label("population"), value: $0,
            lower: bounds ? row.number("lower") : nil, upper: bounds ? row.number("upper") : nil)
        }
      }
    }
    let (ratios, touched) = (dots("largest_ratio", true), dots("touched_share", false))
    guard !ratios.isEmpty, !touched.isEmpty else {
      throw PlotUnavailable("the table '\(table.name)' has no finite rows")
    }
    let rules = data.labels("rule")
    let populations = data.labels("population")
    func script(
      _ suffix: String, _ dots: [DotPlot.Dot], reference: Double?, title: String, caption: String, x: String
    )
      -> PlotScript
    {
      let plot = DotPlot(
        dots: dots, categories: rules, seriesNames: populations, reference: reference,
        includesZero: reference == nil)
      return PlotScript(
        name: "\(name)-\(suffix)", title: title, caption: caption,
        panels: [plot.panel(title: "", axis: DotPlot.axis(for: [plot]))], columns: 1, xLabel: x, yLabel: "",
        legend: DotPlot.legend(populations)
          + (reference == nil
            ? [] : [.init(label: "a tenth lower", mark: PlotStyle.reference, isLine: true)]),
        panelHeight: 40 * rules.count, tickRoom: DotPlot.tickRoom(rules))
    }
    return [
      script(
        "largest", ratios, reference: 0.9, title: "The largest update with stabilisation over that without",
        caption:
          "Means over random batches with their intervals. At 1 the stabilisation leaves the largest update as it is; left of the dashed line it takes away a tenth.",
        x: "largest update with β_stab / without (ratio)"),
      script(
        "touched", touched, reference: nil, title: "The share of tokens that stabilisation touches",
        caption: "The share of tokens whose factor is below 0.99, means over random batches.",
        x: "share of tokens with β_stab < 0.99"),
    ]
  }

  /// The picture of a table `rule,largest_ratio`: the prompts of a log in the order of their ratio.
  static func prompts(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(table, needing: ["rule", "largest_ratio"])
    var series: [PlotSeries] = [.line([[0, 0.9], [1, 0.9]], PlotStyle.reference, width: 1.8)]
    var legend: [PlotScript.LegendEntry] = []
    for (index, rule) in data.labels("rule").enumerated() {
      let ratios = data.rows.filter { $0.label("rule") == rule }.compactMap { $0.number("largest_ratio") }
        .sorted()
      guard !ratios.isEmpty else { continue }
      let mark = PlotStyle.mark(index)
      series.append(
        .line(
          ratios.enumerated().flatMap { place, ratio in
            [0.0, 1.0].map { [(Double(place) + $0) / Double(ratios.count), ratio] }
          }, mark, width: 2.2))
      legend.append(.init(label: rule, mark: mark, isLine: true))
    }
    guard !legend.isEmpty else { throw PlotUnavailable("the table '\(table.name)' has no finite rows") }
    legend.append(.init(label: "a tenth lower", mark: PlotStyle.reference, isLine: true))
    return [
      PlotScript(
        name: name, title: "The largest update of each prompt with stabilisation over that without",
        caption:
          "The prompts of the log, each as one micro-batch, in the order of the ratio. Where the curve is at 1 the stabilisation leaves the prompt's largest update as it is.",
        panels: [
          PlotPanel(x: PlotAxis(-0.02...1.02), y: PlotAxis(0.58...1.02, tickStep: 0.1), series: series)
        ],
        columns: 1, xLabel: "share of the prompts", yLabel: "largest update with / without (ratio)",
        legend: legend, panelHeight: 320)
    ]
  }
}
