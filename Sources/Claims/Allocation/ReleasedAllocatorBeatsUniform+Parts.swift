import Allocation
import Foundation
import Policies
import Statistics

/// The parts of the released rule one at a time, on large batches, beside an earlier measurement of the same parts.
extension ReleasedAllocatorBeatsUniform {
  /// The released rule, its parts, and the optimum within its bounds.
  enum Part: String, Sendable, CaseIterable {
    /// As released, on counts of 16.
    case released16 = "released, k of 16"
    /// Priorities are P̂ of 16 rollouts: no mastery cut, no minimum.
    case noiseOnly = "P̂ of 16, no cut"
    /// Priorities are the true P with the mastery cut and the minimum.
    case cutOnly = "true P with cut and minimum"
    /// Priorities are the true P.
    case affineProxy = "true P"
    /// As released, on counts of 160.
    case released160 = "released, k of 160"
    /// Priorities are the true √P.
    case affineRoot = "true √P"
    /// Not the water level but the optimum within the same bounds.
    case boundedOptimum = "bounded optimum"

    /// The parameter that holds its earlier measurement.
    var reference: String {
      switch self {
      case .released16: "reference_released_16"
      case .noiseOnly: "reference_noise_only"
      case .cutOnly: "reference_cut_only"
      case .affineProxy: "reference_affine_proxy"
      case .released160: "reference_released_160"
      case .affineRoot: "reference_affine_root"
      case .boundedOptimum: "reference_bounded_optimum"
      }
    }
  }

  /// V/V(uniform) of every part on one batch of pass rates, σ² = P, in the order of `Part.allCases`.
  func relative(_ batch: Batch, stream: inout RandomStream) throws(AllocationError) -> [Double] {
    let few = batch.counts(samples: specification.integers("part_samples")[0], stream: &stream)
    let many = batch.counts(samples: specification.integers("part_samples")[1], stream: &stream)
    let cut = specification.value("mastery_cut")
    let minimum = specification.value("minimum_priority")
    let rules = rules
    let budget = rules.each * batch.moments.count
    func level(_ priorities: [Double]) throws(AllocationError) -> [Int] {
      // Every prompt counts as explored, as after a first epoch.
      try ReleasedWaterLevelAsReleased.rollouts(
        sampleCounts: few.map(\.samples), priorities: priorities, budget: budget, low: rules.low,
        high: rules.high)
    }
    var values: [Double] = []
    for part in Part.allCases {
      let rollouts: [Int]
      switch part {
      case .released16: rollouts = try level(few.map(Self.priority))
      case .noiseOnly: rollouts = try level(few.map(\.bernoulliVariance))
      case .cutOnly:
        rollouts = try level(
          batch.moments.map {
            $0.successProbability >= cut ? minimum : max($0.bernoulliVariance, minimum)
          })
      case .affineProxy: rollouts = try level(batch.proxies)
      case .released160: rollouts = try level(many.map(Self.priority))
      case .affineRoot: rollouts = try level(batch.proxies.map { $0.squareRoot() })
      case .boundedOptimum:
        rollouts = try IntegerOptimalAllocation.rollouts(
          deviations: batch.proxies.map { $0.squareRoot() }, budget: budget,
          bounds: AllocationBounds(minimum: rules.low, maximum: rules.high))
      }
      values.append(relativeVariance(batch.proxies, rollouts: rollouts))
    }
    return values
  }

  /// The released priority of a prompt.
  static func priority(_ prompt: PromptStatistics) -> Double {
    ReleasedPriorityAsReleased.priority(successes: prompt.successes, samples: prompt.samples)
  }

  /// Rows for every part and population, and the distance from the earlier measurement in standard errors; returns the means by part, then population.
  func addParts(_ evidence: inout Evidence, _ examination: Examination) throws -> [Part: [Double]] {
    let size = Int(specification.value("large_batch"))
    let seeds = specification.count("seeds", for: examination.preset)
    let referenceError =
      specification.value("reference_deviation") / specification.value("reference_seeds").squareRoot()
    var means: [Part: [Double]] = [:]
    for (row, population) in PassRatePopulation.all.enumerated() {
      let key = examination.key(designPoint: 500 + row)
      let drawn = try examination.map(seeds) { index in
        var stream = RandomStream(key.replicate(index))
        let batch = Batch(population, count: size, stream: &stream)
        return try relative(batch, stream: &stream)
      }
      examination.progress(seeds)
      for (column, part) in Part.allCases.enumerated() {
        let mean = BatchMean(moments: Moments(drawn.map { $0[column] }))
        means[part, default: []].append(mean.moments.mean)
        let design = "\(population.name), batch of \(size)"
        evidence.estimates.append(
          EstimateRow(
            design: design, method: part.rawValue, stat: "relative_variance", estimate: mean.estimate,
            interval: mean.interval))
        let references = specification.values(part.reference)
        precondition(
          references.count == PassRatePopulation.all.count,
          "\(part.reference) has \(references.count) values, expected one for each population")
        let reference = references[row]
        let error = mean.moments.standardError
        let z =
          (mean.moments.mean - reference) / (error * error + referenceError * referenceError).squareRoot()
        for (stat, value) in [("reference_value", reference), ("z_against_reference", z)] {
          var row = EstimateRow(design: design, method: part.rawValue, stat: stat, exact: value)
          row.exact = nil
          evidence.estimates.append(row)
        }
      }
    }
    return means
  }
}
