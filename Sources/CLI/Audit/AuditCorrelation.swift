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
    var halves: (even: [Double], odd: [Double]) = ([], [])
    for prompt in prompts where !onlyMixed || prompt[.all].isMixed {
      let counts = prompt[.all]
      guard let value = variance.value(prompt, .all) else { continue }
      let n = Double(counts.samples)
      proxy.append(Double(counts.successes) * Double(counts.samples - counts.successes) / (n * n))
      measured.append(value)
      guard let even = variance.value(prompt, .even), let odd = variance.value(prompt, .odd) else { continue }
      halves.even.append(even)
      halves.odd.append(odd)
    }
    let value = measured.count >= 3 ? statistic.value(proxy, measured) : .nan
    // A resample that holds one prompt only, over and over, has no correlation; the bootstrap leaves it out.
    let interval =
      value.isFinite
      ? settings.interval(prompts: measured.count, claim: "audit-correlation") { indices in
        statistic.value(indices.map { proxy[$0] }, indices.map { measured[$0] })
      } : nil
    let between = halves.even.count >= 3 ? statistic.value(halves.even, halves.odd) : .nan
    let reliability = 2 * between / (1 + between)
    return AuditResult.Correlation(
      variance: variance, onlyMixed: onlyMixed, statistic: statistic, prompts: measured.count,
      estimate: BoundedEstimate(value, interval), reliability: reliability.isFinite ? reliability : nil,
      ceiling: reliability >= 0 ? reliability.squareRoot() : nil)
  }
}
