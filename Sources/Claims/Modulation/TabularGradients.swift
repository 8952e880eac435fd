import Foundation
import Modulation
import Statistics

/// The group gradients of a token-level rule on a log, as far as inner products between tokens drawn in the same state give them.
///
/// With every state's own logits as parameters, a group's gradient is `ĝ = (1/G) Σ_i Σ_t a_{i,t} s_{i,t}`, one block for each state that its rollouts visit, and two rollouts
/// meet only in the states of their common beginning. There
///
/// ```
/// ⟨s_a, s_b⟩ = [a = b] − π_a − π_b + Σπ²
/// ```
///
/// needs the drawn tokens, their log-probabilities and Σπ², all of which logs can hold, and no vocabulary. A prompt's rollouts are cut into groups of the size that a trainer would
/// use, and advantages and factors are made within each: the groups are independent, so that their spread is the variance of the group estimate with all its couplings, and pairs
/// of different groups give products of expectations without the noise of a square.
struct TabularGradients: Sendable {
  /// The sums of one prompt: means over ordered pairs of different groups, and covariance traces of one group's gradient.
  struct PromptSums: Sendable, Hashable {
    /// An unbiased estimate of ⟨E ĝ, E d̂⟩, d̂ being the gradient without the rule.
    var cross: Double
    /// An unbiased estimate of ‖E ĝ‖².
    var modulated: Double
    /// An unbiased estimate of ‖E d̂‖².
    var plain: Double
    /// The trace of the sample covariance of ĝ.
    var modulatedTrace: Double
    /// The trace of the sample covariance of d̂.
    var plainTrace: Double

    /// The same as a list, for sums over prompts.
    fileprivate var list: [Double] { [cross, modulated, plain, modulatedTrace, plainTrace] }
  }

  /// One entry for each prompt with at least two groups.
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
    guard let groups = batch.groups else { return nil }
    // Groups are labelled anew in a batch; the label of any token of a group leads back to it.
    var sizes = [Double](repeating: 0, count: flattened.promptOfGroup.count)
    for group in flattened.groups { if let group { sizes[group] += 1 } }
    var groupCounts = [Double](repeating: 0, count: log.promptNames.count)
    for prompt in flattened.promptOfGroup { groupCounts[prompt] += 1 }
    var members = [[Int]](repeating: [], count: flattened.stateCount)
    for index in 0..<batch.count { members[states[index]].append(index) }
    let probabilities = batch.logProbabilities.map { exp($0) }
    var sums = groupCounts.map { _ in RawSums() }
    for state in members {
      guard let first = state.first else { continue }
      let response = flattened.responses[first]
      guard let group = flattened.groups[response] else { continue }
      var raw = RawSums()
      for i in state {
        let norm = ScoreNorm.squared(logProbability: batch.logProbabilities[i], sumOfSquares: squares[i])
        raw.within.add(modulated[i], plain[i], modulated[i], plain[i], norm)
        for j in state where j != i {
          let product = (tokens[i] == tokens[j] ? 1 : 0) - probabilities[i] - probabilities[j] + squares[i]
          if groups[i] == groups[j] {
            raw.within.add(modulated[i], plain[i], modulated[j], plain[j], product)
          } else {
            raw.between.add(modulated[i], plain[i], modulated[j], plain[j], product)
          }
        }
      }
      // All groups of a prompt have one size, so 1/G² can wait until here.
      sums[flattened.promptOfGroup[group]].add(raw, scale: 1 / (sizes[group] * sizes[group]))
    }
    prompts = zip(groupCounts, sums).compactMap { count, raw in
      guard count >= 2 else { return nil }
      let pairs = count * (count - 1)
      return PromptSums(
        cross: raw.between.cross / pairs, modulated: raw.between.modulated / pairs,
        plain: raw.between.plain / pairs,
        modulatedTrace: raw.within.modulated / count - raw.between.modulated / pairs,
        plainTrace: raw.within.plain / count - raw.between.plain / pairs)
    }
  }

  /// A quantity of the whole log, from the sums of the prompts with the given places: prompts count alike, their blocks are orthogonal.
  enum Quantity: String, CaseIterable {
    /// ⟨E ĝ, E d̂⟩/‖E d̂‖²: how much longer the step gets.
    case scale
    /// The cosine of the angle between E ĝ and E d̂; estimates may exceed 1 by noise.
    case cosine
    /// The variance of ĝ relative to that of d̂.
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
      return value(sum)
    }

    /// The quantity of sums over prompts.
    fileprivate func value(_ sum: PromptSums) -> Double {
      let scale = sum.cross / sum.plain
      switch self {
      case .scale: return scale
      case .cosine: return sum.cross / (sum.modulated * sum.plain).squareRoot()
      case .varianceRatio: return sum.modulatedTrace / sum.plainTrace
      case .equalStepRatio: return sum.modulatedTrace / sum.plainTrace / (scale * scale)
      }
    }
  }

  /// The quantity with its jackknife standard error over prompts.
  func inference(_ quantity: Quantity) -> LogInference {
    LogInference(prompts.map(\.list)) { list in
      quantity.value(
        PromptSums(
          cross: list[0], modulated: list[1], plain: list[2], modulatedTrace: list[3], plainTrace: list[4]))
    }
  }

  /// The quantity with its jackknife standard error and bootstrap interval over prompts, as a row of the claim's table.
  ///
  /// The interval is the better of the two for a ratio, being free of symmetry; p-values at the error of a whole family are beyond a bootstrap of a few thousand resamples.
  func row(
    _ quantity: Quantity, method: String, _ examination: Examination, designPoint: Int, resamples: Int
  ) -> EstimateRow {
    var row = inference(quantity).row(
      design: "\(LogEvidence.population), each state's own logits", method: method, stat: quantity.rawValue)
    row.lower = nil
    row.upper = nil
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

  /// Sums of products over ordered pairs of tokens.
  fileprivate struct Products {
    var cross = 0.0
    var modulated = 0.0
    var plain = 0.0

    mutating func add(_ g: Double, _ d: Double, _ otherG: Double, _ otherD: Double, _ product: Double) {
      cross += g * otherD * product
      modulated += g * otherG * product
      plain += d * otherD * product
    }
  }

  private struct RawSums {
    /// Pairs of the same group, a token with itself included.
    var within = Products()
    /// Pairs of different groups.
    var between = Products()

    mutating func add(_ other: RawSums, scale: Double) {
      within.add(other.within, scale)
      between.add(other.between, scale)
    }
  }
}

extension TabularGradients.Products {
  fileprivate mutating func add(_ other: TabularGradients.Products, _ scale: Double) {
    cross += scale * other.cross
    modulated += scale * other.modulated
    plain += scale * other.plain
  }
}
