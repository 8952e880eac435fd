import Testing

@testable import Training

/// What an expression is worth, by a reader of its own: recursive descent over + - * % and brackets, the remainder not negative for operands that are not.
///
/// It shares nothing with the generators, which compute the answer beside the text.
private struct ExpressionReader {
  private var rest: Substring.UTF8View

  static func value(_ text: String) -> Int? {
    var reader = ExpressionReader(rest: text[...].utf8)
    let value = reader.sum()
    return reader.rest.isEmpty ? value : nil
  }

  private init(rest: Substring.UTF8View) { self.rest = rest }

  private mutating func take(_ character: Character) -> Bool {
    guard let first = rest.first, first == character.asciiValue else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func sum() -> Int? {
    guard var value = product() else { return nil }
    while true {
      if take("+") {
        guard let right = product() else { return nil }
        value += right
      } else if take("-") {
        guard let right = product() else { return nil }
        value -= right
      } else {
        return value
      }
    }
  }

  private mutating func product() -> Int? {
    guard var value = operand() else { return nil }
    while true {
      if take("*") {
        guard let right = operand() else { return nil }
        value *= right
      } else if take("%") {
        guard let right = operand() else { return nil }
        value %= right
      } else {
        return value
      }
    }
  }

  private mutating func operand() -> Int? {
    if take("(") {
      let value = sum()
      return take(")") ? value : nil
    }
    if take("-") { return operand().map { -$0 } }
    var digits = ""
    while let first = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) {
      digits.append(Character(Unicode.Scalar(first)))
      rest.removeFirst()
    }
    return Int(digits)
  }
}

/// The first problem of `tier` that is not `right`; of a large tier, numbers a prime step apart and the last are tried.
private func firstWrong(_ tier: TaskTier, _ right: (Problem) -> Bool) -> Problem? {
  for number in stride(from: 0, to: tier.count, by: tier.count > 30_000 ? 211 : 1) {
    let problem = tier.problem(number)
    if !right(problem) { return problem }
  }
  let last = tier.problem(tier.count - 1)
  return right(last) ? nil : last
}

@Suite struct TaskTierTests {
  @Test(arguments: TaskTier.allCases.filter { $0.evaluationSplit != .ordering })
  func answersAndEveryWrittenStepHaveThePromptsValue(tier: TaskTier) {
    #expect(
      firstWrong(tier) { problem in
        guard problem.prompt.last == "=",
          let value = ExpressionReader.value(String(problem.prompt.dropLast()))
        else { return false }
        let steps = problem.solution.split(separator: ";", omittingEmptySubsequences: false)
        return problem.answer == String(value) && steps.last.map(String.init) == problem.answer
          && steps.allSatisfy { ExpressionReader.value(String($0)) == value }
      } == nil)
  }

  @Test(arguments: [TaskTier.comparison2, .comparison3]) func comparisonsAreTrue(tier: TaskTier) {
    #expect(
      firstWrong(tier) { problem in
        let sides = problem.prompt.dropLast().split(separator: "?")
        // Of two numbers with equally many digits the larger is the later text.
        guard sides.count == 2, sides[0].count == sides[1].count else { return false }
        return problem.answer == (sides[0] < sides[1] ? "<" : sides[0] == sides[1] ? "=" : ">")
      } == nil)
  }

  @Test(arguments: [TaskTier.sorting3, .sorting4, .sorting5])
  func sortedDigitsAreThePromptsDigitsInOrder(tier: TaskTier) {
    #expect(
      firstWrong(tier) { problem in
        let digits = Array(problem.prompt.utf8.dropFirst().dropLast())
        let answer = Array(problem.answer.utf8)
        let rises = problem.prompt.first == "<"
        guard rises || problem.prompt.first == ">" else { return false }
        for digit in UInt8(ascii: "0")...UInt8(ascii: "9")
        where answer.filter({ $0 == digit }).count != digits.filter({ $0 == digit }).count { return false }
        return zip(answer, answer.dropFirst()).allSatisfy { rises ? $0 <= $1 : $0 >= $1 }
      } == nil)
  }

  @Test func promptsOfAllTiersAreDistinct() {
    // Complete where a tier is small; the large ones are products of ranges, read place by place.
    var seen: Set<String> = []
    var count = 0
    for tier in TaskTier.allCases where tier.count <= 30_000 {
      for number in 0..<tier.count { seen.insert(tier.problem(number).prompt) }
      count += tier.count
      #expect(seen.count == count, "\(tier) repeats a prompt")
    }
    #expect(count > 60_000)
  }

  @Test(arguments: TaskTier.allCases) func promptsAndResponsesAreShortAndInTheVocabulary(tier: TaskTier) {
    #expect(
      firstWrong(tier) { problem in
        guard let prompt = try? CharacterVocabulary.arithmetic.encode(problem.prompt),
          let solution = try? CharacterVocabulary.arithmetic.encode(problem.solution)
        else { return false }
        return prompt.count <= 12 && problem.answer.count <= 8 && solution.count <= 20
          && problem.tier == tier.rawValue && problem.split == nil
      } == nil)
  }

  @Test func examplesReadAsTheDocumentationSays() {
    #expect(TaskTier.addition1.problem(75) == Problem(prompt: "5+7=", answer: "12", tier: "addition-1"))
    #expect(TaskTier.subtraction1.problem(92).answer == "-7")
    let steps = TaskTier.multiStep3.problem(TaskTier.multiStep3.count - 1)
    #expect(steps.prompt == "(9-9)*9-9=" && steps.solution == "0*9-9;0-9;-9" && steps.answer == "-9")
  }

  @Test func namesAreFamilyAndDifficulty() {
    for tier in TaskTier.allCases {
      #expect(TaskTier(rawValue: tier.rawValue) == tier)
      #expect(tier.rawValue.wholeMatch(of: /[a-z]+(-[a-z]+)?-[0-9]/) != nil)
    }
    #expect(EvaluationSplit.allCases.map(\.tiers).joined().elementsEqual(TaskTier.allCases))
    #expect(EvaluationSplit.allCases.count == 6)
  }
}
