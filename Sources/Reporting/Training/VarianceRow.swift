/// One prompt at one measurement of the true gradient variance: a line of `variance.csv`.
public struct VarianceRow: Sendable, Hashable {
  /// Steps of reinforcement done.
  public var step: Int
  /// The prompt's name.
  public var prompt: String
  /// Its tier.
  public var tier: String
  /// Rollouts measured.
  public var samples: Int
  /// Successes among them.
  public var successes: Int
  /// k(n − k)/(n(n − 1)).
  public var bernoulliVariance: Double
  /// The covariance trace of A·s of one rollout for the estimator, over all parameters.
  public var trueVariance: Double
  /// The estimator, as `allot audit` names it.
  public var estimator: String
  /// v̂_S, nil with fewer than two successes.
  public var successVariance: Double?
  /// v̂_F, nil with fewer than two failures.
  public var failureVariance: Double?
  /// D̂², nil unless both are known.
  public var squaredDistance: Double?

  /// Collects the fields.
  public init(
    step: Int, prompt: String, tier: String, samples: Int, successes: Int, bernoulliVariance: Double,
    trueVariance: Double, estimator: String, successVariance: Double?, failureVariance: Double?,
    squaredDistance: Double?
  ) {
    self.step = step
    self.prompt = prompt
    self.tier = tier
    self.samples = samples
    self.successes = successes
    self.bernoulliVariance = bernoulliVariance
    self.trueVariance = trueVariance
    self.estimator = estimator
    self.successVariance = successVariance
    self.failureVariance = failureVariance
    self.squaredDistance = squaredDistance
  }

  static let header = [
    "step", "prompt_id", "tier", "estimator", "samples", "successes", "bernoulli_variance", "true_variance",
    "v_success", "v_failure", "d_squared",
  ]

  var cells: [String] {
    let moments = [successVariance, failureVariance, squaredDistance]
    return [
      "\(step)", prompt, tier, estimator, "\(samples)", "\(successes)", "\(bernoulliVariance)",
      "\(trueVariance)",
    ]
      + moments.map { $0.map { "\($0)" } ?? "" }
  }
}
