/// A proposition that can be true or false, with everything needed to find out.
///
/// A claim's type is named after its proposition and stands in a file of that name.
public protocol Claim: Sendable {
  /// What is claimed and how it is examined, fixed before it runs.
  var specification: ClaimSpecification { get }

  /// Examines the claim: exactly where the world is small enough, by Monte Carlo, by adversarial search, with its negative control.
  ///
  /// The evidence depends on the specification, seed and preset only, never on the number of threads. Throws `CancellationError`
  /// when asked to stop, and any error that kept it from examining; a verdict is never an error.
  func examine(_ examination: Examination) throws -> Evidence

  /// Asks the tokens of real rollouts what they can answer; nil if the claim has no question for them.
  ///
  /// A question whose fields the log lacks is a finding of its own, not testable, that names the field.
  func examine(_ log: TokenLog, _ examination: Examination) throws -> LogEvidence?
}

extension Claim {
  /// Most claims are about prompts and groups, not about tokens.
  public func examine(_ log: TokenLog, _ examination: Examination) throws -> LogEvidence? { nil }
}
