import Statistics

/// Several Monte Carlo means from the same replicates, each watched by its own confidence sequence and tests.
///
/// Drawing a batch of prompts costs far more than judging it, so all rules and measures are judged on the same
/// batch. The means are then dependent; each one's guarantee and Holm's procedure hold whatever the dependence.
enum SequentialMeans {
  /// What is known of one variable beforehand.
  struct Variable: Sendable {
    /// An interval that holds every value.
    var range: ClosedRange<Double>
    /// The mean that separates the two answers.
    var boundary: Double
  }

  /// Runs up to `maximumCount` replicates, stopping at a batch once every variable has a p-value below `stopBelow`.
  ///
  /// `sample` is given the replicate's own stream and returns one value for each variable. Batches double in size
  /// from `firstBatch`; values enter in the order of their replicate, so threads do not matter.
  static func run(
    _ examination: Examination, designPoint: Int, variables: [Variable], maximumCount: Int,
    stopBelow: Double = 1e-12, firstBatch: Int = 64,
    sample: @Sendable (inout RandomStream) throws -> [Double]
  ) throws -> [SequentialMean] {
    precondition(maximumCount > 1, "maximumCount is \(maximumCount), it must exceed 1")
    let key = examination.key(designPoint: designPoint)
    var watches = variables.map(Watch.init)
    var done = 0
    var batch = firstBatch
    while done < maximumCount {
      let start = done
      let count = min(batch, maximumCount - done)
      let rows = try examination.map(count) { offset in
        var stream = RandomStream(key.replicate(start + offset))
        return try sample(&stream)
      }
      for row in rows {
        precondition(row.count == watches.count, "\(row.count) values for \(watches.count) variables")
        for index in watches.indices { watches[index].add(row[index]) }
      }
      done += count
      batch *= 2
      examination.progress(count)
      if watches.allSatisfy({ $0.smallestPValue < stopBelow }) { break }
    }
    return watches.map(\.mean)
  }

  /// The running state of one variable.
  private struct Watch {
    let variable: Variable
    var sequence: EmpiricalBernsteinSequence
    var greater: BettingTest
    var less: BettingTest
    var moments = Moments()

    init(_ variable: Variable) {
      self.variable = variable
      sequence = EmpiricalBernsteinSequence(range: variable.range, alpha: SequentialMean.intervalError)
      greater = BettingTest(range: variable.range, null: variable.boundary, side: .greater)
      less = BettingTest(range: variable.range, null: variable.boundary, side: .less)
    }

    var smallestPValue: Double { min(greater.pValue, less.pValue) }

    mutating func add(_ value: Double) {
      sequence.add(value)
      greater.add(value)
      less.add(value)
      moments.add(value)
    }

    var mean: SequentialMean {
      SequentialMean(
        estimate: moments.estimate, interval: sequence.interval, greaterPValue: greater.pValue,
        lessPValue: less.pValue, standardDeviation: moments.variance.squareRoot(),
        boundary: variable.boundary,
        range: variable.range)
    }
  }
}
