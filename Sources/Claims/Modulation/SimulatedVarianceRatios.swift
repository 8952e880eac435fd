import Estimators
import Policies
import Statistics

/// Variances relative to the same advantage without modulation, by simulation on common groups, with standard errors by the jackknife.
///
/// Every rule sees the same pairs of groups, so that what is common to numerator and denominator cancels. A ratio of means has no unbiased estimate and its numerator
/// and denominator depend on each other; leaving out one batch at a time takes both into account.
struct SimulatedVarianceRatios: Sendable {
  /// The estimates for one rule.
  struct Ratios: Sendable {
    let rule: ModulatedRule
    /// tr Cov relative to that without modulation.
    let raw: Estimate
    /// The same divided by the squared ratio of scales; infinite where a simulated scale is not positive.
    let atEqualStep: Estimate

    /// The ratio by its measure.
    subscript(measure: VariancePoint.Measure) -> Estimate { measure == .raw ? raw : atEqualStep }
  }

  /// Sums over the replicates of a batch.
  private struct Sums {
    /// Σ ½‖ĝ − ĝ'‖².
    var distance = 0.0
    /// Σ ⟨ĝ + ĝ', ∇⟩.
    var product = 0.0

    static func + (a: Sums, b: Sums) -> Sums {
      Sums(distance: a.distance + b.distance, product: a.product + b.product)
    }
    static func - (a: Sums, b: Sums) -> Sums {
      Sums(distance: a.distance - b.distance, product: a.product - b.product)
    }
    /// All sums run over the same replicates, whose number and ‖∇‖² cancel.
    func ratio(to reference: Sums, _ measure: VariancePoint.Measure) -> Double {
      let raw = distance / reference.distance
      if measure == .raw { return raw }
      guard product > 0, reference.product > 0 else { return .infinity }
      let scale = product / reference.product
      return raw / (scale * scale)
    }
  }

  /// The ratios of `rules` from `count` pairs of groups of one prompt, in `batches` batches.
  static func run(
    _ examination: Examination, designPoint: Int, _ prompt: TokenPrompt, rules: [ModulatedRule], group: Int,
    count: Int, batches: Int
  ) throws -> [Ratios] {
    let key = examination.key(designPoint: designPoint)
    let gradient = prompt.gradient
    let all = rules + ModulatedRule.Advantage.allCases.map { ModulatedRule(advantage: $0, modulation: .none) }
    let size = max(1, count / batches)
    let parts = try examination.map(batches) { batch -> [Sums] in
      let simulations = all.map {
        TokenGroupSimulation(prompt, group: group, estimator: $0.estimator(prompt))
      }
      var sums = [Sums](repeating: Sums(), count: all.count)
      for replicate in batch * size..<(batch + 1) * size {
        for (place, simulation) in simulations.enumerated() {
          // What a rule draws comes from a stream of its own: the same stream gives every rule the same two groups.
          var stream = RandomStream(key.replicate(replicate))
          let first = simulation.estimate(&stream)
          let second = simulation.estimate(&stream)
          var square = 0.0
          var product = 0.0
          for j in gradient.indices {
            let difference = first[j] - second[j]
            square += difference * difference
            product += (first[j] + second[j]) * gradient[j]
          }
          sums[place].distance += square / 2
          sums[place].product += product
        }
      }
      return sums
    }
    examination.progress(batches * size * all.count)
    let total = all.indices.map { place in parts.reduce(Sums()) { $0 + $1[place] } }
    return rules.indices.map { place in
      let reference = all.lastIndex(of: rules[place].unmodulated) ?? place
      func estimate(_ measure: VariancePoint.Measure) -> Estimate {
        let value = total[place].ratio(to: total[reference], measure)
        let left = Moments(
          parts.map {
            (total[place] - $0[place]).ratio(to: total[reference] - $0[reference], measure)
          })
        let factor = Double(batches - 1) / Double(batches)
        return Estimate(
          value: value, standardError: (factor * left.sumOfSquaredDeviations).squareRoot(), count: batches)
      }
      return Ratios(rule: rules[place], raw: estimate(.raw), atEqualStep: estimate(.atEqualStep))
    }
  }
}
