import Estimators
import Foundation
import Modulation
import Statistics

extension StabilisationBoundsUpdates {
  /// The released factors on the log's own tokens: each prompt's responses, and the whole log, as one micro-batch.
  ///
  /// Every prompt answers yes or no, so that the verdicts rest on exact binomial tails (`LogShare`).
  public func examine(_ log: TokenLog, _ examination: Examination) throws -> LogEvidence? {
    var evidence = LogEvidence()
    evidence.addNotTestable(
      "exact ΔH", field: "probabilities", because: "Σπ²Λ is a sum over the state's whole vocabulary")
    guard log.tokenCount > 0, log.hasSumsOfSquares else {
      evidence.addNotTestable(
        "released ΔH", field: "sum_sq_probability", because: "the size of an update needs Σπ²")
      return evidence
    }
    // As the release has it: the sample deviation, ε = 10⁻⁶.
    let flat = try log.flattened(advantages: GRPO(deviation: .sample, epsilon: 1e-6))
    guard let sums = flat.sumsOfSquares, let groups = flat.batch.groups else { return evidence }
    let batch = flat.batch
    let updates = (0..<batch.count).map {
      abs(batch.advantages[$0])
        * ScoreNorm.squared(logProbability: batch.logProbabilities[$0], sumOfSquares: sums[$0]).squareRoot()
    }
    var members = [[Int]](repeating: [], count: (groups.max() ?? -1) + 1)
    for (token, group) in groups.enumerated() { members[group].append(token) }
    // A prompt whose rewards are all equal moves nothing.
    let moving = members.filter { tokens in tokens.contains { updates[$0] > 0 } }
    var table = PointTable(
      name: "real-tokens", columns: ["rule", "prompt", "largest_ratio", "touched_share"])
    var sentences: [String] = []
    let level = specification.value("level")
    let design = "\(LogEvidence.population) \(log.name)"
    for form in ["mode 6", "mode 5"] {
      let rules = rules.filter { $0.form == form && $0.source == .asReleased }
      guard let whole = rules.first(where: { $0.scope == .microBatch }),
        let each = rules.first(where: { $0.scope == .group })
      else { continue }
      let all = Effect(
        updates: updates, factors: try whole.factors(batch, exact: nil), margin: specification.margin,
        touchedBelow: specification.value("touched"))
      add(all, design: "\(design), one micro-batch", method: form, &evidence)
      // Scope and responses never cross prompts, so that a prompt's tokens alone as a micro-batch have the factors of the scope group.
      let factors = try each.factors(batch, exact: nil)
      let effects = moving.map { tokens in
        Effect(
          updates: tokens.map { updates[$0] }, factors: tokens.map { factors[$0] },
          margin: specification.margin, touchedBelow: specification.value("touched"))
      }
      guard !effects.isEmpty else { continue }
      func mean(_ value: (Effect) -> Double) -> LogInference {
        .ratio(effects.map { [value($0), 1] })
      }
      let lowered = LogShare(yes: effects.count { $0.isLowered }, count: effects.count)
      let damped = LogShare(yes: effects.count { $0.isLargestDamped }, count: effects.count)
      let source = "of \(log.name), each a micro-batch"
      evidence.findings += [
        lowered.findingGreater("lowered: \(form), released ΔH", level: level, of: source),
        damped.findingGreater("damped is largest: \(form), released ΔH", level: level, of: source),
      ]
      let ratio = mean(\.ratio)
      let touched = mean(\.touched)
      for (stat, value) in [
        ("largest_ratio", ratio), ("lowered_share", mean { $0.isLowered ? 1 : 0 }),
        ("damped_is_largest", mean { $0.isLargestDamped ? 1 : 0 }), ("touched_share", touched),
        ("factor_at_largest", mean(\.factorAtLargest)),
      ] {
        evidence.estimates.append(
          value.row(design: "\(design), a prompt as micro-batch", method: form, stat: stat))
      }
      for (index, effect) in effects.enumerated() {
        table.rows.append([
          .text(form), .integer(index), .number(effect.ratio), .number(effect.touched),
        ])
      }
      sentences.append(
        "\(form) touches \(short(100 * touched.estimate.value)) % of a prompt's tokens, leaves its largest update at \(short(ratio.estimate.value)) of its size on average, lowers it by a tenth in \(lowered.yes) of \(lowered.count) prompts and damps the token of the largest update most in \(damped.yes); with the whole log as one micro-batch the largest update stays at \(short(all.ratio, digits: 5))."
      )
    }
    evidence.pointTables.append(table)
    evidence.explanation =
      sentences.isEmpty ? "No prompt of the log has both kinds of rewards." : sentences.joined(separator: " ")
    return evidence
  }

  private func add(_ effect: Effect, design: String, method: String, _ evidence: inout LogEvidence) {
    for (stat, value) in [
      ("largest_ratio", effect.ratio), ("touched_share", effect.touched),
      ("factor_at_largest", effect.factorAtLargest), ("damped_is_largest", effect.isLargestDamped ? 1 : 0),
    ] {
      evidence.estimates.append(EstimateRow(design: design, method: method, stat: stat, exact: value))
    }
  }
}
