extension TokenBudgetAllocation {
  /// How much a prompt's rollouts tell: measured once it was visited, predicted before.
  ///
  /// The measure is the mean over visits of the deviation of `A_j Σ_t log π` within a visit. A prompt with fewer visits than the warm-up is given `max(σ_min, a₀ + a₁ x)`, x the mean of log π over its own tokens,
  /// with a₀ and a₁ from a ridge regression on the measured prompts of the batch; one without x gets their mean, and all get 1 where nothing was measured.
  ///
  /// - Source: `duet2026`. Unverified: σ_min, the ridge and that the regression reads the batch.
  public struct Signals: Sendable, Hashable, Codable {
    /// Visits from which the measure counts.
    public var warmUp: Int
    /// σ_min.
    public var floor: Double
    /// What is added to the sum of squares of x.
    public var ridge: Double

    /// One visit of warm-up is published; the other numbers are ours.
    public init(warmUp: Int = 1, floor: Double = 1e-3, ridge: Double = 1) {
      precondition(
        warmUp > 0 && floor > 0 && ridge >= 0, "warm-up \(warmUp), floor \(floor), ridge \(ridge)")
      self.warmUp = warmUp
      self.floor = floor
      self.ridge = ridge
    }

    /// s of each prompt.
    ///
    /// Throws where a measured signal is negative or not finite.
    public func values(_ prompts: [PromptRecord]) throws(AllocationError) -> [Double] {
      let measured = prompts.map { $0.visits >= warmUp ? $0.signal : nil }
      for (index, signal) in measured.enumerated() {
        if let signal, !(signal >= 0 && signal.isFinite) {
          throw .invalidValue(name: "signal", index: index, value: signal)
        }
      }
      let known = measured.compactMap(\.self)
      guard !known.isEmpty else { return prompts.map { _ in 1 } }
      let mean = known.reduce(0, +) / Double(known.count)
      let (intercept, slope) = regression(prompts, measured)
      return zip(prompts, measured).map { record, signal in
        if let signal { return signal }
        guard let x = record.promptLogProbability, x.isFinite else { return max(floor, mean) }
        return max(floor, intercept + slope * x)
      }
    }

    /// a₀ and a₁ over the prompts that have both numbers, around their means; the slope alone is shrunk.
    private func regression(_ prompts: [PromptRecord], _ measured: [Double?]) -> (Double, Double) {
      var pairs: [(x: Double, y: Double)] = []
      for (record, signal) in zip(prompts, measured) {
        if let signal, let x = record.promptLogProbability, x.isFinite { pairs.append((x, signal)) }
      }
      let all = measured.compactMap(\.self)
      guard !pairs.isEmpty else { return (all.reduce(0, +) / Double(all.count), 0) }
      let count = Double(pairs.count)
      let meanX = pairs.reduce(0) { $0 + $1.x } / count
      let meanY = pairs.reduce(0) { $0 + $1.y } / count
      let squares = pairs.reduce(ridge) { $0 + ($1.x - meanX) * ($1.x - meanX) }
      let products = pairs.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) }
      let slope = squares > 0 ? products / squares : 0
      return (meanY - slope * meanX, slope)
    }
  }
}
