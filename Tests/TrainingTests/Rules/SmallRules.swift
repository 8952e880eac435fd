import Allocation
import Statistics

/// Small rules, each with one trait that the trainer must honour.

/// Two rollouts at a time until there are six.
struct Pairs: SequentialSampler {
  func requests(_ groups: [StagedGroup], budget: Int, bounds: AllocationBounds) -> [Int] {
    groups.map { $0.samples < 6 ? 2 : 0 }
  }
}

/// Three at a time until both rewards occur, four rounds at most; one of each is trained on.
struct UntilBoth: SequentialSampler {
  func requests(_ groups: [StagedGroup], budget: Int, bounds: AllocationBounds) -> [Int] {
    groups.map { $0.isMixed || $0.rounds.count == 4 ? 0 : 3 }
  }

  func training(_ groups: [StagedGroup], count: Int) -> [TrainedGroup] {
    Array(
      groups.indices.filter { groups[$0].isMixed }
        .map { TrainedGroup(group: $0, successes: 1, failures: 1) }.prefix(count))
  }
}

/// Six rollouts, mixed groups alone are trained on, as dynamic sampling does it.
struct Mixed: SequentialSampler {
  var maximumBatches: Int

  func requests(_ groups: [StagedGroup], budget: Int, bounds: AllocationBounds) -> [Int] {
    groups.map { $0.samples == 0 ? 6 : 0 }
  }

  func training(_ groups: [StagedGroup], count: Int) -> [TrainedGroup] {
    Array(
      groups.indices.filter { groups[$0].isMixed }
        .map { TrainedGroup(all: groups[$0], group: $0) }.prefix(count))
  }
}

/// Six rollouts, with a centring of its own.
struct Centred: SequentialSampler {
  var baseline: Double
  var scale: Double

  func requests(_ groups: [StagedGroup], budget: Int, bounds: AllocationBounds) -> [Int] {
    groups.map { $0.samples == 0 ? 6 : 0 }
  }

  func training(_ groups: [StagedGroup], count: Int) -> [TrainedGroup] {
    groups.indices.prefix(count).map {
      var trained = TrainedGroup(all: groups[$0], group: $0)
      trained.centring = TrainedGroup.Centring(baseline: baseline, scale: scale)
      return trained
    }
  }
}

/// Six rollouts; a group without a success gets a stored one for one of its failures.
struct Replaying: SequentialSampler {
  var carriesGradient: Bool

  func requests(_ groups: [StagedGroup], budget: Int, bounds: AllocationBounds) -> [Int] {
    groups.map { $0.samples == 0 ? 6 : 0 }
  }

  func training(_ groups: [StagedGroup], count: Int) -> [TrainedGroup] {
    groups.indices.prefix(count).map {
      let replays = groups[$0].successes == 0 && groups[$0].record.storedSuccesses > 0
      return TrainedGroup(
        group: $0, successes: groups[$0].successes, failures: groups[$0].failures - (replays ? 1 : 0),
        replayed: replays ? 1 : 0, replayedCarryGradient: carriesGradient)
    }
  }
}

/// The prompts with an even place in the pool, of three candidates for each.
struct EvenPrompts: PromptSelector {
  var candidatesPerPrompt: Int { 3 }

  func select(_ candidates: [PromptRecord], count: Int, stream: inout RandomStream) -> [Int] {
    Array(candidates.indices.filter { candidates[$0].prompt.isMultiple(of: 2) }.prefix(count))
  }
}

/// Uniform, with a count of what it was shown.
struct Learner: BatchAllocator {
  var samples = 0
  var successes = 0
  var tokens = 0

  func rollouts(_ prompts: [PromptRecord], budget: Int, bounds: AllocationBounds) -> [Int] {
    // What was seen decides who gets the remainder: a memory that a resumed run must have.
    let each = budget / prompts.count
    return prompts.indices.map {
      $0 == samples % prompts.count ? each + 1 : each - ($0 == (samples + 1) % prompts.count ? 1 : 0)
    }
  }

  func remembering(_ other: Learner, pool: PoolShape) -> Learner? { other }

  mutating func observe(_ outcomes: [GroupOutcome]) {
    for outcome in outcomes {
      samples += outcome.samples
      successes += outcome.successes
      tokens += outcome.tokens
    }
  }
}

/// A head start on every prompt with a stored success; the prompts of the last step come again.
struct AfterSuccess: TrajectoryStarter {
  var fraction: Double
  var again: [Int] = []

  init(fraction: Double) { self.fraction = fraction }

  func starts(_ prompts: [PromptRecord]) -> [TrajectoryStart] {
    prompts.map { $0.storedSuccesses > 0 ? .afterSuccess(fraction: fraction) : .beginning }
  }

  func carriedOver() -> [Int] { again }

  func remembering(_ other: AfterSuccess, pool: PoolShape) -> AfterSuccess? {
    var result = self
    result.again = other.again
    return result
  }

  mutating func observe(_ outcomes: [GroupOutcome]) {
    again = outcomes.filter { $0.start == .beginning && $0.successes > 0 }.prefix(2).map(\.prompt)
  }
}

/// Six rollouts for three times the prompts that are trained on, or for as many as told; what is over waits.
struct Surplus: SequentialSampler {
  var keepsSurplus = true
  var promptsPerTrained = 3
  /// Whether two of three prompts of the pool are fit for training; else all are.
  var isChoosy = false

  func requests(_ groups: [StagedGroup], budget: Int, bounds: AllocationBounds) -> [Int] {
    groups.map { $0.samples == 0 ? 6 : 0 }
  }

  func training(_ groups: [StagedGroup], count: Int) -> [TrainedGroup] {
    let fit = groups.indices.filter { !isChoosy || groups[$0].record.prompt % 3 > 0 }
    return fit.prefix(count).map { TrainedGroup(all: groups[$0], group: $0) }
  }
}
