import Claims
import Foundation

/// Scatters of the entropy-change claims: one panel for each population of next-token distributions.
enum EntropyChangePlots {
  /// The most points of one series in a panel.
  static let mostPoints = 300

  /// Released against exact change: a table `population,entropy_change,released_entropy_change`.
  static func released(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(
      table, needing: ["population", "entropy_change", "released_entropy_change"])
    var panels: [PlotPanel] = []
    for population in data.labels("population") {
      let points = thinned(
        data.rows.filter { $0.label("population") == population }.compactMap { row -> [Double]? in
          guard let x = row.number("entropy_change"), let y = row.number("released_entropy_change") else {
            return nil
          }
          return [x, y]
        })
      guard !points.isEmpty else { continue }
      let reach = max(frame(points), 1e-12)
      let shown = points.map { $0.map { min(max($0, -reach), reach) } }
      let opposite = shown.filter { $0[0] * $0[1] < 0 }
      let axis = PlotAxis(-reach...reach, tickStep: ProxyScatter.tickStep(2 * reach))
      panels.append(
        PlotPanel(
          title: population, subtitle: "opposite sign: \(opposite.count) of \(points.count)", x: axis,
          y: axis,
          series: [
            .line([[-reach, 0], [reach, 0]], PlotStyle.reference, width: 0.9),
            .line([[0, -reach], [0, reach]], PlotStyle.reference, width: 0.9),
            .line([[-reach, -reach], [reach, reach]], PlotStyle.reference, width: 1.5),
            .points(shown.filter { $0[0] * $0[1] >= 0 }, PlotStyle.mark(0), size: 0.55),
            .points(opposite, PlotStyle.mark(1), size: 0.6),
          ].filter { !$0.rows.isEmpty }))
    }
    guard !panels.isEmpty else { throw PlotUnavailable("the table '\(table.name)' has no finite rows") }
    return [
      PlotScript(
        name: name, title: "Released entropy change against the exact one",
        caption:
          "One point is one token; the dashed diagonal is agreement. Points in the upper left and lower right have the opposite sign. "
          + "Of real tokens the exact value is the middle of the interval that the log allows. "
          + "At most \(mostPoints) points are drawn in a panel; each panel has its own scale, and the farthest fiftieth stands on its frame.",
        panels: panels, columns: panels.count == 1 ? 1 : 3, xLabel: "exact dH/dη (nats per unit step)",
        yLabel: "released ΔH (nats per unit step)",
        legend: [
          .init(label: "same sign", mark: PlotStyle.mark(0), isLine: false),
          .init(label: "opposite sign", mark: PlotStyle.mark(1), isLine: false),
        ], panelHeight: panels.count == 1 ? 380 : 170, tickRoom: 66)
    ]
  }

  /// Size of the update against the rank of two indicators: a table `population,entropy_change,missing_probability,update_norm`.
  static func magnitude(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    try magnitude(table, name: name, change: "|ΔH|")
  }

  /// The same of real tokens, whose entropy change is the released one.
  static func realMagnitude(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    try magnitude(table, name: name, change: "|ΔH| as released")
  }

  private static func magnitude(_ table: PointTable, name: String, change: String) throws(PlotUnavailable)
    -> [PlotScript]
  {
    let indicators = [(change, "entropy_change"), ("1 − π_a", "missing_probability")]
    let data = try PlotTable(table, needing: ["population", "update_norm"] + indicators.map(\.1))
    var panels: [PlotPanel] = []
    for population in data.labels("population") {
      let rows = data.rows.filter { $0.label("population") == population }
      let sizes = rows.compactMap { $0.number("update_norm") }
      guard let axis = sizeAxis(sizes) else { continue }
      var series: [PlotSeries] = []
      for (index, indicator) in indicators.enumerated() {
        let points = rows.compactMap { row -> [Double]? in
          guard let x = row.number(indicator.1), let y = row.number("update_norm") else { return nil }
          return [x, max(y, axis.range.lowerBound)]
        }
        let drawn = thinned(zip(ranks(points.map { $0[0] }), points).map { [$0, $1[1]] })
        if !drawn.isEmpty { series.append(.points(drawn, PlotStyle.mark(index), size: 0.5)) }
      }
      guard !series.isEmpty else { continue }
      panels.append(
        PlotPanel(
          title: population, x: PlotAxis(-0.03...1.03, tickStep: 0.25), y: axis, series: series))
    }
    guard !panels.isEmpty else { throw PlotUnavailable("the table '\(table.name)' has no finite rows") }
    return [
      PlotScript(
        name: name, title: "Size of the update against two indicators of it",
        caption:
          "One point is one token, once at its place among the others by |ΔH| and once by 1 − π_a; tokens that tie share a place. "
          + "An indicator of size rises from left to right without scatter. At most \(mostPoints) points of each are drawn in a panel, whose scale is logarithmic where sizes span more than a factor of thirty.",
        panels: panels, columns: panels.count == 1 ? 1 : 3,
        xLabel: "share of tokens with a smaller indicator", yLabel: "‖Δz‖ at η = 1 (logits)",
        legend: indicators.enumerated().map {
          .init(label: $0.element.0, mark: PlotStyle.mark($0.offset), isLine: false)
        }, panelHeight: panels.count == 1 ? 380 : 170)
    ]
  }

