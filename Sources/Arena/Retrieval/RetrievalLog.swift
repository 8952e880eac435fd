import Foundation
import Statistics

/// What a softmax policy chose and what came of it: bandit feedback.
public struct RetrievalLog: Sendable {
  /// One query as it was put, with the documents to choose from.
  public struct Context: Sendable, Hashable {
    /// The query.
    public var query: Int
    /// How it was put.
    public var form: QueryForm
    /// The documents.
    public var candidates: [Int]
    /// The probability with which the logging policy chooses each.
    public var propensities: [Double]
  }

  /// One logged choice.
  public struct Choice: Sendable, Hashable {
    /// The place of its context.
    public var context: Int
    /// The place of the chosen document among the candidates.
    public var action: Int
    /// Whether the teacher then answered correctly.
    public var succeeded: Bool
  }

  /// The contexts.
  public var contexts: [Context]
  /// The choices.
  public var choices: [Choice]

  /// Collects the parts.
  public init(contexts: [Context], choices: [Choice]) {
    self.contexts = contexts
    self.choices = choices
  }

  /// The contexts of `queries`: each of the five perturbed forms, with propensities proportional to exp(α · observed relevance).
  public static func contexts(
    _ world: RetrievalWorld, queries: Range<Int>, candidates: Int, sharpness: Double
  ) -> [Context] {
    queries.flatMap { query in
      QueryForm.all.dropFirst().map { form in
        let documents = RelevanceRanking.candidates(world, query: query, form: form, count: candidates)
        let scores = documents.map {
          sharpness * world.observedRelevance(query: query, document: $0, form: form)
        }
        return Context(
          query: query, form: form, candidates: documents, propensities: softmax(scores))
      }
    }
  }

  /// Logs `choicesPerContext` choices in each context, drawn from streams under `key`; the teacher answers as it always does.
  public init(
    _ teacher: RobustnessScore, contexts: [Context], choicesPerContext: Int, key: StreamKey
  ) {
    let key = key.designPoint(RetrievalStream.logging)
    self.contexts = contexts
    choices = contexts.enumerated().flatMap { place, context in
      var stream = RandomStream(key.replicate(place))
      let table = AliasTable(weights: context.propensities)
      return (0..<choicesPerContext).map { _ in
        let action = table.draw(&stream)
        let outcomes = teacher.outcomes(query: context.query, document: context.candidates[action])
        return Choice(context: place, action: action, succeeded: outcomes[context.form.index])
      }
    }
  }

  /// exp(x − max) over its sum.
  static func softmax(_ scores: [Double]) -> [Double] {
    let largest = scores.max() ?? 0
    let weights = scores.map { exp($0 - largest) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }
}
