import Foundation
import Modulation
import Policies
import Statistics

extension ScoreNormAttenuates {
  /// Logits raised along a random direction until its largest token is certain: the slope of log‖s‖ against log(1 − π) between the two values of `missing`.
  func addSlopes(_ evidence: inout Evidence, _ examination: Examination) throws -> (
    count: Int, smallest: Double, largest: Double
  ) {
    let count = specification.count("directions", for: examination.preset)
    let ends = specification.values("missing")
    let sizes = specification.integers("direction_actions")
    var all: [Double] = []
    for (index, size) in sizes.enumerated() {
      let key = examination.key(designPoint: 400 + index)
      let slopes = try examination.map(count) { direction in
        var stream = RandomStream(key.replicate(direction))
        let start = (0..<size).map { _ in 2 * stream.normal() }
        let step = (0..<size).map { _ in stream.normal() }
        return Self.slope(start: start, step: step, ends: ends)
      }
      all += slopes
      for (stat, value) in [("smallest_slope", slopes.min()), ("largest_slope", slopes.max())] {
        evidence.estimates.append(
          EstimateRow(
            design: "K=\(size), \(count) directions", method: "linear vanishing", stat: stat,
            exact: value ?? .nan))
      }
    }
    let holds = all.allSatisfy { abs($0 - 1) <= specification.margin }
    evidence.findings.append(
      Finding(
        estimator: "linear vanishing", population: "random directions",
        basis: .exact(holds: !all.isEmpty && holds)))
    return (all.count, all.min() ?? .nan, all.max() ?? .nan)
  }

  /// The slope between the points of the ray z + t u at which 1 − π of u's largest token takes the values `ends`.
  static func slope(start: [Double], step: [Double], ends: [Double]) -> Double {
    let action = step.indices.max { step[$0] < step[$1] } ?? 0
    func point(_ t: Double) -> (missing: Double, norm: Double) {
      // log(1 − π) = log Σ_{b≠a} e^{z_b − z_a} − log(1 + Σ …), which keeps its digits however small.
      let gaps = start.indices.filter { $0 != action }.map {
        start[$0] - start[action] + t * (step[$0] - step[action])
      }
      let largest = gaps.max() ?? 0
      let weights = gaps.map { exp($0 - largest) }
      let sum = weights.reduce(0, +)
      let logOdds = largest + log(sum)
      let missing = logOdds > 0 ? -log1p(exp(-logOdds)) : logOdds - log1p(exp(logOdds))
      let spread = weights.reduce(0) { $0 + ($1 / sum) * ($1 / sum) }
      return (missing, missing + 0.5 * log1p(spread))
    }
    func place(_ target: Double) -> (missing: Double, norm: Double) {
      // 1 − π need not fall from the start, but it falls beyond any t; the last crossing is bracketed by doubling, then halved.
      var (low, high) = (0.0, 1.0)
      while point(high).missing > log(target), high < 1e12 { (low, high) = (high, 2 * high) }
      for _ in 0..<80 {
        let middle = (low + high) / 2
        if point(middle).missing > log(target) { low = middle } else { high = middle }
      }
      return point(high)
    }
    let near = place(ends[0])
    let far = place(ends[1])
    return (far.norm - near.norm) / (far.missing - near.missing)
  }

