/// One kind of generated problem at one difficulty.
///
/// A tier is a finite list of problems, each computed from its number; no two have the same prompt. The name ends with the difficulty: the number of digits
/// of the operands, or of the digits to sort, or of the form of a multi-step expression.
public enum TaskTier: String, CaseIterable, Sendable, Hashable, Codable {
  /// Sums of one-digit numbers.
  case addition1 = "addition-1"
  /// Sums of two-digit numbers.
  case addition2 = "addition-2"
  /// Sums of three-digit numbers.
  case addition3 = "addition-3"
  /// Differences of one-digit numbers.
  case subtraction1 = "subtraction-1"
  /// Differences of two-digit numbers.
  case subtraction2 = "subtraction-2"
  /// Differences of three-digit numbers.
  case subtraction3 = "subtraction-3"
  /// Products of one-digit numbers.
  case multiplication1 = "multiplication-1"
  /// A two-digit number times a one-digit number.
  case multiplication2 = "multiplication-2"
  /// Products of two-digit numbers.
  case multiplication3 = "multiplication-3"
  /// The remainder of a two-digit number after division by 2 to 9.
  case modular1 = "modular-1"
  /// The remainder of the sum of a two-digit and a one-digit number.
  case modular2 = "modular-2"
  /// The remainder of a three-digit number.
  case modular3 = "modular-3"
  /// Which of two two-digit numbers is larger.
  case comparison2 = "comparison-2"
  /// Which of two three-digit numbers is larger.
  case comparison3 = "comparison-3"
  /// Three digits to sort.
  case sorting3 = "sorting-3"
  /// Four digits to sort.
  case sorting4 = "sorting-4"
  /// Five digits to sort.
  case sorting5 = "sorting-5"
  /// a ± b ± c, in two steps.
  case multiStep1 = "multi-step-1"
  /// (a ± b)·c, in two steps.
  case multiStep2 = "multi-step-2"
  /// (a ± b)·c ± d, in three steps.
  case multiStep3 = "multi-step-3"

  /// The evaluation split that the tier belongs to.
  public var evaluationSplit: EvaluationSplit {
    switch self {
    case .addition1, .addition2, .addition3: .addition
    case .subtraction1, .subtraction2, .subtraction3: .subtraction
    case .multiplication1, .multiplication2, .multiplication3: .multiplication
    case .modular1, .modular2, .modular3: .modular
    case .comparison2, .comparison3, .sorting3, .sorting4, .sorting5: .ordering
    case .multiStep1, .multiStep2, .multiStep3: .multiStep
    }
  }

  /// The place among all tiers, which names a tier's random streams.
  var number: Int { Self.allCases.firstIndex(of: self) ?? Self.allCases.count }

  /// Throws `invalid` where `tiers` is empty or names one twice.
  static func check(_ tiers: [TaskTier]) throws(TrainingError) {
    guard !tiers.isEmpty else { throw .invalid(name: "tiers", value: "empty", allowed: "name a tier") }
    var seen: Set<TaskTier> = []
    for tier in tiers where !seen.insert(tier).inserted {
      throw .invalid(
        name: "tiers", value: tiers.map(\.rawValue).joined(separator: ","),
        allowed: "name each tier once (\(tier.rawValue) is there twice)")
    }
  }

  /// The number of problems, training and evaluation together.
  public var count: Int { problems.count }

  /// The problem `number`, without a split.
  ///
  /// - Precondition: `number` in 0..<count.
  public func problem(_ number: Int) -> Problem {
    let problems = problems
    precondition(
      (0..<problems.count).contains(number), "\(rawValue) has no problem \(number) of \(problems.count)")
    let worked = problems.problem(number)
    return Problem(
      prompt: worked.prompt, answer: worked.answer, solution: worked.solution, tier: rawValue)
  }

  private var problems: any NumberedProblems {
    switch self {
    case .addition1: Addition(operands: 0...9)
    case .addition2: Addition(operands: 10...99)
    case .addition3: Addition(operands: 100...999)
    case .subtraction1: Subtraction(operands: 0...9)
    case .subtraction2: Subtraction(operands: 10...99)
    case .subtraction3: Subtraction(operands: 100...999)
    case .multiplication1: Multiplication(left: 0...9, right: 0...9)
    case .multiplication2: Multiplication(left: 10...99, right: 2...9)
    case .multiplication3: Multiplication(left: 10...99, right: 10...99)
    case .modular1: ModularArithmetic(operands: 10...99, summands: nil, moduli: 2...9)
    case .modular2: ModularArithmetic(operands: 10...99, summands: 1...9, moduli: 2...9)
    case .modular3: ModularArithmetic(operands: 100...999, summands: nil, moduli: 2...9)
    case .comparison2: NumberComparison(operands: 10...99)
    case .comparison3: NumberComparison(operands: 100...999)
    case .sorting3: Sorting(length: 3)
    case .sorting4: Sorting(length: 4)
    case .sorting5: Sorting(length: 5)
    case .multiStep1: MultiStep(form: .chain)
    case .multiStep2: MultiStep(form: .product)
    case .multiStep3: MultiStep(form: .productChain)
    }
  }
}
