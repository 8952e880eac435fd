import Allocation
import Estimators
import Foundation
import Policies
import Statistics

/// n_i ∝ σ_i minimises the total variance under Σn_i = B; also with bounds, and over the integers.
public struct NeymanOptimal: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// A search for a better allocation, with and without bounds, and every small integer case by brute force.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    let margin = specification.margin
    let free = try largestImprovement(examination, designPoint: 1, bounded: false) { deviations, _ in
      deviations
    }
    let bounded = try largestImprovement(examination, designPoint: 2, bounded: true) { deviations, bounds in
      (try? BoundedNeymanAllocation.continuous(deviations: deviations, budget: Self.budget, bounds: bounds))
        ?? []
    }
    let control = try largestImprovement(examination, designPoint: 3, bounded: false) { deviations, _ in
      deviations.map { $0 * $0 }
    }
    let (cases, failures) = Self.integerCases(largest: Int(specification.value("largest_variance")))
    evidence.estimates += [
      EstimateRow(design: "adversarial", method: "neyman", stat: "largest_relative_improvement", exact: free),
      EstimateRow(
        design: "adversarial, bounds", method: "bounded neyman", stat: "largest_relative_improvement",
        exact: bounded),
      EstimateRow(design: "control", method: "n ∝ σ²", stat: "largest_relative_improvement", exact: control),
      EstimateRow(
        design: "N=3, brute force", method: "integer optimum", stat: "cases_enumerated", exact: Double(cases)),
      EstimateRow(
        design: "N=3, brute force", method: "integer optimum", stat: "cases_not_optimal",
        exact: Double(failures)),
    ]
    evidence.findings = [
      Finding(estimator: "neyman", population: "real-valued rollouts", basis: .exact(holds: free <= margin)),
      Finding(
        estimator: "bounded neyman", population: "real-valued rollouts, bounds",
        basis: .exact(holds: bounded <= margin)),
      Finding(
        estimator: "integer optimum", population: "whole rollouts", basis: .exact(holds: failures == 0)),
    ]
    evidence.control = Finding(
      estimator: "n ∝ σ²", population: "real-valued rollouts", basis: .exact(holds: control <= margin))
    let rounding = try addRoundingAndGroups(&evidence, examination)
    try addMonteCarlo(&evidence, examination)
    evidence.explanation =
      "No allocation found by search lies below Neyman's by more than \(short(max(free, 0))) relative (with bounds: \(short(max(bounded, 0)))), and the greedy integer rule is optimal in all \(cases) small cases. "
      + "The objective is Σσ²/n: for leave-one-out groups, whose variance is not σ²/n, whole Neyman rollouts exceed that estimator's own optimum by \(short(100 * rounding.group))% on average; rounding costs \(short(100 * rounding.rounding))%."
    return evidence
  }

  static let budget = 64.0

  /// The largest relative fall of the total variance below the rule's, over deviations and rival shares.
  private func largestImprovement(
    _ examination: Examination, designPoint: Int, bounded: Bool,
    rule: @escaping @Sendable ([Double], AllocationBounds) -> [Double]
  ) throws -> Double {
    let count = Int(specification.value("prompts"))
    let bounds = AllocationBounds(
      minimum: Int(specification.value("minimum")), maximum: Int(specification.value("maximum")))
    let worst = try AdversarialSearch.maximise(
      examination, designPoint: designPoint, restarts: Int(specification.value("restarts")),
      start: { stream in (0..<2 * count).map { _ in stream.normal() } },
      objective: { point in
        guard point.allSatisfy({ abs($0) < 10 }) else { return -.infinity }
        let deviations = point[0..<count].map { exp($0) }
        let variances = deviations.map { $0 * $0 }
        let weights = rule(deviations, bounds)
        guard weights.count == count else { return -.infinity }
        let total = weights.reduce(0, +)
        let own = TotalVariance.value(variances: variances, shares: weights.map { Self.budget * $0 / total })
        // A rival: any positive shares; with bounds, projected onto them by clipping a multiple.
        let raw = point[count...].map { exp($0) }
        var rival = raw.map { Self.budget * $0 / raw.reduce(0, +) }
        if bounded {
          guard
            let clipped = try? BoundedNeymanAllocation.continuous(
              deviations: raw, budget: Self.budget, bounds: bounds)
          else { return -.infinity }
          rival = clipped
        }
        return 1 - TotalVariance.value(variances: variances, shares: rival) / own
      })
    return worst?.value ?? .nan
  }

  /// Every σ² in 1...largest for three prompts and several budgets and bounds: the greedy rule against brute force, with fractions.
  static func integerCases(largest: Int) -> (cases: Int, failures: Int) {
    var cases = 0
    var failures = 0
    for budget in [3, 5, 8, 12] {
      for first in 1...largest {
        for second in first...largest {
          for third in second...largest {
            let variances = [first, second, third]
            cases += 1
            let rollouts = try? IntegerOptimalAllocation.rollouts(
              deviations: variances.map { Double($0).squareRoot() }, budget: budget,
              bounds: AllocationBounds(minimum: 1))
            guard let rollouts,
              UniformSuboptimal.total(variances, rollouts)
                == UniformSuboptimal.bestIntegers(variances, budget: budget)
            else {
              failures += 1
              continue
            }
          }
        }
      }
    }
    return (cases, failures)
  }

  /// What rounding costs, and how far Neyman's rule is from the optimum of a group estimator whose variance is not σ²/n.
  private func addRoundingAndGroups(_ evidence: inout Evidence, _ examination: Examination) throws
    -> (rounding: Double, group: Double)
  {
    let size = Int(specification.value("batch"))
    let batches = specification.count("batches", for: examination.preset)
    let bounds = AllocationBounds(minimum: 2)
    let key = examination.key(designPoint: 20)
    let excesses = try examination.map(batches) { index -> (Double, Double) in
      var stream = RandomStream(key.replicate(index))
      let batch = try Batch(.flatDirichlet, count: size, stream: &stream)
      let variances = batch.variances(.valueBaseline)
      let deviations = variances.map { $0.squareRoot() }
      let rounded = try NeymanAllocation.rollouts(deviations: deviations, budget: 16 * size, bounds: bounds)
      let best = try IntegerOptimalAllocation.rollouts(
        deviations: deviations, budget: 16 * size, bounds: bounds)
      func group(_ rollouts: [Int]) -> Double {
        zip(batch.moments, rollouts).reduce(0) { $0 + $1.0.leaveOneOutVariance(group: $1.1) }
      }
      let own = Self.greedy(batch.moments, budget: 16 * size)
      return (
        TotalVariance.value(variances: variances, rollouts: rounded)
          / TotalVariance.value(variances: variances, rollouts: best) - 1, group(rounded) / group(own) - 1
      )
    }
    let rounding = Moments(excesses.map(\.0))
    let group = Moments(excesses.map(\.1))
    for (method, stat, moments) in [
      ("rounded neyman", "relative_excess_over_integer_optimum", rounding),
      ("rounded neyman", "relative_excess_over_rloo_optimum", group),
    ] {
      evidence.estimates.append(
        EstimateRow(
          design: "flat-dirichlet, batch of \(size)", method: method, stat: stat, estimate: moments.estimate,
          interval: moments.estimate.studentInterval(level: 0.95)))
    }
    return (rounding.mean, group.mean)
  }

  /// Leave-one-out's own optimum: one rollout at a time to the largest decrease, from two each; its variance is convex in n.
  static func greedy(_ moments: [BinaryScoreMoments], budget: Int) -> [Int] {
    var rollouts = [Int](repeating: 2, count: moments.count)
    var decrease = moments.map { $0.leaveOneOutVariance(group: 2) - $0.leaveOneOutVariance(group: 3) }
    for _ in 0..<(budget - 2 * moments.count) {
      var best = 0
      for index in decrease.indices where decrease[index] > decrease[best] { best = index }
      rollouts[best] += 1
      decrease[best] =
        moments[best].leaveOneOutVariance(group: rollouts[best])
        - moments[best].leaveOneOutVariance(group: rollouts[best] + 1)
    }
    return rollouts
  }

  private func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination) throws {
    let prompts = try PromptPopulation.shortSequences.prompts(6, key: examination.key(designPoint: 50))
    let deviations = prompts.map {
      BinaryScoreMoments($0.scoreSummary)?.valueBaselineVariance.squareRoot() ?? 0
    }
    let rollouts = try NeymanAllocation.rollouts(
      deviations: deviations, budget: 36, bounds: AllocationBounds(minimum: 1))
    evidence.estimates += try BatchSimulation.rows(
      examination, designPoint: 60, design: "6 prompts of short-sequences, value baseline", method: "neyman",
      prompts: prompts, rollouts: rollouts, count: specification.count("replicates", for: examination.preset))
  }
}

