import Statistics

/// A value with its interval; parts that are not finite or cannot be had are nil.
struct BoundedEstimate: Sendable, Equatable {
  var value: Double?
  var lower: Double?
  var upper: Double?

  init(_ value: Double, _ interval: Interval?) {
    self.value = value.isFinite ? value : nil
    lower = interval?.lower
    upper = interval?.upper
  }
}

/// What an audit found: everything that is printed, written and plotted.
struct AuditResult: Sendable {
  /// Total variance of one rule relative to uniform.
  struct Allocation: Sendable {
    var variance: JudgedVariance
    var method: AuditMethod
    var bounds: RolloutBounds
    var chooser: AuditChooser
    /// The prompts over which the sums run.
    var prompts: Int
    var relativeToUniform: BoundedEstimate
    /// Whether a prompt of positive judged variance got no rollout, which makes the total infinite.
    var isInfinite: Bool
  }

  /// The correlation over prompts of p̂(1 − p̂) with one measured variance.
  struct Correlation: Sendable {
    var variance: JudgedVariance
    /// Whether only prompts with both outcomes are counted.
    var onlyMixed: Bool
    var statistic: CorrelationStatistic
    var prompts: Int
    var estimate: BoundedEstimate
    /// 2r/(1 + r), r being the correlation of the measured variances of the two halves.
    var reliability: Double?
    /// √reliability.
    var ceiling: Double?
  }

  /// One prompt at one step.
  struct Prompt: Sendable {
    var prompt: String
    var step: Int
    var kind: String?
    var samples: Int
    var successes: Int
    /// Wilson's interval of p.
    var rate: Interval
    /// k(n − k)/(n(n − 1)).
    var bernoulliVariance: Double?
    /// The values of p(1 − p) over Wilson's interval.
    var bernoulliInterval: Interval
    /// In the order of `MeasuredEstimator`; empty where nothing was measured.
    var measured: [Double?]
  }

  var settings: AuditSettings
  /// Different prompts.
  var prompts: Int
  /// Prompts, each counted once for every step at which it was sampled.
  var groups: Int
  var rollouts: Int
  var lines: Int
  /// Damaged lines, passed over.
  var skipped: Int
  /// Sound lines whose rollouts are not fresh.
  var passedOver: Int
  /// The first damaged lines.
  var damage: [String]
  /// Rollouts whose number within their prompt had been seen before.
  var repeated: Int
  /// Prompts whose Gram record counts other rollouts than the log.
  var disagreeing: Int
  var deadGroups: [DeadGroups.Share]
  var allocation: [Allocation]
  var correlation: [Correlation]
  var promptTable: [Prompt]
  /// What the log says of its tokens; nil where it has none, or was not asked.
  var tokens: TokenAudit?
}

/// The correlation coefficients that are reported.
enum CorrelationStatistic: String, CaseIterable, Sendable {
  case pearson, spearman

  /// The coefficient; NaN where a side is constant.
  func value(_ x: [Double], _ y: [Double]) -> Double {
    switch self {
    case .pearson: Correlation.pearson(x, y)
    case .spearman: Correlation.spearman(x, y)
    }
  }
}
