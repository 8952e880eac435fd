/// What is known of one prompt before a step's rollouts are drawn: all that a rule may read.
///
/// Whoever drives a rule keeps these; a rule that needs more remembers it from the outcomes it is shown.
public struct PromptRecord: Sendable, Hashable, Codable {
  /// The prompt's place in the pool.
  public var prompt: Int
  /// The steps at which it was rolled out.
  public var visits: Int
  /// Past rollouts and successes, as far as they are remembered.
  public var statistics: PromptStatistics
  /// The same without rounding, where old counts fade: successes.
  public var discountedSuccesses: Double
  /// The same without rounding, where old counts fade: samples.
  public var discountedSamples: Double
  /// Rollouts and successes of the last visit alone; nil before the first.
  public var latest: PromptStatistics?
  /// The score moments, where they were measured.
  public var moments: ScoreAwareNeymanAllocation.ScoreMoments?
  /// The mean length of its responses so far, in tokens; nil where none was drawn.
  public var meanLength: Double?
  /// The mean over visits of the deviation, within the visit, of `A_j Σ_t log π`; nil before the first.
  public var signal: Double?
  /// The mean of log π over the prompt's own tokens, in nats; nil where it was not computed.
  public var promptLogProbability: Double?
  /// The mean score norm of its correct responses, where it was measured.
  public var acceptedScoreNorm: Double?
  /// Correct responses kept for reuse.
  public var storedSuccesses: Int
  /// Wrong responses kept for reuse.
  public var storedFailures: Int
  /// Features known before any rollout; empty where there are none.
  public var features: [Double]
  /// The weight that its selector gives it in this step's mean, 1 where all count the same.
  public var weight: Double

  /// A prompt of which nothing is known but what is given.
  public init(
    prompt: Int, visits: Int = 0, statistics: PromptStatistics = PromptStatistics(successes: 0, samples: 0),
    features: [Double] = []
  ) {
    self.prompt = prompt
    self.visits = visits
    self.statistics = statistics
    discountedSuccesses = Double(statistics.successes)
    discountedSamples = Double(statistics.samples)
    storedSuccesses = 0
    storedFailures = 0
    weight = 1
    self.features = features
  }
}
