import Statistics

/// Everything an examination found: decisions, numbers, counterexamples, tables.
public struct Evidence: Sendable {
  /// One decision for each (estimator, population) that the statement quantifies over.
  public var findings: [Finding] = []
  /// The rows of `tables/<claim>.csv`.
  public var estimates: [EstimateRow] = []
  /// Small worlds in which the statement fails, with exact values.
  public var counterexamples: [Counterexample] = []
  /// Whether the deliberately false sibling was refuted.
  public var control: Finding
  /// What is plotted: `tables/<claim>-<name>.csv`.
  public var pointTables: [PointTable] = []
  /// The condition under which the stronger sub-verdicts hold, as a formula with the region in which it was checked.
  public var condition: String?
  /// The verdict in two sentences, made from the numbers found.
  public var explanation: String = ""
  /// What the tokens of real rollouts say; nil without a log, or where the claim asks nothing of one.
  public var log: LogEvidence?

  /// Every row of `tables/<claim>.csv`: the examination's own, then those from a log.
  public var allEstimates: [EstimateRow] { estimates + (log?.estimates ?? []) }

  /// Every table of points: the examination's own, then those from a log.
  public var allPointTables: [PointTable] { pointTables + (log?.pointTables ?? []) }

  /// Evidence with its control, to be filled.
  public init(control: Finding) { self.control = control }
}

/// What the tokens of real rollouts say about a claim.
public struct LogEvidence: Sendable {
  /// The population that findings and rows from a log are filed under.
  public static let population = "real tokens"

  /// One decision for each question asked; the population is `LogEvidence.population`.
  ///
  /// A log is one sample. What is asked of single tokens, as a bound that holds for every one of them, is `exact`: the log itself shows it, and the condition names how many
  /// tokens were looked at. What is asked of the prompts that it samples, a share, a mean or a ratio, is `statistical`, with the sampling error of prompts (`LogInference`),
  /// and enters the one family with all others. What holds is `supported-when`.
  public var findings: [Finding] = []
  /// Rows of the claim's table; their design begins with `LogEvidence.population`.
  public var estimates: [EstimateRow] = []
  /// What is plotted.
  public var pointTables: [PointTable] = []
  /// What was found, in a sentence or two made from the numbers.
  public var explanation: String = ""

  /// Evidence to be filled.
  public init() {}

  /// Adds the finding about a theorem: numbers of a log that break it do not refute it, they contradict each other.
  public mutating func addTheorem(_ estimator: String, violations: Int, condition: String) {
    findings.append(
      Finding(
        estimator: estimator, population: Self.population,
        basis: violations == 0
          ? .exact(holds: true)
          : .notTestable(
            reason:
              "the log contradicts itself: \(violations) tokens have numbers that no distribution has, beyond rounding; were they taken at different temperatures?"
          ), condition: condition))
  }

  /// Adds the finding that a question cannot be asked for want of `field`.
  public mutating func addNotTestable(_ estimator: String, field: String, because reason: String) {
    findings.append(
      Finding(
        estimator: estimator, population: Self.population,
        basis: .notTestable(reason: "the log has no field '\(field)': \(reason)")))
  }
}

/// One decision about one part of a claim.
public struct Finding: Sendable, Hashable {
  /// The estimator (or method) the decision is about, named as in `allot variance`; "all" if the statement does not quantify over estimators.
  public var estimator: String
  /// The population or world it is about; "all" if the statement does not quantify over them.
  public var population: String
  /// How it was decided.
  public var basis: Basis
  /// The condition under which the part holds; turns `supported` into `supported-when`.
  public var condition: String?
  /// Whether it is about something that the statement does not speak of, judged by the same rule for comparison: it gets a verdict and has no part in the claim's.
  public var isComparison: Bool

  /// Collects the parts.
  public init(
    estimator: String = "all", population: String = "all", basis: Basis, condition: String? = nil,
    isComparison: Bool = false
  ) {
    self.estimator = estimator
    self.population = population
    self.basis = basis
    self.condition = condition
    self.isComparison = isComparison
  }

  /// How a decision came about.
  public enum Basis: Sendable, Hashable {
    /// By computation without sampling error: an identity, an enumeration, or a search whose extent the finding's condition states.
    case exact(holds: Bool)
    /// By Monte Carlo, with p-values that stay valid at every stopping time: `support` against "the part is false", `refute` against "the part
    /// is true". `sufficientCount` estimates the replicates that would settle it; nil when unknown.
    case statistical(support: Double, refute: Double, sufficientCount: Int?)
    /// It could not be asked, for the reason given.
    case notTestable(reason: String)
  }
}

/// One row of a claim's tidy table: one statistic of one method at one design point.
public struct EstimateRow: Sendable, Hashable {
  /// The design point: population, world and sizes, as in `two-action p=0.25 G=8`.
  public var design: String
  /// The estimator or allocator.
  public var method: String
  /// The statistic.
  public var stat: String
  /// The estimate, or the exact value where no estimate was made.
  public var estimate: Double
  /// Its Monte Carlo standard error; nil for exact values.
  public var standardError: Double?
  /// The lower end of its confidence interval or sequence.
  public var lower: Double?
  /// The upper end.
  public var upper: Double?
  /// The exact value from the oracle or a closed form; nil where there is none.
  public var exact: Double?
  /// The number of independent replicates; 0 for an exact computation.
  public var count: Int

  /// An exact value.
  public init(design: String, method: String, stat: String, exact: Double) {
    self.design = design
    self.method = method
    self.stat = stat
    self.estimate = exact
    self.exact = exact
    self.count = 0
  }

  /// A Monte Carlo estimate with its interval, beside the exact value where there is one.
  public init(
    design: String, method: String, stat: String, estimate: Estimate, interval: Interval?,
    exact: Double? = nil
  ) {
    self.design = design
    self.method = method
    self.stat = stat
    self.estimate = estimate.value
    self.standardError = estimate.standardError
    self.lower = interval?.lower
    self.upper = interval?.upper
    self.exact = exact
    self.count = estimate.count
  }
}

/// A small world in which a statement fails, with exact values that a reader can redo by hand.
public struct Counterexample: Sendable, Hashable {
  /// Which part of the claim it breaks, in one line.
  public var title: String
  /// The worlds, each in the input format of `allot variance` where it is one.
  public var worlds: [StructuredValue]
  /// The exact values, each with its fraction where it is rational.
  public var values: [ExactValue]
  /// Why this breaks the statement, in one or two sentences.
  public var explanation: String

  /// Collects the parts.
  public init(title: String, worlds: [StructuredValue], values: [ExactValue], explanation: String) {
    self.title = title
    self.worlds = worlds
    self.values = values
    self.explanation = explanation
  }
}

/// A named exact value.
public struct ExactValue: Sendable, Hashable {
  /// The quantity's name.
  public var name: String
  /// Its value as a double.
  public var value: Double
  /// Its value as a fraction or formula, as `3/32`; nil where no closed form is known.
  public var exact: String?

  /// Names a value.
  public init(_ name: String, _ value: Double, exact: String? = nil) {
    self.name = name
    self.value = value
    self.exact = exact
  }
}

/// A table of points that a plot is drawn from.
public struct PointTable: Sendable, Hashable {
  /// The suffix of its file: `tables/<claim>-<name>.csv`.
  public var name: String
  /// The columns.
  public var columns: [String]
  /// The rows; each has one cell for each column.
  public var rows: [[StructuredValue]]

  /// A table with columns and rows.
  public init(name: String, columns: [String], rows: [[StructuredValue]] = []) {
    self.name = name
    self.columns = columns
    self.rows = rows
  }
}
