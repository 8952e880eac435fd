import Interchange
import Statistics

/// Computes an audit from what was read.
enum Audit {
  /// The whole audit.
  ///
  /// Deterministic: it depends on the log, the settings and the seed, not on the number of threads.
  static func result(of log: AuditLog, _ settings: AuditSettings) throws -> AuditResult {
    let variances = [JudgedVariance.proxy] + JudgedVariance.available(in: log.prompts)
    let screening = screening(log)
    let groups = try variances.map { variance in
      try AllocationComparison(
        prompts: log.prompts, screening: screening, variance: variance, settings: settings)
    }
    let jobs = groups.flatMap { group in group.jobs.map { (group, $0) } }
    let allocation = try parallelMap(count: jobs.count, threads: settings.threads) { index in
      try jobs[index].0.row(jobs[index].1)
    }
    let measured = Array(variances.dropFirst())
    let correlation = try parallelMap(count: measured.count, threads: settings.threads) { index in
      AuditCorrelation.rows(log.prompts, measured[index], settings)
    }
    return AuditResult(
      settings: settings, prompts: log.promptCount, groups: log.prompts.count, rollouts: log.rolloutCount,
      lines: log.damage.lines, skipped: log.damage.damaged, passedOver: log.damage.passedOver,
      damage: log.damage.first.map(\.description),
      repeated: log.repeatedCount, disagreeing: log.disagreeingCount,
      deadGroups: DeadGroups.shares(log.prompts),
      allocation: allocation, correlation: correlation.flatMap { $0 },
      promptTable: promptTable(log, measured, settings))
  }

  /// The screening counts in the order of the prompts; empty unless every prompt with rollouts has at least two screening rollouts.
  private static func screening(_ log: AuditLog) -> [AuditFold.Counts] {
    var result: [AuditFold.Counts] = []
    for prompt in log.prompts {
      guard let counts = log.counts[prompt.prompt], let samples = counts.screenSamples,
        let successes = counts.screenSuccesses, samples >= 2
      else {
        if prompt[.all].samples == 0 {
          result.append(AuditFold.Counts(successes: 0, samples: 0))
          continue
        }
        return []
      }
      result.append(AuditFold.Counts(successes: successes, samples: samples))
    }
    return result
  }

  private static func promptTable(
    _ log: AuditLog, _ measured: [JudgedVariance], _ settings: AuditSettings
  ) -> [AuditResult.Prompt] {
    log.prompts.compactMap { prompt in
      let counts = prompt[.all]
      guard counts.samples > 0 else { return nil }
      let rate = WilsonInterval.interval(
        successes: counts.successes, trials: counts.samples, level: settings.level)
      let ends = (rate.lower * (1 - rate.lower), rate.upper * (1 - rate.upper))
      return AuditResult.Prompt(
        prompt: prompt.prompt, step: prompt.step, kind: log.counts[prompt.prompt]?.kind,
        samples: counts.samples,
        successes: counts.successes, rate: rate, bernoulliVariance: counts.bernoulliVariance,
        bernoulliInterval: Interval(
          lower: min(ends.0, ends.1), upper: rate.contains(0.5) ? 0.25 : max(ends.0, ends.1)),
        measured: measured.map { $0.value(prompt, .all) })
    }
  }
}
