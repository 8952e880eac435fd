import Statistics
import Testing

@testable import Training

@Suite struct VerifierTests {
  static let longNumber = String(repeating: "9", count: 5_000)

  // MARK: what must be accepted

  @Test(arguments: [
    ("42", "42"), ("12*3;36", "36"), ("7;14;9", "9"), (";9", "9"), ("<", "<"), ("0012", "0012"),
    ("wrong;steps;5", "5"), ("a;b", "a;b"), ("x;a;b", "a;b"),
  ]) func exactAccepts(response: String, answer: String) {
    #expect(Verifier.exact.accepts(response: response, answer: answer))
  }

  @Test(arguments: [
    ("42", "42"), (" 42\n", "42"), ("0042", "42"), ("+42", "42"), ("-7", "-07"), ("-0", "0"), ("0", "-000"),
    ("1,234", "1234"), ("1234567", "1,234,567"), ("-1,000", "-1000"), ("6*7; 42", "42"), ("42\r\n", "42"),
    (longNumber, "000" + longNumber),
  ]) func integerAccepts(response: String, answer: String) {
    #expect(Verifier.integer.accepts(response: response, answer: answer))
  }

  @Test(arguments: [
    ("#### 42", "42"), ("6*7 = 42.", "42"), ("so 40, then 42", "#### 42"), ("$1,234 in all", "1234"),
    ("it is 42.0", "42"), ("3.50", "3.5"), ("-$3", "-3"), ("$-3", "-3"), ("= \u{2212}3", "-3"), ("7-3", "3"),
    ("(42)", "42"), ("12kg", "12"), ("50%", "50"), ("answer:007", "7"), ("-0.0", "0"), ("(5)-3", "3"),
    ("共42个，一起", "42"), ("1, 2", "2"), (longNumber, longNumber), ("+3", "3"), ("x = -3", "-3"),
    ("\\boxed{42}", "42"), ("\\boxed{-42}", "-42"), ("x-3", "3"), ("42,", "42"), ("a,42", "42"),
  ]) func lastNumberAccepts(response: String, answer: String) {
    #expect(Verifier.lastNumber.accepts(response: response, answer: answer))
  }

  // MARK: what must not

  @Test(arguments: [
    ("112", "12"), ("12", "112"), ("12 ", "12"), (" 12", "12"), ("12;", "12"), ("12;13", "12"), ("012", "12"),
    ("+12", "12"), ("12.0", "12"), ("", "12"), ("", ""), ("5", ""), ("5;", ""), ("12=12", "12"),
    ("12\u{0}", "12"),
    ("e\u{301}", "\u{E9}"), ("\u{FF11}\u{FF12}", "12"), ("b", "a;b"), ("1\u{301}", "1"), ("-0", "0"),
    ("12a", "12"),
    ("312", "12"), ("<>", ">"), ("=", "<"),
  ]) func exactRefuses(response: String, answer: String) {
    #expect(!Verifier.exact.accepts(response: response, answer: answer))
  }

  @Test(arguments: [
    ("112", "12"), ("12", "112"), ("12 apples", "12"), ("12 13", "12"), ("1 2", "12"), ("", "0"), (" ", "0"),
    ("-", "0"), ("+", "0"), ("+-3", "-3"), ("--3", "3"), ("- 3", "-3"), ("3-", "3"), ("-3", "3"),
    ("12.0", "12"),
    ("12.", "12"), ("1e3", "1000"), ("0x10", "16"), ("1_000", "1000"), ("1,23", "123"), ("12,34", "1234"),
    ("1,2345", "12345"), (",123", "123"), ("123,", "123"), ("1,,234", "1234"), ("0,123", "123"),
    ("1234,567", "1234567"), ("42;", "42"), ("42;43", "42"), ("\u{FF14}\u{FF12}", "42"),
    ("\u{664}\u{662}", "42"),
    ("4\u{662}", "42"), ("42\u{301}", "42"), ("\u{2212}3", "-3"), ("\u{A0}42", "42"), ("12\u{0}", "12"),
    ("abc", "abc"), ("5", "1;5"), ("7", ""), ("", ""), ("4/2", "2"), ("inf", "inf"),
    (longNumber + "9", longNumber),
    // 2^64 + 5 is 5 in 64-bit arithmetic.
    ("18446744073709551621", "5"), ("-9223372036854775808", "9223372036854775808"),
  ]) func integerRefuses(response: String, answer: String) {
    #expect(!Verifier.integer.accepts(response: response, answer: answer))
  }

