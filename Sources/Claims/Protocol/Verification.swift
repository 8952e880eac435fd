import Statistics
import Synchronization

/// Runs the examinations of a list of claims and judges them together.
public enum Verification {
  /// What a progress line shows.
  public struct Progress: Sendable {
    /// Claims that are done.
    public var claimsDone: Int
    /// Claims to do.
    public var claimCount: Int
    /// The claim being examined.
    public var claim: String
    /// Monte Carlo replicates so far, over all claims.
    public var replicates: Int
    /// Seconds since the run began.
    public var seconds: Double
    /// A guess at the seconds left, from the claims done; nil before the first is done.
    public var secondsLeft: Double?
  }

  /// Examines `claims` in order, asks `log` what it can answer, and settles all verdicts as one family.
  ///
  /// `missingLogField` names the field for want of which a log that was given could not be turned into tokens: the token-level claims then say so.
  ///
  /// Throws `CancellationError` when `isCancelled` turns true, and whatever kept a claim from being examined.
  public static func run(
    _ claims: [any Claim], seed: UInt64, preset: Preset, threads: Int, lock: ClaimLock?,
    log: TokenLog? = nil, missingLogField: String? = nil,
    isCancelled: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) throws -> [ClaimOutcome] {
    let clock = ContinuousClock()
    let start = clock.now
    let tally = ReplicateTally()
    var examined: [Judgement.Examined] = []
    for (index, claim) in claims.enumerated() {
      if isCancelled() { throw CancellationError() }
      let specification = claim.specification
      let claimStart = clock.now
      let report: @Sendable (Int) -> Void = { replicates in
        let total = tally.add(replicates)
        let elapsed = (clock.now - start).seconds
        progress(
          Progress(
            claimsDone: index, claimCount: claims.count, claim: specification.id, replicates: total,
            seconds: elapsed,
            secondsLeft: index == 0 ? nil : elapsed / Double(index) * Double(claims.count - index)))
      }
      report(0)
      let examination = Examination(
        seed: seed, preset: preset, threads: threads, claim: specification.id, progress: report,
        isCancelled: isCancelled)
      var evidence = try claim.examine(examination)
      if let log {
        evidence.log = try claim.examine(log, examination)
      } else if let missingLogField, specification.section == .modulation {
        var answer = LogEvidence()
        answer.addNotTestable(
          "every question", field: missingLogField, because: "no response of the log carries it")
        evidence.log = answer
      }
      examined.append(
        Judgement.Examined(
          specification: specification, registration: lock?.registration(of: specification) ?? .exploratory,
          evidence: evidence, seconds: (clock.now - claimStart).seconds))
    }
    return Judgement.settle(examined)
  }
}

/// Counts replicates across threads.
private final class ReplicateTally: Sendable {
  private let total = Atomic<Int>(0)

  /// Adds `count` and returns the new total.
  func add(_ count: Int) -> Int { total.add(count, ordering: .relaxed).newValue }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
