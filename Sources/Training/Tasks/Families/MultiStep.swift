/// Expressions that are worked out in written steps, each the expression with one operation done: `(3+4)*2-5=` becomes `7*2-5;14-5;9`.
struct MultiStep: NumberedProblems {
  /// The form of the expression.
  enum Form: Sendable {
    /// a ± b ± c.
    case chain
    /// (a ± b)·c.
    case product
    /// (a ± b)·c ± d.
    case productChain
  }

  var form: Form

  private static let operands = 1...9
  /// One is left out: multiplying by it is no step.
  private static let factors = 2...9

  var count: Int {
    let sums = Self.operands.count * Self.operands.count * 2
    switch form {
    case .chain: return sums * Self.operands.count * 2
    case .product: return sums * Self.factors.count
    case .productChain: return sums * Self.factors.count * Self.operands.count * 2
    }
  }

  func problem(_ number: Int) -> WorkedProblem {
    var places = MixedRadix(number)
    let first = places.next(in: Self.operands)
    let second = Signed(&places, Self.operands)
    let sum = first + second.value
    switch form {
    case .chain:
      let third = Signed(&places, Self.operands)
      return WorkedProblem(
        prompt: "\(first)\(second)\(third)=", steps: ["\(sum)\(third)", "\(sum + third.value)"])
    case .product:
      let factor = places.next(in: Self.factors)
      return WorkedProblem(
        prompt: "(\(first)\(second))*\(factor)=", steps: ["\(sum)*\(factor)", "\(sum * factor)"])
    case .productChain:
      let factor = places.next(in: Self.factors)
      let last = Signed(&places, Self.operands)
      let product = sum * factor
      return WorkedProblem(
        prompt: "(\(first)\(second))*\(factor)\(last)=",
        steps: ["\(sum)*\(factor)\(last)", "\(product)\(last)", "\(product + last.value)"])
    }
  }

  /// A summand with the sign it is written with.
  private struct Signed: CustomStringConvertible {
    var value: Int

    init(_ places: inout MixedRadix, _ range: ClosedRange<Int>) {
      let isNegative = places.next(below: 2) == 1
      let size = places.next(in: range)
      value = isNegative ? -size : size
    }

    var description: String { value < 0 ? "\(value)" : "+\(value)" }
  }
}
