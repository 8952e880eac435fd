import Statistics
import Testing
import _TestSupport

@testable import Training

@Suite struct TaskGeneratorTests {
  @Test func aProblemIsAPureFunctionOfSeedAndIndex() throws {
    let generator = try TaskGenerator(seed: 7)
    let forward = (0..<200).map(generator.problem(at:))
    let again = try TaskGenerator(seed: 7)
    let backward = (0..<200).reversed().map(again.problem(at:))
    let other = try TaskGenerator(seed: 8)
    #expect(forward == backward.reversed())
    let parallel = try parallelMap(count: 200, threads: 8) { generator.problem(at: $0) }
    #expect(parallel == forward)
    #expect(forward != (0..<200).map(other.problem(at:)))
  }

  // A change of these values changes every run of a given seed; recorded from this generator.
  @Test func theSequenceOfASeedStaysWhatItIs() throws {
    let generator = try TaskGenerator(seed: 1)
    #expect((0..<4).map { generator.problem(at: $0).prompt } == ["95*23=", "57-17=", "(2-6)*6+4=", "50*4="])
    let pool = try TaskPool(seed: 1, count: 4).problems.map(\.prompt)
    #expect(pool == ["0+2=", "61+98=", "429+261=", "3-2="])
    let evaluation = try EvaluationSplit.multiStep.problems(count: 3, seed: 1).map(\.prompt)
    #expect(evaluation == ["2-8-1=", "(2-6)*6=", "(3-4)*3-5="])
  }

  @Test func theGeneratorNeverGivesAnEvaluationPrompt() throws {
    let generator = try TaskGenerator(seed: 3)
    let given = (0..<5_000).map { generator.problem(at: $0) }
    #expect(given.first { PromptClass(of: $0.prompt) == .evaluation } == nil)
  }

  @Test func tiersComeEquallyOften() throws {
    let tiers: [TaskTier] = [.addition1, .sorting5, .multiStep2]
    let generator = try TaskGenerator(seed: 11, tiers: tiers)
    let trials = 6_000
    let drawn = (0..<trials).map { generator.problem(at: $0).tier }
    let counts = tiers.map { tier in drawn.filter { $0 == tier.rawValue }.count }
    #expect(counts.reduce(0, +) == trials)
    // Binomial(6000, 1/3): sd 36.5; five of them.
    for count in counts { #expect(abs(count - trials / 3) < 183, "\(counts)") }
  }

  @Test func tiersMustBeNamedOnce() {
    #expect(throws: TrainingError.self) { try TaskGenerator(seed: 1, tiers: []) }
    #expect(throws: TrainingError.self) { try TaskGenerator(seed: 1, tiers: [.addition1, .addition1]) }
    #expect(throws: TrainingError.self) { try TaskPool(seed: 1, count: 5, tiers: [.addition1, .addition1]) }
  }
}

@Suite struct TaskPoolTests {
  @Test func aPoolHasDistinctTrainingPromptsAndTiersInTurn() throws {
    let pool = try TaskPool(seed: 5, count: 600)
    #expect(Set(pool.problems.map(\.prompt)).count == 600)
    #expect(pool.problems.allSatisfy { PromptClass(of: $0.prompt) == .training && $0.split == nil })
    #expect(pool.problems.prefix(20).map(\.tier) == TaskTier.allCases.map(\.rawValue))
    #expect(try TaskPool(seed: 5, count: 40).problems == Array(pool.problems.prefix(40)))
    #expect(try TaskPool(seed: 6, count: 600) != pool)
  }

  @Test func whatATierGivesDoesNotDependOnTheTiersBesideIt() throws {
    let alone = try TaskPool(seed: 5, count: 30, tiers: [.sorting4])
    let beside = try TaskPool(seed: 5, count: 60, tiers: [.modular1, .sorting4])
    #expect(beside.problems.filter { $0.tier == "sorting-4" } == alone.problems)
  }

  @Test func aTierThatIsExhaustedIsPassedOver() throws {
    let small = (0..<100).map { TaskTier.addition1.problem($0).prompt }
      .filter { PromptClass(of: $0) == .training }
    let pool = try TaskPool(seed: 2, count: 300, tiers: [.addition1, .addition2])
    #expect(Set(pool.problems.filter { $0.tier == "addition-1" }.map(\.prompt)) == Set(small))
    #expect(Set(pool.problems.map(\.prompt)).count == 300)
    // Alone it gives all it has, and refuses one more.
    #expect(try TaskPool(seed: 2, count: small.count, tiers: [.addition1]).problems.count == small.count)
    #expect(throws: TrainingError.self) { try TaskPool(seed: 2, count: small.count + 1, tiers: [.addition1]) }
  }

  @Test func impossibleSizesAreRefused() {
    for count in [0, -1, 101, Int.max] {
      #expect(throws: TrainingError.self) { try TaskPool(seed: 2, count: count, tiers: [.addition1]) }
    }
  }

  @Test func aPoolFromElsewhereMustBeDistinctToo() throws {
    let problem = Problem(prompt: "a", answer: "b", tier: "file")
    let other = Problem(prompt: "c", answer: "b", tier: "file")
    #expect(try TaskPool(problems: [problem, other]).problems == [problem, other])
    #expect(throws: TrainingError.self) { try TaskPool(problems: [problem, other, problem]) }
    #expect(throws: TrainingError.self) { try TaskPool(problems: []) }
  }
}

@Suite struct DrawWithoutReplacementTests {
  @Test func everyNumberIsDrawnOnce() {
    for bound in [0, 1, 2, 3, 10, 1_000] {
      var draw = DrawWithoutReplacement(below: bound, StreamKey(seed: 9, claim: "draw-test"))
      var drawn: [Int] = []
      while let number = draw.next() { drawn.append(number) }
      #expect(drawn.sorted() == Array(0..<bound))
      #expect(draw.next() == nil)
    }
  }

  // All 24 orders of four numbers; chi-square with 23 degrees of freedom, 99.99 % point 56.0 (GSL's gsl_cdf_chisq_Pinv).
  @Test func everyOrderIsEquallyLikely() {
    var counts: [[Int]: Int] = [:]
    let trials = 24_000
    for replicate in 0..<trials {
      var draw = DrawWithoutReplacement(
        below: 4, StreamKey(seed: 9, claim: "draw-order").replicate(replicate))
      var order: [Int] = []
      while let number = draw.next() { order.append(number) }
      counts[order, default: 0] += 1
    }
    #expect(counts.count == 24)
    let chiSquare = counts.values.map { Double(($0 - 1_000) * ($0 - 1_000)) / 1_000 }.sorted().reduce(0, +)
    #expect(chiSquare < 56.0, "\(chiSquare)")
  }
}
