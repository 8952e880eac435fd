/// Products, such as `34*6=`.
struct Multiplication: NumberedProblems {
  var left: ClosedRange<Int>
  var right: ClosedRange<Int>

  var count: Int { left.count * right.count }

  func problem(_ number: Int) -> WorkedProblem {
    var places = MixedRadix(number)
    let first = places.next(in: left)
    let second = places.next(in: right)
    return WorkedProblem(prompt: "\(first)*\(second)=", answer: "\(first * second)")
  }
}
