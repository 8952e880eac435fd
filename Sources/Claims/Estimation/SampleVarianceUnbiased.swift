import Foundation
import Statistics

/// P̂ = k(G−k)/(G(G−1)) is unbiased for p(1−p), with variance P(1−4P)/G + 2P²/(G(G−1)).
public struct SampleVarianceUnbiased: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// Both moments exactly by binomial sums on a grid, and once more with fractions; then by simulation.
  public func examine(_ examination: Examination) throws -> Evidence {
    let probabilities = specification.values("p")
    let groups = specification.integers("group")
    let tolerance = specification.value("tolerance")
    var worstMean = 0.0
    var worstVariance = 0.0
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    var points = PointTable(
      name: "points", columns: ["p", "group", "expected_proxy", "bernoulli_variance", "proxy_sd"])
    for group in groups {
      for p in probabilities {
        let exact = Self.moments(p: p, group: group)
        let proxy = p * (1 - p)
        worstMean = max(worstMean, abs(exact.mean / proxy - 1))
        worstVariance = max(worstVariance, abs(exact.variance / Self.variance(p: p, group: group) - 1))
        points.rows.append([
          .number(p), .integer(group), .number(exact.mean), .number(proxy),
          .number(exact.variance.squareRoot()),
        ])
      }
    }
    evidence.pointTables = [points]
    let fractionsAgree = Self.unbiasedInFractions(
      denominator: Int(specification.value("rational_denominator")),
      largestGroup: Int(specification.value("rational_group")))
    let worst = try AdversarialSearch.maximise(
      examination, designPoint: 1, restarts: Int(specification.value("restarts")),
      start: { [4 * $0.normal(), 4 * $0.uniform()] },
      objective: { point in
        let p = 1 / (1 + exp(-point[0]))
        guard p > 1e-9, p < 1 - 1e-9, point[1] >= 0, point[1] <= 4 else { return -.infinity }
        return abs(Self.moments(p: p, group: 2 + Int(exp(point[1]))).mean / (p * (1 - p)) - 1)
      })
    let worstFound = worst?.value ?? 0
    evidence.estimates += [
      EstimateRow(design: "grid", method: "unbiased", stat: "largest_relative_bias", exact: worstMean),
      EstimateRow(
        design: "grid", method: "unbiased", stat: "largest_relative_variance_error", exact: worstVariance),
      EstimateRow(
        design: "adversarial", method: "unbiased", stat: "largest_relative_bias", exact: worstFound),
    ]
    let meanHolds = worstMean <= tolerance && worstFound <= tolerance && fractionsAgree
    evidence.findings = [
      Finding(estimator: "mean", basis: .exact(holds: meanHolds)),
      Finding(estimator: "variance", basis: .exact(holds: worstVariance <= tolerance)),
    ]

    let count = specification.count("replicates", for: examination.preset)
    for (index, p) in specification.values("simulated_p").enumerated() {
      let group = Int(specification.value("simulated_group"))
      let proxy = p * (1 - p)
      let design = "p=\(p) G=\(group)"
      let mean = try SequentialMean.run(
        examination, designPoint: 10 + index, range: 0...0.5 * Double(group) / Double(group - 1),
        boundary: proxy,
        maximumCount: count, stopBelow: 0
      ) { stream in
        let k = Double(stream.binomial(trials: group, probability: p))
        return k * (Double(group) - k) / Double(group * (group - 1))
      }
      evidence.estimates += MonteCarloCheck.rows(
        design: design, method: "unbiased", stat: "mean", mean: mean, exact: proxy)
    }
    evidence.estimates += Self.driftRows(specification)
    try addControl(&evidence, examination, count: count)
    evidence.explanation =
      "Summed over all counts, E P̂ differs from p(1−p) by at most \(short(worstMean)) relative on the grid and "
      + "\(short(worstFound)) under adversarial search, and with fractions \(fractionsAgree ? "by exactly nothing" : "not by nothing"); the variance formula is off by at most "
      + "\(short(worstVariance)). Dividing by G² instead of G(G−1) loses the fraction 1/G; pooling counts while p drifts "
      + "makes P̂ estimate p̄(1−p̄) + Var_t(p)/(M−1) instead."
    return evidence
  }

  /// The plug-in k(G−k)/G², Bessel's correction dropped: the same simulation must see its bias.
  private func addControl(_ evidence: inout Evidence, _ examination: Examination, count: Int) throws {
    let group = Int(specification.value("simulated_group"))
    let p = specification.values("simulated_p")[0]
    let proxy = p * (1 - p)
    let boundary = proxy * (1 - specification.margin)
    let control = try SequentialMean.run(
      examination, designPoint: 90, range: 0...0.25, boundary: boundary, maximumCount: count
    ) { stream in
      let k = Double(stream.binomial(trials: group, probability: p))
      return k * (Double(group) - k) / Double(group * group)
    }
    evidence.estimates += MonteCarloCheck.rows(
      design: "control p=\(p) G=\(group)", method: "plug-in", stat: "mean", mean: control,
      exact: proxy * Double(group - 1) / Double(group))
    evidence.control = control.findingGreater(estimator: "plug-in", population: "p=\(p) G=\(group)")
  }

  /// Pooled history: one rollout at each of M steps while p moves linearly; exact against the formula with the drift term.
  private static func driftRows(_ specification: ClaimSpecification) -> [EstimateRow] {
    let steps = Int(specification.value("drift_steps"))
    return specification.values("drift_range").map { width in
      let path = (0..<steps).map { 0.5 - width / 2 + width * Double($0) / Double(steps - 1) }
      // Exact E[k(M−k)] for independent, unequal trials: Σ_{t≠u} p_t (1 − p_u).
      let total = path.reduce(0, +)
      var pairs = 0.0
      for p in path { pairs += p * (Double(steps) - total - (1 - p)) }
      let m = Double(steps)
      let mean = total / m
      let spread = path.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / m
      var row = EstimateRow(
        design: "drift width=\(width) M=\(steps)", method: "pooled", stat: "mean",
        exact: pairs / (m * (m - 1)))
      row.exact = mean * (1 - mean) + spread / (m - 1)
      return row
    }
  }

  /// The mean and variance of P̂ by summing over k; the variance from squared deviations.
  static func moments(p: Double, group: Int) -> (mean: Double, variance: Double) {
    var row = [Double](repeating: 0, count: group + 1)
    row[0] = 1
    for trial in 0..<group {
      for k in stride(from: trial + 1, through: 1, by: -1) { row[k] = row[k] * (1 - p) + row[k - 1] * p }
      row[0] *= 1 - p
    }
    let g = Double(group)
    let values = (0...group).map { Double($0) * (g - Double($0)) / (g * (g - 1)) }
    var mean = 0.0
    for (weight, value) in zip(row, values) { mean += weight * value }
    var variance = 0.0
    for (weight, value) in zip(row, values) { variance += weight * (value - mean) * (value - mean) }
    return (mean, variance)
  }

  /// `P(1−4P)/G + 2P²/(G(G−1))`.
  static func variance(p: Double, group: Int) -> Double {
    let proxy = p * (1 - p)
    let g = Double(group)
    // P(1 − 4P) = P(1 − 2p)²: the square form does not cancel at p = ½.
    return proxy * (1 - 2 * p) * (1 - 2 * p) / g + 2 * proxy * proxy / (g * (g - 1))
  }

  /// Whether E P̂ = p(1−p) exactly for every p = a/d and every G up to the given sizes.
  static func unbiasedInFractions(denominator: Int, largestGroup: Int) -> Bool {
    for d in 2...denominator {
      for a in 1..<d {
        let p = Rational(Int128(a), Int128(d))
        let q = Rational.one - p
        for group in 2...largestGroup {
          var row = [Rational](repeating: .zero, count: group + 1)
          row[0] = .one
          for trial in 0..<group {
            for k in stride(from: trial + 1, through: 1, by: -1) { row[k] = row[k] * q + row[k - 1] * p }
            row[0] = row[0] * q
          }
          var mean = Rational.zero
          for k in 0...group {
            mean += row[k] * Rational(Int128(k * (group - k)), Int128(group * (group - 1)))
          }
          if mean != p * q { return false }
        }
      }
    }
    return true
  }

}
