import Claims
import Foundation

/// The largest variance found for each p(1−p), on logarithmic scales: a bound by a monotone function would rise to the right.
enum EnvelopePlot {
  /// Larger variances leave the picture: a policy's score has a squared norm of at most 2 in one step, so that this is far beyond all but clipped ratios.
  static let top = 100.0

  /// The picture of a table `estimator,bernoulli_variance,largest_variance`.
  static func plots(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(table, needing: ["estimator", "bernoulli_variance", "largest_variance"])
    let estimators = data.labels("estimator")
    var series: [PlotSeries] = []
    var all: [[Double]] = []
    var beyond: [String] = []
    for (index, estimator) in estimators.enumerated() {
      let rows = data.rows.filter { $0.label("estimator") == estimator }.compactMap { row -> [Double]? in
        guard let x = row.number("bernoulli_variance"), let y = row.number("largest_variance"), x > 0, y > 0
        else { return nil }
        return [x, y]
      }.sorted { $0[0] < $1[0] }
      all += rows
      if let high = rows.map({ $0[1] }).max(), high > top {
        beyond.append("\(estimator) up to \(ReportNumber.text(high))")
      }
      if !rows.isEmpty { series.append(.linePoints(rows, PlotStyle.mark(index))) }
    }
    guard let xRange = range(all.map { $0[0] }), let lowest = all.map({ $0[1] }).min(),
      let highest = all.map({ $0[1] }).max(),
      let yRange = range(
        [max(lowest, min(xRange.lowerBound / 1000, highest)), max(min(highest, top), lowest)].sorted())
    else { throw PlotUnavailable("the table '\(table.name)' has no row with two positive numbers") }
    // Values beyond the picture are drawn on its frame, and named in the caption.
    for index in series.indices {
      series[index].rows = series[index].rows.map {
        [$0[0], min(max($0[1], yRange.lowerBound), yRange.upperBound)]
      }
    }
    series.insert(
      .line(
        [[xRange.lowerBound, xRange.lowerBound], [xRange.upperBound, xRange.upperBound]], PlotStyle.reference,
        width: 1.8), at: 0)
    let panel = PlotPanel(
      x: PlotAxis(
        xRange, logarithmBase: 10, ticks: DotPlot.logarithmicTicks(xRange.lowerBound, xRange.upperBound)),
      y: PlotAxis(
        yRange, logarithmBase: 10, ticks: DotPlot.logarithmicTicks(yRange.lowerBound, yRange.upperBound)),
      series: series)
    return [
      PlotScript(
        name: name, title: "Largest variance found at each p(1 − p)",
        caption:
          "The search looks for the largest variance among policies with this p(1 − p). Curves that fall with the dashed line are bounded by the "
          + "proxy; a curve that stays high at the left has variance where the proxy says there is none."
          + (beyond.isEmpty
            ? "" : " Beyond the picture, drawn on its frame: \(beyond.joined(separator: ", "))."),
        panels: [panel], columns: 1, xLabel: "p(1 − p), logarithmic",
        yLabel: "largest variance (score²), logarithmic",
        legend: DotPlot.legend(estimators) + [
          .init(label: "variance = p(1 − p)", mark: PlotStyle.reference, isLine: true)
        ],
        panelHeight: 360, tickRoom: 74)
    ]
  }

  /// The range of positive `values` with a pad of 4 % of its decades.
  private static func range(_ values: [Double]) -> ClosedRange<Double>? {
    guard let low = values.min(), let high = values.max() else { return nil }
    let pad = max(pow(high / low, 0.04), 1.2)
    return (low / pad)...(high * pad)
  }
}
