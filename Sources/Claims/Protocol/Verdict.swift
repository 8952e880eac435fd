/// What an examination says of a proposition: data, never an error.
public enum Verdict: String, Sendable, CaseIterable {
  /// It holds wherever it was examined.
  case supported
  /// It holds under a stated condition.
  case supportedWhen = "supported-when"
  /// It could not be asked.
  case notTestable = "not-testable"
  /// The evidence settles nothing yet.
  case inconclusive
  /// It fails; a counterexample or a confidence sequence shows it.
  case refuted

  /// From the strongest (0) to the weakest.
  var weakness: Int {
    switch self {
    case .supported: 0
    case .supportedWhen: 1
    case .notTestable: 2
    case .inconclusive: 3
    case .refuted: 4
    }
  }

  /// The weakest of several verdicts; `notTestable` for none.
  public static func weakest(_ verdicts: [Verdict]) -> Verdict {
    verdicts.max { $0.weakness < $1.weakness } ?? .notTestable
  }
}

/// A verdict on one (estimator, population) of a claim.
public struct SubVerdict: Sendable, Hashable {
  /// The estimator or method.
  public var estimator: String
  /// The population or world.
  public var population: String
  /// The verdict.
  public var verdict: Verdict
  /// The condition, for `supported-when`; the reason, for `not-testable`; the sample size that would settle it, for `inconclusive`.
  public var condition: String?
}

/// How a claim stands to the lock that was written before the run.
public enum Registration: String, Sendable {
  /// The specification's hash is the one in the lock.
  case registered
  /// The lock has another hash for this claim.
  case changedSinceLock = "changed since lock"
  /// The lock does not know this claim, or there is no lock.
  case exploratory
}

/// The outcome of one claim: specification, evidence, verdict.
public struct ClaimOutcome: Sendable {
  /// The specification that was examined.
  public var specification: ClaimSpecification
  /// How it stands to the lock.
  public var registration: Registration
  /// The verdict: the weakest of the sub-verdicts, and `inconclusive` if the negative control was not refuted.
  public var verdict: Verdict
  /// The condition, from the evidence.
  public var condition: String?
  /// One verdict for each finding.
  public var subVerdicts: [SubVerdict]
  /// One verdict for each question that a log of real tokens was asked.
  public var logVerdicts: [SubVerdict] = []
  /// The verdict on the deliberately false sibling; the examination has power only if it is `refuted`.
  public var controlVerdict: Verdict
  /// Everything the examination found.
  public var evidence: Evidence
  /// Wall-clock seconds it took.
  public var seconds: Double
}
