/// The two combinations that the released code offers: everything relative to the micro-batch, the entropy change approximated.
///
/// Deviation from `dynamo2026`: in mode 6 the compensation's strength is .2 while the stabilisation may take away .4; the mode called "original", the default string, raises an
/// error and is left out.
///
/// - Source: `dynamoRelease2026`, dp_actor.py lines 465 to 505.
public enum AdvantageModulationAsReleased {
  /// `decay6_linearnorm`, which the released script uses, with the clip range that it really runs.
  public static let mode6 = AdvantageModulation(
    compensation: .asReleased(.mode6), stabilisation: .asReleased(.mode6), entropySource: .asReleased,
    clip: ClipIndicatorAsReleased.indicator())
  /// `decay5_linearnorm`.
  public static let mode5 = AdvantageModulation(
    compensation: .asReleased(.mode5), stabilisation: .asReleased(.mode5), entropySource: .asReleased,
    clip: ClipIndicatorAsReleased.indicator())
}
