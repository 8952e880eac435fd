/// Accepts a response that is the answer, or whose steps end in it behind a `;`, code point for code point.
///
/// Nothing is normalised: a space more, a sign written otherwise or an accent composed otherwise makes another text. A response that goes on behind the answer is
/// not accepted, an empty answer never. An answer that has a `;` itself must be there as a whole.
enum ExactVerifier {
  static func accepts(response: String, answer: String) -> Bool {
    guard canJudge(answer: answer) else { return false }
    // Bytes, since Swift's strings are equal where only their composition differs.
    var end = Array(response.utf8.suffix(answer.utf8.count + 1))
    if end.count > answer.utf8.count {
      guard end.removeFirst() == UInt8(ascii: ";") else { return false }
    }
    return end.elementsEqual(answer.utf8)
  }

  static func canJudge(answer: String) -> Bool { !answer.isEmpty }
}
