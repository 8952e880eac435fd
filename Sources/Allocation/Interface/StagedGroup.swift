/// The rollouts of one prompt at one step so far, round by round.
public struct StagedGroup: Sendable, Hashable, Codable {
  /// The prompt.
  public var record: PromptRecord
  /// Successes and samples of each round that drew something for it.
  public var rounds: [PromptStatistics]

  /// A prompt without rollouts.
  public init(_ record: PromptRecord, rounds: [PromptStatistics] = []) {
    self.record = record
    self.rounds = rounds
  }

  /// The rollouts drawn.
  public var samples: Int { rounds.reduce(0) { $0 + $1.samples } }
  /// The successes among them.
  public var successes: Int { rounds.reduce(0) { $0 + $1.successes } }
  /// The failures among them.
  public var failures: Int { samples - successes }
  /// Whether both rewards occur; decided from counts.
  public var isMixed: Bool { successes > 0 && failures > 0 }
}

/// The rollouts of one prompt that an update reads, and how their rewards are centred.
///
/// Rollouts of a group with equal rewards are exchangeable, so that counts say which are taken: the first ones of either kind.
public struct TrainedGroup: Sendable, Hashable {
  /// The place of the group among those of the step.
  public var group: Int
  /// Rounds whose rollouts are left out, from the first on.
  public var skippedRounds: Int
  /// Successes that are taken.
  public var successes: Int
  /// Failures that are taken; those that replayed responses stand for are not among them.
  public var failures: Int
  /// Correct responses of former steps that take the place of as many failures.
  public var replayed: Int
  /// Whether replayed responses carry a gradient, with the present policy as the one that drew them; else they only enter the mean and the deviation.
  public var replayedCarryGradient: Bool
  /// The advantage is `scale·(r − baseline)`; nil where the estimator of whoever trains decides from the rollouts taken.
  public var centring: Centring?

  /// `A = scale·(r − baseline)`.
  public struct Centring: Sendable, Hashable {
    /// What is taken off the reward.
    public var baseline: Double
    /// The factor.
    public var scale: Double

    /// Collects the two.
    public init(baseline: Double, scale: Double = 1) {
      self.baseline = baseline
      self.scale = scale
    }
  }

  /// Rollouts of one group.
  public init(
    group: Int, successes: Int, failures: Int, skippedRounds: Int = 0, replayed: Int = 0,
    replayedCarryGradient: Bool = false, centring: Centring? = nil
  ) {
    self.group = group
    self.successes = successes
    self.failures = failures
    self.skippedRounds = skippedRounds
    self.replayed = replayed
    self.replayedCarryGradient = replayedCarryGradient
    self.centring = centring
  }

  /// Every rollout of a group.
  public init(all staged: StagedGroup, group: Int) {
    self.init(group: group, successes: staged.successes, failures: staged.failures)
  }
}

/// What came back of one prompt at one step: all that a rule learns from.
public struct GroupOutcome: Sendable, Hashable {
  /// The prompt's place in the pool.
  public var prompt: Int
  /// Successes among its rollouts.
  public var successes: Int
  /// Its rollouts.
  public var samples: Int
  /// Their length together, in tokens.
  public var tokens: Int
  /// Where they started.
  public var start: TrajectoryStart
  /// Whether the prompt was trained on.
  public var isTrained: Bool
  /// Its weight in the step's mean.
  public var weight: Double

  /// Collects the parts.
  public init(
    prompt: Int, successes: Int, samples: Int, tokens: Int = 0, start: TrajectoryStart = .beginning,
    isTrained: Bool = true, weight: Double = 1
  ) {
    self.prompt = prompt
    self.successes = successes
    self.samples = samples
    self.tokens = tokens
    self.start = start
    self.isTrained = isTrained
    self.weight = weight
  }
}
