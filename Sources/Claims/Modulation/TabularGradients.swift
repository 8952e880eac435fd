import Foundation
import Modulation
import Statistics

/// The per-rollout gradients of a token-level rule on a log, as far as inner products between tokens drawn in the same state give them.
///
/// With every state's own logits as parameters, rollout i's gradient is `g_i = Σ_t a_{i,t} s_{i,t}`, one block for each state that it visits, and the blocks of two rollouts
/// meet only in the states of their common beginning. There
///
/// ```
/// ⟨s_a, s_b⟩ = [a = b] − π_a − π_b + Σπ²
/// ```
///
/// needs the drawn tokens, their log-probabilities and Σπ², all of which logs can hold, and no vocabulary. Expectations of products come from pairs of different rollouts of a prompt, so
/// that no term has the noise of a square in it.
struct TabularGradients: Sendable {
  /// The sums of one prompt: means over ordered pairs of different rollouts, and covariance traces per rollout.
  struct PromptSums: Sendable, Hashable {
    /// An unbiased estimate of ⟨E g, E d⟩, d being the gradient without the rule.
    var cross: Double
    /// An unbiased estimate of ‖E g‖².
    var modulated: Double
    /// An unbiased estimate of ‖E d‖².
    var plain: Double
    /// The trace of the sample covariance of g.
    var modulatedTrace: Double
    /// The trace of the sample covariance of d.
    var plainTrace: Double
  }

  /// One entry for each prompt with at least two rollouts.
  let prompts: [PromptSums]

  /// The sums of `flattened` for the token advantages `modulated` beside `plain`; nil if the log lacks tokens or Σπ².
  ///
  /// - Precondition: one advantage for each token.
  init?(_ log: TokenLog, _ flattened: TokenLog.Flattened, modulated: [Double], plain: [Double]) {
    guard let tokens = flattened.tokens, let squares = flattened.sumsOfSquares,
      let states = flattened.batch.states
    else { return nil }
    let batch = flattened.batch
    precondition(
      modulated.count == batch.count && plain.count == batch.count,
      "\(batch.count) tokens, \(modulated.count) and \(plain.count) advantages")
    var sizes = [Double](repeating: 0, count: log.promptNames.count)
    for response in log.responses { sizes[response.prompt] += 1 }
    var members = [[Int]](repeating: [], count: flattened.stateCount)
    for index in 0..<batch.count { members[states[index]].append(index) }
    let probabilities = batch.logProbabilities.map { exp($0) }
    var sums = sizes.map { _ in RawSums() }
    for group in members {
      guard let first = group.first else { continue }
      var raw = RawSums()
      for i in group {
        let norm = ScoreNorm.squared(logProbability: batch.logProbabilities[i], sumOfSquares: squares[i])
        raw.modulatedDiagonal += modulated[i] * modulated[i] * norm
        raw.plainDiagonal += plain[i] * plain[i] * norm
        for j in group where j != i {
          let product = (tokens[i] == tokens[j] ? 1 : 0) - probabilities[i] - probabilities[j] + squares[i]
          raw.cross += modulated[i] * plain[j] * product
          raw.modulated += modulated[i] * modulated[j] * product
          raw.plain += plain[i] * plain[j] * product
        }
      }
      sums[log.responses[flattened.responses[first]].prompt].add(raw)
    }
    prompts = zip(sizes, sums).compactMap { size, raw in
      guard size >= 2 else { return nil }
      let pairs = size * (size - 1)
      return PromptSums(
        cross: raw.cross / pairs, modulated: raw.modulated / pairs, plain: raw.plain / pairs,
        modulatedTrace: raw.modulatedDiagonal / size - raw.modulated / pairs,
        plainTrace: raw.plainDiagonal / size - raw.plain / pairs)
    }
  }

  /// A quantity of the whole log, from the sums of the prompts with the given places: prompts count alike, their blocks are orthogonal.
  enum Quantity: String, CaseIterable {
    /// ⟨E g, E d⟩/‖E d‖²: how much longer the step gets.
    case scale
    /// The cosine of the angle between E g and E d; estimates may exceed 1 by noise.
    case cosine
    /// The variance of g relative to that of d.
    case varianceRatio = "variance_ratio_raw"
    /// The same at equal expected step: divided by the scale squared.
    case equalStepRatio = "variance_ratio_equal_step"

    func value(_ prompts: [PromptSums], _ places: [Int]) -> Double {
      var sum = PromptSums(cross: 0, modulated: 0, plain: 0, modulatedTrace: 0, plainTrace: 0)
      for place in places {
        sum.cross += prompts[place].cross
        sum.modulated += prompts[place].modulated
        sum.plain += prompts[place].plain
        sum.modulatedTrace += prompts[place].modulatedTrace
        sum.plainTrace += prompts[place].plainTrace
      }
      let scale = sum.cross / sum.plain
      switch self {
      case .scale: return scale
      case .cosine: return sum.cross / (sum.modulated * sum.plain).squareRoot()
      case .varianceRatio: return sum.modulatedTrace / sum.plainTrace
      case .equalStepRatio: return sum.modulatedTrace / sum.plainTrace / (scale * scale)
      }
    }
  }

  /// The quantity with its bootstrap interval over prompts, as a row of the claim's table.
  func row(
    _ quantity: Quantity, method: String, _ examination: Examination, designPoint: Int, resamples: Int
  ) -> EstimateRow {
    let value = quantity.value(prompts, Array(prompts.indices))
    var row = EstimateRow(
      design: "\(LogEvidence.population), each state's own logits", method: method, stat: quantity.rawValue,
      exact: value)
    row.exact = nil
    row.count = prompts.count
    guard prompts.count > 1 else { return row }
    let interval = Bootstrap.bca(
      count: prompts.count, level: 0.95, resamples: resamples, key: examination.key(designPoint: designPoint)
    ) { quantity.value(prompts, $0) }
    if interval.lower.isFinite, interval.upper.isFinite {
      row.lower = interval.lower
      row.upper = interval.upper
    }
    return row
  }

  private struct RawSums {
    var cross = 0.0
    var modulated = 0.0
    var plain = 0.0
    var modulatedDiagonal = 0.0
    var plainDiagonal = 0.0

    mutating func add(_ other: RawSums) {
      cross += other.cross
      modulated += other.modulated
      plain += other.plain
      modulatedDiagonal += other.modulatedDiagonal
      plainDiagonal += other.plainDiagonal
    }
  }
}
