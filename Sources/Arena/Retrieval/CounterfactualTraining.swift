import Foundation
import Statistics

/// A softmax policy over documents, trained on logged choices: POEM's objective.
///
/// π(d|x) ∝ exp(w·φ(x, d)), with losses δ = −1 for a success and 0 else: since no loss is positive, clipping a ratio can make a policy look
/// worse than it is but never better.
///
/// - Source: `swaminathan2015`. The bound, λ and the steps are ours; there they come from validation.
public struct CounterfactualTraining: Sendable, Hashable {
  /// The objective.
  public var risk = CounterfactualRisk(.clipped(10), penalty: 1)
  /// The steps over the whole log.
  public var steps = 100
  /// The learning rate of Adam.
  public var rate = 0.1

  /// The default training.
  public init() {}

  /// A trained policy.
  public struct Policy: Sendable, Hashable {
    /// The weights w of scaled features.
    public let weights: [Double]
    /// How features are scaled.
    public let scale: FeatureScale

    /// w·φ of rows of features as the world gives them.
    public func scores(_ rows: [Double]) -> [Double] {
      var scaled = rows
      scale.apply(&scaled)
      return stride(from: 0, to: scaled.count, by: weights.count).map { start in
        var sum = 0.0
        for index in weights.indices { sum += weights[index] * scaled[start + index] }
        return sum
      }
    }
  }

  /// The policy of least objective on `log`, by full-batch steps from w = 0.
  ///
  /// - Precondition: at least one choice.
  public func policy(_ world: RetrievalWorld, log: RetrievalLog) -> Policy {
    precondition(!log.choices.isEmpty, "no logged choice")
    let width = world.featureCount
    var features = log.contexts.map { context in
      var rows: [Double] = []
      for document in context.candidates {
        world.appendFeatures(query: context.query, document: document, form: context.form, to: &rows)
      }
      return rows
    }
    let scale = FeatureScale(rows: features.flatMap { $0 }, width: width)
    for index in features.indices { scale.apply(&features[index]) }
    var weights = [Double](repeating: 0, count: width)
    var adam = GradientSteps(count: width, rate: rate)
    var gradient = weights
    for _ in 0..<steps {
      _ = Self.objective(risk, weights: weights, features: features, log: log, gradient: &gradient)
      adam.step(&weights, gradient: gradient)
    }
    return Policy(weights: weights, scale: scale)
  }

  /// The objective at `weights`; its gradient replaces `gradient`.
  ///
  /// ∂ log π(a|x)/∂w = φ(x, a) − E_π φ(x, ·).
  static func objective(
    _ risk: CounterfactualRisk, weights: [Double], features: [[Double]], log: RetrievalLog,
    gradient: inout [Double]
  ) -> Double {
    let width = weights.count
    let policies = features.map { rows in
      RetrievalLog.softmax(
        stride(from: 0, to: rows.count, by: width).map { start in
          var sum = 0.0
          for index in 0..<width { sum += weights[index] * rows[start + index] }
          return sum
        })
    }
    let losses = log.choices.map { $0.succeeded ? -1.0 : 0 }
    let ratios = log.choices.map {
      policies[$0.context][$0.action] / log.contexts[$0.context].propensities[$0.action]
    }
    let slopes = risk.slopes(losses: losses, ratios: ratios)
    // Σ over the choices of a context first, so that the expectation under π is taken once for each context.
    var bySlope = log.contexts.map { [Double](repeating: 0, count: $0.candidates.count) }
    for (choice, slope) in zip(log.choices, slopes) { bySlope[choice.context][choice.action] += slope }
    for index in 0..<width { gradient[index] = 0 }
    for (context, rows) in features.enumerated() {
      let total = bySlope[context].reduce(0, +)
      for action in bySlope[context].indices {
        let weight = bySlope[context][action] - total * policies[context][action]
        if weight == 0 { continue }
        for index in 0..<width { gradient[index] += weight * rows[action * width + index] }
      }
    }
    return risk.objective(losses: losses, ratios: ratios)
  }
}
