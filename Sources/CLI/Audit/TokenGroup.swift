import Foundation
import Interchange
import Modulation
import Statistics

/// What is known of a logged token before its response's advantage is.
struct LoggedTokens {
  /// The entropies, one for each token.
  var entropies: [Double]
  /// π_t Λ_t less its mean over the response; nil without log-probabilities, 0 for a response of one token.
  ///
  /// The released ΔH is −ξ_t times this.
  var deviations: [Double]?
  /// ρ_t; nil without old log-probabilities, where it is taken to be 1.
  var ratios: [Double]?
  /// ‖s_t‖²; nil without log-probabilities or Σπ².
  var squaredScoreNorms: [Double]?

  /// The tokens of a rollout; nil without entropies.
  init?(_ tokens: RolloutTokens) {
    guard let entropies = tokens.entropies else { return nil }
    self.entropies = entropies
    guard let logProbabilities = tokens.logProbabilities else { return }
    var deviations = zip(logProbabilities, entropies).map { exp($0) * ($0 + $1) }
    let mean = deviations.reduce(0, +) / Double(max(deviations.count, 1))
    // A mean over one token is the token itself, however it was rounded.
    for index in deviations.indices {
      deviations[index] = deviations.count > 1 ? deviations[index] - mean : 0
    }
    self.deviations = deviations
    ratios = tokens.oldLogProbabilities.map { zip(logProbabilities, $0).map { exp($0 - $1) } }
    squaredScoreNorms = tokens.sumsOfSquares.map {
      zip(logProbabilities, $0).map { ScoreNorm.squared(logProbability: $0, sumOfSquares: $1) }
    }
  }

  var count: Int { entropies.count }

  /// |ΔH_t| for the advantage 1 of a success or −1 of a failure; 0 without log-probabilities.
  func magnitude(_ index: Int, succeeded: Bool, clip: ClipIndicator) -> Double {
    guard let deviations else { return 0 }
    return (deviations[index] * clip.coefficient(ratio: ratios?[index] ?? 1, advantage: succeeded ? 1 : -1))
      .magnitude
  }
}

/// The extremes over the tokens of one prompt at one step: what the factors of its tokens are relative to.
///
/// Advantages of successes and failures differ by two factors that are known at the end only; so the largest |ΔH| is kept for either outcome at the advantages 1 and −1.
struct TokenGroup: Sendable {
  /// The positions for which the largest |ΔH| is kept; the published form looks no further.
  static let positionCount = 1024

  private(set) var lowest = Double.infinity
  private(set) var highest = -Double.infinity
  /// For failures and successes the largest |ΔH|.
  private(set) var largest = [0.0, 0.0]
  /// The same at each position of the responses, in single precision, clipped at the published ranges.
  private(set) var largestAt: [[Float]] = [[], []]

  mutating func add(_ tokens: LoggedTokens, succeeded: Bool) {
    let outcome = succeeded ? 1 : 0
    let kept = min(tokens.count, Self.positionCount)
    if largestAt[outcome].count < kept {
      largestAt[outcome] += Array(repeating: 0, count: kept - largestAt[outcome].count)
    }
    for index in 0..<tokens.count {
      lowest = min(lowest, tokens.entropies[index])
      highest = max(highest, tokens.entropies[index])
      largest[outcome] = max(
        largest[outcome], tokens.magnitude(index, succeeded: succeeded, clip: TokenClip.released))
      if index < kept {
        largestAt[outcome][index] = max(
          largestAt[outcome][index],
          Float(tokens.magnitude(index, succeeded: succeeded, clip: TokenClip.published)))
      }
    }
  }

  /// The largest |ΔH| for the advantages of a success and of a failure.
  func largest(_ advantages: (success: Double, failure: Double)) -> Double {
    max(largest[0] * advantages.failure.magnitude, largest[1] * advantages.success.magnitude)
  }

  /// The largest |ΔH| at a position; nil beyond those that are kept.
  func largest(at position: Int, _ advantages: (success: Double, failure: Double)) -> Double? {
    guard position < Self.positionCount else { return nil }
    func value(_ outcome: Int) -> Double {
      position < largestAt[outcome].count ? Double(largestAt[outcome][position]) : 0
    }
    return max(value(0) * advantages.failure.magnitude, value(1) * advantages.success.magnitude)
  }
}

/// The clip ranges in the audit's forms.
enum TokenClip {
  static let released = ClipIndicatorAsReleased.indicator()
  static let published = ClipIndicator()
}

/// The extremes over all logged tokens, by prompt and step.
struct TokenGroups: Sendable {
  /// By the prompt's place among those of the log.
  private(set) var groups: [Int: TokenGroup] = [:]
  private(set) var rollouts = 0
  private(set) var tokens = 0
  /// Rollouts without entropies.
  private(set) var without = 0
  /// Rollouts with entropies that lack another array.
  private(set) var withoutLogProbabilities = 0
  private(set) var withoutSums = 0
  private(set) var withoutOld = 0

  mutating func add(_ arrays: RolloutTokens?, prompt: Int, succeeded: Bool) {
    guard let arrays, let tokens = LoggedTokens(arrays) else {
      without += 1
      return
    }
    rollouts += 1
    self.tokens += tokens.count
    if tokens.deviations == nil { withoutLogProbabilities += 1 }
    if tokens.squaredScoreNorms == nil { withoutSums += 1 }
    if tokens.ratios == nil { withoutOld += 1 }
    groups[prompt, default: TokenGroup()].add(tokens, succeeded: succeeded)
  }
}
