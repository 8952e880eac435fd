import Claims
import Foundation

/// The score norm of tokens between its bounds, and its expectation between the tight curves of the entropy.
enum ScoreNormPlot {
  /// Tokens less uncertain than this leave the picture: below it doubles, and the log's six decimals, say nothing.
  static let leastMissing = 1e-8
  /// For tokens of a log: at 0.01 six decimals leave an error of 3 per cent in ‖s‖², below it soon all of it.
  static let leastMissingOfLogs = 0.01
  private static let policies = PlotStyle.Mark(colour: "#7F7F7F", pointType: 6, dash: "1")
  private static let tokens = PlotStyle.mark(1)

  /// The picture of a table `population,tokens,missing,norm`, tokens of a log (`missing,norm`) drawn over it.
  static func norms(_ table: PointTable, real: PointTable?, name: String) throws(PlotUnavailable)
    -> [PlotScript]
  {
    let data = try PlotTable(table, needing: ["missing", "norm"])
    let points = pairs(data, "missing", "norm").filter { $0[0] >= leastMissing && $0[1] > 0 }
    guard !points.isEmpty else {
      throw PlotUnavailable("the table '\(table.name)' has no row with two positive numbers")
    }
    // A token that the log prints as certain has neither a place on a logarithmic axis nor a ratio.
    let over = try real.map { (table) throws(PlotUnavailable) in
      pairs(try PlotTable(table, needing: ["missing", "norm"]), "missing", "norm").filter {
        $0[0] >= leastMissingOfLogs
      }
    }
    let low = leastMissing
    let x = PlotAxis(
      (low / 1.5)...1.6, logarithmBase: 10,
      ticks: stride(from: -8, through: 0, by: 2).map { .init(power: $0) })
    let bounds = [1, 2.0.squareRoot()]
    func panel(_ title: String, _ y: PlotAxis, _ value: (Double, Double) -> Double) -> PlotPanel {
      var series = bounds.enumerated().map { index, bound in
        PlotSeries.line(
          [low, 1].map { [$0, value($0, bound * $0)] }, PlotStyle.mark(index == 0 ? 2 : 0), width: 2)
      }
      series.append(.points(points.map { [$0[0], value($0[0], $0[1])] }, policies, size: 0.55))
      if let over, !over.isEmpty {
        series.append(.points(over.map { [$0[0], value($0[0], $0[1])] }, tokens, size: 0.55))
      }
      return PlotPanel(title: title, x: x, y: y, series: series)
    }
    let norm = PlotAxis(
      (low / 1.5)...2.5, logarithmBase: 10,
      ticks: stride(from: -8, through: 0, by: 2).map { .init(power: $0) })
    var legend: [PlotScript.LegendEntry] = [
      .init(label: "√2 (1 − π)", mark: PlotStyle.mark(0), isLine: true),
      .init(label: "1 − π", mark: PlotStyle.mark(2), isLine: true),
      .init(label: "random policies", mark: policies, isLine: false),
    ]
    if let over, !over.isEmpty { legend.append(.init(label: "real tokens", mark: tokens, isLine: false)) }
    return [
      PlotScript(
        name: name, title: "The norm of a token's score vanishes linearly",
        caption:
          "Left: the norm against the probability that the token was not drawn, both logarithmic. Right: their ratio, which stays between 1 and √2 at every "
          + "confidence; a norm that vanished quadratically would fall to 0 there. Real tokens are shown from 1 − π = 0.01, below which the log's decimals rule.",
        panels: [
          panel("norm ‖s‖", norm) { $1 },
          panel("ratio ‖s‖ / (1 − π)", PlotAxis(0.95...1.5, tickStep: 0.1)) { $1 / $0 },
        ],
        columns: 2, xLabel: "1 − π, logarithmic", yLabel: "", legend: legend, panelHeight: 300)
    ]
  }

