import Statistics

/// Simulates one block of pairs at a time: draws counts, finds α and β of each group, accumulates ĝ.
struct SoftmaxGroupKernel: Sendable {
  /// The sums of one block of pairs.
  struct Block: Sendable {
    var halfSquaredDistance: Moments
    var meanSquaredLength: Moments
    /// Per row of counts: Σ ĝ over all groups, and Σ (ĝ − ĝ')² over all pairs.
    var sums: [Double]
    var squaredDifferences: [Double]
  }

  private let counts: GroupCounts
  private let probabilities: [Double]
  private let advantage: GroupAdvantage
  private let key: StreamKey
  /// The rewards, less the constant baseline where there is one.
  private let statistics: GroupStatistics
  /// How many batches are drawn before they are reduced.
  private let batchesPerStep: Int

  init(
    counts: GroupCounts, probabilities: [Double], rewards: [Double], advantage: GroupAdvantage, key: StreamKey
  ) {
    self.counts = counts
    self.probabilities = counts.order.map { probabilities[$0] }
    self.advantage = advantage
    self.key = key
    let baseline = advantage.constantBaseline(group: counts.trials) ?? 0
    statistics = GroupStatistics(values: counts.order.map { rewards[$0] - baseline })
    // Draws: their counts stay in the first-level cache. Binomials: as many as fill the vectors of those that need another try.
    batchesPerStep = counts.method == .draws ? max(2, min(16, 128 / counts.actionCount)) : 32
  }

  /// Simulates the pairs from `firstPair` on.
  func run(firstPair: Int, pairs: Int) -> Block {
    let perBatch = GroupStatistics.pairsPerBatch
    var total = GroupPairs(rows: counts.actionCount, capacity: pairs)
    withScratch { drawn, scales, centres, drifts in
      prepare(scales: scales, centres: centres, drifts: drifts)
      var done = 0
      while done < pairs {
        let batches = min(batchesPerStep, (pairs - done + perBatch - 1) / perBatch)
        counts.fill(drawn, batches: batches, firstGroup: 2 * (firstPair + done), key: key)
        guard let base = UnsafePointer(drawn.baseAddress) else { return }
        findAdvantages(base, batches: batches, scales: scales, centres: centres, drifts: drifts)
        let here = min(perBatch * batches, pairs - done)
        statistics.accumulate(
          base, batches: batches, pairs: here, weights: probabilities, scales: scales, centres: centres,
          drifts: drifts, into: &total)
        done += here
      }
    }
    return Block(
      halfSquaredDistance: total.halfSquaredDistance, meanSquaredLength: total.meanSquaredLength,
      sums: total.vectorSums, squaredDifferences: total.squaredDifferenceSums)
  }

  /// What does not change from step to step: β = 0 relative to the shifted rewards and drift 0 unless said otherwise.
  private func prepare(
    scales: UnsafeMutablePointer<Double>, centres: UnsafeMutablePointer<Double>,
    drifts: UnsafeMutablePointer<Double>
  ) {
    let count = GroupCounts.batchSize * batchesPerStep
    scales.update(repeating: advantage.constantScale(group: counts.trials) ?? 0, count: count)
    centres.update(repeating: 0, count: count)
    drifts.update(repeating: 0, count: count)
  }

  /// Fills in what depends on the groups' rewards.
  private func findAdvantages(
    _ drawn: UnsafePointer<UInt32>, batches: Int, scales: UnsafeMutablePointer<Double>,
    centres: UnsafeMutablePointer<Double>, drifts: UnsafeMutablePointer<Double>
  ) {
    if advantage.constantBaseline(group: counts.trials) != nil {
      statistics.totals(of: drawn, batches: batches, dividedBy: 1, into: drifts)
      return
    }
    // Centred on the group's mean, the advantages sum to zero, which rounding must not undo: the drift stays 0.
    let group = Double(counts.trials)
    statistics.totals(of: drawn, batches: batches, dividedBy: group, into: centres)
    guard case .groupNormalised(let deviation, let epsilon) = advantage else { return }
    let divisor = deviation == .population ? group : group - 1
    // The squares go where the scales will be; the drifts hold the answers for a moment and are set back to zero.
    statistics.squares(of: drawn, batches: batches, about: centres, into: scales, mixed: drifts)
    for i in 0..<GroupCounts.batchSize * batches {
      scales[i] =
        drifts[i] > 0 ? 1 / (group * ((scales[i] / divisor).squareRoot() + epsilon)) : 0
      drifts[i] = 0
    }
  }

  /// Room for the counts and the three scalars per group of one step.
  private func withScratch(
    _ body: (
      _ counts: UnsafeMutableBufferPointer<UInt32>, _ scales: UnsafeMutablePointer<Double>,
      _ centres: UnsafeMutablePointer<Double>, _ drifts: UnsafeMutablePointer<Double>
    ) -> Void
  ) {
    let groups = GroupCounts.batchSize * batchesPerStep
    let drawn = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: groups * counts.actionCount)
    let scalars = UnsafeMutablePointer<Double>.allocate(capacity: 3 * groups)
    scalars.initialize(repeating: 0, count: 3 * groups)
    defer {
      drawn.deallocate()
      scalars.deallocate()
    }
    body(drawn, scalars, scalars + groups, scalars + 2 * groups)
  }
}
