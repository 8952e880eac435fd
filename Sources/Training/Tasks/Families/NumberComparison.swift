/// Which of two numbers is larger: `45?67=` is answered by `<`, `=` or `>`.
///
/// Where both operands have the same number of digits, length does not decide.
struct NumberComparison: NumberedProblems {
  var operands: ClosedRange<Int>

  var count: Int { operands.count * operands.count }

  func problem(_ number: Int) -> WorkedProblem {
    var places = MixedRadix(number)
    let left = places.next(in: operands)
    let right = places.next(in: operands)
    let relation = left < right ? "<" : left > right ? ">" : "="
    return WorkedProblem(prompt: "\(left)?\(right)=", answer: relation)
  }
}
