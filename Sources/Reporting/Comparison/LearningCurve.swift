import Statistics
import Training

/// One measurement along one training run.
public struct LearningPoint: Sendable, Hashable {
  /// What was held equal.
  public var budget: ComparisonBudget
  /// How the loss weighs prompts and rollouts.
  public var aggregation: String
  /// The method.
  public var method: String
  /// The seed of the run.
  public var seed: UInt64
  /// The step, from 1; 0 before the first.
  public var step: Int
  /// The tokens drawn until then.
  public var tokens: Int
  /// The rollouts drawn until then.
  public var rollouts: Int
  /// What was measured.
  public var metric: String
  /// Its value.
  public var value: Double

  /// Collects the parts.
  public init(
    budget: ComparisonBudget, aggregation: String, method: String, seed: UInt64, step: Int, tokens: Int,
    rollouts: Int, metric: String, value: Double
  ) {
    self.budget = budget
    self.aggregation = aggregation
    self.method = method
    self.seed = seed
    self.step = step
    self.tokens = tokens
    self.rollouts = rollouts
    self.metric = metric
    self.value = value
  }

  /// What the run had spent of the budget that was held equal.
  var spent: Double { Double(budget == .rollouts ? rollouts : tokens) }
}

/// The mean over seeds of one measurement of one method, step by step.
public struct LearningCurve: Sendable, Hashable {
  /// One step of the curve.
  public struct Point: Sendable, Hashable {
    /// The step.
    public var step: Int
    /// The mean over seeds of the tokens or rollouts spent, whichever is held equal.
    public var spent: Double
    /// The mean over seeds with its standard error.
    public var mean: Estimate
    /// Student's interval of the mean; nil for a single seed.
    public var interval: Interval?
  }

  /// The method.
  public var method: String
  /// The steps that every seed of the method has reached, in order.
  ///
  /// Later ones are left out: the mean over the seeds that happened to get there would be of other runs.
  public var points: [Point]

  /// The curves of all methods in the order of first appearance, from points of one budget, aggregation and metric; values that are not finite are left out.
  ///
  /// - Precondition: level in (0, 1).
  public static func curves(_ points: [LearningPoint], level: Double) -> [LearningCurve] {
    var methods: [String] = []
    for point in points where !methods.contains(point.method) { methods.append(point.method) }
    return methods.map { method in
      let own = points.filter { $0.method == method && $0.value.isFinite }
      let seeds = Set(own.map(\.seed)).sorted()
      var byStep: [Int: [LearningPoint]] = [:]
      for point in own { byStep[point.step, default: []].append(point) }
      let steps = byStep.keys.sorted().compactMap { step -> Point? in
        // Seeds in order, so that the sums have one order.
        let runs = (byStep[step] ?? []).sorted { $0.seed < $1.seed }
        guard runs.map(\.seed) == seeds else { return nil }
        let mean = Moments(runs.map(\.value)).estimate
        return Point(
          step: step, spent: Moments(runs.map(\.spent)).mean, mean: mean,
          interval: runs.count > 1 ? mean.studentInterval(level: level) : nil)
      }
      return LearningCurve(method: method, points: steps)
    }
  }
}
