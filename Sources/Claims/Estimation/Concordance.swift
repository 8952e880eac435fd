import Estimators
import Policies
import Statistics

/// Whether a proxy orders prompts as their true variance does, asked of random pairs of prompts.
///
/// For two prompts drawn independently the variable is 1 if proxy and variance order them alike, 0 if oppositely, ½ on a tie in either; its mean is (1 + τ)/2 with
/// Kendall's τ. It is bounded and independent from pair to pair, so that betting tests apply without any assumption on the population, which no
/// interval for Pearson's or Spearman's coefficient can offer.
enum Concordance {
  /// The variable for two prompts.
  static func indicator(_ firstProxy: Double, _ secondProxy: Double, _ first: Double, _ second: Double)
    -> Double
  {
    let a = firstProxy - secondProxy
    let b = first - second
    if a == 0 || b == 0 { return 0.5 }
    return (a > 0) == (b > 0) ? 1 : 0
  }

  /// The probability of concordance of `estimator` on `population`, tested against `boundary`.
  static func run(
    _ examination: Examination, designPoint: Int, population: PromptPopulation, estimator: StudiedEstimator,
    group: Int,
    offPolicy: StudiedEstimator.OffPolicy, boundary: Double, maximumPairs: Int
  ) throws -> SequentialMean {
    try SequentialMean.run(
      examination, designPoint: designPoint, range: 0...1, boundary: boundary, maximumCount: maximumPairs
    ) { stream in
      // A prompt that cannot be drawn would be a programming error of its population; it would show as NaN in every table.
      guard let first = try? estimator.draw(population, group, offPolicy, &stream),
        let second = try? estimator.draw(population, group, offPolicy, &stream)
      else { return .nan }
      return indicator(
        first.bernoulliVariance, second.bernoulliVariance, first.variancePerRollout, second.variancePerRollout
      )
    }
  }
}

extension StudiedEstimator {
  /// A random prompt's point.
  func draw(
    _ population: PromptPopulation, _ group: Int, _ offPolicy: OffPolicy, _ stream: inout RandomStream
  )
    throws(PolicyError) -> Point
  {
    let prompt = try population.draw(&stream)
    return try point(prompt, group: group, offPolicy: offPolicy, stream: &stream)
  }
}

/// The points of one (estimator, population): what is plotted and what the descriptive correlations are taken of.
struct PointCloud {
  var points: [StudiedEstimator.Point]

  init(points: [StudiedEstimator.Point]) { self.points = points }

  init(
    _ examination: Examination, designPoint: Int, population: PromptPopulation, estimator: StudiedEstimator,
    group: Int,
    offPolicy: StudiedEstimator.OffPolicy, count: Int
  ) throws {
    let key = examination.key(designPoint: designPoint)
    points = try examination.map(count) { index in
      var stream = RandomStream(key.replicate(index))
      return try estimator.draw(population, group, offPolicy, &stream)
    }
  }

  var proxies: [Double] { points.map(\.bernoulliVariance) }
  var variances: [Double] { points.map(\.variancePerRollout) }

  /// Whether the variances differ by more than rounding, which is relative to a rollout's squared score of order one.
  var variancesDiffer: Bool {
    guard let low = variances.min(), let high = variances.max() else { return false }
    return high - low > 1e-12
  }

  /// Pearson, Spearman and Kendall with intervals, and R² of the isotonic fit.
  func correlationRows(design: String, method: String) -> [EstimateRow] {
    let x = proxies
    let y = variances
    let count = points.count
    func row(_ stat: String, _ value: Double, _ interval: Interval?) -> EstimateRow {
      var row = EstimateRow(design: design, method: method, stat: stat, exact: value)
      row.exact = nil
      row.count = count
      row.lower = interval?.lower
      row.upper = interval?.upper
      return row
    }
    let pearson = Correlation.pearson(x, y)
    let spearman = Correlation.spearman(x, y)
    let kendall = Correlation.kendall(x, y)
    return [
      row("pearson", pearson, Correlation.interval(pearson: pearson, count: count, level: 0.95)),
      row("spearman", spearman, Correlation.interval(spearman: spearman, count: count, level: 0.95)),
      row("kendall", kendall, Correlation.interval(kendall: kendall, count: count, level: 0.95)),
      row("isotonic_r_squared", IsotonicRegression(x: x, y: y).rSquared, nil),
    ]
  }

  /// Rows for the points table.
  func rows(estimator: String, population: String, extra: [StructuredValue] = []) -> [[StructuredValue]] {
    points.map { point in
      [
        .number(point.successProbability), .number(point.bernoulliVariance),
        .number(point.bernoulliVariance.squareRoot()), .number(point.variancePerRollout),
        .number(max(point.variancePerRollout, 0).squareRoot()), .text(estimator), .text(population),
      ] + extra
    }
  }

  /// The columns of these rows.
  static let columns = [
    "p", "bernoulli_variance", "bernoulli_sd", "true_variance", "true_sd", "estimator", "population",
  ]
}
