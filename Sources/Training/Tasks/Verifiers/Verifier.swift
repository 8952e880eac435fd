/// How a response is judged.
///
/// Only the answer counts: steps before the last `;` are not judged, nor is text before the last number. No verifier accepts an empty response, and none accepts anything for
/// an answer that it cannot judge.
public enum Verifier: String, CaseIterable, Sendable, Hashable, Codable {
  /// The final part of the response is the answer, code point for code point.
  case exact
  /// The final part of the response is one integer with the answer's value.
  case integer
  /// The last number in the response has the value of the answer's last number.
  case lastNumber = "last-number"

  /// Whether `response` is right where `answer` is.
  public func accepts(response: String, answer: String) -> Bool {
    switch self {
    case .exact: ExactVerifier.accepts(response: response, answer: answer)
    case .integer: IntegerVerifier.accepts(response: response, answer: answer)
    case .lastNumber: LastNumberVerifier.accepts(response: response, answer: answer)
    }
  }

  /// The reward R: 1 where the response is accepted, else 0.
  public func reward(response: String, answer: String) -> Double {
    accepts(response: response, answer: answer) ? 1 : 0
  }

  /// Whether any response can be right where `answer` is: a file whose answers are texts is no matter for `integer`.
  public func canJudge(answer: String) -> Bool {
    switch self {
    case .exact: ExactVerifier.canJudge(answer: answer)
    case .integer: IntegerVerifier.canJudge(answer: answer)
    case .lastNumber: LastNumberVerifier.canJudge(answer: answer)
    }
  }
}
