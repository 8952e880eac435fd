/// Remainders: `45%7=`, or with a second summand `(45+8)%7=`.
struct ModularArithmetic: NumberedProblems {
  var operands: ClosedRange<Int>
  /// What is added to the operand; nil for the remainder of the operand itself.
  var summands: ClosedRange<Int>?
  var moduli: ClosedRange<Int>

  var count: Int { operands.count * (summands?.count ?? 1) * moduli.count }

  func problem(_ number: Int) -> WorkedProblem {
    var places = MixedRadix(number)
    let modulus = places.next(in: moduli)
    let operand = places.next(in: operands)
    guard let summands else {
      return WorkedProblem(prompt: "\(operand)%\(modulus)=", answer: "\(operand % modulus)")
    }
    let summand = places.next(in: summands)
    return WorkedProblem(
      prompt: "(\(operand)+\(summand))%\(modulus)=", answer: "\((operand + summand) % modulus)")
  }
}
