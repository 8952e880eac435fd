import Allocation
import Estimators
import Foundation
import Policies
import Statistics

/// What counts as a prompt's variance when allocations are compared.
enum VarianceMeasure: String, Sendable, CaseIterable {
  /// σ² = p(1−p): the proxy taken for the truth.
  case bernoulli
  /// One rollout without baseline.
  case reinforce
  /// One rollout with b = p.
  case valueBaseline = "value-baseline"
  /// One rollout with b = b*.
  case optimalBaseline = "optimal-baseline"

  /// σ² of a prompt.
  func variance(_ moments: BinaryScoreMoments) -> Double {
    switch self {
    case .bernoulli: moments.bernoulliVariance
    case .reinforce: moments.variance(baseline: 0)
    case .valueBaseline: moments.valueBaselineVariance
    case .optimalBaseline: moments.optimalBaselineVariance
    }
  }
}

/// The pass-rate populations on which the released allocator was first measured: p from a beta distribution.
struct PassRatePopulation: Sendable {
  let a: Double
  let b: Double

  var name: String { "Beta(\(short(a)),\(short(b)))" }

  /// One pass rate, kept off 0 and 1 where a variance has no logarithm.
  func draw(_ stream: inout RandomStream) -> Double { min(max(stream.beta(a, b), 1e-9), 1 - 1e-9) }

  static let all = [(0.3, 0.3), (0.6, 0.6), (1.0, 1.0), (2.0, 2.0), (0.5, 2.0), (2.0, 0.5)].map {
    PassRatePopulation(a: $0.0, b: $0.1)
  }
}

/// A batch of prompts as an allocator's judge sees it.
struct Batch: Sendable {
  var moments: [BinaryScoreMoments]

  /// `count` prompts of a named population from one stream.
  init(_ population: PromptPopulation, count: Int, stream: inout RandomStream) throws(PolicyError) {
    moments = []
    for _ in 0..<count {
      guard let prompt = BinaryScoreMoments(try population.draw(&stream).scoreSummary) else {
        preconditionFailure("\(population.name) has graded rewards")
      }
      moments.append(prompt)
    }
  }

  /// `count` pass rates; nothing is known of scores.
  init(_ population: PassRatePopulation, count: Int, stream: inout RandomStream) {
    moments = (0..<count).map { _ in
      BinaryScoreMoments(
        successProbability: population.draw(&stream), successVariance: 0, failureVariance: 0,
        squaredDistance: 0)
    }
  }

  var proxies: [Double] { moments.map(\.bernoulliVariance) }

  func variances(_ measure: VarianceMeasure) -> [Double] { moments.map(measure.variance) }

  /// Fresh counts: k of `samples` for every prompt.
  func counts(samples: Int, stream: inout RandomStream) -> [PromptStatistics] {
    moments.map {
      PromptStatistics(
        successes: stream.binomial(trials: samples, probability: $0.successProbability), samples: samples)
    }
  }
}

/// `V/V(uniform)` for shares in proportion to weights, without bounds: `Σσ²/w · Σw / (N Σσ²)`.
func relativeVariance(_ variances: [Double], weights: [Double]) -> Double {
  let total = weights.reduce(0, +)
  let uniform = Double(variances.count) * variances.reduce(0, +)
  guard uniform > 0 else { return 1 }
  return TotalVariance.value(variances: variances, shares: weights) * total / uniform
}

/// `V/V(uniform)` for integer counts with the same sum.
func relativeVariance(_ variances: [Double], rollouts: [Int]) -> Double {
  let each = Double(rollouts.reduce(0, +)) / Double(rollouts.count)
  let uniform = variances.reduce(0, +) / each
  return uniform > 0 ? TotalVariance.value(variances: variances, rollouts: rollouts) / uniform : 1
}

/// The mean over random batches of a number, with its interval: a row of the `relative` tables.
struct BatchMean {
  var moments = Moments()

  var estimate: Estimate { moments.estimate }
  var interval: Interval { moments.estimate.studentInterval(level: 0.95) }

  /// Cells: relative variance, lower, upper.
  var cells: [StructuredValue] { [.number(moments.mean), .number(interval.lower), .number(interval.upper)] }
}

/// Monte Carlo of the total variance of a batch: real rollouts, real gradients, an independent block for each prompt.
enum BatchSimulation {
  /// Rows for the simulated total `Σ_i ½‖ĝ_i − ĝ_i'‖²` with value baselines and the given counts, beside `Σ σ_i²/n_i`.
  static func rows(
    _ examination: Examination, designPoint: Int, design: String, method: String, prompts: [Prompt],
    rollouts: [Int],
    count: Int
  ) throws -> [EstimateRow] {
    let worlds = try prompts.map { try $0.enumerated() }
    let tables = worlds.map { AliasTable(weights: $0.probabilities) }
    let rules = prompts.map { ConstantBaseline.value(of: $0.scoreSummary) }
    var exact = 0.0
    var bound = 0.0
    for index in prompts.indices {
      exact +=
        GroupOracle.moments(prompts[index].scoreSummary, estimator: rules[index], group: rollouts[index])
        .covarianceTrace
      var largest = 0.0
      for outcome in 0..<worlds[index].outcomeCount {
        largest = max(largest, worlds[index].score(outcome).reduce(0) { $0 + $1 * $1 })
      }
      bound += 2 * largest
    }
    let mean = try SequentialMean.run(
      examination, designPoint: designPoint, range: 0...bound, boundary: 0, maximumCount: count, stopBelow: 0
    ) { stream in
      var total = 0.0
      for index in worlds.indices {
        total += GroupSimulation.halfSquaredDistance(
          worlds[index], outcomes: tables[index], estimator: rules[index], group: rollouts[index],
          stream: &stream)
      }
      return total
    }
    return MonteCarloCheck.rows(
      design: design, method: method, stat: "total_variance", mean: mean, exact: exact)
  }
}
