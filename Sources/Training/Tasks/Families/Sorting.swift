/// Digits to put in order: `<3142=` asks for `1234`, rising, and `>3142=` for `4321`, falling.
///
/// Digits repeat and may be zero, so `<1020=` is answered by `0012`: the answer is a text, not a number.
struct Sorting: NumberedProblems {
  var length: Int

  var count: Int { (0..<length).reduce(2) { product, _ in 10 * product } }

  func problem(_ number: Int) -> WorkedProblem {
    var places = MixedRadix(number)
    let rises = places.next(below: 2) == 0
    let digits = (0..<length).map { _ in places.next(below: 10) }
    let sorted = rises ? digits.sorted() : digits.sorted(by: >)
    return WorkedProblem(
      prompt: (rises ? "<" : ">") + digits.map(String.init).joined() + "=",
      answer: sorted.map(String.init).joined())
  }
}