extension NeymanOptimal {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "neyman-optimal", section: .allocation,
    statement:
      "n_i ∝ σ_i minimises the total variance under Σn_i = B; also with bounds (KKT) and over the integers (greedy).",
    formula: "argmin Σσ_i²/n_i = B σ/Σσ;  clip(cσ, low, high);  greedy on σ²/(n(n+1))",
    source: "dynamo2026; neyman1934",
    aim: "Whether any allocation does better than the rule, in each of the three settings.",
    worlds: [
      "deviations and rival shares found by search", "all σ² in a small range for three prompts",
      "batches of prompts",
    ],
    estimand: "the largest relative improvement over the rule; exact",
    methods: ["neyman", "bounded neyman", "integer optimum", "rounded neyman", "n ∝ σ² (control)"],
    performance: [
      "largest_relative_improvement", "cases_not_optimal", "relative_excess_over_integer_optimum",
      "relative_excess_over_rloo_optimum", "total_variance", "z_against_exact",
    ],
    decisionRule:
      "real-valued: supported if no rival found improves by more than `margin` (rounding); whole rollouts: supported if the greedy rule equals brute force in every small case.",
    margin: 1e-12, negativeControl: "n ∝ σ² (the square root dropped) minimises the total variance",
    targetStandardError: 0.005,
    parameters: [
      "prompts": [4], "minimum": [8], "maximum": [24], "restarts": [24], "largest_variance": [8],
      "batch": [64],
      "batches": [40, 200, 2000], "replicates": [2000, 20_000, 200_000],
    ])
}
