import Allocation
import Foundation
import Statistics

/// Exact expectations over all counts: of weights without bounds, of rules with bounds, and the smallest pair that loses.
extension EstimatedProxyKeepsGain {
  /// `E[V] = (1/B) Σ_i σ_i² (1 + E[1/w_i] Σ_{j≠i} E[w_j])` for independent counts and shares in proportion to w(k), budget 1.
  static func expectedTotal(rates: [Double], group: Int, weight: (Int) -> Double) -> Double {
    let rows = rates.map { p in
      (0...group).map { SpecialFunctions.binomialProbability($0, of: group, probability: p) }
    }
    let means = rows.map { row in (0...group).reduce(0) { $0 + row[$1] * weight($1) } }
    let inverses = rows.map { row in (0...group).reduce(0) { $0 + row[$1] / weight($1) } }
    var total = 0.0
    for i in rates.indices {
      var others = 0.0
      for j in rates.indices where j != i { others += means[j] }
      total += rates[i] * (1 - rates[i]) * (1 + inverses[i] * others)
    }
    return total
  }

  /// The same expectation as the sum over all (G+1)^N counts, for any function of the counts.
  static func enumeratedTotal(rates: [Double], group: Int, _ total: ([Int]) throws -> Double) rethrows
    -> Double
  {
    let rows = rates.map { p in
      (0...group).map { SpecialFunctions.binomialProbability($0, of: group, probability: p) }
    }
    var counts: [Int] = []
    var sum = CompensatedSum()
    func extend(_ probability: Double) throws {
      guard counts.count < rates.count else {
        sum.add(probability * (try total(counts)))
        return
      }
      let row = rows[counts.count]
      for k in 0...group {
        counts.append(k)
        try extend(probability * row[k])
        counts.removeLast()
      }
    }
    try extend(1)
    return sum.value
  }

  /// Closed form, enumeration and Monte Carlo of E[V] beside each other: √E[P|k] without bounds, then every rule within bounds.
  func addExact(_ evidence: inout Evidence, _ examination: Examination) throws {
    let group = Int(specification.value("exact_group"))
    let rates = specification.values("exact_p")
    let variances = rates.map { $0 * (1 - $0) }
    let weights = (0...group).map { k in
      RootJeffreysAllocation.posteriorMean(PromptStatistics(successes: k, samples: group)).squareRoot()
    }
    func shareTotal(_ counts: [Int]) -> Double {
      let chosen = counts.map { weights[$0] }
      let sum = chosen.reduce(0, +)
      return TotalVariance.value(variances: variances, shares: chosen.map { $0 / sum })
    }
    let design = "\(rates.count) prompts, G=\(group)"
    let enumerated = Self.enumeratedTotal(rates: rates, group: group, shareTotal)
    var formula = EstimateRow(
      design: "\(design), no bounds, budget 1", method: Rule.rootJeffreys.rawValue,
      stat: "expected_total_variance_formula", exact: enumerated)
    formula.estimate = Self.expectedTotal(rates: rates, group: group) { weights[$0] }
    evidence.estimates.append(formula)

    let count = specification.count("replicates", for: examination.preset)
    @Sendable func draw(_ stream: inout RandomStream) -> [Int] {
      rates.map { stream.binomial(trials: group, probability: $0) }
    }
    // A share is at least the smallest weight over N largest ones.
    let least = (weights.min() ?? 1) / ((weights.max() ?? 1) * Double(rates.count))
    let largest = variances.reduce(0, +) / least
    let free = try SequentialMean.run(
      examination, designPoint: 10, range: 0...largest, boundary: 0, maximumCount: count, stopBelow: 0
    ) { stream in
      let chosen = draw(&stream).map { weights[$0] }
      let sum = chosen.reduce(0, +)
      return TotalVariance.value(variances: variances, shares: chosen.map { $0 / sum })
    }
    evidence.estimates += MonteCarloCheck.rows(
      design: "\(design), no bounds, budget 1", method: Rule.rootJeffreys.rawValue,
      stat: "expected_total_variance", mean: free, exact: enumerated)

    let bounds = counterexampleBounds
    let budget = rates.count * Int(specification.value("counterexample_each"))
    for (index, rule) in Rule.judged.enumerated() {
      @Sendable func total(_ counts: [Int]) throws -> Double {
        let prompts = counts.map { PromptStatistics(successes: $0, samples: group) }
        return TotalVariance.value(
          variances: variances, rollouts: try rule.rollouts(prompts, budget: budget, bounds: bounds))
      }
      let exact = try Self.enumeratedTotal(rates: rates, group: group, total)
      let worst = variances.reduce(0, +) / Double(bounds.minimum)
      let means = try SequentialMeans.run(
        examination, designPoint: 20 + index, variables: [.init(range: 0...worst, boundary: 0)],
        maximumCount: count, stopBelow: 0
      ) { [try total(draw(&$0))] }
      evidence.estimates += MonteCarloCheck.rows(
        design: "\(design), n in \(bounds.minimum)...\(bounds.maximum), budget \(budget)",
        method: rule.rawValue, stat: "expected_total_variance", mean: means[0], exact: exact)
    }
  }