  @Test(arguments: [
    ("112", "12"), ("42 or 43", "42"), ("", "42"), ("none", "42"), ("x42", "42"), ("42.5", "5"),
    ("42.5", "42"),
    ("4.2", "42"), ("1e3", "3"), ("1e3", "1"), ("3/4", "4"), ("2^3", "3"), ("x_3", "3"), ("+-3", "-3"),
    ("+-3", "3"),
    ("--3", "3"), ("-3", "3"), ("\u{2212}3", "3"), ("-$3", "3"), ("\u{2013}3", "3"), ("1.2.3", "3"),
    ("12,34", "34"),
    ("12,34", "1234"), (".5", "5"), ("0,123", "123"), ("3,1,2", "2"), ("42\u{B2}", "42"), ("42 \u{BD}", "42"),
    ("\u{FF14}\u{FF12}", "42"), ("\u{664}42", "42"), ("42 \u{664}", "42"), ("#### 42\n#### 43", "42"),
    ("1,234", "234"),
    ("42", "forty-two"), ("42", ""), ("", ""), ("18446744073709551621", "5"), (longNumber + "0", longNumber),
    ("0.1", "0.10000000000000000001"), ("4 2", "42"), ("1e-3", "3"), ("1E+3", "3"), ("1.e-3", "3"),
    ("2^-3", "-3"),
    ("2^{3}", "3"), ("x_{3}", "3"), ("3/-4", "-4"), ("\\frac{3}{4}", "4"), ("3/4", "3"), ("1,234.5", "1234"),
  ]) func lastNumberRefuses(response: String, answer: String) {
    #expect(!Verifier.lastNumber.accepts(response: response, answer: answer))
  }

  // MARK: all of them

  @Test(arguments: TaskTier.allCases) func worksOnEveryTierItCanJudge(tier: TaskTier) {
    for number in stride(from: 0, to: tier.count, by: max(1, tier.count / 100)) {
      let problem = tier.problem(number)
      #expect(Verifier.exact.reward(response: problem.solution, answer: problem.answer) == 1)
      #expect(Verifier.exact.reward(response: problem.answer, answer: problem.answer) == 1)
      #expect(Verifier.exact.reward(response: problem.solution + "0", answer: problem.answer) == 0)
      for verifier in [Verifier.integer, .lastNumber] where tier.evaluationSplit != .ordering {
        #expect(
          verifier.accepts(response: problem.solution, answer: problem.answer), "\(verifier) \(problem)")
        #expect(!verifier.accepts(response: problem.answer + "1", answer: problem.answer))
      }
    }
  }

  @Test(arguments: Verifier.allCases) func emptyResponsesAndPromptsEarnNothing(verifier: Verifier) {
    for tier in TaskTier.allCases {
      let problem = tier.problem(tier.count / 3)
      #expect(verifier.reward(response: "", answer: problem.answer) == 0)
      #expect(verifier.reward(response: ";", answer: problem.answer) == 0)
    }
  }

  @Test func answersThatCannotBeJudgedAreKnownBeforehand() {
    #expect(Verifier.allCases.map { $0.canJudge(answer: "<") } == [true, false, false])
    #expect(Verifier.allCases.map { $0.canJudge(answer: "#### 42") } == [true, false, true])
    #expect(Verifier.allCases.map { $0.canJudge(answer: "-1,042") } == [true, true, true])
    #expect(Verifier.allCases.map { $0.canJudge(answer: "") } == [false, false, false])
    #expect(Verifier.allCases.map(\.rawValue) == ["exact", "integer", "last-number"])
  }

  // A response of random characters must be judged like a reader of regular expressions judges it.
  @Test func theIntegerVerifierAgreesWithARegularExpression() throws {
    let alphabet = Array("0017,,+- .;")
    var stream = RandomStream(StreamKey(seed: 3, claim: "integer-verifier"))
    var accepted = 0
    for _ in 0..<4_000 {
      let length = 1 + stream.index(below: 6)
      let text = String((0..<length).map { _ in alphabet[stream.index(below: alphabet.count)] })
      let last = text.split(separator: ";", omittingEmptySubsequences: false).last.map(String.init) ?? ""
      let match = last.wholeMatch(of: /\ *([+-]?)([0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)\ */)
      let value = match.flatMap { Int($0.1 + $0.2.filter { $0 != "," }) }
      for answer in [0, 7, -1, 17, 1001] {
        let isRight = Verifier.integer.accepts(response: text, answer: "\(answer)")
        if isRight != (value == answer) { Issue.record("\"\(text)\" for \(answer)") }
        accepted += isRight ? 1 : 0
      }
    }
    #expect(accepted > 100)
  }
}
