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
    let budget = specification.value("budget")
    let free = try largestImprovement(examination, designPoint: 1, bounded: false) { deviations, _ in
      deviations
    }
    let bounded = try largestImprovement(examination, designPoint: 2, bounded: true) { deviations, bounds in
      (try? BoundedNeymanAllocation.continuous(deviations: deviations, budget: budget, bounds: bounds)) ?? []
    }
    let control = try largestImprovement(examination, designPoint: 3, bounded: false) { deviations, _ in
      deviations.map { $0 * $0 }
    }
    let integers = integerCases()
    evidence.estimates += [
      EstimateRow(design: "adversarial", method: "neyman", stat: "largest_relative_improvement", exact: free),
      EstimateRow(
        design: "adversarial, bounds", method: "bounded neyman", stat: "largest_relative_improvement",
        exact: bounded),
      EstimateRow(
        design: "adversarial", method: "n ∝ σ² (control)", stat: "largest_relative_improvement",
        exact: control),
    ]
    for (method, stat, count) in [
      ("integer optimum", "cases_enumerated", integers.cases),
      ("integer optimum", "cases_not_optimal", integers.failures),
      ("rounded neyman", "cases_not_optimal", integers.roundedFailures),
    ] {
      evidence.estimates.append(
        EstimateRow(design: "brute force", method: method, stat: stat, exact: Double(count)))
    }
    evidence.findings = [
      Finding(estimator: "neyman", population: "real-valued rollouts", basis: .exact(holds: free <= margin)),
      Finding(
        estimator: "bounded neyman", population: "real-valued rollouts, bounds",
        basis: .exact(holds: bounded <= margin)),
      Finding(
        estimator: "integer optimum", population: "whole rollouts, bounds",
        basis: .exact(holds: integers.failures == 0)),
    ]
    evidence.control = Finding(
      estimator: "n ∝ σ²", population: "real-valued rollouts", basis: .exact(holds: control <= margin))
    let group = try addRoundingAndGroups(&evidence, examination)
    try addMonteCarlo(&evidence, examination)
    evidence.explanation =
      "No allocation found by search lies below Neyman's by more than \(short(max(free, 0))) relative (with bounds: \(short(max(bounded, 0))); the rule without the root is beaten by \(short(control))), and the greedy integer rule misses the optimum in \(integers.failures) of \(integers.cases) small cases, rounding by largest remainders in \(integers.roundedFailures). "
      + "The objective is Σσ²/n: leave-one-out groups have another variance, and there Neyman's rollouts exceed that estimator's own optimum by \(short(100 * group.least))% (\(group.leastName)) to \(short(100 * group.most))% (\(group.mostName)) on average."
    return evidence
  }

  /// The largest relative fall of the total variance below the rule's, over deviations and rival shares.
  private func largestImprovement(
    _ examination: Examination, designPoint: Int, bounded: Bool,
    rule: @escaping @Sendable ([Double], AllocationBounds) -> [Double]
  ) throws -> Double {
    let count = Int(specification.value("prompts"))
    let bounds = AllocationBounds(
      minimum: Int(specification.value("minimum")), maximum: Int(specification.value("maximum")))
    let budget = specification.value("budget")
    let limit = specification.value("largest_logarithm")
    let worst = try AdversarialSearch.maximise(
      examination, designPoint: designPoint, restarts: Int(specification.value("restarts")),
      start: { stream in (0..<2 * count).map { _ in stream.normal() } },
      objective: { point in
        guard point.allSatisfy({ abs($0) < limit }) else { return -.infinity }
        let deviations = point[0..<count].map { exp($0) }
        let variances = deviations.map { $0 * $0 }
        let weights = rule(deviations, bounds)
        guard weights.count == count else { return -.infinity }
        let total = weights.reduce(0, +)
        let own = TotalVariance.value(variances: variances, shares: weights.map { budget * $0 / total })
        // A rival: any positive shares; with bounds, projected onto them by clipping a multiple.
        let raw = point[count...].map { exp($0) }
        var rival = raw.map { budget * $0 / raw.reduce(0, +) }
        if bounded {
          guard
            let clipped = try? BoundedNeymanAllocation.continuous(
              deviations: raw, budget: budget, bounds: bounds)
          else { return -.infinity }
          rival = clipped
        }
        return 1 - TotalVariance.value(variances: variances, shares: rival) / own
      })
    return worst?.value ?? .nan
  }

  /// What brute force found.
  struct IntegerCases: Equatable {
    var cases = 0
    /// Cases in which the greedy rule is not optimal.
    var failures = 0
    /// Cases in which the rounded continuous rule is not optimal.
    var roundedFailures = 0
  }

  /// Every list of whole σ², budget and pair of bounds: the greedy rule and the rounded one against brute force, with fractions.
  func integerCases() -> IntegerCases {
    var result = IntegerCases()
    let largest = Int(specification.value("largest_variance"))
    let count = Int(specification.value("integer_prompts"))
    for budget in specification.integers("integer_budgets") {
      for (low, high) in zip(specification.integers("integer_low"), specification.integers("integer_high")) {
        guard count * low <= budget, budget <= count * high else { continue }
        let bounds = AllocationBounds(minimum: low, maximum: high)
        SmallAllocations.forEachAscending(count: count, largest: largest) { variances in
          let fractions = variances.map { Rational(Int128($0)) }
          let deviations = variances.map { Double($0).squareRoot() }
          guard let best = SmallAllocations.best(fractions, budget: budget, bounds: low...high) else {
            return
          }
          func isOptimal(_ rollouts: [Int]?) -> Bool {
            guard let rollouts, rollouts.reduce(0, +) == budget, rollouts.allSatisfy((low...high).contains)
            else { return false }
            return SmallAllocations.total(fractions, rollouts) == best.total
          }
          result.cases += 1
          if !isOptimal(
            try? IntegerOptimalAllocation.rollouts(deviations: deviations, budget: budget, bounds: bounds))
          {
            result.failures += 1
          }
          if !isOptimal(
            try? NeymanAllocation.rollouts(deviations: deviations, budget: budget, bounds: bounds))
          {
            result.roundedFailures += 1
          }
        }
      }
    }
    return result
  }

  /// What rounding costs, and how far Neyman's rule is from the optimum of a group estimator whose variance is not σ²/n, population by population.
  private func addRoundingAndGroups(_ evidence: inout Evidence, _ examination: Examination) throws
    -> (least: Double, leastName: String, most: Double, mostName: String)
  {
    let size = Int(specification.value("batch"))
    let budget = Int(specification.value("each")) * size
    let batches = specification.count("batches", for: examination.preset)
    let bounds = AllocationBounds(minimum: 2)
    var means: [(name: String, value: Double)] = []
    for (row, population) in PromptPopulation.all.enumerated() {
      let key = examination.key(designPoint: 100 + row)
      let excesses = try examination.map(batches) { index -> (rounding: Double, group: Double) in
        var stream = RandomStream(key.replicate(index))
        let batch = try Batch(population, count: size, stream: &stream)
        let variances = batch.variances(.valueBaseline)
        let deviations = variances.map { $0.squareRoot() }
        let rounded = try NeymanAllocation.rollouts(deviations: deviations, budget: budget, bounds: bounds)
        let best = try IntegerOptimalAllocation.rollouts(
          deviations: deviations, budget: budget, bounds: bounds)
        func group(_ rollouts: [Int]) -> Double {
          zip(batch.moments, rollouts).reduce(0) { $0 + $1.0.leaveOneOutVariance(group: $1.1) }
        }
        let own = group(Self.greedy(batch.moments, budget: budget))
        return (
          TotalVariance.value(variances: variances, rollouts: rounded)
            / TotalVariance.value(variances: variances, rollouts: best) - 1,
          own > 0 ? group(best) / own - 1 : 0
        )
      }
      examination.progress(batches)
      for (method, stat, moments) in [
        ("rounded neyman", "relative_excess_over_integer_optimum", Moments(excesses.map(\.rounding))),
        ("integer optimum", "relative_excess_over_rloo_optimum", Moments(excesses.map(\.group))),
      ] {
        evidence.estimates.append(
          EstimateRow(
            design: "\(population.name), batch of \(size)", method: method, stat: stat,
            estimate: moments.estimate, interval: moments.estimate.studentInterval(level: 0.95)))
        if stat.hasSuffix("rloo_optimum") { means.append((population.name, moments.mean)) }
      }
    }
    let least = means.min { $0.value < $1.value }
    let most = means.max { $0.value < $1.value }
    return (least?.value ?? .nan, least?.name ?? "?", most?.value ?? .nan, most?.name ?? "?")
  }

  /// Leave-one-out's own optimum: one rollout at a time to the largest decrease, from two each.
  ///
  /// Greedy is exact because the variance is convex in n: with a = P(v_S + v_F + D²) − 2P²D² it is `(2V_p − a)/n + (a − V_p)/(n−1)`, and
  /// a ≥ V_p, since `a − V_p = P(p v_S + (1−p) v_F + 2P D²)`. Where the first coefficient is negative the second outweighs it, being larger and of
  /// the steeper curve.
  static func greedy(_ moments: [BinaryScoreMoments], budget: Int) -> [Int] {
    func decrease(_ index: Int, _ count: Int) -> Double {
      moments[index].leaveOneOutVariance(group: count) - moments[index].leaveOneOutVariance(group: count + 1)
    }
    var rollouts = [Int](repeating: 2, count: moments.count)
    var decreases = moments.indices.map { decrease($0, 2) }
    for _ in 0..<(budget - 2 * moments.count) {
      var best = 0
      for index in decreases.indices where decreases[index] > decreases[best] { best = index }
      rollouts[best] += 1
      decreases[best] = decrease(best, rollouts[best])
    }
    return rollouts
  }

  private func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination) throws {
    let count = Int(specification.value("simulated_prompts"))
    let prompts = try PromptPopulation.shortSequences.prompts(count, key: examination.key(designPoint: 50))
    let deviations = prompts.map {
      BinaryScoreMoments($0.scoreSummary)?.valueBaselineVariance.squareRoot() ?? 0
    }
    let rollouts = try NeymanAllocation.rollouts(
      deviations: deviations, budget: count * Int(specification.value("simulated_rollouts")),
      bounds: AllocationBounds(minimum: 1))
    evidence.estimates += try BatchSimulation.rows(
      examination, designPoint: 60, design: "\(count) prompts of short-sequences, value baseline",
      method: "neyman",
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
      "deviations and rival shares found by search",
      "all whole σ² in a small range for three prompts, several budgets and bounds",
      "batches of prompts",
    ],
    estimand: "the largest relative improvement over the rule; exact",
    methods: ["neyman", "bounded neyman", "integer optimum", "rounded neyman", "n ∝ σ² (control)"],
    performance: [
      "largest_relative_improvement", "cases_enumerated", "cases_not_optimal",
      "relative_excess_over_integer_optimum",
      "relative_excess_over_rloo_optimum", "total_variance", "z_against_exact",
    ],
    decisionRule:
      "real-valued: supported if no rival found improves by more than `margin` (rounding); whole rollouts: supported if the greedy rule attains the brute-force minimum in every small case.",
    margin: 1e-12, negativeControl: "n ∝ σ² (the square root dropped) minimises the total variance",
    targetStandardError: 0.005,
    parameters: [
      "prompts": [4], "minimum": [8], "maximum": [24], "restarts": [24], "largest_variance": [8],
      "batch": [64],
      "each": [16], "budget": [64], "largest_logarithm": [10], "integer_prompts": [3],
      "integer_budgets": [3, 5, 8, 12], "integer_low": [1, 1, 2], "integer_high": [12, 4, 5],
      "simulated_prompts": [6], "simulated_rollouts": [6],
      "batches": [40, 200, 2000], "replicates": [2000, 20_000, 200_000],
    ])
}
