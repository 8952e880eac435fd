extension StabilisationBoundsUpdates {
  /// Condition and explanation from the numbers found; `effects` are the rows over the batches of whole populations.
  ///
  /// What the stabilisation does comes first, then the reading that is kindest to it, then what it cannot do.
  func explain(
    _ evidence: inout Evidence, _ effects: [EstimateRow], _ growth: (scale: Double, growth: Double),
    _ search: Double
  ) {
    func values(_ stat: String, _ method: String?) -> [Double] {
      effects.filter { $0.stat == stat && (method == nil || $0.method == method) }.map(\.estimate)
    }
    func span(_ stat: String, _ method: String? = nil) -> String {
      let found = values(stat, method)
      return "\(short(found.min() ?? .nan)) to \(short(found.max() ?? .nan))"
    }
    func percent(_ stat: String, _ method: String? = nil) -> String {
      percentages(values(stat, method))
    }
    func name(_ form: String, _ source: String) -> String { "\(form), micro-batch, \(source) ΔH" }
    func most(_ form: String) -> String {
      short(100 * (1 - (rules.first { $0.form == form }?.least ?? .nan)))
    }
    let asReleased = name("mode 6", "released")
    let margin = short(100 * specification.margin)
    evidence.condition =
      "f(1) ≤ max β|A|‖s‖ / max |A|‖s‖ ≤ 1, so that mode 6 lowers the largest update by at most \(most("mode 6")) % and mode 5 by at most \(most("mode 5")) %, and only if its |ΔH| is near the scope's largest; under t·A every update grows by t. Checked in the listed populations, scopes and sizes. Settled as holding: {supported}; settled as failing: {refuted}; open: {unsettled}"
    evidence.explanation =
      "As released (mode 6, micro-batch, approximated ΔH) β_stab lowers the largest update by \(margin) % or more in \(percent("lowered_share", asReleased)) of the batches, by population, and leaves it at \(span("largest_ratio", asReleased)) of its size on average, touching \(percent("touched_share", asReleased)) of the tokens; with the exact ΔH it does so in \(percent("lowered_share", name("mode 6", "exact"))) of the batches, and over all rules the largest update stays at \(span("largest_ratio")). "
      + "The reading most favourable to the paper measures an update by what the rule itself looks at: with the exact ΔH, mode 5 lowers the largest |ΔH| by \(margin) % or more in \(percent("entropy_lowered_share", name("mode 5", "exact"))) of the batches and mode 6 in \(percent("entropy_lowered_share", name("mode 6", "exact"))); with the released ΔH the two do in \(percent("entropy_lowered_share", name("mode 5", "released"))) and \(percent("entropy_lowered_share", asReleased)). "
      + "The most damped token is one with the largest update in \(percent("damped_is_largest")) of the batches over all rules: |ΔH| is 0 in a uniform state however large the update. The largest reduction that a search found for mode 6 is \(short(100 * search)) %. "
      + "In absolute terms nothing is bounded, nor can it be by any factor relative to its scope's own maximum: when all advantages grow \(short(growth.scale, digits: 6))-fold the largest stabilised update grows \(short(growth.growth, digits: 6))-fold."
  }
}
