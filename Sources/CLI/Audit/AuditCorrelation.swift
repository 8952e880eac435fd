import Statistics

/// How the proxy follows the measured variance from prompt to prompt.
enum AuditCorrelation {
  /// The four rows of one measured variance: all and mixed prompts, Pearson and Spearman.
  static func rows(
    _ prompts: [PromptAccumulator], _ variance: JudgedVariance, _ settings: AuditSettings
  ) -> [AuditResult.Correlation] {
    [false, true].flatMap { onlyMixed in
      CorrelationStatistic.allCases.map { row(prompts, variance, onlyMixed, $0, settings) }
    }
  }

  /// The correlation of p̂(1 − p̂) with the measured variance, its interval and its noise ceiling.
  ///
  /// The ceiling is what the correlation of the exact variance with the measured one would be, so that a proxy as good as the truth
  /// would show it: the square root of the reliability of the measured variance. The reliability of the whole follows from the
  /// correlation r of the two halves by the formula of Spearman and Brown:
  ///
  ///     reliability = 2r/(1 + r),   ceiling = √reliability
  ///
  /// Proxy and measured variance come from the same rollouts and share the noise of p̂, so that an observed correlation may exceed it.
  ///
  /// - Source: `spearman1910`, the formula of the reliability of a sum of two halves.
  private static func row(
    _ prompts: [PromptAccumulator], _ variance: JudgedVariance, _ onlyMixed: Bool,
    _ statistic: CorrelationStatistic,
    _ settings: AuditSettings
  ) -> AuditResult.Correlation {
    var proxy: [Double] = []
    var measured: [Double] = []
    var names: [String] = []
    var halves: (even: [Double], odd: [Double]) = ([], [])
    for prompt in prompts where !onlyMixed || prompt[.all].isMixed {
      let counts = prompt[.all]
      guard let value = variance.value(prompt, .all) else { continue }
      let n = Double(counts.samples)
      proxy.append(Double(counts.successes) * Double(counts.samples - counts.successes) / (n * n))
      measured.append(value)
      names.append(prompt.prompt)
      guard let even = variance.value(prompt, .even), let odd = variance.value(prompt, .odd) else { continue }
      halves.even.append(even)
      halves.odd.append(odd)
    }
    let value = measured.count >= 3 ? statistic.value(proxy, measured) : .nan
    let interval =
      value.isFinite
      ? self.interval(
        proxy, measured, ResamplingUnits(names: names, seed: settings.seed), statistic, settings) : nil
    let between = halves.even.count >= 3 ? statistic.value(halves.even, halves.odd) : .nan
    let reliability = 2 * between / (1 + between)
    return AuditResult.Correlation(
      variance: variance, onlyMixed: onlyMixed, statistic: statistic, prompts: measured.count,
      estimate: BoundedEstimate(value, interval), reliability: reliability.isFinite ? reliability : nil,
      ceiling: reliability >= 0 ? reliability.squareRoot() : nil)
  }

  /// The bootstrap interval of a correlation.
  ///
  /// With one prompt to a unit every resample is computed anew, ranks included. With blocks or several steps to a prompt, the sums of products over
  /// each unit are resampled, of values (for Spearman: of the ranks in the whole set) that were standardised before, so that
  /// the squares of means that are then subtracted are small. A resample that holds one prompt only, over and over, has no correlation
  /// and is left out.
  private static func interval(
    _ x: [Double], _ y: [Double], _ units: ResamplingUnits, _ statistic: CorrelationStatistic,
    _ settings: AuditSettings
  ) -> Interval? {
    if units.count == x.count {
      return settings.interval(units: units.count, claim: "audit-correlation") { indices in
        statistic.value(indices.map { x[$0] }, indices.map { y[$0] })
      }
    }
    let u = standardised(statistic == .spearman ? Correlation.midRanks(x) : x)
    let v = standardised(statistic == .spearman ? Correlation.midRanks(y) : y)
    let products = zip(u, v).map { [1, $0, $1, $0 * $0, $1 * $1, $0 * $1] }
    let sums = (0..<6).map { part in units.sums(products.map { $0[part] }) }
    return settings.interval(units: units.count, claim: "audit-correlation") { indices in
      var total = Array(repeating: 0.0, count: 6)
      for part in 0..<6 { for index in indices { total[part] += sums[part][index] } }
      let n = total[0]
      let covariance = total[5] - total[1] * total[2] / n
      return covariance
        / ((total[3] - total[1] * total[1] / n) * (total[4] - total[2] * total[2] / n)).squareRoot()
    }
  }

  /// `values` less their mean, over their population deviation.
  private static func standardised(_ values: [Double]) -> [Double] {
    var moments = Moments()
    for value in values { moments.add(value) }
    let deviation = moments.populationVariance.squareRoot()
    return values.map { ($0 - moments.mean) / deviation }
  }
}
