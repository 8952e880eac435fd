/// A screen of few rollouts for many prompts; those with both rewards get the rest of their group.
///
/// Each prompt gets `screen` rollouts. It goes on, with `more` further ones, when the screen holds a success and a failure, which has probability `1 − pⁿ − (1−p)ⁿ` with n = `screen`. What
/// goes on is trained on with all its rollouts, the screen's included.
///
/// The screen's outcomes are conditioned on, so that the pass rate of the prompts that go on is biased towards ½; train on the continuation alone with `skipsScreen`.
///
/// Groups that are over at the end of a step wait in a buffer and are trained on first in the next, with their old rollouts; where enough wait, nothing is drawn.
///
/// - Source: `speed2025`, released code. It shares one call between the continuations of one batch and the screens of the next, a saving of time that is not modelled. Unverified: `maximumBatches`, and that the buffer gives out the oldest first.
public struct ScreenedSampling: SequentialSampler, Hashable {
  /// n_init, rollouts of the screen.
  public var screen: Int
  /// n_continue, rollouts of those that go on; a multiple of n_init.
  public var more: Int
  /// Whether the screen's rollouts are left out of training; false as published.
  public var skipsScreen: Bool
  /// Whether what is over waits; true as published.
  public var keepsSurplus: Bool
  /// Prompts that are screened for each one that is trained on.
  public var promptsPerTrained: Int
  /// Batches at most until enough have passed the screen.
  public var maximumBatches: Int

  /// The published numbers: 4 and 12 rollouts, 64 prompts for 16 that are trained on.
  public init(
    screen: Int = 4, more: Int = 12, skipsScreen: Bool = false, keepsSurplus: Bool = true,
    promptsPerTrained: Int = 4, maximumBatches: Int = 10
  ) {
    precondition(screen > 1, "\(screen) rollouts cannot show two rewards")
    precondition(
      more > 0 && more % screen == 0, "\(more) further rollouts, it must be a multiple of \(screen)")
    precondition(promptsPerTrained > 0, "\(promptsPerTrained) prompts for each trained one")
    precondition(maximumBatches > 0, "\(maximumBatches) batches, there must be at least one")
    self.screen = screen
    self.more = more
    self.skipsScreen = skipsScreen
    self.keepsSurplus = keepsSurplus
    self.promptsPerTrained = promptsPerTrained
    self.maximumBatches = maximumBatches
  }

  /// The screen, and then the rest of those that passed it.
  public func requests(_ groups: [StagedGroup], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    groups.map { group in
      switch group.rounds.count {
      case 0: screen
      case 1: group.isMixed ? more : 0
      default: 0
      }
    }
  }

  /// The first groups that passed the screen.
  public func training(_ groups: [StagedGroup], count: Int) -> [TrainedGroup] {
    let passed = groups.indices.lazy.filter { groups[$0].rounds.count > 1 }
    return passed.prefix(count).map { index in
      guard skipsScreen else { return TrainedGroup(all: groups[index], group: index) }
      let screened = groups[index].rounds[0]
      return TrainedGroup(
        group: index, successes: groups[index].successes - screened.successes,
        failures: groups[index].failures - (screened.samples - screened.successes), skippedRounds: 1)
    }
  }
}
