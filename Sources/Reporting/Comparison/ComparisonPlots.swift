import Statistics
import Training

/// The pictures of a comparison: methods with their intervals, and learning curves with bands over seeds.
public enum ComparisonPlots {
  /// Every plot: for each budget and aggregation the means and the paired differences, then the curves of each metric.
  public static func planned(_ comparison: Comparison, curves: [LearningPoint]) -> [PlannedPlot] {
    comparison.groups.flatMap { group -> [PlannedPlot] in
      let own = curves.filter { $0.budget == group.budget && $0.aggregation == group.aggregation }
      var metrics: [String] = []
      for point in own where !metrics.contains(point.metric) { metrics.append(point.metric) }
      return [.script(means(group)), differences(group, reference: group.reference)]
        + metrics.map { metric in
          learning(
            own.filter { $0.metric == metric }, group, metric: metric,
            reference: group.reference, level: comparison.settings.level)
        }
    }
  }

  private static func stem(_ group: ComparisonGroup, _ name: String) -> String {
    "comparison-\(name)-\(group.budget.rawValue)-\(group.aggregation)"
  }

  private static func setting(_ group: ComparisonGroup) -> String {
    "equal \(group.budget.rawValue), \(group.aggregation)"
  }

  /// The average of all splits, a panel for each score.
  static func means(_ group: ComparisonGroup) -> PlotScript {
    let plots = ComparisonMetric.allCases.map { metric in
      DotPlot(
        dots: group.methods.compactMap { method in
          group.row(method, Comparison.average, metric).map { row in
            dot(method, "mean", row.mean.value, row.interval)
          }
        }, categories: group.methods, seriesNames: ["mean"], scale: 100)
    }
    // Each panel with an axis of its own: pass@32 lies far above pass@1.
    return PlotScript(
      name: stem(group, "means"), title: "Average over splits: \(setting(group))",
      caption:
        "The mean over seeds with Student's interval. Seeds are paired, so that the differences are known better than these bars suggest.",
      panels: zip(plots, ComparisonMetric.allCases).map { plot, metric in
        plot.panel(title: metric.rawValue, axis: DotPlot.axis(for: [plot]))
      }, columns: 2, xLabel: "average over splits (per cent)", yLabel: "", legend: [],
      panelHeight: (plots.first?.categoryHeight ?? 34) * group.methods.count,
      tickRoom: DotPlot.tickRoom(group.methods))
  }

  /// The paired differences from the reference, a panel for each score, without the untrained control.
  ///
  /// The control lies so far below that the others would shrink to a point beside it.
  static func differences(_ group: ComparisonGroup, reference: String) -> PlannedPlot {
    let others = group.methods.filter {
      $0 != DynamoTrainsBetter.control && group.row($0, Comparison.average, .passAt1)?.paired != nil
    }
    guard !others.isEmpty else {
      return .unavailable(
        name: stem(group, "differences"), reason: "no method shares a seed with \(reference)")
    }
    let plots = ComparisonMetric.allCases.map { metric in
      DotPlot(
        dots: others.compactMap { method in
          group.row(method, Comparison.average, metric)?.paired.map { paired in
            dot(method, "difference", paired.difference.value, paired.interval)
          }
        }, categories: others, seriesNames: ["difference"], reference: 0, scale: 100)
    }
    return .script(
      PlotScript(
        name: stem(group, "differences"), title: "Against \(reference): \(setting(group))",
        caption:
          "The mean over paired seeds of method less \(reference), with Student's interval of that comparison alone. Right of the dashed line a method is better.",
        panels: zip(plots, ComparisonMetric.allCases).map { plot, metric in
          plot.panel(title: metric.rawValue, axis: DotPlot.axis(for: [plot]))
        }, columns: 2, xLabel: "difference in the average over splits (percentage points)", yLabel: "",
        legend: [],
        panelHeight: (plots.first?.categoryHeight ?? 34) * others.count, tickRoom: DotPlot.tickRoom(others)))
  }

