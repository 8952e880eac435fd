import Foundation

/// Curves in small multiples: what the plots of regret, decay and the exponent share.
struct CurvePlot {
  /// One point of a curve.
  struct Point {
    var panel: String
    var curve: String
    var x: Double
    var y: Double
    var lower: Double?
    var upper: Double?
  }

  /// The points.
  var points: [Point]
  /// The panels in their order.
  var panelNames: [String]
  /// The curves in the order of the legend.
  var curveNames: [String]
  /// The height of a reference line; nil for none.
  var reference: Double?
  /// The base of the horizontal logarithmic scale; nil for a linear one.
  var logarithmBase: Double?
  /// Values above this are cut at the frame; nil shows all.
  var ceiling: Double?
  /// Whether each curve's smallest value is marked.
  var marksMinimum = false

  /// The panels, all with the same axes.
  func panels() -> [PlotPanel] {
    let xValues = points.map(\.x)
    guard let xLow = xValues.min(), let xHigh = xValues.max() else { return [] }
    let yValues =
      points.flatMap { [$0.y, $0.lower ?? $0.y, $0.upper ?? $0.y] }.filter(\.isFinite)
      + (reference.map { [$0] } ?? [])
    let yLow = yValues.min() ?? 0
    let yHigh = min(yValues.max() ?? 1, ceiling ?? .infinity)
    let x = xAxis(xLow, xHigh)
    let y = yAxis(yLow, yHigh)
    return panelNames.map { name in
      var series: [PlotSeries] = []
      if let reference {
        series.append(
          .line(
            [[x.range.lowerBound, reference], [x.range.upperBound, reference]], PlotStyle.reference,
            width: 1.5))
      }
      for (index, curve) in curveNames.enumerated() {
        let own = points.filter { $0.panel == name && $0.curve == curve }.sorted { $0.x < $1.x }
        guard !own.isEmpty else { continue }
        let mark = PlotStyle.mark(index)
        let intervals = own.compactMap { point in
          point.lower.flatMap { lower in point.upper.map { [point.x, lower, $0] } }
        }
        if !intervals.isEmpty { series.append(.verticalIntervals(intervals, mark)) }
        let rows = own.map { [$0.x, $0.y] }
        series.append(marksMinimum ? .line(rows, mark) : .linePoints(rows, mark))
        if marksMinimum, let least = own.min(by: { $0.y < $1.y }) {
          series.append(.points([[least.x, least.y]], mark, size: 1.5))
        }
      }
      return PlotPanel(title: panelNames.count == 1 ? "" : name, x: x, y: y, series: series)
    }
  }

  /// Panels in a row.
  var columns: Int { panelNames.count == 1 ? 1 : (panelNames.count == 2 || panelNames.count == 4 ? 2 : 3) }

  /// The height of a panel in pixels.
  var panelHeight: Int { panelNames.count == 1 ? 340 : (panelNames.count <= 4 ? 220 : 150) }

  /// The legend, with the reference line called `referenceLabel`.
  func legend(reference referenceLabel: String?) -> [PlotScript.LegendEntry] {
    var entries = curveNames.enumerated().map {
      PlotScript.LegendEntry(label: $0.element, mark: PlotStyle.mark($0.offset), isLine: marksMinimum)
    }
    if let referenceLabel {
      entries.append(.init(label: referenceLabel, mark: PlotStyle.reference, isLine: true))
    }
    return entries
  }

  /// The vertical axis: logarithmic where positive values span more than a factor of ten.
  private func yAxis(_ low: Double, _ high: Double) -> PlotAxis {
    if low > 0, high / low > 10 {
      let pad = pow(high / low, 0.06)
      return PlotAxis(
        (low / pad)...(high * pad), logarithmBase: 10, ticks: DotPlot.logarithmicTicks(low / pad, high * pad))
    }
    // A part of the span above and below; a flat picture gets a tenth of its value, so that its line shows in the middle.
    let pad = high - low > 1e-9 * max(abs(high), 1) ? (high - low) * 0.08 : max(abs(high), 1) * 0.1
    let range = (low - pad)...(high + pad)
    return PlotAxis(range, tickStep: ProxyScatter.tickStep(range.upperBound - range.lowerBound))
  }

  private func xAxis(_ low: Double, _ high: Double) -> PlotAxis {
    guard let logarithmBase, low > 0 else {
      let pad = high > low ? (high - low) * 0.04 : 0.5
      return PlotAxis((low - pad)...(high + pad))
    }
    let pad = high > low ? pow(high / low, 0.06) : 1.5
    var seen: [Double] = []
    for value in points.map(\.x).sorted() where seen.last != value { seen.append(value) }
    let powers = seen.filter { $0.significand == 1 }
    if logarithmBase == 2, powers.count >= 3 { seen = powers }
    // The sizes used are the ticks; of many, every second, third … from the largest down, so that labels do not touch.
    let step = max(1, (seen.count + mostTicks - 1) / mostTicks)
    let chosen = seen.reversed().enumerated().filter { $0.offset % step == 0 }.map(\.element)
    return PlotAxis(
      (low / pad)...(high * pad), logarithmBase: logarithmBase,
      ticks: chosen.reversed().map { .init(label: String(format: "%g", $0), position: $0) })
  }

  /// The ticks that fit on a panel.
  private var mostTicks: Int { columns == 1 ? 10 : (columns == 2 ? 6 : 4) }
}
