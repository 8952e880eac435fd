import Testing

@testable import Training

@Suite struct EvaluationSplitTests {
  // int.from_bytes(hashlib.sha256(prompt.encode()).digest()[:8], "big") % 5 in Python is 3, 1, 0, 0, 0.
  @Test(arguments: [
    ("1+1=", PromptClass.training), ("12*7=", .training), ("0+0=", .evaluation), ("5+6=", .evaluation),
    ("12*1=", .evaluation),
  ]) func theSideIsTheDigestsRemainder(prompt: String, side: PromptClass) {
    #expect(PromptClass(of: prompt) == side)
  }

  @Test(arguments: TaskTier.allCases) func everyTierHasPromptsOnBothSides(tier: TaskTier) {
    let inspected = min(tier.count, 2_000)
    let kept = (0..<inspected).filter { PromptClass(of: tier.problem($0).prompt) == .evaluation }.count
    // One in five, within five standard deviations of a binomial count; 100 prompts give 20 ± 20, hence the floor.
    let expected = Double(inspected) / 5
    #expect(abs(Double(kept) - expected) < 5 * (expected * 0.8).squareRoot(), "\(kept) of \(inspected)")
    #expect(kept >= 5 && inspected - kept >= 5)
  }

  @Test(arguments: EvaluationSplit.allCases) func problemsAreDistinctAndKeptForEvaluation(
    split: EvaluationSplit
  ) throws {
    let problems = try split.problems(count: 300, seed: 4)
    #expect(Set(problems.map(\.prompt)).count == 300)
    let isRight = { (problem: Problem) in
      PromptClass(of: problem.prompt) == .evaluation && problem.split == split.rawValue
        && TaskTier(rawValue: problem.tier)?.evaluationSplit == split
    }
    #expect(problems.first { !isRight($0) } == nil)
    #expect(try split.problems(count: 50, seed: 4) == Array(problems.prefix(50)))
    #expect(try split.problems(count: 300, seed: 5) != problems)
  }

  @Test func trainingAndEvaluationNeverMeet() throws {
    let pool = try TaskPool(seed: 1, count: 4_000)
    for split in EvaluationSplit.allCases {
      let evaluation = try split.problems(count: 1_000, seed: 1)
      #expect(EvaluationSplit.overlap(training: pool.problems, evaluation: evaluation) == [])
    }
  }

  @Test func aSplitCanBeLimitedToTiers() throws {
    let problems = try EvaluationSplit.addition.problems(count: 40, seed: 1, tiers: [.addition2, .sorting3])
    #expect(problems.allSatisfy { $0.tier == "addition-2" })
    #expect(throws: TrainingError.self) {
      try EvaluationSplit.addition.problems(count: 40, seed: 1, tiers: [.sorting3])
    }
    // Python's hashlib keeps 20 of the 100 one-digit sums.
    #expect(throws: TrainingError.self) {
      try EvaluationSplit.addition.problems(count: 21, seed: 1, tiers: [.addition1])
    }
  }

  @Test func aSmallSplitGivesAllItHas() throws {
    let kept = (0..<100).map { TaskTier.addition1.problem($0).prompt }
      .filter { PromptClass(of: $0) == .evaluation }
    let all = try EvaluationSplit.addition.problems(atMost: 1_000_000, seed: 1, tiers: [.addition1])
    #expect(all.map(\.prompt).sorted() == kept.sorted() && all.count == kept.count)
    let some = try EvaluationSplit.addition.problems(atMost: 7, seed: 1, tiers: [.addition1])
    #expect(some == Array(all.prefix(7)))
    #expect(try EvaluationSplit.addition.problems(count: 7, seed: 1, tiers: [.addition1]) == some)
    #expect(throws: TrainingError.self) { try EvaluationSplit.addition.problems(atMost: -1, seed: 1) }
  }

  @Test func overlapsAreFoundWithTheirPlacesWhateverTheirSpaces() {
    func problem(_ prompt: String) -> Problem { Problem(prompt: prompt, answer: "1", tier: "file") }
    let training = ["1+1=", "2 + 2 =", "3+3=", "2+2="].map(problem)
    let evaluation = ["9+9=", "2+2=\n", "1+1", "3+3="].map(problem)
    #expect(
      EvaluationSplit.overlap(training: training, evaluation: evaluation) == [
        SplitOverlap(prompt: "2+2=\n", trainingIndex: 1, evaluationIndex: 1),
        SplitOverlap(prompt: "3+3=", trainingIndex: 2, evaluationIndex: 3),
      ])
    #expect(EvaluationSplit.overlap(training: [], evaluation: evaluation) == [])
  }
}
