import Claims
import Testing

@testable import Reporting

/// The plots of `variance-optimal-learns-faster` from tables made up here.
@Suite struct LearningPlotTests {
  static let id = "variance-optimal-learns-faster"

  static func tables() -> [PointTable] {
    var steps = PointTable(
      name: "steps",
      columns: [
        "world", "estimator", "aggregation", "bounds", "p_source", "allocator", "step_choice", "step_size",
        "target", "steps", "relative_steps", "relative_variance", "start_variance",
      ])
    var curves = PointTable(
      name: "curves", columns: ["world", "estimator", "aggregation", "allocator", "step", "success"])
    var shrinkage = PointTable(
      name: "shrinkage",
      columns: ["world", "estimator", "aggregation", "allocator", "step_size", "step_difference"])
    for world in ["Beta(1,1), two actions", "Beta(1,1), four actions"] {
      for estimator in ["rloo", "grpo"] {
        for (row, rule) in ["uniform", "P", "Neyman"].enumerated() {
          let names = [world, estimator, "prompt-equal"].map { StructuredValue.text($0) }
          for target in [0.6, 0.8, 0.9] {
            let ratio = rule == "Neyman" && target == 0.9 ? Double.infinity : 1 + 0.2 * Double(row) - 0.1
            steps.rows.append(
              names + [
                .text("2-48"), .text("oracle"), .text(rule), .text("fixed η"), .number(0.125),
                .number(target), .number(40 * ratio), .number(ratio), .number(2 - ratio), .number(1),
              ])
          }
          for step in 0...5 {
            curves.rows.append(names + [.text(rule), .integer(step), .number(0.5 + 0.08 * Double(step))])
          }
          for step in [0.125, 0.25, 0.5] where row > 0 {
            shrinkage.rows.append(names + [.text(rule), .number(step), .number(-0.01 * step)])
          }
        }
      }
    }
    return [steps, curves, shrinkage]
  }

  @Test func everyPlotIsPlannedAndDrawn() async throws {
    let planned = ClaimPlots.planned(for: Fixture.outcome(Self.id, tables: Self.tables()))
    #expect(planned.map(\.name) == ["variance", "steps", "curves", "shrinkage"].map { "\(Self.id)-\($0)" })
    for plot in planned {
      guard case .script(let script) = plot else {
        Issue.record("\(plot)")
        continue
      }
      // Two estimators under one aggregation.
      #expect(script.panels.count == 2)
    }
    guard await PlotRenderer.hasGnuplot() else { return }
    for plot in await PlotRenderer.draw(planned, threads: 2) { #expect(plot.missing == nil, "\(plot)") }
  }

  @Test func uniformIsNoPointAndWhatIsNeverReachedNeither() throws {
    let planned = ClaimPlots.planned(for: Fixture.outcome(Self.id, tables: Self.tables()))
    guard case .script(let script) = try #require(planned.first) else {
      Issue.record("\(planned)")
      return
    }
    // Two worlds; P on three targets, Neyman on the two that it reaches; two reference lines come first.
    #expect(script.panels.map { $0.series[2].rows.count } == [10, 10])
  }

  @Test func tablesOfAnotherShapeAreReasons() {
    let spoilt: [[PointTable]] = [
      [], Self.tables().map { PointTable(name: $0.name, columns: $0.columns) },
      Self.tables().map { PointTable(name: $0.name, columns: ["x"], rows: [[.integer(1)]]) },
      Self.tables().map {
        PointTable(name: $0.name, columns: $0.columns, rows: $0.rows.map { $0.map { _ in .number(.nan) } })
      },
      Self.tables().map {
        PointTable(name: $0.name, columns: $0.columns, rows: $0.rows.map { $0.map { _ in .text("word") } })
      },
    ]
    for tables in spoilt {
      for plot in ClaimPlots.planned(for: Fixture.outcome(Self.id, tables: tables)) {
        guard case .unavailable(_, let reason) = plot else {
          Issue.record("planned from \(tables.first?.rows.first ?? [])")
          continue
        }
        #expect(!reason.isEmpty)
      }
    }
  }
}
