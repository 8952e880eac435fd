/// Advantage modulation: `A_final = A · β_comp · β_stab`, token by token.
///
/// The two factors, their scopes and the source of the entropy change are chosen independently; the published and the released combination differ in all of them.
///
/// - Source: `dynamo2026`, README, the formula of A_final.
public struct AdvantageModulation: Sendable, Hashable {
  /// The compensation in use.
  public enum Compensation: Sendable, Hashable {
    /// The formula of the text.
    case published(GradientCompensation)
    /// The code.
    case asReleased(GradientCompensationAsReleased)
  }

  /// The stabilisation in use.
  public enum Stabilisation: Sendable, Hashable {
    /// The formula of the text.
    case published(UpdateStabilisation)
    /// The code.
    case asReleased(UpdateStabilisationAsReleased)
  }

  /// Which entropy change the stabilisation reads.
  public enum EntropySource: String, Sendable, Hashable, CaseIterable {
    /// The exact first-order change, which needs the vocabulary's probabilities.
    case exact
    /// The released approximation from sampled tokens.
    case asReleased = "as-released"
  }

  /// β_comp; nil for none.
  public var compensation: Compensation?
  /// The scope of H_min and H_max.
  public var compensationScope: ModulationScope
  /// β_stab; nil for none.
  public var stabilisation: Stabilisation?
  /// The scope of the largest |ΔH|.
  public var stabilisationScope: ModulationScope
  /// Where ΔH comes from.
  public var entropySource: EntropySource
  /// The clip range inside ΔH.
  public var clip: ClipIndicator

  /// Collects the parts.
  public init(
    compensation: Compensation?, compensationScope: ModulationScope = .microBatch,
    stabilisation: Stabilisation?, stabilisationScope: ModulationScope = .microBatch,
    entropySource: EntropySource = .exact, clip: ClipIndicator = ClipIndicator()
  ) {
    self.compensation = compensation
    self.compensationScope = compensationScope
    self.stabilisation = stabilisation
    self.stabilisationScope = stabilisationScope
    self.entropySource = entropySource
    self.clip = clip
  }

  /// Both factors of every token, and their product.
  public struct Factors: Sendable, Hashable {
    /// β_comp of every token.
    public var compensation: [Double]
    /// β_stab of every token.
    public var stabilisation: [Double]
    /// β_comp · β_stab of every token.
    public var product: [Double]
  }

  /// The factors of a batch; `exactEntropyChanges` has one change for each token, for the source `exact`.
  ///
  /// Throws where a scope needs a label that the tokens do not carry, and where the stabilisation needs exact changes that are not given or are no
  /// finite numbers.
  public func factors(_ batch: TokenBatch, exactEntropyChanges: [Double]? = nil) throws(ModulationError)
    -> Factors
  {
    let ones = { [Double](repeating: 1, count: batch.count) }
    let compensated: [Double] =
      switch compensation {
      case .published(let rule): try rule.factors(batch, scope: compensationScope)
      case .asReleased(let rule): try rule.factors(batch, scope: compensationScope)
      case nil: ones()
      }
    let stabilised: [Double] =
      switch stabilisation {
      case .published(let rule):
        try rule.factors(
          batch, entropyChanges: try entropyChanges(batch, exact: exactEntropyChanges),
          scope: stabilisationScope)
      case .asReleased(let rule):
        try rule.factors(
          batch, entropyChanges: try entropyChanges(batch, exact: exactEntropyChanges),
          scope: stabilisationScope)
      case nil: ones()
      }
    let product = zip(compensated, stabilised).map { $0 * $1 }
    return Factors(compensation: compensated, stabilisation: stabilised, product: product)
  }

  private func entropyChanges(_ batch: TokenBatch, exact: [Double]?) throws(ModulationError) -> [Double] {
    switch entropySource {
    case .asReleased: return EntropyChangeAsReleased.changes(batch, clip: clip)
    case .exact:
      guard let exact else {
        throw .missing(name: "probabilities", neededBy: "the exact entropy change")
      }
      guard exact.count == batch.count else {
        throw .wrongCount(name: "exactEntropyChanges", count: exact.count, expected: batch.count)
      }
      return exact
    }
  }
}