  private static func dot(_ method: String, _ series: String, _ value: Double, _ interval: Interval)
    -> DotPlot.Dot
  {
    let isFinite = interval.lower.isFinite && interval.upper.isFinite
    return DotPlot.Dot(
      category: method, series: series, value: value, lower: isFinite ? interval.lower : nil,
      upper: isFinite ? interval.upper : nil)
  }

  /// A panel for each method, its curve and band before those of the reference.
  static func learning(
    _ points: [LearningPoint], _ group: ComparisonGroup, metric: String, reference: String, level: Double
  ) -> PlannedPlot {
    let name = stem(group, "curve-\(metric.map { $0.isLetter || $0.isNumber ? String($0) : "-" }.joined())")
    let curves = LearningCurve.curves(points, level: level).filter { !$0.points.isEmpty }
    let shown = curves.flatMap(\.points)
    guard let low = shown.map(lower).min(), let high = shown.map(upper).max(),
      let end = shown.map(\.spent).max(), let start = shown.map(\.spent).min()
    else {
      return .unavailable(name: name, reason: "no step of \(metric) was reached by all seeds of a method")
    }
    let baseline = curves.first { $0.method == reference }
    let others = curves.filter { $0.method != reference }
    let pad = high > low ? 0.06 * (high - low) : max(abs(high), 1) * 0.1
    let y = PlotAxis((low - pad)...(high + pad), tickStep: ProxyScatter.tickStep(high - low + 2 * pad))
    // Five digits at each tick would run into each other.
    let unit = end >= 10_000 ? 1000.0 : 1
    let (first, last) = (start / unit, end / unit)
    let width = last > first ? last - first : 1
    let x = PlotAxis((first - 0.02 * width)...(last + 0.02 * width), tickStep: tickStep(width))
    let panels = (others.isEmpty ? curves : others).map { curve in
      PlotPanel(
        title: curve.method, x: x, y: y,
        series: (others.isEmpty ? [] : baseline.map { series($0, PlotStyle.reference, unit) } ?? [])
          + series(curve, PlotStyle.mark(0), unit))
    }
    var legend = [PlotScript.LegendEntry(label: "the method", mark: PlotStyle.mark(0), isLine: true)]
    if baseline != nil, !others.isEmpty {
      legend.append(.init(label: reference, mark: PlotStyle.reference, isLine: true))
    }
    return .script(
      PlotScript(
        name: name, title: "\(metric) while training: \(setting(group))",
        caption:
          "The mean over seeds, with Student's interval as a band; a method with one evaluation has a point and its interval. A curve ends where the first of its seeds does.",
        panels: panels, columns: panels.count == 1 ? 1 : 3,
        xLabel: "\(unit > 1 ? "thousand " : "")\(group.budget.rawValue) drawn", yLabel: metric,
        legend: legend, panelHeight: panels.count == 1 ? 340 : 150))
  }

  /// A third of the width, which a small panel has room for, rounded down to 1, 2 or 5 times a power of ten.
  private static func tickStep(_ width: Double) -> Double {
    var power = 1.0
    while power * 10 <= width / 2 { power *= 10 }
    while power > width / 2 { power /= 10 }
    return [5, 2, 1].map { $0 * power }.first { $0 <= width / 2 } ?? power
  }

  private static func lower(_ point: LearningCurve.Point) -> Double {
    point.interval?.lower ?? point.mean.value
  }
  private static func upper(_ point: LearningCurve.Point) -> Double {
    point.interval?.upper ?? point.mean.value
  }

  private static func series(_ curve: LearningCurve, _ mark: PlotStyle.Mark, _ unit: Double) -> [PlotSeries] {
    let band = curve.points.compactMap { point in
      point.interval.map { [point.spent / unit, $0.lower, $0.upper] }
    }
    let means = curve.points.map { [$0.spent / unit, $0.mean.value] }
    // Neither a line nor a band shows a single evaluation.
    if means.count == 1 {
      return (band.isEmpty ? [] : [.verticalIntervals(band, mark)]) + [.points(means, mark)]
    }
    let line = PlotSeries.line(means, mark, width: 1.6)
    return (band.isEmpty ? [] : [.band(band, mark)]) + [line]
  }
}
