import Statistics

/// Turns the findings of a whole family of claims into verdicts.
///
/// Exact findings settle themselves. Statistical ones enter one family: every p-value of every finding and of every control, both directions. Holm's
/// procedure keeps the chance of any wrong settled verdict below `familyError`, whatever the dependence between them.
///
/// - Source: `holm1979`.
public enum Judgement {
  /// The chance of any wrong settled verdict in the whole family.
  public static let familyError = 1e-6

  /// What a claim brings to the judgement.
  public struct Examined: Sendable {
    /// The specification.
    public var specification: ClaimSpecification
    /// How it stands to the lock.
    public var registration: Registration
    /// What was found.
    public var evidence: Evidence
    /// Wall-clock seconds.
    public var seconds: Double

    /// Collects the parts.
    public init(
      specification: ClaimSpecification, registration: Registration, evidence: Evidence, seconds: Double
    ) {
      self.specification = specification
      self.registration = registration
      self.evidence = evidence
      self.seconds = seconds
    }
  }

  /// The outcomes of `claims`, judged together.
  public static func settle(_ claims: [Examined]) -> [ClaimOutcome] {
    var pValues: [Double] = []
    for claim in claims {
      for finding in Self.family(claim.evidence) {
        if case .statistical(let support, let refute, _) = finding.basis { pValues += [support, refute] }
      }
    }
    let rejected = Holm.rejected(pValues, familyError: familyError)
    var next = rejected.makeIterator()
    return claims.map { claim in
      let subVerdicts = claim.evidence.findings.map { settle($0, &next) }
      let control = settle(claim.evidence.control, &next)
      let logVerdicts = (claim.evidence.log?.findings ?? []).map { settle($0, &next) }
      var verdict = Verdict.weakest(
        zip(claim.evidence.findings, subVerdicts).compactMap { $0.isComparison ? nil : $1.verdict })
      // A log can break a statement; that it lacks a field, or that it agrees, says nothing about the registered worlds.
      if logVerdicts.contains(where: { $0.verdict == .refuted }) { verdict = .refuted }
      if verdict == .supported, claim.evidence.condition != nil { verdict = .supportedWhen }
      // Without power shown, a settled statement would mean nothing.
      if control.verdict != .refuted, verdict != .notTestable { verdict = .inconclusive }
      var condition = claim.evidence.condition.map { named($0, subVerdicts) }
      // A simulation that contradicts the oracle means that one of the two is wrong: nothing that rests on them is settled.
      let contradicts = claim.evidence.allEstimates.contains {
        $0.stat == "z_against_exact" && abs($0.estimate) > largestContradiction
      }
      if contradicts {
        verdict = .inconclusive
        condition = "simulated and exact values differ by more than \(largestContradiction) standard errors"
      }
      return ClaimOutcome(
        specification: claim.specification, registration: claim.registration, verdict: verdict,
        condition: condition, subVerdicts: subVerdicts, logVerdicts: logVerdicts,
        controlVerdict: control.verdict,
        evidence: claim.evidence, seconds: claim.seconds)
    }
  }

  /// The findings of a claim in the order in which they are settled: its own, the control, those from a log.
  private static func family(_ evidence: Evidence) -> [Finding] {
    evidence.findings + [evidence.control] + (evidence.log?.findings ?? [])
  }

  /// The distance between simulated and exact values, in standard errors, beyond which a claim is not settled.
  ///
  /// A normal error exceeds 7 with probability 3·10⁻¹²; simulated means of rare events have heavier tails, hence not less.
  public static let largestContradiction = 7.0

  /// A condition with its lists of settled sub-verdicts filled in, `{supported}` and `{refuted}`, and the number of inconclusive ones, `{unsettled}`.
  ///
  /// Only the judgement knows which findings survive Holm's procedure, so an examination leaves these places open.
  static func named(_ condition: String, _ subVerdicts: [SubVerdict]) -> String {
    func list(_ verdicts: [Verdict]) -> String {
      listing(
        subVerdicts.filter { verdicts.contains($0.verdict) }.map { "\($0.estimator) on \($0.population)" })
    }
    return condition.replacing("{supported}", with: list([.supported, .supportedWhen]))
      .replacing("{refuted}", with: list([.refuted]))
      .replacing("{unsettled}", with: String(subVerdicts.count { $0.verdict == .inconclusive }))
  }

  private static func settle(_ finding: Finding, _ rejected: inout IndexingIterator<[Bool]>) -> SubVerdict {
    var result = SubVerdict(
      estimator: finding.estimator, population: finding.population, verdict: .inconclusive,
      condition: finding.condition)
    switch finding.basis {
    case .exact(let holds):
      result.verdict = holds ? (finding.condition == nil ? .supported : .supportedWhen) : .refuted
    case .statistical(_, _, let sufficientCount):
      let supported = rejected.next() ?? false
      let refuted = rejected.next() ?? false
      if supported != refuted {
        result.verdict = refuted ? .refuted : (finding.condition == nil ? .supported : .supportedWhen)
      } else if let sufficientCount {
        result.condition = "about \(sufficientCount) replicates would settle it"
      }
    case .notTestable(let reason):
      result.verdict = .notTestable
      result.condition = reason
    }
    return result
  }
}
