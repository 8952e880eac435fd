import Foundation

extension GradientVarianceMinimisation {
  /// The weights w of the prompts before they are normalised; without the limit on expected acceptances, which needs a budget.
  public static func weights(
    passRates: [Double], gradientNorms: [Double], weighting: Weighting = Weighting()
  ) throws(AllocationError) -> [Double] {
    guard passRates.count == gradientNorms.count else {
      throw .wrongCount(name: "gradientNorms", count: gradientNorms.count, expected: passRates.count)
    }
    try EvenDivision.check(passRates)
    try BoundedProportion.check(gradientNorms, name: "gradientNorms")
    return zip(passRates, gradientNorms).map { p, norm in
      guard p > 0, norm > 0, p <= weighting.highestPassRate else { return 0 }
      return norm / (p + weighting.regularisation / pow(p, weighting.exponent - 1)).squareRoot()
    }
  }

  /// The rollouts of the second stage, `budget` in all.
  ///
  /// Without bounds as released: `N w` is rounded half to even, and the sum is mended by one rollout each where rounding took or gave most. With bounds, which the rule has not, `clip(c w, minimum, maximum)` by largest remainders.
  ///
  /// - Throws: no prompts; a negative budget, or one that does not fit the bounds; a rate outside 0...1; a norm that is negative or not finite; weights that are all 0, which leave nobody to
  ///   spend the budget on.
  public static func rollouts(
    passRates: [Double], gradientNorms: [Double], budget: Int, bounds: AllocationBounds = .none,
    weighting: Weighting = Weighting()
  ) throws(AllocationError) -> [Int] {
    let limits = try Limits(count: passRates.count, budget: budget, bounds: bounds)
    var shares = try normalised(
      try weights(passRates: passRates, gradientNorms: gradientNorms, weighting: weighting))
    if weighting.fewestAccepted > 0 {
      for i in shares.indices where passRates[i] * shares[i] * Double(budget) < weighting.fewestAccepted {
        shares[i] = 0
      }
      shares = try normalised(shares)
    }
    guard bounds == .none else {
      return try BoundedProportion.rollouts(weights: shares, name: "weights", within: limits)
    }
    return rounded(shares, budget: budget)
  }

  private static func normalised(_ weights: [Double]) throws(AllocationError) -> [Double] {
    let largest = weights.max() ?? 0
    guard largest > 0 else {
      throw .outOfRange(
        name: "the sum of the weights", value: 0,
        allowed: "be positive: no prompt has an accepted response and a gradient norm within the limits")
    }
    // Scaled first, so that huge norms do not overflow the sum.
    let sum = weights.reduce(0) { $0 + $1 / largest }
    return weights.map { $0 / largest / sum }
  }

  /// Rounds half to even and mends the sum by the largest residuals, ties to the first index.
  private static func rounded(_ shares: [Double], budget: Int) -> [Int] {
    let exact = shares.map { Double(budget) * $0 }
    // Beyond 2⁵³ a double says nothing about single rollouts; then the sum is mended as far as one rollout each goes, again and again.
    var counts = exact.map { $0 >= Double(Int.max) ? budget : Int($0.rounded(.toNearestOrEven)) }
    var missing = budget &- counts.reduce(0, &+)
    guard missing.magnitude <= UInt(counts.count) else {
      let limits = Limits(
        lower: [Int](repeating: 0, count: counts.count),
        upper: [Int](repeating: budget, count: counts.count), budget: budget)
      return LargestRemainder.rounded(exact, within: limits)
    }
    let step = missing.signum()
    while missing != 0 {
      let open = counts.indices.filter { shares[$0] > 0 && counts[$0] + step >= 0 }
      let residuals = open.map { Double(step) * (exact[$0] - Double(counts[$0])) }
      for position in Largest.positions(of: min(abs(missing), open.count), in: residuals) {
        counts[open[position]] += step
        missing -= step
      }
    }
    return counts
  }
}