  /// Parameters other than logits: z = Wθ with two parameters.
  ///
  /// Rows and a counterexample, no verdict: the proposition is about logits.
  ///
  /// ‖W^T s‖ ≤ σ_max(W)‖s‖ gives the upper bound; from below only σ_min over the directions that scores take, which may be 0.
  func addLowRank(_ evidence: inout Evidence, _ examination: Examination) throws -> (
    smallest: Double, largest: Double
  ) {
    let count = specification.count("low_rank_states", for: examination.preset)
    let key = examination.key(designPoint: 500)
    let ratios = try examination.map(count) { index -> (low: Double, high: Double) in
      var stream = RandomStream(key.replicate(index))
      let size = 3 + stream.index(below: 14)
      let weights = (0..<size).map { _ in SIMD2(stream.normal(), stream.normal()) }
      let parameters = 2 * SIMD2(stream.normal(), stream.normal())
      let probabilities = StableSoftmax.probabilities(weights.map { ($0 * parameters).sum() })
      let largest = Self.largestSingularValue(weights)
      var result = (low: Double.infinity, high: 0.0)
      for action in 0..<size {
        var gradient = SIMD2(0.0, 0.0)
        var missing = 0.0
        for other in 0..<size where other != action {
          gradient += probabilities[other] * (weights[action] - weights[other])
          missing += probabilities[other]
        }
        guard missing > 1e-150 else { continue }
        let norm = (gradient * gradient).sum().squareRoot()
        let ratio = norm / (largest * missing)
        result.low = min(result.low, ratio)
        result.high = max(result.high, ratio / 2.0.squareRoot())
      }
      return result
    }
    let low = ratios.map(\.low).min() ?? .nan
    let high = ratios.map(\.high).max() ?? .nan
    let design = "extension: z = Wθ, two parameters, \(count) random W"
    evidence.estimates += [
      EstimateRow(
        design: design, method: "‖W^T s‖ / (σ_max √2 (1 − π))", stat: "largest_ratio", exact: high),
      EstimateRow(design: design, method: "‖W^T s‖ / (σ_max (1 − π))", stat: "smallest_ratio", exact: low),
    ]
    if let world = Self.smallestCancellation() { evidence.counterexamples.append(world) }
    return (low, high)
  }

  /// σ_max of a matrix of two columns, from the two eigenvalues of W^T W.
  static func largestSingularValue(_ rows: [SIMD2<Double>]) -> Double {
    let a = rows.reduce(0) { $0 + $1.x * $1.x }
    let b = rows.reduce(0) { $0 + $1.x * $1.y }
    let c = rows.reduce(0) { $0 + $1.y * $1.y }
    let half = ((a - c) / 2 * ((a - c) / 2) + b * b).squareRoot()
    return ((a + c) / 2 + half).squareRoot()
  }

  /// The smallest world with one parameter that moves the policy in which an uncertain token has score 0: features in {−2, …, 2}, θ = 0, uniform policy.
  ///
  /// With two tokens the score in θ is (1 − π_a)(w_a − w_b), which is 0 only if θ does nothing; so three are needed.
  static func smallestCancellation() -> Counterexample? {
    for size in 2...4 {
      var features = [Int](repeating: -2, count: size)
      while true {
        let isMoving = Set(features).count > 1
        let sum = features.reduce(0, +)
        if isMoving, let action = features.firstIndex(where: { $0 * size == sum }) {
          let missing = Rational(Int128(size - 1), Int128(size))
          let logitNorm = missing * missing + Rational(Int128(size - 1), Int128(size * size))
          let squares = features.reduce(0) { $0 + $1 * $1 }
          return Counterexample(
            title: "extension, not part of the proposition: no lower bound for parameters other than logits",
            worlds: [
              .record([
                .init("features", .integers(features)), .init("parameter", .integer(0)),
                .init(
                  "policy",
                  .record([
                    .init("kind", .text("softmax")),
                    .init("probabilities", .numbers(features.map { _ in 1 / Double(size) })),
                    .init("fractions", .texts(features.map { _ in "1/\(size)" })),
                  ])),
                .init("action", .integer(action)),
              ])
            ],
            values: [
              ExactValue("one_minus_probability", missing.value, exact: missing.description),
              ExactValue("squared_score_norm_in_logits", logitNorm.value, exact: logitNorm.description),
              ExactValue("squared_score_norm_in_parameter", 0, exact: "0"),
              ExactValue(
                "parameter_upper_bound_squared", 2 * Double(squares) * (missing * missing).value,
                exact: (Rational(Int128(2 * squares)) * missing * missing).description),
            ],
            explanation:
              "Logits are z_j = w_j θ with θ = 0. The score of the token in θ is w_a − Σπw = 0 although 1 − π_a = \(missing): its feature is the mean one. The parameter moves the policy all the same, and the upper bound σ_max(W)√2(1 − π_a) holds."
          )
        }
        var place = 0
        while place < size, features[place] == 2 {
          features[place] = -2
          place += 1
        }
        if place == size { break }
        features[place] += 1
      }
    }
    return nil
  }
}
