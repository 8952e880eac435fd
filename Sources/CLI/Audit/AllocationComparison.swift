import Statistics

/// All allocation rules under one judged variance.
struct AllocationComparison: Sendable {
  /// One row to compute.
  struct Job: Sendable {
    var method: AuditMethod
    var bounds: RolloutBounds
  }

  private let prompts: [PromptAccumulator]
  private let screening: [AuditFold.Counts]
  private let variance: JudgedVariance
  private let settings: AuditSettings
  private let hasMoments: Bool
  private let units: ResamplingUnits

  /// Keeps the prompts that can be judged: every fold of every rule must find at least two rollouts to judge by.
  init(
    prompts: [PromptAccumulator], screening: [AuditFold.Counts], variance: JudgedVariance,
    settings: AuditSettings
  ) throws {
    let judged = prompts.indices.filter { index in
      RolloutSubset.allCases.allSatisfy { variance.value(prompts[index], $0) != nil }
    }
    self.prompts = judged.map { prompts[$0] }
    self.screening = screening.isEmpty ? [] : judged.map { screening[$0] }
    self.variance = variance
    self.settings = settings
    units = ResamplingUnits(names: self.prompts.map(\.prompt), seed: settings.seed)
    hasMoments = self.prompts.contains { $0.gram != nil || $0[.all].normed > 0 }
  }

  /// The rows, rule by rule within bounds by bounds.
  var jobs: [Job] {
    guard !prompts.isEmpty else { return [] }
    let methods = AuditMethod.available(for: variance, hasMoments: hasMoments)
    return settings.bounds.flatMap { bounds in methods.map { Job(method: $0, bounds: bounds) } }
  }

  /// Chooses on each fold, judges on each fold, and puts an interval around the ratio.
  func row(_ job: Job) throws -> AuditResult.Allocation {
    let chooser = job.method.chooser(hasScreening: !screening.isEmpty)
    let folds = try chooser.folds(prompts, screening: screening).map { fold in
      RelativeVariance.Fold(
        rollouts: try allocation(job, fold), variances: prompts.map { variance.value($0, fold.judge) ?? 0 })
    }
    let ratio = RelativeVariance(folds: folds)
    let value = ratio.value
    // Uniform is the yardstick: its ratio is 1 whatever the sample, and rounding must not blur that.
    var interval = job.method == .uniform && value.isFinite ? Interval(lower: value, upper: value) : nil
    if job.method != .uniform, value.isFinite {
      let merged = ratio.merged(by: units)
      interval = settings.interval(units: units.count, claim: "audit-allocation", merged.value(over:))
    }
    return AuditResult.Allocation(
      variance: variance, method: job.method, bounds: job.bounds, chooser: chooser, prompts: prompts.count,
      relativeToUniform: BoundedEstimate(value, interval), isInfinite: value.isInfinite)
  }

  /// The rollouts of each prompt, chosen from `fold`.
  private func allocation(_ job: Job, _ fold: AuditFold) throws -> [Int] {
    let request = AllocationRequest(
      counts: fold.counts, budget: settings.budgetPerPrompt * prompts.count, bounds: job.bounds)
    switch job.method {
    case .neyman: return try request.neyman(deviations: deviations(fold.chooser ?? .all))
    case .oracle: return try request.optimum(deviations: deviations(fold.judge))
    case .scoreAware:
      return try request.scoreAware(moments: prompts.map { $0.scoreMoments(fold.chooser ?? .all) })
    default: return try request.rollouts(by: job.method)
    }
  }

  /// σ̂ of each prompt from the rollouts of `subset`.
  private func deviations(_ subset: RolloutSubset) -> [Double] {
    prompts.map { (variance.value($0, subset) ?? 0).squareRoot() }
  }
}

extension PromptAccumulator {
  /// The score moments of `subset`: from the Gram matrix; else second moments from score norms, which count the mean into the spread and
  /// leave no distance between the means; else nothing.
  func scoreMoments(_ subset: RolloutSubset) -> ScoreMoments {
    if let gram { return gram.moments[subset.rawValue] }
    let counts = self[subset]
    guard counts.normed == counts.samples else { return ScoreMoments() }
    let failures = counts.samples - counts.successes
    return ScoreMoments(
      successVariance: counts.successes > 0 ? counts.successNorms.value / Double(counts.successes) : nil,
      failureVariance: failures > 0 ? counts.failureNorms.value / Double(failures) : nil)
  }
}
