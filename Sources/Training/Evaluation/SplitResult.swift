import Statistics

/// What a model answered on one evaluation split: for each problem how many answers were drawn and how many were right.
public struct SplitResult: Sendable, Hashable {
  /// The split's name.
  public let split: String
  /// The answers drawn for each problem.
  public let samples: [Int]
  /// The right ones among them.
  public let successes: [Int]

  /// Collects the counts; throws `invalid` without problems, where the lists differ in length, or where a count is impossible.
  public init(split: String, samples: [Int], successes: [Int]) throws(TrainingError) {
    guard !samples.isEmpty else {
      throw .invalid(name: "the number of problems of split '\(split)'", value: "0", allowed: "be positive")
    }
    guard samples.count == successes.count else {
      throw .invalid(
        name: "the number of success counts of split '\(split)'", value: String(successes.count),
        allowed: "be that of its problems, \(samples.count)")
    }
    for (problem, (drawn, right)) in zip(samples, successes).enumerated() {
      guard drawn > 0 else {
        throw .invalid(
          name: "the samples of problem \(problem) of split '\(split)'", value: String(drawn),
          allowed: "be positive")
      }
      guard right >= 0 && right <= drawn else {
        throw .invalid(
          name: "the successes of problem \(problem) of split '\(split)'", value: String(right),
          allowed: "lie between 0 and its \(drawn) samples")
      }
    }
    self.split = split
    self.samples = samples
    self.successes = successes
  }

  /// The counts of an own evaluation, with the same number of answers for every problem.
  ///
  /// - Precondition: at least one problem, samples positive, each success count in 0...samples.
  public init(split: String, samples: Int, successes: [Int]) {
    precondition(!successes.isEmpty, "split '\(split)' has no problems")
    precondition(samples > 0, "\(samples) samples for a problem of split '\(split)'")
    precondition(
      successes.allSatisfy { (0...samples).contains($0) },
      "the successes \(successes) of split '\(split)' must lie in 0...\(samples)")
    self.split = split
    self.samples = [Int](repeating: samples, count: successes.count)
    self.successes = successes
  }

  /// The number of problems.
  public var problems: Int { samples.count }

  /// The largest k for which `passes(at:)` is defined: the fewest answers drawn for a problem.
  public var largestK: Int { samples.min() ?? 0 }

  /// The unbiased pass@k of each problem.
  ///
  /// - Precondition: `1 ≤ k ≤ largestK`.
  public func passes(at k: Int) -> [Double] {
    zip(samples, successes).map { PassAtK.estimate(samples: $0, successes: $1, k: k) }
  }

  /// The mean of pass@k over the problems.
  ///
  /// - Precondition: `1 ≤ k ≤ largestK`.
  public func pass(at k: Int) -> Double { compensatedSum(passes(at: k)) / Double(problems) }

  /// The percentile bootstrap interval of the mean pass@k, problems resampled; the whole of [0, 1] for a single problem.
  ///
  /// It tells how far another draw of problems of this kind would move the number. The sampling of answers is inside it, since a problem's estimate carries
  /// that noise; what another training run would give is not. Where every problem scores the same the interval is that point.
  ///
  /// - Precondition: `1 ≤ k ≤ largestK`, resamples ≥ 100, level in (0, 1).
  public func interval(at k: Int, level: Double, resamples: Int, key: StreamKey) -> Interval {
    [self].interval(at: k, level: level, resamples: resamples, key: key)
  }
}

extension [SplitResult] {
  /// The mean over splits of their mean pass@k: each split weighs the same, however many problems it has.
  ///
  /// - Precondition: at least one split; k at most the `largestK` of each.
  public func pass(at k: Int) -> Double {
    precondition(!isEmpty, "the average of no split")
    return compensatedSum(map { $0.pass(at: k) }) / Double(count)
  }

  /// The percentile bootstrap interval of that mean, problems resampled within each split; the whole of [0, 1] where a split has a single problem.
  ///
  /// - Precondition: as for `pass(at:)`, and resamples ≥ 100, level in (0, 1).
  public func interval(at k: Int, level: Double, resamples: Int, key: StreamKey) -> Interval {
    precondition(!isEmpty, "the average of no split")
    guard allSatisfy({ $0.problems > 1 }) else { return Interval(lower: 0, upper: 1) }
    let passes = map { $0.passes(at: k) }
    return Bootstrap.percentile(
      strata: map(\.problems), level: level, resamples: resamples, key: key
    ) { indices in
      var total = 0.0
      for (split, chosen) in indices.enumerated() {
        var sum = 0.0
        for problem in chosen { sum += passes[split][problem] }
        total += sum / Double(chosen.count)
      }
      return total / Double(indices.count)
    }
  }
}
