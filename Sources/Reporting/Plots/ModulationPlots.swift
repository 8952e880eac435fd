import Claims

/// The pictures of the claims about modulated advantages: a panel for each family of worlds and measure, a line for each factor, a colour for each advantage.
enum ModulationPlots {
  /// The share of worlds on either side that a bar leaves out.
  static let tail = 0.1

  /// The cosine of mean and gradient from a table `method,world,cosine`, in families of more than one token.
  static func cosine(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(table, needing: ["method", "world", "cosine"])
    return try script(
      spreads(data, measures: [("cosine", "")]), reference: 1, name: name,
      title: "Does modulation turn the gradient?",
      caption:
        "Dots are medians over random worlds, bars leave out a tenth on either side; 1 is the direction of the true gradient. Colours are the advantage that is modulated.",
      xLabel: "cosine of the estimator's mean with the true gradient")
  }

  /// Variance relative to no modulation from a table `method,world,relative_variance,raw_relative_variance`.
  static func relativeVariance(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(
      table, needing: ["method", "world", "relative_variance", "raw_relative_variance"])
    return try script(
      spreads(data, measures: [("raw_relative_variance", "raw"), ("relative_variance", "at equal step")]),
      reference: 1, name: name, title: "Variance relative to the same advantage without modulation",
      caption:
        "Responses of two tokens. Left of the dashed line modulation lowers the variance. Dots are medians over random worlds, bars leave out a tenth on either side. Colours are the advantage that is "
        + "modulated. A factor below 1 lowers the raw variance by shortening the step; at equal expected step that does not count.",
      xLabel: "variance / that without modulation (ratio)")
  }

  /// How often the variance falls, from a table `method,world,measure,share_falling,lower,upper`.
  static func frequency(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(
      table, needing: ["method", "world", "measure", "share_falling", "lower", "upper"])
    var entries: [Entry] = []
    for row in data.rows where isDrawn(row.label("world")) {
      guard let value = row.number("share_falling") else { continue }
      entries.append(
        Entry(
          world: row.label("world"), measure: row.label("measure"), method: row.label("method"),
          value: value, lower: row.number("lower"), upper: row.number("upper")))
    }
    return try script(
      entries, reference: nil, includesZero: true, name: name,
      title: "How often modulation lowers the variance",
      caption:
        "Responses of two tokens: the share of random policies on which the variance falls; bars are confidence sequences. Colours are the advantage that is modulated.",
      xLabel: "share of policies on which the variance falls")
  }

  /// Worlds of one token have few rules that do anything; the table has them.
  private static func isDrawn(_ world: String) -> Bool { !world.hasPrefix("one token") }

  /// One dot, wherever it goes.
  private struct Entry {
    var world: String
    var measure: String
    var method: String
    var value: Double
    var lower: Double?
    var upper: Double?

    /// `rloo+released-6` is the factor `released-6` on the advantage `rloo`; the project's rule stands in for leave-one-out.
    var factor: String {
      if method.hasPrefix("score-weighted") { return "state baseline" }
      guard let plus = method.firstIndex(of: "+") else { return "none" }
      return String(method[method.index(after: plus)...])
    }
    var advantage: String {
      method.hasPrefix("score-weighted") ? "rloo" : String(method.prefix { $0 != "+" })
    }
  }

  /// Median and tails of each column over the worlds of a family.
  private static func spreads(_ data: PlotTable, measures: [(column: String, label: String)]) -> [Entry] {
    var values: [[String]: [Double]] = [:]
    var order: [[String]] = []
    for row in data.rows where isDrawn(row.label("world")) {
      for measure in measures {
        guard let value = row.number(measure.column) else { continue }
        let key = [row.label("world"), measure.label, row.label("method")]
        if values[key] == nil { order.append(key) }
        values[key, default: []].append(value)
      }
    }
    return order.map { key in
      let sorted = (values[key] ?? []).sorted()
      let last = Double(sorted.count - 1)
      return Entry(
        world: key[0], measure: key[1], method: key[2], value: sorted[sorted.count / 2],
        lower: sorted[Int((tail * last).rounded())], upper: sorted[Int(((1 - tail) * last).rounded())])
    }
  }

  private static func script(
    _ entries: [Entry], reference: Double?, includesZero: Bool = false, name: String, title: String,
    caption: String, xLabel: String
  ) throws(PlotUnavailable) -> [PlotScript] {
    guard !entries.isEmpty else { throw PlotUnavailable("the table has no finite number to draw") }
    func distinct(_ label: (Entry) -> String) -> [String] {
      entries.map(label).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    }
    let measures = distinct(\.measure)
    let factors = distinct(\.factor)
    let advantages = distinct(\.advantage)
    var panels: [PlotPanel] = []
    var height = 34
    let plots = distinct(\.world).map { world in
      measures.map { measure in
        let dots = entries.filter { $0.world == world && $0.measure == measure }.map {
          DotPlot.Dot(
            category: $0.factor, series: $0.advantage, value: $0.value, lower: $0.lower, upper: $0.upper)
        }
        return DotPlot(
          dots: dots, categories: factors, seriesNames: advantages, reference: reference,
          includesZero: includesZero)
      }
    }
    for (world, row) in zip(distinct(\.world), plots) {
      for (column, plot) in row.enumerated() {
        // Each measure has an axis of its own, shared by the families.
        let axis = DotPlot.axis(for: plots.map { $0[column] })
        height = plot.categoryHeight
        // Beside another panel there is no room for a long title; without measures the family is the title.
        let family = world.split(separator: ", ").dropFirst().joined(separator: ", ")
        panels.append(
          measures.count == 1
            ? plot.panel(title: world, axis: axis)
            : plot.panel(
              title: measures[column], subtitle: family.isEmpty ? "any policy" : family, axis: axis))
      }
    }
    return [
      PlotScript(
        name: name, title: title, caption: caption, panels: panels, columns: min(2, panels.count),
        xLabel: xLabel, yLabel: "", legend: DotPlot.legend(advantages),
        panelHeight: height * factors.count, tickRoom: DotPlot.tickRoom(factors))
    ]
  }
}
