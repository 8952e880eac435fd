import Foundation
import Statistics

/// From steps and variances to decisions.
extension VarianceOptimalLearnsFaster {
  /// Which step size all rules of a comparison share.
  enum StepChoice: String, Sendable, CaseIterable {
    /// The registered η.
    case fixed = "fixed η"
    /// The longest η of the grid; not a best one, for nothing here punishes a longer step.
    case longest = "longest η"
  }

  /// The step size of a choice.
  func stepSize(_ choice: StepChoice) -> Double {
    choice == .fixed ? fixedStep : stepSizes.max() ?? fixedStep
  }

  /// A choice with its number.
  func name(_ choice: StepChoice) -> String {
    "η = \(short(stepSize(choice)))\(choice == .fixed ? "" : ", the longest of the grid")"
  }

  /// A rule against uniform on one target.
  struct Pair: Sendable {
    /// The design.
    var design: Design
    /// Which η both share.
    var choice: StepChoice
    /// That η.
    var step: Double
    /// The rule.
    var rule: AscentRule
    /// The accuracy to be reached.
    var target: Double
    /// The rule's steps.
    var steps: Double
    /// T(rule)/T(uniform).
    var relativeSteps: Double
    /// V(rule)/V(uniform) on the states of the uniform run.
    var relativeVariance: Double
    /// V(rule)/V(uniform) at the start.
    var startVariance: Double
    /// Expected gain over uniform to second order, summed over the same states.
    var gain: Double
    /// Expected gain over uniform when the target is reached; NaN for more than two actions.
    var terminal: Double
  }

  func outcome(_ pair: Pair) -> Outcome? {
    Self.outcome(
      relativeVariance: pair.relativeVariance, relativeSteps: pair.relativeSteps,
      varianceMargin: specification.value("variance_margin"), margin: specification.margin)
  }

  /// All rules of a design on every target that it starts below, for both choices of η; all rules of a comparison take the same.
  func comparisons(_ result: Result) -> [Pair] {
    var pairs: [Pair] = []
    for choice in StepChoice.allCases {
      guard let race = result.races.first(where: { $0.step == stepSize(choice) }) else { continue }
      for (t, target) in targets.enumerated() {
        guard let baseline = race.steps[0][t], baseline.isFinite else { continue }
        for (index, rule) in race.rules.enumerated() {
          guard let steps = race.steps[index][t] else { continue }
          pairs.append(
            Pair(
              design: result.design, choice: choice, step: race.step, rule: rule, target: target,
              steps: steps, relativeSteps: steps / baseline, relativeVariance: race.variance[index][t],
              startVariance: race.startVariance[index], gain: race.gain[index][t],
              terminal: race.terminal[index][t]))
        }
      }
    }
    return pairs
  }

  /// The pairs the claim is about.
  func isJudged(_ pair: Pair) -> Bool { pair.rule != .uniform && pair.rule != .curvature }

  /// One finding for each estimator, aggregation, bounds, source and choice of η.
  func addFindings(_ evidence: inout Evidence, _ pairs: [Pair]) {
    for estimator in AscentEstimator.allCases {
      for aggregation in Aggregation.allCases {
        for bounds in bounds {
          for source in AscentRule.Source.allCases {
            for choice in StepChoice.allCases {
              let own = pairs.filter {
                isJudged($0) && $0.choice == choice && $0.design.setting.estimator == estimator
                  && $0.design.setting.aggregation == aggregation && $0.design.setting.bounds == bounds
                  && $0.design.setting.source == source
              }
              guard let setting = own.first?.design.setting else { continue }
              let population =
                "\(aggregation.rawValue), \(setting.boundsName), \(source.rawValue), \(name(choice))"
              let tally = Tally(own.compactMap(outcome))
              evidence.findings.append(
                Finding(
                  estimator: estimator.rawValue, population: population,
                  basis: tally.basis,
                  condition:
                    "\(tally.text), in mean-field ascent on the worlds examined\(source == .lastCounts ? ", counts at quantiles of \(Int(specification.value("copies"))) copies of each prompt" : "")"
                ))
              evidence.estimates += [
                ("pairs_as_claimed", tally.asClaimed), ("pairs_reversed", tally.reversed),
                ("pairs_within_margin", tally.withinMargin),
                ("pairs_within_margin_as_claimed", tally.withinAsClaimed),
                ("pairs_within_margin_reversed", tally.withinReversed),
              ].map {
                EstimateRow(
                  design: population, method: estimator.rawValue, stat: $0.0, exact: Double($0.1))
              }
            }
          }
        }
      }
    }
  }
}
