import Allocation

/// What a rollout rule adds to a step's rollouts.
public struct RuledRollouts: Sendable, Hashable {
  /// A correct response of a former step that enters a group's mean and deviation and carries no gradient.
  public struct Compared: Sendable, Hashable {
    /// The group, an index into the step's prompts.
    public var row: Int
    /// Its reward.
    public var reward: Double
    /// Its tokens.
    public var length: Int
  }

  /// The rollouts that were drawn and are not trained on, as they stand in dumps.
  public struct Untrained: Sendable, Hashable {
    /// The responses; `batch.groups` are indices into the step's `groups`.
    public var batch = RolloutBatch(prompts: [])
    /// The reward of each.
    public var rewards: [Double] = []

    /// Nothing.
    public init() {}
  }

  /// How each group's rewards are centred; nil where the method's advantage rule does it.
  public var centrings: [TrainedGroup.Centring?] = []
  /// The weight of each rollout: its prompt's in the step's mean, times 0 if it was given up, times the inverse probability if it went on although flagged.
  public var weights: [Double] = []
  /// Whether each rollout is a response of a former step, replayed or waited.
  public var isReplayed: [Bool] = []
  /// Responses that are only compared with.
  public var compared: [Compared] = []
  /// Every prompt that was rolled out, and before them the groups that waited.
  public var groups: [DrawnGroup] = []
  /// The group, an index into `groups`, of each prompt that is trained on.
  public var sources: [Int] = []
  /// What was drawn and is not trained on.
  public var untrained = Untrained()
  /// Whether a pass over the pool ended with the step.
  public var endsEpoch = false

  /// Nothing.
  public init() {}

  /// The advantages of the rollouts: centred by the rule where it does, and weighted.
  ///
  /// `own` are those of the method's rule.
  func advantages(_ own: [Double], rewards: [Double], rows: [Int]) -> [Double] {
    own.indices.map { rollout in
      guard weights[rollout] != 0 else { return 0 }
      let centred =
        centrings[rows[rollout]].map { $0.scale * (rewards[rollout] - $0.baseline) } ?? own[rollout]
      return weights[rollout] * centred
    }
  }
}
