/// A prompt, its answer and a worked response.
struct WorkedProblem: Sendable, Hashable {
  var prompt: String
  var answer: String
  var solution: String

  /// A problem that is answered in one step.
  init(prompt: String, answer: String) {
    self.init(prompt: prompt, steps: [answer])
  }

  /// A problem that is answered step by step; the last step is the answer.
  ///
  /// - Precondition: at least one step.
  init(prompt: String, steps: [String]) {
    precondition(!steps.isEmpty, "\(prompt) has no step")
    self.prompt = prompt
    answer = steps[steps.count - 1]
    solution = steps.joined(separator: String(FinalAnswer.separator))
  }
}

/// A finite list of problems that are computed from their number, no two with the same prompt.
protocol NumberedProblems: Sendable {
  /// How many problems there are.
  var count: Int { get }
  /// The problem `number` of 0..<count.
  func problem(_ number: Int) -> WorkedProblem
}

/// Takes a number apart into places of different sizes, so that each number below the product of the sizes gives another combination.
struct MixedRadix {
  private var rest: Int

  init(_ number: Int) { rest = number }

  /// An element of `range`.
  mutating func next(in range: ClosedRange<Int>) -> Int { range.lowerBound + next(below: range.count) }

  /// An element of 0..<size.
  mutating func next(below size: Int) -> Int {
    defer { rest /= size }
    return rest % size
  }
}
