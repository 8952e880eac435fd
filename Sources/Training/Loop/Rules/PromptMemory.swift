import Allocation

/// What a run with a rollout rule remembers of one prompt beside its history of successes.
///
/// Only rollouts that began at the prompt count: a head start says nothing of the prompt's own pass rate.
public struct PromptMemory: Sendable, Hashable, Codable {
  /// The visits: steps, or batches of a step, at which it was rolled out.
  public private(set) var visits = 0
  /// Rollouts and successes of the last visit.
  public private(set) var latest: PromptStatistics?
  /// Responses that were not given up.
  public private(set) var responses = 0
  /// Tokens of these responses.
  public private(set) var tokens = 0
  /// Visits at which at least two rollouts were trained on.
  public private(set) var signals = 0
  /// Σ over these visits of the deviation of `A_j Σ_t log π`.
  public private(set) var signalSum = 0.0
  /// Correct responses.
  public private(set) var accepted = 0
  /// Σ over the correct responses of the score norm in logit space, `√Σ_t (1 − 2π_t + Σπ²)`.
  public private(set) var acceptedNormSum = 0.0
  /// Correct responses of former visits, the newest last.
  public private(set) var successes: [[Int32]] = []
  /// Wrong responses of former visits, the newest last.
  public private(set) var failures: [[Int32]] = []

  /// The responses of either kind that are kept.
  static let storeLimit = 4

  /// Nothing yet.
  public init() {}

  /// Adds a visit; `signal` is the deviation of `A_j Σ_t log π` within it, nil where fewer than two rollouts were trained on.
  mutating func add(_ group: DrawnGroup, signal: Double?) {
    guard group.start == .beginning, group.samples > 0 else { return }
    visits += 1
    latest = PromptStatistics(successes: group.successes, samples: group.samples)
    responses += group.lengths.count
    tokens += group.lengths.reduce(0, +)
    accepted += group.successes
    acceptedNormSum += group.acceptedNormSum
    if let signal {
      signals += 1
      signalSum += signal
    }
    Self.store(group.success, in: &successes)
    Self.store(group.failure, in: &failures)
  }

  private static func store(_ response: [Int32]?, in kept: inout [[Int32]]) {
    guard let response else { return }
    kept.append(response)
    if kept.count > storeLimit { kept.removeFirst(kept.count - storeLimit) }
  }

  /// Whether the numbers are such as visits leave, for responses of at most `maximumLength` tokens of a vocabulary of that size.
  func isSound(maximumLength: Int, vocabularySize: Int) -> Bool {
    let counts = [visits, responses, tokens, signals, accepted]
    let stored = successes + failures
    // Far from where sums of steps to come would overflow.
    return counts.allSatisfy { (0...1 << 52).contains($0) } && signals <= visits && accepted <= responses
      && (latest == nil) == (visits == 0)
      && latest.map { (1...1 << 52).contains($0.samples) && (0...$0.samples).contains($0.successes) } ?? true
      && signalSum.isFinite && signalSum >= 0 && acceptedNormSum.isFinite && acceptedNormSum >= 0
      && max(successes.count, failures.count) <= Self.storeLimit
      && stored.allSatisfy { response in
        (1...maximumLength).contains(response.count)
          && response.allSatisfy { $0 >= 0 && Int($0) < vocabularySize }
      }
  }

  /// Completes the record of a prompt.
  func fill(_ record: inout PromptRecord) {
    record.visits = visits
    record.latest = latest
    record.meanLength = responses > 0 ? Double(tokens) / Double(responses) : nil
    record.signal = signals > 0 ? signalSum / Double(signals) : nil
    record.acceptedScoreNorm = accepted > 0 ? acceptedNormSum / Double(accepted) : nil
    record.storedSuccesses = successes.count
    record.storedFailures = failures.count
  }
}