  /// Ratios of improvement with their intervals: a table `population,method,measure,ratio,lower,upper`.
  static func ratios(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(
      table, needing: ["population", "method", "measure", "ratio", "lower", "upper"])
    let methods = data.labels("method")
    let populations = data.labels("population")
    let plots = data.labels("measure").map { measure -> (String, DotPlot) in
      let dots = data.rows.filter { $0.label("measure") == measure }.compactMap { row -> DotPlot.Dot? in
        guard let value = row.number("ratio"), value > 0 else { return nil }
        return DotPlot.Dot(
          category: row.label("method"), series: row.label("population"), value: value,
          lower: row.number("lower").map { max($0, value / 100) }, upper: row.number("upper"))
      }
      return (
        measure, DotPlot(dots: dots, categories: methods, seriesNames: populations, reference: 1)
      )
    }
    guard plots.contains(where: { !$0.1.dots.isEmpty }) else {
      throw PlotUnavailable("the table '\(table.name)' has no finite rows")
    }
    return plots.enumerated().filter { !$0.element.1.dots.isEmpty }.map { index, plot in
      PlotScript(
        name: plots.count == 1 ? name : "\(name)-\(index + 1)",
        title: "One adapted step against a constant one: \(plot.0)",
        caption:
          "Each rule at its own best global step size; 1 is the constant step. Rules of |ΔH| come first, those beside the statement below. Only the guaranteed improvement is judged; the improvement at the best step is often had at the longest step allowed, where the rules come close to each other. A ratio of means over random worlds; bars are its 95 % intervals.",
        panels: [plot.1.panel(title: "", axis: DotPlot.axis(for: [plot.1]))], columns: 1,
        xLabel: "\(plot.0) / that of a constant step (ratio)", yLabel: "",
        legend: DotPlot.legend(populations),
        panelHeight: plot.1.categoryHeight * methods.count, tickRoom: DotPlot.tickRoom(methods))
    }
  }

  /// How far from 0 the axes reach: all but the farthest fiftieth of the points, and a little.
  private static func frame(_ points: [[Double]]) -> Double {
    let sizes = points.map { max(abs($0[0]), abs($0[1])) }.sorted()
    return sizes.isEmpty ? 0 : sizes[(sizes.count - 1) * 49 / 50] * 1.08
  }

  /// The axis of sizes: logarithmic where they span more than a factor of thirty, over four decades at most.
  private static func sizeAxis(_ sizes: [Double]) -> PlotAxis? {
    guard let top = sizes.max(), top > 0 else { return nil }
    let low = max(sizes.filter { $0 > 0 }.min() ?? top, top * 1e-4)
    guard top / low > 30 else {
      return PlotAxis(0...top * 1.08, tickStep: ProxyScatter.tickStep(top * 1.08))
    }
    let range = (low / 1.4)...(top * 1.6)
    let ticks = DotPlot.logarithmicTicks(range.lowerBound, range.upperBound)
    // Whole powers of ten are enough for a small panel.
    let powers = ticks.filter { $0.power != nil || log10($0.position).rounded() == log10($0.position) }
    return PlotAxis(range, logarithmBase: 10, ticks: powers.count > 1 ? powers : ticks)
  }

  /// Ranks scaled to [0, 1]; ties share the mean place.
  private static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var result = [Double](repeating: 0, count: values.count)
    let scale = Double(max(values.count - 1, 1))
    var first = 0
    while first < order.count {
      var last = first
      while last + 1 < order.count, values[order[last + 1]] == values[order[first]] { last += 1 }
      for place in first...last { result[order[place]] = Double(first + last) / 2 / scale }
      first = last + 1
    }
    return result
  }

  /// Evenly spaced rows, at most `mostPoints`.
  private static func thinned(_ rows: [[Double]]) -> [[Double]] {
    let step = max(1, (rows.count + mostPoints - 1) / mostPoints)
    return rows.enumerated().filter { $0.offset % step == 0 }.map(\.element)
  }
}
