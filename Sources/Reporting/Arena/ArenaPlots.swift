import Arena
import Statistics

/// The pictures of a contest: quality against budget, and what each method lacks to the uniform rule and to the best.
enum ArenaPlots {
  /// Every plot of a contest.
  static func planned(_ contest: ArenaFiles) -> [PlannedPlot] {
    var plots: [PlannedPlot] = []
    for budget in contest.budgets {
      plots.append(differences(contest, budget))
      for world in contest.worlds { plots.append(curves(contest, world, budget)) }
    }
    return plots
  }

  /// The paired difference in final quality to the uniform rule: a panel for each world.
  static func differences(_ contest: ArenaFiles, _ budget: ContestResult.Budget) -> PlannedPlot {
    let name = "arena-differences-\(budget.rawValue)"
    let methods = contest.methods.filter { $0 != contest.reference }
    let plots = contest.worlds.map { world -> DotPlot in
      let results = contest.results.filter { $0.world == world && $0.budget == budget }
      let uniform = results.first { $0.method == contest.reference }?.values[.quality] ?? []
      return DotPlot(
        dots: methods.compactMap { method in
          guard let own = results.first(where: { $0.method == method })?.values[.quality] else { return nil }
          let differences = zip(own, uniform).compactMap { a, b in a.flatMap { a in b.map { a - $0 } } }
          guard !differences.isEmpty else { return nil }
          let estimate = Moments(differences).estimate
          let interval = estimate.studentInterval(level: contest.level)
          return DotPlot.Dot(
            category: method, series: "difference", value: estimate.value,
            lower: interval.lower.isFinite ? interval.lower : nil,
            upper: interval.upper.isFinite ? interval.upper : nil)
        }, categories: methods, seriesNames: ["difference"], reference: 0, scale: 100)
    }
    guard !methods.isEmpty, let first = plots.first else {
      return .unavailable(name: name, reason: "there is no method beside \(contest.reference)")
    }
    return .script(
      PlotScript(
        name: name, title: "Final quality against \(contest.reference), equal \(budget.rawValue)",
        caption:
          "The mean over paired seeds with Student's interval. Right of the dashed line a method ends better than uniform.",
        panels: zip(plots, contest.worlds).map { plot, world in
          plot.panel(title: world, axis: DotPlot.axis(for: [plot]))
        }, columns: 2, xLabel: "difference in mean success probability (percentage points)", yLabel: "",
        legend: [], panelHeight: max(160, first.categoryHeight * methods.count / 2),
        tickRoom: DotPlot.tickRoom(methods)))
  }

  /// Quality against the part of the budget that was spent: a panel for each method, the uniform rule in each.
  static func curves(_ contest: ArenaFiles, _ world: String, _ budget: ContestResult.Budget) -> PlannedPlot {
    let name = "arena-quality-\(world)-\(budget.rawValue)"
    let results = contest.results.filter {
      $0.world == world && $0.budget == budget && !$0.curves.isEmpty
    }
    let others = results.filter { $0.method != contest.reference }
    let shown = others.isEmpty ? results : others
    let reference = results.first { $0.method == contest.reference }
    let values = results.flatMap { $0.curves.flatMap { $0 } }
    guard let low = values.min(), let high = values.max(), !shown.isEmpty else {
      return .unavailable(name: name, reason: "no method ran")
    }
    let pad = high > low ? 0.06 * (high - low) : 0.05
    let y = PlotAxis((low - pad)...(high + pad), tickStep: ProxyScatter.tickStep(high - low + 2 * pad))
    let x = PlotAxis(-0.02...1.02, tickStep: 0.5)
    let panels = shown.map { result in
      PlotPanel(
        title: result.method, x: x, y: y,
        series: (others.isEmpty ? [] : reference.map { line($0, contest.level, PlotStyle.reference) } ?? [])
          + line(result, contest.level, PlotStyle.mark(0)))
    }
    return .script(
      PlotScript(
        name: name, title: "\(world): quality against \(budget.rawValue)",
        caption: "The mean over seeds with Student's interval as a band; \(contest.reference) in grey.",
        panels: panels, columns: panels.count == 1 ? 1 : 3, xLabel: "part of the \(budget.rawValue) spent",
        yLabel: "mean success probability",
        legend: [
          .init(label: "the method", mark: PlotStyle.mark(0), isLine: true),
          .init(label: contest.reference, mark: PlotStyle.reference, isLine: true),
        ], panelHeight: panels.count == 1 ? 340 : 130))
  }

  private static func line(_ result: ContestResult, _ level: Double, _ mark: PlotStyle.Mark) -> [PlotSeries] {
    let count = result.curves[0].count
    var band: [[Double]] = []
    var line: [[Double]] = []
    for point in 0..<count {
      let x = Double(point) / Double(count - 1)
      let estimate = Moments(result.curves.map { $0[point] }).estimate
      line.append([x, estimate.value])
      let interval = estimate.studentInterval(level: level)
      if interval.lower.isFinite { band.append([x, interval.lower, interval.upper]) }
    }
    return (band.isEmpty ? [] : [.band(band, mark)]) + [.line(line, mark, width: 1.6)]
  }
}
