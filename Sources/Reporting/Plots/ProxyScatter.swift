import Claims
import Foundation
import Statistics

/// True variance against p(1−p): one panel for each estimator (or group size), one picture for each group of populations.
enum ProxyScatter {
  /// The most points drawn in a panel; the fits use all of them.
  static let mostPoints = 400

  /// How the rows are spread over panels and how they are named.
  struct Arrangement {
    /// The stem of the files' names.
    var stem: String
    /// The column that tells panels apart.
    var panelColumn: String
    /// What comes before its label in a panel's title, such as `G = `.
    var panelPrefix = ""
    /// The column of the variance.
    var varianceColumn = "true_variance"
    /// The column that tells colours apart; nil for one colour.
    var colourColumn: String? = "population"
    /// The title without the group of populations.
    var title: String
    /// The label of the x axis.
    var xLabel = "p(1 − p)"
    /// Whether the line variance = p(1 − p) is drawn: only where both are in the same units.
    var hasIdentity = true
    /// The label of the y axis.
    var yLabel: String
    /// What else the caption says.
    var note = ""
  }

  /// The pictures of `table`.
  static func plots(_ table: PointTable, _ arrangement: Arrangement) throws(PlotUnavailable) -> [PlotScript] {
    let needed = ["bernoulli_variance", arrangement.varianceColumn, arrangement.panelColumn]
    let data = try PlotTable(table, needing: needed + (arrangement.colourColumn.map { [$0] } ?? []))
    guard let colour = arrangement.colourColumn else {
      return [
        try picture(data.rows, arrangement, members: [], name: arrangement.stem, title: arrangement.title)
      ]
    }
    var plots: [PlotScript] = []
    for group in PopulationGroup.split(data.labels(colour)) {
      let rows = data.rows.filter { group.members.contains($0.label(colour)) }
      plots.append(
        try picture(
          rows, arrangement, members: group.members, name: "\(arrangement.stem)-\(group.name)",
          title: "\(arrangement.title): \(group.title)"))
    }
    return plots
  }

  private static func picture(
    _ rows: [PlotRow], _ arrangement: Arrangement, members: [String], name: String, title: String
  ) throws(PlotUnavailable) -> PlotScript {
    var panelLabels: [String] = []
    for row in rows where !panelLabels.contains(row.label(arrangement.panelColumn)) {
      panelLabels.append(row.label(arrangement.panelColumn))
    }
    var panels: [PlotPanel] = []
    for label in panelLabels {
      let inside = rows.filter { $0.label(arrangement.panelColumn) == label }
      if let panel = panel(inside, arrangement, members: members, label: arrangement.panelPrefix + label) {
        panels.append(panel)
      }
    }
    guard !panels.isEmpty else { throw PlotUnavailable("no row of '\(name)' has two finite numbers") }
    var legend = members.enumerated().map {
      PlotScript.LegendEntry(label: $0.element, mark: PlotStyle.mark($0.offset), isLine: false)
    }
    if arrangement.hasIdentity {
      legend.append(.init(label: "variance = p(1 − p)", mark: PlotStyle.reference, isLine: true))
    }
    legend.append(.init(label: "isotonic fit", mark: PlotStyle.fit, isLine: true))
    return PlotScript(
      name: name, title: title,
      caption:
        "One point is one prompt. \(arrangement.hasIdentity ? "The dashed line is variance = p(1 − p). " : "")The solid line is the best fit that never falls, with its R² above the "
        + "panel; points scattered off the solid line are variance that p(1 − p) does not see. "
        + "At most \(mostPoints) points are drawn in a panel, the fit uses all; each panel has its own scale."
        + (arrangement.note.isEmpty ? "" : " " + arrangement.note),
      panels: panels, columns: panels.count == 1 ? 1 : (panels.count == 2 || panels.count == 4 ? 2 : 3),
      xLabel: arrangement.xLabel,
      yLabel: arrangement.yLabel, legend: legend,
      panelHeight: panels.count == 1 ? 340 : (panels.count <= 4 ? 230 : 165),
      tickRoom: tickRoom(panels))
  }

  /// The room that the widest tick label needs, in pixels.
  private static func tickRoom(_ panels: [PlotPanel]) -> Int {
    let labels = panels.map { panel in
      let top = panel.y.range.upperBound
      let step = panel.y.tickStep ?? top
      return String(format: "%g", (top / step).rounded(.down) * step).count
    }
    return max(62, 34 + Int(PlotStyle.characterWidth * Double(labels.max() ?? 0) + 0.5))
  }

  private static func panel(
    _ rows: [PlotRow], _ arrangement: Arrangement, members: [String], label: String
  ) -> PlotPanel? {
    let points = rows.compactMap { row -> (x: Double, y: Double, member: String)? in
      guard let x = row.number("bernoulli_variance"), let y = row.number(arrangement.varianceColumn) else {
        return nil
      }
      return (x, y, arrangement.colourColumn.map { row.label($0) } ?? "")
    }
    guard let largest = points.map(\.y).max() else { return nil }
    let top = largest > 0 ? largest * 1.06 : 1
    let step = max(1, (points.count + mostPoints - 1) / mostPoints)
    let drawn = points.sorted { ($0.x, $0.y) < ($1.x, $1.y) }.enumerated().filter { $0.offset % step == 0 }
      .map(\.element)
    var series = (members.isEmpty ? [""] : members).enumerated().map { index, member in
      PlotSeries.points(
        drawn.filter { $0.member == member }.map { [$0.x, $0.y] }, PlotStyle.mark(index), size: 0.55)
    }.filter { !$0.rows.isEmpty }
    // Drawn only as far as it stays on the panel, so that a steep line does not leave through the frame.
    if arrangement.hasIdentity {
      series.append(.line([[0, 0], [min(0.25, top), min(0.25, top)]], PlotStyle.reference, width: 1.8))
    }
    var subtitle = ""
    if points.count >= 2 {
      let fit = IsotonicRegression(x: points.map(\.x), y: points.map(\.y), weights: nil)
      let line = zip(points.map(\.x), fit.fitted).sorted { $0 < $1 }.map { [$0.0, $0.1] }
      series.append(.line(thinned(line), PlotStyle.fit, width: 1.8))
      if fit.rSquared.isFinite { subtitle = String(format: "isotonic R² %.2f", fit.rSquared) }
    }
    return PlotPanel(
      title: label, subtitle: subtitle, x: PlotAxis(0...0.26, tickStep: 0.1),
      y: PlotAxis(0...top, tickStep: tickStep(top)), series: series)
  }

  /// The corners of a step line: points whose neighbours on both sides are as high are left out.
  private static func thinned(_ line: [[Double]]) -> [[Double]] {
    line.indices.filter { index in
      index == 0 || index == line.count - 1 || line[index - 1][1] != line[index][1]
        || line[index + 1][1] != line[index][1]
    }.map { line[$0] }
  }

  /// A round distance of ticks that puts two to five ticks on an axis of length `top`.
  static func tickStep(_ top: Double) -> Double {
    let power = pow(10, (log10(top / 2)).rounded(.down))
    let ratio = top / 2 / power
    return ratio >= 5 ? 5 * power : (ratio >= 2 ? 2 * power : power)
  }
}
