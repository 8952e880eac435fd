/// Differences of two operands from one range, such as `7-12=`; half of the answers are negative.
struct Subtraction: NumberedProblems {
  var operands: ClosedRange<Int>

  var count: Int { operands.count * operands.count }

  func problem(_ number: Int) -> WorkedProblem {
    var places = MixedRadix(number)
    let left = places.next(in: operands)
    let right = places.next(in: operands)
    return WorkedProblem(prompt: "\(left)-\(right)=", answer: "\(left - right)")
  }
}
