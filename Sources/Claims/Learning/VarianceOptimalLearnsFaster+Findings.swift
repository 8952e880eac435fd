import Foundation
import Statistics

/// From steps and variances to decisions.
extension VarianceOptimalLearnsFaster {
  /// How the step size is chosen.
  enum StepChoice: String, Sendable, CaseIterable {
    /// The same η for every rule.
    case fixed = "fixed η"
    /// Each rule's best η of the grid, target by target.
    case best = "best η"
  }

  /// A rule against uniform on one target.
  struct Pair: Sendable {
    /// The design.
    var design: Design
    /// How η was chosen.
    var choice: StepChoice
    /// The η of the rule.
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

  /// How a pair stands to the claim.
  enum Outcome: Sendable {
    case asClaimed, reversed, withinMargin
  }

  /// The decision about one pair; nil if the variances are too close to say anything.
  ///
  /// Steps are infinite where the target is never reached; a rule that alone fails to reach it is the slower one.
  static func outcome(
    relativeVariance: Double, relativeSteps: Double, varianceMargin: Double, margin: Double
  ) -> Outcome? {
    guard abs(relativeVariance - 1) > varianceMargin else { return nil }
    let difference = relativeSteps - 1
    guard abs(difference) > margin else { return .withinMargin }
    return (relativeVariance < 1) == (difference < 0) ? .asClaimed : .reversed
  }

  func outcome(_ pair: Pair) -> Outcome? {
    Self.outcome(
      relativeVariance: pair.relativeVariance, relativeSteps: pair.relativeSteps,
      varianceMargin: specification.value("variance_margin"), margin: specification.margin)
  }

  /// All rules of a design on every target that it starts below, for both choices of η.
  func comparisons(_ result: Result) -> [Pair] {
    guard let first = result.races.first else { return [] }
    var pairs: [Pair] = []
    for choice in StepChoice.allCases {
      for (t, target) in targets.enumerated() {
        func race(_ rule: Int) -> Race? {
          let candidates =
            choice == .best
            ? result.races : result.races.filter { $0.step == specification.value("fixed_step") }
          return candidates.min { ($0.steps[rule][t] ?? .infinity) < ($1.steps[rule][t] ?? .infinity) }
        }
        guard let base = race(0), let baseline = base.steps[0][t], baseline.isFinite else { continue }
        for (index, rule) in first.rules.enumerated() {
          guard let own = race(index), let steps = own.steps[index][t] else { continue }
          pairs.append(
            Pair(
              design: result.design, choice: choice, step: own.step, rule: rule, target: target,
              steps: steps, relativeSteps: steps / baseline, relativeVariance: base.variance[index][t],
              startVariance: base.startVariance[index], gain: base.gain[index][t],
              terminal: base.terminal[index][t]))
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
                "\(aggregation.rawValue), \(setting.boundsName), \(source.rawValue), \(choice.rawValue)"
              let tally = Tally(own.compactMap(outcome))
              evidence.findings.append(
                Finding(
                  estimator: estimator.rawValue, population: population,
                  basis: tally.basis,
                  condition: "\(tally.text), in mean-field ascent on the worlds examined"))
              evidence.estimates += [
                ("pairs_as_claimed", tally.asClaimed), ("pairs_reversed", tally.reversed),
                ("pairs_within_margin", tally.withinMargin),
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

  /// How many pairs came out how.
  struct Tally {
    var asClaimed = 0
    var reversed = 0
    var withinMargin = 0

    init(_ outcomes: [Outcome]) {
      for outcome in outcomes {
        switch outcome {
        case .asClaimed: asClaimed += 1
        case .reversed: reversed += 1
        case .withinMargin: withinMargin += 1
        }
      }
    }

    var count: Int { asClaimed + reversed + withinMargin }

    /// Every pair as claimed; without a pair nothing was asked.
    var basis: Finding.Basis {
      count == 0
        ? .notTestable(reason: "no rule's variance differs enough from uniform's")
        : .exact(holds: asClaimed == count)
    }

    var text: String {
      "of \(count) pairs \(asClaimed) as claimed, \(reversed) reversed, \(withinMargin) within the margin"
    }
  }
}
