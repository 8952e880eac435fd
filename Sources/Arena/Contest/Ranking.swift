import Statistics

/// Ranks methods by mean quality, with what the seeds leave open.
public enum Ranking {
  /// The ranks of the methods of one world and budget, best first; oracles and methods that refused are left out.
  ///
  /// A rank's interval is the percentile interval over resampled seeds, the same resamples for all methods. The difference from the best is paired over seeds, with Student's interval; it is for that comparison alone, and the
  /// best was chosen by the same numbers, so that ties are told a little too seldom. A tie needs the interval to lie within `ContestRank.margin` of the best: few seeds make no ties. The bootstrap of a rank is narrow where methods lie close together and seeds are few.
  public static func ranks(
    _ results: [ContestResult], oracles: Set<String>, level: Double = 0.95, resamples: Int = 1000,
    seed: UInt64
  ) -> [ContestRank] {
    let ranked = results.filter { !oracles.contains($0.method) && $0.refusal == nil }
    let qualities = ranked.map { ($0.values[.quality] ?? []).compactMap { $0 } }
    guard let count = qualities.first?.count, count > 0, qualities.allSatisfy({ $0.count == count }),
      let world = ranked.first?.world, let budget = ranked.first?.budget
    else { return [] }
    func means(_ seeds: [Int]) -> [Double] {
      qualities.map { quality in seeds.reduce(0) { $0 + quality[$1] } / Double(seeds.count) }
    }
    let observed = means(Array(0..<count))
    let places = ranks(observed)
    var resampled = [[Double]](repeating: [], count: ranked.count)
    let key = StreamKey(seed: seed, claim: "arena/ranks/\(world)/\(budget.rawValue)")
    for resample in 0..<(count > 1 ? resamples : 0) {
      var stream = RandomStream(key.replicate(resample))
      let drawn = ranks(means((0..<count).map { _ in stream.index(below: count) }))
      for (method, rank) in drawn.enumerated() { resampled[method].append(rank) }
    }
    let best = observed.indices.max { observed[$0] < observed[$1] } ?? 0
    return ranked.indices.sorted { places[$0] < places[$1] }.map { method in
      let differences = zip(qualities[method], qualities[best]).map { $0 - $1 }
      let estimate = Moments(differences).estimate
      let interval =
        count > 1
        ? estimate.studentInterval(level: level) : Interval(lower: -.infinity, upper: .infinity)
      let sorted = resampled[method].sorted()
      return ContestRank(
        world: world, budget: budget, method: ranked[method].method, rank: places[method],
        interval: sorted.isEmpty
          ? Interval(lower: 1, upper: Double(ranked.count))
          : Interval(
            lower: sorted[Int((1 - level) / 2 * Double(sorted.count - 1))],
            upper: sorted[Int(((1 + level) / 2 * Double(sorted.count - 1)).rounded(.up))]),
        difference: estimate.value, differenceInterval: interval,
        isTied: method == best || interval.lower > -ContestRank.margin,
        isOpen: method == best || interval.upper >= 0)
    }
  }

  /// Ranks in descending order of the values, ties sharing their mean.
  static func ranks(_ values: [Double]) -> [Double] {
    values.map { value in
      let above = values.count { $0 > value }
      let equal = values.count { $0 == value }
      return Double(above) + Double(equal + 1) / 2
    }
  }
}
