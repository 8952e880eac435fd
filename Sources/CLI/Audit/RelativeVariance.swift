import Statistics

/// The total variance of one allocation at the same budget relative to uniform, cross-fitted.
///
///     r = Σ_f Σ_i σ̂²_{i,f}/n_{i,f}  /  Σ_f Σ_i σ̂²_{i,f}/(B/N)
///
/// f runs over the folds, n_{i,f} is what the rule chose from the fold's chooser, σ̂²_{i,f} the variance by the fold's judge. It is a ratio of sums: the
/// total variance that the budget would have had, over that of uniform; a mean of ratios per prompt would let prompts without signal decide.
struct RelativeVariance: Sendable {
  /// One fold: rollouts and judged variance of each prompt (or their sums over the prompts of each unit).
  struct Fold: Sendable {
    /// The number of prompts, 1 each before merging.
    var prompts: [Double]
    var rollouts: [Double]
    var variances: [Double]
    /// σ̂²/n; infinite where a prompt of positive variance got nothing.
    var terms: [Double]

    fileprivate init(prompts: [Double], rollouts: [Double], variances: [Double], terms: [Double]) {
      self.prompts = prompts
      self.rollouts = rollouts
      self.variances = variances
      self.terms = terms
    }

    init(rollouts: [Int], variances: [Double]) {
      prompts = Array(repeating: 1, count: rollouts.count)
      self.rollouts = rollouts.map(Double.init)
      self.variances = variances
      terms = zip(rollouts, variances).map { count, variance in
        variance == 0 ? 0 : count == 0 ? .infinity : variance / Double(count)
      }
    }
  }

  let folds: [Fold]

  /// r over the whole set of prompts; infinite where a prompt of positive judged variance got nothing, NaN where no variance is positive.
  var value: Double { value(over: Array(folds.first?.rollouts.indices ?? 0..<0)) }

  /// r over the units at `indices`, repetitions allowed: the statistic of the bootstrap.
  ///
  /// Each prompt keeps the number that the rule chose on the whole set, and the resample's numbers are scaled to the budget per prompt:
  ///
  ///     r* = Σ_f (Σ σ̂²/n)(Σ n)/N  /  Σ_f Σ σ̂²
  ///
  /// For n ∝ w this is exactly what the rule would do with the resample as its whole population. With bounds in force the scaling stands for
  /// solving for the water level again; on the reference rollouts the two bootstraps differ by less than 4 % in their spread.
  func value(over indices: [Int]) -> Double {
    var total = 0.0
    var uniform = 0.0
    for fold in folds {
      var terms = 0.0
      var rollouts = 0.0
      var variances = 0.0
      var prompts = 0.0
      for index in indices {
        terms += fold.terms[index]
        rollouts += fold.rollouts[index]
        variances += fold.variances[index]
        prompts += fold.prompts[index]
      }
      total += terms * (rollouts / prompts)
      uniform += variances
    }
    return uniform > 0 ? total / uniform : .nan
  }

  /// The same sums with the prompts of one unit added up, which is all that resampling whole units needs.
  func merged(by units: ResamplingUnits) -> RelativeVariance {
    RelativeVariance(
      folds: folds.map { fold in
        Fold(
          prompts: units.sums(fold.prompts), rollouts: units.sums(fold.rollouts),
          variances: units.sums(fold.variances), terms: units.sums(fold.terms))
      })
  }
}
