import Allocation
import Estimators
import Statistics
import Testing
import _TestSupport

@testable import Arena

@Suite struct OneStepExaminationTests {
  /// A uniform step that takes every prompt once has `V = Σ V_i(n)/m²`, the closed form of leave-one-out.
  @Test(arguments: [0.0, 0.75])
  func theVarianceOfAUniformStepIsTheClosedForm(coupling: Double) throws {
    let world = ArenaWorld.small([0.1, 0.3, 0.5, 0.7, 0.9, 0.4]) { $0.coupling = coupling }
    let setting = ArenaSetting(promptsPerStep: 6, rolloutsPerPrompt: 8)
    var (variances, squares) = (Moments(), Moments())
    for seed in 0..<800 as Range<UInt64> {
      let step = try #require(
        try OneStepExamination.examine(
          Contender(.uniform), world: world, setting: setting, steps: 0, replicates: 3, seed: seed))
      #expect(step.rollouts == 48)
      variances.add(step.variance)
      squares.add(step.squaredMean)
    }
    // Three replicates each: an estimate that is not without bias would be a third of V off.
    let closed = (0..<6).reduce(0) { $0 + world.moments($1).leaveOneOutVariance(group: 8) } / 36
    expectMean(variances, equals: closed, detectable: 0.1 * closed)
    let exact = ArenaState(world, seed: 0).exactGradient()
    let truth = (exact.own + exact.clusters).reduce(0) { $0 + $1 * $1 }
    expectMean(squares, equals: truth, detectable: 0.1 * closed)
  }

  /// With many rollouts little is left but the exact gradient: the cosine nears 1, the improvement V's part of E‖g‖² below it.
  @Test func anUnbiasedRulePointsAlongTheGradient() throws {
    let world = ArenaWorld.small([0.1, 0.3, 0.5, 0.7, 0.9, 0.4]) { $0.dimension = 1 }
    let step = try #require(
      try OneStepExamination.examine(
        Contender(.uniform), world: world,
        setting: ArenaSetting(promptsPerStep: 6, rolloutsPerPrompt: 2000), steps: 0, replicates: 50, seed: 1))
    // V/‖∇J‖² is about 50/(2000·0.05) = 0.1 here, of a mean over 50 a fiftieth.
    #expect(try #require(step.cosine) > 0.97 && step.improvement > 0.8 && step.improvement <= 1)
    #expect(relativeError(step.squaredMean / (step.squaredMean + step.variance), step.improvement) < 0.1)
  }

  /// Prompts taken for their large gradient without weights turn the step; the same with weights does not.
  @Test func aRuleOfAnotherObjectiveHasACosineBelowOne() throws {
    let world = ArenaWorld.small(
      (0..<24).map { $0 % 2 == 0 ? 0.5 : 0.03 }, distances: .init(repeating: 1, count: 24)
    ) {
      $0.dimension = 1
    }
    func cosine(_ isWeighted: Bool) throws -> Double {
      let rule = RolloutRule(
        "r",
        selector: GradientProportionalSelection(exponent: 2, isWeighted: isWeighted, remembers: false),
        sampler: SingleRound(WeightedNeymanAllocation(remembers: false)))
      let step = try OneStepExamination.examine(
        Contender(rule, knowsTruth: true), world: world,
        setting: ArenaSetting(promptsPerStep: 6, rolloutsPerPrompt: 400), steps: 0, replicates: 300, seed: 1)
      return try #require(step?.cosine)
    }
    // ∇J has p(1−p) of .25 and .029; taken with π ∝ its square, at a floor of a quarter, the small part is .007 of .0625 · …: cosines .994 against 1.
    let (plain, weighted) = (try cosine(false), try cosine(true))
    #expect(plain < weighted && weighted > 0.98)
  }

  /// Drift moves the pool between the steps that lead to the state; the exact gradient is of the pool that the replicates meet.
  @Test func driftBeforeTheStepDoesNotTurnIt() throws {
    let world = ArenaWorld.small([0.1, 0.3, 0.5, 0.7, 0.9, 0.4]) {
      $0.dimension = 1
      $0.drift = 1.5
    }
    let setting = ArenaSetting(promptsPerStep: 6, rolloutsPerPrompt: 2000)
    for seed in 1...4 as ClosedRange<UInt64> {
      let step = try OneStepExamination.examine(
        Contender(.uniform), world: world, setting: setting, steps: 1, replicates: 50, seed: seed)
      #expect(try #require(step?.cosine) > 0.95)
    }
  }

  @Test func aRuleThatCarriesPromptsOverIsNotExamined() throws {
    struct Carrying: TrajectoryStarter {
      func starts(_ prompts: [PromptRecord]) -> [TrajectoryStart] { prompts.map { _ in .beginning } }
      func carriedOver() -> [Int] { [0] }
    }
    let rule = RolloutRule("c", sampler: FixedGroups(each: 8), starter: Carrying())
    let step = try OneStepExamination.examine(
      Contender(rule), world: .small([0.5, 0.5]), setting: ArenaSetting(promptsPerStep: 1), steps: 1,
      replicates: 2, seed: 1)
    #expect(step == nil)
  }

  /// A step from an empty buffer has a gradient like any other; what it cost is in part for later steps.
  @Test func aRuleThatKeepsGroupsIsExaminedWithoutWhatItsStepCost() throws {
    let world = ArenaWorld.small((0..<24).map { 0.2 + 0.025 * Double($0) })
    func step(keeps: Bool) throws -> OneStepExamination {
      try #require(
        try OneStepExamination.examine(
          Contender(
            RolloutRule("screen", sampler: ScreenedSampling(screen: 4, more: 4, keepsSurplus: keeps))),
          world: world, setting: ArenaSetting(promptsPerStep: 6, rolloutsPerPrompt: 8), steps: 2,
          replicates: 20, seed: 1))
    }
    let (keeping, dropping) = (try step(keeps: true), try step(keeps: false))
    // The same groups are trained on: all that differs is what becomes of the others.
    #expect(keeping.variance == dropping.variance && keeping.improvement == dropping.improvement)
    #expect(keeping.rollouts == nil && (dropping.rollouts ?? 0) > 48)
  }
}
