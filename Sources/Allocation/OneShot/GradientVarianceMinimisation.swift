/// GVM-RAFT: pilot rollouts measure each prompt's accept rate and gradient norm; the rest of the budget goes where the gradient of rejection sampling is noisiest.
///
/// Minimising `Σ G_i²/(p_i n_i)` gives `n_i ∝ G_i/√p_i`: an accepted response costs 1/p draws. As p may be close to 0, the weight is regularised:
///
///     w_i = G_i / √(p_i + a/p_i^{b−1}),   0 where G_i = 0 or p_i = 0
///
/// with a peak near p = √a (b = 2). Prompts without an accepted pilot get nothing until the next pilot. The pilots are not trained on.
///
/// - Source: `gvm2025`, as its code does it.
public struct GradientVarianceMinimisation: SequentialSampler {
  /// N′, the pilot rollouts of each prompt.
  public var pilots: Int
  /// The weights.
  public var weighting: Weighting

  /// How pilots become weights.
  public struct Weighting: Sendable, Hashable, Codable {
    /// a.
    public var regularisation: Double
    /// b.
    public var exponent: Double
    /// Prompts with a higher accept rate get nothing; 1 for no such limit.
    public var highestPassRate: Double
    /// Prompts that expect fewer accepted responses, `p w N`, get nothing; 0 for no such limit.
    public var fewestAccepted: Double

    /// The published numbers: a = 10⁻³, b = 2, both limits off.
    public init(
      regularisation: Double = 1e-3, exponent: Double = 2, highestPassRate: Double = 1,
      fewestAccepted: Double = 0
    ) {
      precondition(
        regularisation >= 0 && exponent.isFinite, "a = \(regularisation), b = \(exponent)")
      self.regularisation = regularisation
      self.exponent = exponent
      self.highestPassRate = highestPassRate
      self.fewestAccepted = fewestAccepted
    }
  }

  /// The published numbers: eight pilots.
  public init(pilots: Int = 8, weighting: Weighting = Weighting()) {
    precondition(pilots > 0, "\(pilots) pilots, it takes at least one")
    self.pilots = pilots
    self.weighting = weighting
  }

  /// The pilots first, then what the budget leaves, by weight.
  ///
  /// The gradient norm is the record's mean over correct responses, or, where it was not measured, the mean of those that were; 1 where none was. A batch without an accepted pilot ends
  /// there and spends no more, as released. The rule knows no bounds, and reads none. Throws where the budget does not pay the pilots.
  public func requests(_ groups: [StagedGroup], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    let unbounded = AllocationBounds(minimum: pilots)
    _ = try Limits(count: groups.count, budget: budget, bounds: unbounded)
    if groups.allSatisfy({ $0.rounds.isEmpty }) { return groups.map { _ in pilots } }
    guard groups.allSatisfy({ $0.rounds.count == 1 }) else { return groups.map { _ in 0 } }
    let norms = Self.norms(groups)
    let rates = groups.map { Double($0.successes) / Double($0.samples) }
    guard zip(rates, norms).contains(where: { $0 > 0 && $0 <= weighting.highestPassRate && $1 > 0 }) else {
      return groups.map { _ in 0 }
    }
    return try Self.rollouts(
      passRates: rates, gradientNorms: norms, budget: budget - groups.reduce(0) { $0 + $1.samples },
      weighting: weighting)
  }

  /// The second round of every prompt that had one.
  public func training(_ groups: [StagedGroup], count: Int) -> [TrainedGroup] {
    groups.indices.filter { groups[$0].rounds.count > 1 }.prefix(count).map { i in
      let pilot = groups[i].rounds[0]
      return TrainedGroup(
        group: i, successes: groups[i].successes - pilot.successes,
        failures: groups[i].failures - (pilot.samples - pilot.successes), skippedRounds: 1)
    }
  }

  private static func norms(_ groups: [StagedGroup]) -> [Double] {
    let measured = groups.compactMap { $0.successes > 0 ? $0.record.acceptedScoreNorm : nil }
    let mean = measured.isEmpty ? 1 : measured.reduce(0, +) / Double(measured.count)
    return groups.map { $0.successes == 0 ? 0 : $0.record.acceptedScoreNorm ?? mean }
  }
}
