import Foundation
import Statistics

extension DynamoTrainsBetter {
  /// One part before it is settled.
  struct Cell {
    var estimator: String
    var population: String
    /// The paired differences in the average scores.
    var passAt1: Estimate?
    var passAt32: Estimate?

    /// Whether there are pairs enough for a ruling.
    var isJudged: Bool { (passAt1?.count ?? 0) >= minimumSeeds }

    /// The smallest error at which a two-sided Student interval lies above 0 or below the margin; 1 where it is not judged.
    var pValue: Double {
      guard isJudged, let passAt1 else { return 1 }
      // Twice the smaller of two tails.
      return min(1, 2 * min(tail(passAt1.value, passAt1), tail(margin - passAt1.value, passAt1)))
    }

    /// P(T ≥ distance / SE); for no spread at all, 0 for a positive distance and 1 otherwise.
    private func tail(_ distance: Double, _ estimate: Estimate) -> Double {
      guard estimate.standardError > 0 else { return distance > 0 ? 0 : 1 }
      return SpecialFunctions.studentUpperTail(
        distance / estimate.standardError, degreesOfFreedom: Double(estimate.count - 1))
    }
  }

  /// The parts, judged from the most to the least decided at levels that step down while all before were settled.
  static func settle(_ cells: [Cell]) -> [TrainingVerdict.Part] {
    var parts = cells.map {
      TrainingVerdict.Part(estimator: $0.estimator, population: $0.population, ruling: .notTestable)
    }
    let pValues = cells.map(\.pValue)
    // Ties by place, so that the order is one.
    let order = cells.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    var remaining = cells.count
    for index in order {
      let cell = cells[index]
      let alpha = familyError / Double(remaining)
      func difference(_ estimate: Estimate?) -> TrainingVerdict.Difference? {
        estimate.map {
          TrainingVerdict.Difference(
            estimate: $0, interval: $0.studentInterval(level: 1 - alpha), level: 1 - alpha)
        }
      }
      parts[index].passAt1 = difference(cell.passAt1)
      parts[index].passAt32 = difference(cell.passAt32)
      guard let passAt1 = parts[index].passAt1, passAt1.estimate.count > 1 else {
        parts[index].condition =
          cell.passAt1 == nil ? "no run of it is paired with the reference" : "a single pair has no spread"
        continue
      }
      parts[index].ruling = ruling(passAt1.interval, isJudged: cell.isJudged)
      switch parts[index].ruling {
      case .supportedWhen: parts[index].condition = "the difference is positive but less than \(margin)"
      case .inconclusive: parts[index].condition = remedy(passAt1.estimate, alpha: alpha)
      default: break
      }
      // An unsettled part ends the descent: all after it are judged at its level, and being less decided stay unsettled too.
      if parts[index].ruling != .inconclusive { remaining -= 1 }
    }
    return parts
  }

  /// What an interval says.
  private static func ruling(_ interval: Interval, isJudged: Bool) -> TrainingVerdict.Ruling {
    guard isJudged else { return .inconclusive }
    switch (interval.lower > 0, interval.upper < margin) {
    case (true, true): return .supportedWhen
    case (true, false): return .supported
    case (false, true): return .refuted
    case (false, false): return .inconclusive
    }
  }

  /// How many seeds would settle a part whose difference and spread stay what they are.
  private static func remedy(_ estimate: Estimate, alpha: Double) -> String {
    let deviation = estimate.standardError * Double(estimate.count).squareRoot()
    // The farther of the two boundaries, 0 below and the margin above, is the easier to tell from.
    let distance = max(estimate.value, margin - estimate.value)
    let seeds = DetectableDifference.count(
      standardDeviation: deviation, difference: distance, alpha: alpha, power: power)
    guard let seeds else { return "more than a million seeds would be needed to settle it" }
    return "about \(max(seeds, minimumSeeds)) seeds would settle it with probability \(power), "
      + "if difference and spread stay as they are"
  }
}

extension DynamoTrainsBetter.Cell {
  /// The part of `method` in one table.
  init(_ group: ComparisonGroup, method: String, estimator: String) {
    self.init(
      estimator: estimator, population: "equal \(group.budget.rawValue), \(group.aggregation)",
      passAt1: group.row(method, Comparison.average, .passAt1)?.paired?.difference,
      passAt32: group.row(method, Comparison.average, .passAt32)?.paired?.difference)
  }
}
