import Estimators
import Statistics

extension ModulationReducesVariance {
  /// Mean and variance of the baseline R − A of one response, over the others: in one state it does not depend on the own outcome.
  static func baselineMoments(_ prompt: TokenPrompt, rule: ModulatedRule, group: Int) -> (
    mean: Double, variance: Double
  ) {
    let tokens = rule.tokens(prompt)
    var others = [Int](repeating: 0, count: group - 1)
    var values: [(weight: Double, baseline: Double)] = []
    while true {
      let advantage = TokenTupleOracle.advantages(prompt, outcomes: [0] + others, rule: tokens)[0]
      values.append(
        (others.reduce(1) { $0 * prompt.probabilities[$1] }, prompt.rewards[0] - advantage))
      var place = others.count - 1
      while place >= 0, others[place] == prompt.outcomeCount - 1 {
        others[place] = 0
        place -= 1
      }
      guard place >= 0 else { break }
      others[place] += 1
    }
    let mean = values.reduce(0) { $0 + $1.weight * $1.baseline }
    return (mean, values.reduce(0) { $0 + $1.weight * ($1.baseline - mean) * ($1.baseline - mean) })
  }

  /// The project's rule relative to leave-one-out over group sizes and shrinkages, in worlds of one token: what is left of b* once it has to be estimated.
  func ownRuleTable(_ examination: Examination) throws -> PointTable {
    let specification = specification
    let sizes = specification.integers("own_group_sizes")
    let shrinkages = specification.values("own_shrinkages")
    let count = specification.count("points", for: examination.preset)
    var table = PointTable(
      name: "own-rule",
      columns: ["world", "shrinkage", "group", "median_relative_variance", "share_falling"])
    let families = Self.families.filter(\.isOneToken)
    for (row, worlds) in families.enumerated() {
      let key = examination.key(designPoint: 400 + row)
      let ratios = try examination.map(count) { index -> [Double] in
        var stream = RandomStream(key.replicate(index))
        let prompt = worlds.draw(specification, &stream).prompt
        return sizes.flatMap { group in
          let rules = shrinkages.map {
            ModulatedRule(advantage: .leaveOneOut, modulation: .stateBaseline(shrinkage: $0))
          }
          return VariancePoint.all(prompt, rules: rules, group: group).map(\.atEqualStep)
        }
      }
      for (place, size) in sizes.enumerated() {
        for (column, shrinkage) in shrinkages.enumerated() {
          let own = ratios.map { $0[place * shrinkages.count + column] }.sorted()
          let falling = own.count { $0 < 1 - specification.value("resolution") }
          table.rows.append([
            .text(worlds.name), .number(shrinkage), .integer(size), .number(own[own.count / 2]),
            .number(Double(falling) / Double(own.count)),
          ])
        }
      }
    }
    return table
  }
}
