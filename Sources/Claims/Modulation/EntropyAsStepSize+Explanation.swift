import Foundation

extension EntropyAsStepSize {
  /// Condition and explanation from the numbers found.
  func explain(_ evidence: inout Evidence) {
    let gain = short(100 * specification.value("gain"))
    let margin = short(100 * specification.margin)
    let mute = evidence.findings.count {
      if case .notTestable = $0.basis { true } else { false }
    }
    func rows(_ stat: String, _ signals: [Signal]) -> [EstimateRow] {
      evidence.estimates.filter { row in
        row.stat == stat && signals.contains { $0.rawValue == row.method }
      }
    }
    func shares(_ stat: String, _ signals: [Signal]) -> String {
      percentages(rows(stat, signals).map(\.estimate))
    }
    let decays = [Signal.decaySix, .decayFive, .inverse].map { signal in
      "\(signal.rawValue) \(Self.changes(rows("guarantee_ratio", [signal])))"
    }
    let free = Self.counterparts.map { pair in
      let found = rows("guarantee_ratio_to_entropy_change", [pair.free])
      return
        "\(pair.free.rawValue) against \(pair.change.rawValue) \(Self.changes(found))"
    }
    let comparisons = rows("guarantee_ratio_to_entropy_change", Self.counterparts.map(\.free))
    let better = comparisons.count { ($0.lower ?? -.infinity) > 1 }
    let worse = comparisons.count { ($0.upper ?? .infinity) < 1 }
    let longest = evidence.estimates.filter { $0.stat == "best_at_longest_share" }.map(\.estimate)
    evidence.condition =
      "the best weight of a lone token is ⟨∇J, A s⟩/‖A s‖², in which the entropy does not occur. A signal works if its guaranteed improvement is at least \(gain) % above the constant step's in more than \(margin) % of worlds: settled as working: {supported}; settled as not working: {refuted}; open: {unsettled}; not testable, the oracle not being shown to pass: \(mute)"
    evidence.explanation =
      "On average over worlds the improvement that one step guarantees is changed, against a constant step, by: \(decays.joined(separator: "; ")); but |ΔH|/mean \(Self.changes(rows("guarantee_ratio", [.proportional]))) (each by population, with 95 % intervals). "
      + "To work is more than that: \(gain) % in more than \(margin) % of worlds. The three decays of |ΔH| do it in \(shares("works_guarantee", [.decaySix, .decayFive, .inverse])) of worlds, |ΔH|/mean in \(shares("works_guarantee", [.proportional])), the oracle, the positive control, in \(shares("works_guarantee", [.oracle])). "
      + "The same rules of 1 − π_a need no entropy and guarantee more in \(better) of \(comparisons.count) comparisons, less in \(worse), and as much within the interval in the others: \(free.joined(separator: "; ")). "
      + "The improvement at the best step itself is reported only: in \(percentages(longest)) of worlds the constant step is best at the longest η allowed, where rules that keep the signs of the tokens come close to each other, and the oracle itself is above by \(gain) % in \(shares("works_improvement", [.oracle])) of worlds only. "
      + "Of two states the one with the larger E|ΔH| has the larger best step of its own in \(shares("ranks_optimal_step", [.proportional])) of pairs, that with the smaller E[|A|(1 − π_a)] in \(shares("ranks_optimal_step", [.missingInverse]))."
  }

  /// Ratios less one in percent, each with its interval and population.
  static func changes(_ rows: [EstimateRow]) -> String {
    func percent(_ value: Double?) -> String { String(format: "%+.1f", 100 * ((value ?? .nan) - 1)) }
    return rows.map { row in
      "\(percent(row.estimate)) % [\(percent(row.lower)), \(percent(row.upper))] (\(row.design))"
    }.joined(separator: ", ")
  }
}
