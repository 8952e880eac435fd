import Statistics

/// What a comparison of trained models says of a proposition, part by part.
///
/// Plain data with the words of the register's verdicts, which are not known here.
public struct TrainingVerdict: Sendable, Hashable {
  /// A ruling; the raw values are those of the register.
  public enum Ruling: String, Sendable, Hashable, CaseIterable {
    /// It holds wherever it was examined.
    case supported
    /// It holds under a stated condition.
    case supportedWhen = "supported-when"
    /// It could not be asked.
    case notTestable = "not-testable"
    /// The runs settle nothing yet.
    case inconclusive
    /// It fails.
    case refuted

    /// The weakest of several, in the order of the cases; `notTestable` for none.
    public static func weakest(_ rulings: [Ruling]) -> Ruling {
      allCases.last { rulings.contains($0) } ?? .notTestable
    }
  }

  /// A mean paired difference with the interval it was judged by.
  public struct Difference: Sendable, Hashable {
    /// The mean of method − reference, its standard error, and the number of pairs.
    public var estimate: Estimate
    /// Student's interval at `level`.
    public var interval: Interval
    /// The level after the correction for the number of parts.
    public var level: Double
  }

  /// One method at one budget under one aggregation.
  public struct Part: Sendable, Hashable {
    /// The method with what it stands for, as `dynamo (as published)`.
    public var estimator: String
    /// Budget and aggregation, as `equal rollouts, prompt-equal`.
    public var population: String
    /// The ruling.
    public var ruling: Ruling
    /// The condition, the reason, or the number of seeds that would settle it.
    public var condition: String?
    /// The difference in average pass@1, which decides; nil where nothing pairs up.
    public var passAt1: Difference?
    /// The difference in average pass@32 at the same level, which is reported only.
    public var passAt32: Difference?
  }

  /// The ruling on the whole proposition.
  public var ruling: Ruling
  /// Its condition or reason.
  public var condition: String?
  /// The parts, in the order of the comparison.
  public var subVerdicts: [Part]
  /// The parts of the deliberately false sibling.
  public var controls: [Part]
  /// The ruling on that sibling; the comparison has power only if it is `refuted`.
  public var controlRuling: Ruling

  /// The word of the ruling.
  public var verdict: String { ruling.rawValue }
}
