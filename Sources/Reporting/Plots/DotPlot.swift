import Foundation

/// A dot plot with intervals: categories down the side, a dot for each series beside its category.
struct DotPlot {
  /// One dot.
  struct Dot {
    var category: String
    var series: String
    var value: Double
    var lower: Double?
    var upper: Double?
  }

  /// The dots of one panel.
  var dots: [Dot]
  /// The categories from top to bottom.
  var categories: [String]
  /// The series in the order of the legend.
  var seriesNames: [String]
  /// The value of the reference line; nil for none.
  var reference: Double?
  /// Whether zero belongs on the axis.
  var includesZero = false
  /// The factor between printed ticks and values: 100 for per cent.
  var scale = 1.0

  /// The height of a category in pixels, for `PlotScript.panelHeight`.
  var categoryHeight: Int { max(34, 11 * seriesNames.count + 12) }

  /// The panel of the dots over `range`, as `axis(for:)` made it.
  func panel(title: String, subtitle: String = "", axis: PlotAxis) -> PlotPanel {
    let count = Double(categories.count)
    var series: [PlotSeries] = []
    if let reference {
      series.append(
        .line(
          [[reference * scale, -0.5], [reference * scale, count - 0.5]], PlotStyle.reference, width: 1.8))
    }
    for (index, name) in seriesNames.enumerated() {
      let offset =
        (Double(seriesNames.count - 1) / 2 - Double(index)) * 0.8 / Double(max(seriesNames.count, 1))
      let rows = dots.filter { $0.series == name }.compactMap { dot -> [Double]? in
        guard let place = categories.firstIndex(of: dot.category) else { return nil }
        let values = [dot.value, dot.lower ?? dot.value, dot.upper ?? dot.value].map { $0 * scale }
        return [values[0], count - 1 - Double(place) + offset, values[1], values[2]]
      }
      if !rows.isEmpty { series.append(.horizontalIntervals(rows, PlotStyle.mark(index))) }
    }
    let ticks = categories.enumerated().map {
      PlotAxis.Tick(label: $0.element, position: count - 1 - Double($0.offset))
    }
    let bands = stride(from: 0, to: categories.count, by: 2).map {
      [count - 1.5 - Double($0), count - 0.5 - Double($0)]
    }
    return PlotPanel(
      title: title, subtitle: subtitle, x: axis,
      y: PlotAxis(-0.5...(count - 0.5), ticks: ticks, hasGrid: false), series: series, bands: bands)
  }

  /// The horizontal axis: logarithmic where positive values span more than a factor of ten.
  static func axis(for plots: [DotPlot]) -> PlotAxis {
    var values: [Double] = []
    for plot in plots {
      for dot in plot.dots {
        values += [dot.value, dot.lower ?? dot.value, dot.upper ?? dot.value].map { $0 * plot.scale }
      }
      if let reference = plot.reference { values.append(reference * plot.scale) }
      if plot.includesZero { values.append(0) }
    }
    values = values.filter(\.isFinite)
    let low = values.min() ?? 0
    let high = values.max() ?? 1
    if low > 0, high / low > 10 {
      // A pad of 8 % of the axis on either side keeps the dots off the frame.
      let pad = pow(high / low, 0.08)
      return PlotAxis(
        (low / pad)...(high * pad), logarithmBase: 10, ticks: logarithmicTicks(low / pad, high * pad))
    }
    let pad = high > low ? (high - low) * 0.06 : max(abs(high), 1) * 0.1
    let range = (low - (low == 0 ? 0 : pad))...(high + pad)
    return PlotAxis(range, tickStep: ProxyScatter.tickStep(range.upperBound - range.lowerBound))
  }

  /// Ticks at 1, 2 and 5 times the powers of ten, or at some of the powers alone where there would be too many.
  static func logarithmicTicks(_ low: Double, _ high: Double) -> [PlotAxis.Tick] {
    let powers = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
    if powers.count > 4 {
      let step = (powers.count + 8) / 9
      return powers.filter { $0 % step == 0 }.map { PlotAxis.Tick(power: $0) }.filter {
        $0.position >= low && $0.position <= high
      }
    }
    return powers.flatMap { power in
      [1, 2, 5].map { $0 * pow(10, Double(power)) }.filter { $0 >= low && $0 <= high }
    }.map { PlotAxis.Tick(label: String(format: "%g", $0), position: $0) }
  }

  /// The room the category labels need, in pixels.
  static func tickRoom(_ categories: [String]) -> Int {
    Int(Double(categories.map(\.count).max() ?? 0) * PlotStyle.characterWidth) + 22
  }

  /// The legend of the series.
  static func legend(_ names: [String]) -> [PlotScript.LegendEntry] {
    names.enumerated().map { .init(label: $0.element, mark: PlotStyle.mark($0.offset), isLine: false) }
  }
}
