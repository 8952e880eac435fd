import Claims
import Foundation

/// Remainders of a first-order value against the step, on logarithmic scales: the slope is the order.
enum RemainderPlot {
  /// The picture of a table `method,step,remainder`.
  static func plots(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(table, needing: ["method", "step_size", "remainder"])
    let methods = data.labels("method")
    var series: [PlotSeries] = []
    var all: [[Double]] = []
    for (index, method) in methods.enumerated() {
      let rows = data.rows.filter { $0.label("method") == method }.compactMap { row -> [Double]? in
        guard let x = row.number("step_size"), let y = row.number("remainder"), x > 0, y > 0 else {
          return nil
        }
        return [x, y]
      }.sorted { $0[0] < $1[0] }
      all += rows
      if !rows.isEmpty { series.append(.linePoints(rows, PlotStyle.mark(index))) }
    }
    guard let left = all.map({ $0[0] }).min(), let right = all.map({ $0[0] }).max(),
      let bottom = all.map({ $0[1] }).min(), let top = all.map({ $0[1] }).max()
    else { throw PlotUnavailable("the table '\(table.name)' has no row with two positive numbers") }
    let x = (left / 1.5)...(right * 1.5)
    let y = (bottom / 4)...(top * 4)
    // A line of slope two through the middle of the picture, cut where it leaves the frame.
    let centre = (left * right).squareRoot()
    let height = (bottom * top).squareRoot()
    let slope = [left, right].map { step -> [Double] in
      let value = height * pow(step / centre, 2)
      let inside = min(max(value, y.lowerBound), y.upperBound)
      return [centre * (inside / height).squareRoot(), inside]
    }
    series.insert(.line(slope, PlotStyle.reference, width: 1.8), at: 0)
    let panel = PlotPanel(
      x: PlotAxis(x, logarithmBase: 10, ticks: DotPlot.logarithmicTicks(x.lowerBound, x.upperBound)),
      y: PlotAxis(y, logarithmBase: 10, ticks: DotPlot.logarithmicTicks(y.lowerBound, y.upperBound)),
      series: series)
    return [
      PlotScript(
        name: name, title: "Entropy change less its first-order value",
        caption:
          "Medians over random policies. An exact first-order value leaves a remainder that falls with the square of the step, as the dashed line; "
          + "where the second-order coefficient vanishes it falls faster, and what is not exact falls with the step itself.",
        panels: [panel], columns: 1, xLabel: "step η, logarithmic", yLabel: "|remainder| (nats), logarithmic",
        legend: DotPlot.legend(methods) + [
          .init(label: "slope 2", mark: PlotStyle.reference, isLine: true)
        ], panelHeight: 380, tickRoom: 74)
    ]
  }
}
