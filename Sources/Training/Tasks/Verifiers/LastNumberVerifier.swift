/// Accepts a response whose last number has the value of the answer's last number; for free text such as `… so 6*7 = 42` or `#### 42`.
///
/// A number is a run of ASCII digits, with thousands commas and a decimal part where it has them: `1,234.50`. A minus directly before it (`-` or U+2212, also
/// before a dollar sign) is its sign, unless a digit, a letter or a closing bracket stands before the minus, where it is an operation. Values are compared as decimal texts of any length: `42.0` is
/// 42 here, and `-0` is 0.
///
/// Where the last run of digits is not plainly a number the response is refused, since an earlier number may not be what it says: digits behind a letter, a slash, a caret
/// or another digit sign (`x2`, `1e-3`, `3/4`, `2^{3}`, `\frac{3}{4}`), commas or points out of place (`1.2.3`, `12,34`, `.5`), two signs (`+-3`), other dashes (U+2013), and numerals beyond ASCII (`²`).
enum LastNumberVerifier {
  static func accepts(response: String, answer: String) -> Bool {
    guard let expected = lastNumber(in: answer) else { return false }
    return lastNumber(in: response) == expected
  }

  static func canJudge(answer: String) -> Bool { lastNumber(in: answer) != nil }

  /// The last number in its shortest form: sign, digits, and a point and digits where it is not whole; nil where there is none.
  static func lastNumber(in text: String) -> String? {
    let scalars = Array(text.unicodeScalars)
    guard var end = scalars.lastIndex(where: isNumeral), Digits.isDigit(scalars[end]) else { return nil }
    end += 1
    // A numeral beyond ASCII right behind the digits would have been found as the last; here only the run itself is left to delimit.
    var start = end
    while start > 0,
      Digits.isDigit(scalars[start - 1]) || scalars[start - 1] == "," || scalars[start - 1] == "."
    {
      start -= 1
    }
    while scalars[start] == "," { start += 1 }
    guard let number = unsigned(scalars[start..<end]), let sign = sign(before: start, in: scalars) else {
      return nil
    }
    return number == "0" ? "0" : sign + number
  }

  /// `-` or nothing; nil where what stands before the number makes it something else.
  private static func sign(before start: Int, in scalars: [Unicode.Scalar]) -> String? {
    func scalar(_ index: Int) -> Unicode.Scalar { index >= 0 ? scalars[index] : " " }
    let before = scalar(start - 1) == "$" ? start - 2 : start - 1
    let last = scalar(before)
    let earlier = scalar(before - 1)
    if isWordlike(last) || isOperator(last) { return nil }
    // LaTeX: an exponent or index in braces, and the second part of a fraction.
    if last == "{" { return isOperator(earlier) || earlier == "}" ? nil : "" }
    guard isDash(last) || last == "+" else { return "" }
    if isDash(earlier) || earlier == "+" || isOperator(earlier) { return nil }
    // The exponent of `1e-3`.
    if earlier == "e" || earlier == "E", isNumeral(scalar(before - 2)) || scalar(before - 2) == "." {
      return nil
    }
    if last == "+" { return "" }
    guard last == "-" || last == "\u{2212}" else { return nil }
    // Between two operands the sign is an operation: what follows is a number of its own.
    return isWordlike(earlier) || earlier == ")" || earlier == "]" ? "" : "-"
  }

  /// The digits without leading zeros, with the fraction without trailing zeros where one is left; nil where a comma or point is out of place.
  private static func unsigned(_ run: ArraySlice<Unicode.Scalar>) -> String? {
    var text = ""
    text.unicodeScalars.append(contentsOf: run)
    let parts = text.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let digits = Digits.joined(parts[0]) else { return nil }
    let significant = digits.drop { $0 == "0" }
    let whole = significant.isEmpty ? "0" : String(significant)
    guard parts.count == 2 else { return whole }
    guard !parts[1].isEmpty, parts[1].allSatisfy(Digits.isDigit) else { return nil }
    var fraction = parts[1]
    while fraction.last == "0" { fraction.removeLast() }
    return fraction.isEmpty ? whole : whole + "." + String(fraction)
  }

  /// Whether the code point stands for a number in any script.
  private static func isNumeral(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: true
    default: false
    }
  }

  /// Letters of scripts without upper and lower case are words by themselves, next to which numbers stand without a space.
  private static func isWordlike(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isUppercase || scalar.properties.isLowercase || isNumeral(scalar)
  }

  /// Whether a number behind the sign belongs to what stands before it: a divisor, an exponent, an index.
  private static func isOperator(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "/" || scalar == "^" || scalar == "_"
  }

  private static func isDash(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "-" || scalar == "\u{2212}" || scalar.properties.generalCategory == .dashPunctuation
  }
}
