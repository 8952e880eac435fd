import Claims

/// Total variance of each allocation rule relative to uniform, with intervals, for each population: one panel for each measure of variance.
enum RelativeVariancePlot {
  /// The measures of variance that an allocator's name may carry, and what their panels are called.
  static let measures: [(word: String, title: String)] = [
    ("bernoulli", "variance p(1 − p)"), ("optimal-baseline", "optimal-baseline"),
    ("value-baseline", "value-baseline"), ("reinforce", "reinforce"),
  ]

  /// The picture of a table `population,allocator,relative_variance,lower,upper`.
  static func plots(_ table: PointTable, name: String) throws(PlotUnavailable) -> [PlotScript] {
    let data = try PlotTable(
      table, needing: ["population", "allocator", "relative_variance", "lower", "upper"])
    var titles: [String] = []
    var allocators: [String] = []
    var dots: [String: [DotPlot.Dot]] = [:]
    for row in data.rows {
      guard let value = row.number("relative_variance") else { continue }
      let (allocator, title) = split(row.label("allocator"))
      // Uniform allocation relative to itself is the reference line.
      if allocator == "uniform" { continue }
      if !titles.contains(title) { titles.append(title) }
      if !allocators.contains(allocator) { allocators.append(allocator) }
      dots[title, default: []].append(
        DotPlot.Dot(
          category: row.label("population"), series: allocator, value: value, lower: row.number("lower"),
          upper: row.number("upper")))
    }
    guard !titles.isEmpty else {
      throw PlotUnavailable("the table '\(table.name)' has no finite relative variance")
    }
    let populations = data.labels("population")
    let plots = titles.map { title in
      let own = dots[title] ?? []
      let present = Set(own.map(\.category))
      return DotPlot(
        dots: own, categories: populations.filter { present.contains($0) }, seriesNames: allocators,
        reference: 1)
    }
    let axis = DotPlot.axis(for: plots)
    return [
      PlotScript(
        name: name, title: "Total variance relative to uniform allocation",
        caption:
          "Left of the dashed line an allocation rule has less total variance than uniform allocation at the same budget; bars are "
          + "the intervals of the table (no bar: exact). The panels differ in the variance that judges: p(1 − p) itself, or the exact variance of "
          + "the estimator named.",
        panels: zip(plots, titles).map { $0.panel(title: $1, axis: axis) },
        columns: titles.count == 1 ? 1 : 2,
        xLabel: "total variance / that of uniform allocation (ratio)", yLabel: "",
        legend: DotPlot.legend(allocators),
        panelHeight: max(22, 9 * allocators.count + 8) * (plots.map(\.categories.count).max() ?? 1),
        tickRoom: DotPlot.tickRoom(populations))
    ]
  }

  /// The rule and the panel that an allocator's name stands for: `√P value-baseline` is the rule `√P` in the panel `value-baseline`.
  static func split(_ allocator: String) -> (rule: String, panel: String) {
    let words = allocator.split(separator: " ").map(String.init)
    for measure in measures {
      guard let place = words.firstIndex(where: { $0 == measure.word || $0 == measure.word + "," }) else {
        continue
      }
      var rest = words
      rest.remove(at: place)
      var rule = rest.joined(separator: " ")
      if rule.hasSuffix(",") { rule.removeLast() }
      if !rule.isEmpty { return (rule, measure.title) }
    }
    return (allocator, "")
  }
}
