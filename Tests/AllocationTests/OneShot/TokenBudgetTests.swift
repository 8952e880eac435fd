import Allocation
import Foundation
import Testing
import _TestSupport

@Suite struct TokenBudgetTests {
  private typealias Rule = TokenBudgetAllocation
  private static let signals = [0.5, 1, 2, 1]
  private static let lengths = [100.0, 200, 400, 800]

  /// METHODS.md A9: 6600 tokens from ten halvings, 600 above the budget; one rollout of the longest prompt is enough to keep it.
  @Test func theTrimKeepsTheBudgetThatRoundingBreaks() throws {
    let loose = try Rule.plan(signals: Self.signals, lengths: Self.lengths, tokens: 6000, isTrimmed: false)
    #expect(loose.rollouts == [4, 5, 7, 3] && loose.tokens == 6600)
    let plan = try Rule.plan(signals: Self.signals, lengths: Self.lengths, tokens: 6000)
    #expect(plan.rollouts == [4, 5, 7, 2] && plan.tokens == 5800)
    // s√(L/λ) with log λ the middle of the last interval, −20 + 293.5·40/1024.
    #expect(isClose(log(plan.multiplier), -20 + 293.5 * 40 / 1024))
    let root = exp(-(-20 + 293.5 * 40 / 1024) / 2)
    #expect(
      plan.lengthCaps
        == zip(Self.signals, Self.lengths).map {
          min(4096, max(32, Int(($0 * $1.squareRoot() * root).rounded())))
        })
  }

  @Test func sumsAreMadeMultiples() throws {
    let search = Rule.Search(divisor: 8)
    // 18 rollouts: two go, the longest first, which has one to spare.
    #expect(
      try Rule.plan(signals: Self.signals, lengths: Self.lengths, tokens: 6000, search: search).rollouts
        == [4, 5, 6, 1])
    // Nothing to spare: the shortest get what is missing.
    let poor = try Rule.plan(
      signals: [0, 0, 0], lengths: [5, 7, 6], tokens: 18, search: Rule.Search(divisor: 4))
    #expect(poor.rollouts == [2, 1, 1] && poor.tokens == 23)
  }

  @Test func tokensAreNeverMoreThanTheBudget() throws {
    let records = (0..<40).map { i in
      var record = PromptRecord(prompt: i, visits: 1)
      record.signal = Double(i * 7 % 11) / 4
      record.meanLength = Double(50 + i * i)
      return record
    }
    let mean = records.reduce(0) { $0 + ($1.meanLength ?? 0) } / 40
    for budget in [40, 100, 400, 1280] {
      let counts = try Rule().rollouts(records, budget: budget, bounds: Rule.publishedBounds)
      let tokens = zip(records, counts).reduce(0) { $0 + ($1.0.meanLength ?? 0) * Double($1.1) }
      #expect(tokens <= Double(budget) * mean * (1 + 1e-12))
      #expect(counts.allSatisfy { (1...32).contains($0) })
    }
  }

  @Test func coldPromptsHaveTheMeanLengthAndAPredictedSignal() throws {
    var records = (0..<4).map { PromptRecord(prompt: $0, visits: $0 < 2 ? 1 : 0) }
    (records[0].signal, records[0].promptLogProbability) = (1, -2)
    (records[1].signal, records[1].promptLogProbability) = (3, -1)
    records[2].promptLogProbability = -1
    // By hand: means −1.5 and 2, Σ(x−x̄)² = .5, Σ(x−x̄)(y−ȳ) = 1; without a ridge the slope is 2.
    #expect(try Rule.Signals(ridge: 0).values(records) == [1, 3, 3, 2])
    #expect(try Rule.Signals(ridge: 0.5).values(records) == [1, 3, 2.5, 2])
    records[2].promptLogProbability = -9
    #expect(try Rule.Signals(ridge: 0).values(records)[2] == 1e-3)
    // A visit is not enough where two are asked for, and nothing measured means all alike.
    #expect(try Rule.Signals(warmUp: 2).values(records) == [1, 1, 1, 1])
    (records[0].meanLength, records[1].meanLength) = (100, 300)
    let counts = try Rule(signals: Rule.Signals(ridge: 0)).rollouts(
      records, budget: 32, bounds: Rule.publishedBounds)
    #expect(
      counts
        == (try Rule.plan(signals: [1, 3, 1e-3, 2], lengths: [100, 300, 200, 200], tokens: 6400).rollouts))
  }

  @Test func promptsThatNobodyKnowsAreAlike() throws {
    let counts = try Rule().rollouts((0..<5).map { PromptRecord(prompt: $0) }, budget: 40, bounds: .none)
    #expect(counts == [8, 8, 8, 8, 8])
  }

  /// Nothing to learn anywhere: everyone has the minimum, and the rest is not spent.
  @Test func withoutSignalTheBudgetIsKept() throws {
    #expect(try Rule.plan(signals: [0, 0], lengths: [10, 20], tokens: 300).rollouts == [1, 1])
  }

  /// By hand: the mean is 5, the shares 2/5, 1 and 12/5, of which the last is cut at 1; a share below .05 is .05.
  @Test func weightsUndoTheUnequalCounts() {
    #expect(Rule.inverseWeights([2, 5, 8]) == [2.5, 1, 1])
    #expect(Rule.inverseWeights([0, 100]) == [20, 1])
  }

  @Test func whatCannotBeDoneIsSaid() {
    #expect(
      throws: AllocationError.outOfRange(name: "the length of prompt 1", value: 0, allowed: "be positive")
    ) {
      try Rule.plan(signals: [1, 1], lengths: [10, 0], tokens: 100)
    }
    #expect(throws: AllocationError.noPrompts) { try Rule.plan(signals: [], lengths: [], tokens: 100) }
    #expect(throws: AllocationError.noPrompts) { try Rule().rollouts([], budget: 8, bounds: .none) }
    #expect(throws: AllocationError.invalidValue(name: "signals", index: 0, value: -1)) {
      try Rule.plan(signals: [-1], lengths: [10], tokens: 100)
    }
    #expect(throws: AllocationError.wrongCount(name: "lengths", count: 2, expected: 1)) {
      try Rule.plan(signals: [1], lengths: [10, 10], tokens: 100)
    }
    #expect(throws: AllocationError.budgetBelowMinimum(budget: 29, required: 30)) {
      try Rule.plan(signals: [1, 1], lengths: [10, 20], tokens: 29)
    }
    #expect(throws: AllocationError.budgetAboveMaximum(budget: 961, allowed: 960)) {
      try Rule.plan(signals: [1, 1], lengths: [10, 20], tokens: 961)
    }
    var record = PromptRecord(prompt: 0)
    record.meanLength = 0
    #expect(
      throws: AllocationError.outOfRange(name: "the length of prompt 0", value: 0, allowed: "be positive")
    ) {
      try Rule().rollouts([record], budget: 8, bounds: .none)
    }
  }
}
