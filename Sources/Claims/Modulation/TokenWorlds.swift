import Estimators
import Foundation
import Policies
import Statistics

/// A family of random prompts that the claims about modulation are examined on.
struct TokenWorlds: Sendable, Hashable {
  /// What the responses are.
  enum Shape: String, Sendable, Hashable, CaseIterable {
    /// One token over two actions.
    case twoActions = "one token, two actions"
    /// One token over four actions.
    case oneToken = "one token"
    /// Two tokens over two actions, every prefix with its own logits.
    case twoTokensTwoActions = "two tokens, two actions"
    /// Two tokens over three actions, every prefix with its own logits.
    case twoTokens = "two tokens"
    /// Two tokens over three actions with shared logits.
    case sharedTokens = "two tokens, shared logits"
  }

  /// Which policies belong to the family.
  enum Confidence: String, Sendable, Hashable, CaseIterable {
    /// Any.
    case any = ""
    /// Every state has an entropy of at most a given part of log K.
    case high = ", high confidence"
    /// So, and the most likely response succeeds.
    case highAndCorrect = ", high confidence, correct"
  }

  /// What the responses are.
  var shape: Shape
  /// Which policies belong to it.
  var confidence = Confidence.any

  /// The name in tables.
  var name: String { shape.rawValue + confidence.rawValue }

  /// The number of states whose logits are parameters of their own.
  var blocks: Int { hasPrefixes ? 1 + vocabulary : 1 }

  private var hasPrefixes: Bool { shape == .twoTokens || shape == .twoTokensTwoActions }

  /// Whether a response is a single token: then all tokens are drawn in one state.
  var isOneToken: Bool { shape == .oneToken || shape == .twoActions }

  /// K.
  var vocabulary: Int {
    switch shape {
    case .twoActions, .twoTokensTwoActions: 2
    case .oneToken: 4
    case .twoTokens, .sharedTokens: 3
    }
  }

  /// The number of outcomes M.
  var outcomes: Int { isOneToken ? vocabulary : vocabulary * vocabulary }

  /// A prompt of the family with the numbers that made it.
  struct Drawn: Sendable {
    let prompt: TokenPrompt
    let logits: [Double]
    var rewards: [Double] { prompt.rewards }
  }

  /// A random prompt of the family whose gradient is not smaller than the specification's `smallest_gradient`, with rewards 0 and 1.
  ///
  /// Normal logits; a uniform number of successful outcomes, at random places. Prompts that do not belong are drawn again.
  func draw(_ specification: ClaimSpecification, _ stream: inout RandomStream) -> Drawn {
    let spread = specification.value(confidence == .any ? "logit_spread" : "confident_logit_spread")
    while true {
      let logits = (0..<blocks * vocabulary).map { _ in spread * stream.normal() }
      let successes = 1 + stream.index(below: outcomes - 1)
      var rewards = [Double](repeating: 0, count: outcomes)
      var order = Array(0..<outcomes)
      for place in 0..<successes {
        order.swapAt(place, place + stream.index(below: outcomes - place))
        rewards[order[place]] = 1
      }
      if let prompt = prompt(logits: logits, rewards: rewards), belongs(prompt, specification) {
        return Drawn(prompt: prompt, logits: logits)
      }
    }
  }

  /// The prompt with these logits, block by block, and rewards in lexicographic order; nil for infinite logits.
  func prompt(logits: [Double], rewards: [Double]) -> TokenPrompt? {
    let rows = (0..<blocks).map { Array(logits[$0 * vocabulary..<($0 + 1) * vocabulary]) }
    return prompt(rows: rows.map(StableSoftmax.probabilities), rewards: rewards)
  }

  /// The prompt with these probabilities; nil where they are none.
  func prompt(rows: [[Double]], rewards: [Double]) -> TokenPrompt? {
    switch shape {
    case .twoActions, .oneToken:
      guard let policy = try? SoftmaxPolicy(probabilities: rows[0]) else { return nil }
      return try? TokenPrompt(policy, rewards: rewards)
    case .twoTokens, .sharedTokens, .twoTokensTwoActions:
      var next = rewards.makeIterator()
      guard
        let policy = try? SequencePolicy(
          vocabulary: vocabulary, length: 2, parameters: hasPrefixes ? .perPrefix : .shared,
          probabilities: rows)
      else { return nil }
      return try? TokenPrompt(policy) { _ in next.next() ?? 0 }
    }
  }

  /// Whether the gradient is large enough for ratios to mean something, and the policy as confident as the family asks.
  func belongs(_ prompt: TokenPrompt, _ specification: ClaimSpecification) -> Bool {
    let smallest = specification.value("smallest_gradient")
    guard prompt.gradient.reduce(0, { $0 + $1 * $1 }) >= smallest * smallest else { return false }
    if confidence == .any { return true }
    let limit = specification.value("confident_entropy_share") * log(Double(prompt.vocabulary))
    guard prompt.tokens.allSatisfy({ $0.entropy <= limit }) else { return false }
    if confidence == .high { return true }
    let likeliest = prompt.probabilities.indices.max { prompt.probabilities[$0] < prompt.probabilities[$1] }
    return likeliest.map { prompt.rewards[$0] == 1 } ?? false
  }

  /// Logits first, then one number for each response, whose sign is its reward: what a search moves about in.
  func prompt(point: [Double]) -> TokenPrompt? {
    let size = blocks * vocabulary
    let rewards = point[size...].map { $0 > 0 ? 1.0 : 0 }
    guard rewards.contains(1), rewards.contains(0) else { return nil }
    return prompt(logits: Array(point[..<size]), rewards: rewards)
  }

  /// The world in the input format of `allot variance`, with the rule where that format has a name for it, else with its advantage alone.
  static func record(
    _ prompt: TokenPrompt, rows: [[Double]], fractions: [[String]]? = nil, rule: ModulatedRule, group: Int
  ) -> StructuredValue {
    let isOneStep = prompt.offsets[1] == 1
    var policy: [StructuredValue.Field]
    if isOneStep {
      policy = [.init("kind", .text("softmax")), .init("probabilities", .numbers(rows[0]))]
    } else if rows.count == 1 {
      policy = [
        .init("kind", .text("sequence")), .init("vocabulary", .integer(prompt.vocabulary)),
        .init("length", .integer(prompt.offsets[1])), .init("parameters", .text("shared")),
        .init("values", .text("probabilities")), .init("states", .record([.init("", .numbers(rows[0]))])),
      ]
    } else {
      policy = [.init("probabilities", .list(rows.map { .numbers($0) }))]
    }
    if let fractions {
      policy.append(
        .init("fractions", isOneStep ? .texts(fractions[0]) : .list(fractions.map { .texts($0) })))
    }
    let estimator = rule.fields ?? [.init("estimator", .text(rule.advantage.rawValue))]
    return .record(
      [.init("policy", .record(policy)), .init("rewards", .numbers(prompt.rewards))] + estimator
        + [.init("group", .integer(group))])
  }
}
