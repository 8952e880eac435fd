import Statistics

/// One method in one world under one kind of budget: every measure, seed by seed.
public struct ContestResult: Sendable {
  /// What the methods had in equal amounts.
  public enum Budget: String, Sendable, Hashable, CaseIterable {
    /// Rollouts.
    case rollouts
    /// Response tokens.
    case tokens
  }

  /// The budget.
  public var budget: Budget
  /// The world.
  public var world: String
  /// The method.
  public var method: String
  /// By measure, a value for each seed; nil where it is not defined.
  public var values: [ArenaMeasure: [Double?]]
  /// Quality at equal fractions of the budget, seed by seed; from 0 to 1.
  public var curves: [[Double]]
  /// Why the method could not run here; nil where it could.
  public var refusal: String?

  /// The mean over the seeds where the measure is defined, with its standard error; nil where it is nowhere defined.
  public func estimate(_ measure: ArenaMeasure) -> Estimate? {
    let defined = (values[measure] ?? []).compactMap { $0 }
    return defined.isEmpty ? nil : Moments(defined).estimate
  }
}

/// The place of a method among the others of a world.
public struct ContestRank: Sendable, Hashable {
  /// The world.
  public var world: String
  /// The budget.
  public var budget: ContestResult.Budget
  /// The method.
  public var method: String
  /// Its rank by mean quality, 1 for the best; ties share their mean.
  public var rank: Double
  /// The percentile interval of the rank over resampled seeds.
  public var interval: Interval
  /// The mean quality less that of the best method, seeds paired.
  public var difference: Double
  /// Student's interval of that difference.
  public var differenceInterval: Interval
  /// Whether the whole interval lies above −`margin`: as good as the best, for all that the margin tells apart.
  public var isTied: Bool
  /// Whether the interval reaches 0: not told apart from the best, be it for want of seeds.
  public var isOpen: Bool

  /// What counts as a tie: half a point of success probability, fixed before any contest was held for the record.
  public static let margin = 0.005
}
