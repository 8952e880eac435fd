import Interchange
import Statistics

/// Which rollouts of a prompt: all, or one of the two halves that judge each other.
///
/// Rollout j of a prompt belongs to the half of j's parity, j being its number in the log or else its place among the prompt's rollouts: a
/// rule that a stream can follow, and the same for a rollout and for its row of the Gram matrix.
enum RolloutSubset: Int, CaseIterable, Sendable {
  case all, even, odd

  /// Whether the rollout numbered `index` belongs to the subset.
  func contains(_ index: Int) -> Bool {
    switch self {
    case .all: true
    case .even: index % 2 == 0
    case .odd: index % 2 == 1
    }
  }
}

/// Counts of one subset of a prompt's rollouts and the sums of their squared score norms.
struct SubsetCounts: Sendable, Equatable {
  /// Rollouts, n.
  var samples = 0
  /// Successes, k.
  var successes = 0
  /// Rollouts whose score norm is known.
  var normed = 0
  /// Σ‖s‖² over the successes with a known norm.
  var successNorms = CompensatedSum()
  /// Σ‖s‖² over the failures with a known norm.
  var failureNorms = CompensatedSum()

  mutating func add(succeeded: Bool, scoreSquaredNorm: Double?) {
    samples += 1
    if succeeded { successes += 1 }
    guard let scoreSquaredNorm else { return }
    normed += 1
    if succeeded { successNorms.add(scoreSquaredNorm) } else { failureNorms.add(scoreSquaredNorm) }
  }

  /// k(n − k)/(n(n − 1)), the unbiased estimate of p(1 − p); nil with fewer than two rollouts.
  var bernoulliVariance: Double? {
    guard samples >= 2 else { return nil }
    return Double(successes) * Double(samples - successes) / (Double(samples) * Double(samples - 1))
  }

  /// Whether the subset holds both a success and a failure; decided by counts, never by a deviation.
  var isMixed: Bool { successes > 0 && successes < samples }
}

/// What is kept of one prompt at one step: a few counts and sums, however many rollouts the log has.
struct PromptAccumulator: Sendable {
  /// The rollout numbers whose repetition is noticed; beyond them memory would grow with the log.
  static let watchedIndices = 4096

  let prompt: String
  let step: Int
  /// By `RolloutSubset.rawValue`.
  private(set) var subsets = Array(repeating: SubsetCounts(), count: RolloutSubset.allCases.count)
  /// Rollouts whose number has been seen before.
  private(set) var repeated = 0
  /// The measured variances of the prompt's Gram matrix, once it was read.
  var gram: GramSummary?
  private var seen: [UInt64] = []

  init(prompt: String, step: Int) {
    self.prompt = prompt
    self.step = step
  }

  subscript(_ subset: RolloutSubset) -> SubsetCounts { subsets[subset.rawValue] }

  mutating func add(index: Int?, succeeded: Bool, scoreSquaredNorm: Double?) {
    let number = index ?? subsets[RolloutSubset.all.rawValue].samples
    if let index { note(index) }
    subsets[RolloutSubset.all.rawValue].add(succeeded: succeeded, scoreSquaredNorm: scoreSquaredNorm)
    let half = number % 2 == 0 ? RolloutSubset.even : .odd
    subsets[half.rawValue].add(succeeded: succeeded, scoreSquaredNorm: scoreSquaredNorm)
  }

  private mutating func note(_ index: Int) {
    guard index < Self.watchedIndices else { return }
    let word = index / 64
    if word >= seen.count { seen += Array(repeating: 0, count: word + 1 - seen.count) }
    let bit = UInt64(1) << UInt64(index % 64)
    if seen[word] & bit != 0 { repeated += 1 }
    seen[word] |= bit
  }
}