  /// The bounds of the small worlds.
  var counterexampleBounds: AllocationBounds {
    AllocationBounds(
      minimum: Int(specification.value("counterexample_minimum")),
      maximum: Int(specification.value("counterexample_maximum")))
  }

  /// For every rule the smallest pair of pass rates with something to gain on which it is worse than uniform on average, with fractions.
  func addCounterexamples(_ evidence: inout Evidence) {
    let group = Int(specification.value("counterexample_group"))
    let bounds = counterexampleBounds
    let each = Int(specification.value("counterexample_each"))
    for rule in Rule.judged {
      let found = firstLosingPair(rule, group: group, bounds: bounds, each: each)
      guard let found else { continue }
      evidence.counterexamples.append(
        Counterexample(
          title: "\(rule.rawValue) from \(group) rollouts is worse than uniform on average",
          worlds: [
            .record([
              .init("success_probabilities", .texts(found.rates.map(\.description))),
              .init("samples", .integer(group)), .init("budget", .integer(2 * each)),
              .init("minimum", .integer(bounds.minimum)), .init("maximum", .integer(bounds.maximum)),
              .init(
                "allocations",
                .record([
                  .init("uniform", .integers([each, each])),
                  .init("oracle", .integers(found.oracle.rollouts)),
                  .init(rule.rawValue, .list(found.table)),
                ])),
            ])
          ],
          values: [
            ExactValue("expected_total_variance", found.expected),
            ExactValue("total_variance_uniform", found.uniform),
            ExactValue("total_variance_oracle", found.oracle.total),
          ],
          explanation:
            "The expectation sums P₁/n₁ + P₂/n₂ over all \((group + 1) * (group + 1)) pairs of counts; the list gives [k₁, k₂, n₁, n₂] of each. There is a gain to be had, and chance differences between the counts turn it into a loss."
        ))
    }
  }

  private typealias LosingPair = (
    rates: [Rational], expected: Rational, uniform: Rational, oracle: (total: Rational, rollouts: [Int]),
    table: [StructuredValue]
  )

  private func firstLosingPair(_ rule: Rule, group: Int, bounds: AllocationBounds, each: Int) -> LosingPair? {
    for d in 2...Int(specification.value("counterexample_denominator")) {
      for a in 1..<d {
        for b in a..<d {
          let rates = [Rational(Int128(a), Int128(d)), Rational(Int128(b), Int128(d))]
          let variances = rates.map { $0 * (.one - $0) }
          let uniform = SmallAllocations.total(variances, [each, each])
          guard
            let oracle = SmallAllocations.best(
              variances, budget: 2 * each, bounds: bounds.minimum...bounds.maximum),
            oracle.total < uniform
          else { continue }
          let rows = rates.map { SmallAllocations.binomial(group, $0) }
          var expected = Rational.zero
          var table: [StructuredValue] = []
          for first in 0...group {
            for second in 0...group {
              let counts = [first, second].map { PromptStatistics(successes: $0, samples: group) }
              guard let rollouts = try? rule.rollouts(counts, budget: 2 * each, bounds: bounds) else {
                preconditionFailure("\(rule.rawValue) refuses the budget \(2 * each) within \(bounds)")
              }
              table.append(.integers([first, second] + rollouts))
              expected += rows[0][first] * rows[1][second] * SmallAllocations.total(variances, rollouts)
            }
          }
          if uniform < expected { return (rates, expected, uniform, oracle, table) }
        }
      }
    }
    return nil
  }
}