  /// The picture of the tables `curve,entropy,expected_norm` and `population,entropy,expected_norm`, states of a log (`entropy,expected_norm`) drawn over them.
  static func curves(_ table: PointTable, policies random: PointTable?, real: PointTable?, name: String)
    throws(PlotUnavailable) -> [PlotScript]
  {
    let data = try PlotTable(table, needing: ["curve", "entropy", "expected_norm"])
    let names = data.labels("curve")
    var lines: [PlotSeries] = []
    var legend: [PlotScript.LegendEntry] = []
    var highest = 0.0
    for (index, curve) in names.enumerated() {
      let rows = data.rows.filter { $0.label("curve") == curve }.compactMap { row -> [Double]? in
        guard let x = row.number("entropy"), let y = row.number("expected_norm") else { return nil }
        return [x, y]
      }.sorted { $0[0] < $1[0] }
      guard let last = rows.last else { continue }
      highest = max(highest, last[0])
      let mark = [0: PlotStyle.reference, 1: PlotStyle.mark(0)][index] ?? PlotStyle.mark(index)
      lines.append(.line(rows, mark, width: 2))
      legend.append(.init(label: curve, mark: mark, isLine: true))
    }
    guard !lines.isEmpty else { throw PlotUnavailable("the table '\(table.name)' has no finite rows") }
    var clouds: [PlotSeries] = []
    for (cloud, label, mark) in [(random, "random policies", policies), (real, "real tokens", tokens)] {
      guard let cloud else { continue }
      let points = pairs(
        try PlotTable(cloud, needing: ["entropy", "expected_norm"]), "entropy", "expected_norm"
      ).filter { $0[0] <= highest }
      guard !points.isEmpty else { continue }
      clouds.append(.points(points, mark, size: 0.5))
      legend.append(.init(label: label, mark: mark, isLine: false))
    }
    let axis = PlotAxis(-0.02 * max(highest, 1)...(1.02 * max(highest, 1)))
    return [
      PlotScript(
        name: name, title: "Expected squared score norm between its tight bounds",
        caption:
          "All distributions with the entropy H lie between the curves: the greatest value does not depend on the number K of tokens, the least falls as K grows. "
          + "The dashed curve 1 − exp(−H) is the looser bound from above.",
        panels: [PlotPanel(x: axis, y: PlotAxis(-0.02...1.02, tickStep: 0.2), series: clouds + lines)],
        columns: 1, xLabel: "entropy H (nats)", yLabel: "E‖s‖² = 1 − Σπ²", legend: legend, panelHeight: 400)
    ]
  }

  /// The picture of a table `entropy,tokens,least,greatest`.
  static func vocabulary(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(table, needing: ["entropy", "tokens", "least"])
    let points = data.rows.compactMap { row -> CurvePlot.Point? in
      guard let x = row.number("tokens"), x > 0, let y = row.number("least"), row.number("entropy") != nil
      else { return nil }
      return CurvePlot.Point(panel: "", curve: "H = \(row.label("entropy"))", x: x, y: y)
    }
    guard !points.isEmpty else { throw PlotUnavailable("the table '\(table.name)' has no finite rows") }
    var names: [String] = []
    for point in points where !names.contains(point.curve) { names.append(point.curve) }
    let plot = CurvePlot(points: points, panelNames: [""], curveNames: names, logarithmBase: 10)
    var panels = plot.panels()
    if let x = panels.first?.x.range {
      panels[0].x.ticks = DotPlot.logarithmicTicks(x.lowerBound, x.upperBound)
    }
    return [
      PlotScript(
        name: name, title: "The least expected squared score norm falls as tokens are added",
        caption:
          "At a fixed entropy the least 1 − Σπ² falls about as 2H/log K: there is no bound from below free of K, but it falls slowly.",
        panels: panels, columns: 1, xLabel: "tokens K of the vocabulary, logarithmic",
        yLabel: "least 1 − Σπ² at entropy H", legend: plot.legend(reference: nil),
        panelHeight: plot.panelHeight)
    ]
  }

  private static func pairs(_ data: PlotTable, _ x: String, _ y: String) -> [[Double]] {
    data.rows.compactMap { row in
      guard let first = row.number(x), let second = row.number(y) else { return nil }
      return [first, second]
    }
  }
}
