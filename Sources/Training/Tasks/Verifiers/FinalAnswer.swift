/// The part of a response that is judged.
enum FinalAnswer {
  /// What separates the steps of a worked response.
  static let separator: Unicode.Scalar = ";"

  /// What follows the last `;`, or the whole response where there is none.
  ///
  /// The steps before it are never judged: a response with wrong steps and the right end is right.
  static func part(of response: String) -> Substring.UnicodeScalarView {
    let scalars = response.unicodeScalars
    guard let last = scalars.lastIndex(of: separator) else { return scalars[...] }
    return scalars[scalars.index(after: last)...]
  }
}
