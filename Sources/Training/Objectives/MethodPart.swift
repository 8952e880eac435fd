import Allocation

/// One part of a method that a run may override: its key, its help, how it is read.
///
/// Orthogonal: each changes one property of `Method`, whatever the others are.
public struct MethodPart: Sendable {
  /// The key in a run file.
  public let name: String
  /// One sentence of help.
  public let help: String
  /// Whether a run file has the key where it is empty, which is its default; those that came later have not, so that the text of older runs, and with it their digest, stays.
  public var isPrintedWhenDefault = true
  /// Reads the value.
  let set: @Sendable (inout Method, String) throws(TrainingError) -> Void

  /// Every part, in reading order.
  public static let all: [MethodPart] = [
    choice("advantage", "The advantage of a rollout.", AdvantageRule.self) { $0.advantage = $1 },
    choice("token_rule", "What is done to the advantages or losses of tokens.", TokenRule.Kind.self) {
      $0.tokenRule = TokenRule($1)
    },
    MethodPart(
      name: "aggregation",
      help: "How tokens and rollouts are weighted: \(names(Aggregation.self)); verl's names are read too."
    ) { (method, text) throws(TrainingError) in
      guard let value = Aggregation(name: text) else {
        throw .invalid(
          name: "aggregation", value: "'\(text)'", allowed: "be one of \(names(Aggregation.self))")
      }
      method.aggregation = value
    },
    flag("clip", "Whether ratios are clipped.") { $0.surrogate.clips = $1 },
    number("clip_low", 0...1, "The clip range below 1.") { $0.surrogate.low = $1 },
    number("clip_high", 0...1000, "The clip range above 1.") { $0.surrogate.high = $1 },
    number("dual_clip", 0...1e6, "The bound c of the dual clip; 0 for none.") {
      $0.surrogate.dual = $1 > 0 ? $1 : nil
    },
    flag("clip_high_as_released", "Whether a high range of 0.2 becomes 0.28, as in the released code.") {
      $0.surrogate.scalesHighAsReleased = $1
    },
    number("kl_coefficient", 0...1e6, "The price of the divergence from the warm model; 0 for none.") {
      $0.klPenalty = $1 > 0 ? KLPenalty(coefficient: $1, estimator: $0.klPenalty?.estimator ?? .k3) : nil
    },
    choice(
      "kl_estimator", "How the divergence that kl_coefficient prices is estimated.",
      KLPenalty.Estimator.self
    ) {
      if let penalty = $0.klPenalty {
        $0.klPenalty = KLPenalty(coefficient: penalty.coefficient, estimator: $1)
      }
    },
    number("entropy_coefficient", 0...1e6, "The coefficient of the entropy bonus.") {
      $0.entropyCoefficient = $1
    },
    choice("allocation", "How rollouts are allocated to prompts.", AllocationRule.self) {
      $0.allocation = $1
    },
    integer("minimum_rollouts", 0...100_000, "The least rollouts of a prompt.") { $0.minimumRollouts = $1 },
    integer("maximum_rollouts", 1...100_000, "The most rollouts of a prompt.") { $0.maximumRollouts = $1 },
    choice("history_refresh", "When allocation sees new counts.", StatisticsRefresh.self) { $0.refresh = $1 },
    number("history_decay", 0.000_001...1, "What is left of a prompt's counts when it is met again.") {
      $0.decay = $1
    },
    flag("rows_misaligned", "Whether responses are paired with metadata as in the released code.") {
      $0.rowsMisaligned = $1
    },
    flag("statistics_scrambled", "Whether successes are credited as in the released code.") {
      $0.statisticsScrambled = $1
    },
    integer(
      "dynamic_sampling", 0...1000, "The most batches drawn to fill a step with mixed groups; 0 for off."
    ) { $0.dynamicSampling = $1 > 0 ? DynamicSampling(maximumBatches: $1) : nil },
    MethodPart(
      name: "rollout_rule",
      help:
        "The rule that chooses prompts and rollouts in the place of the allocation: none, \(RolloutRule.names.joined(separator: ", ")). A rule changes the rollouts alone: the method of the same name differs from it in its loss or its pairing of rows too, as dapo and dynamo do, whose rules under RLOO are dapo-rule and dynamo-rule.",
      isPrintedWhenDefault: false
    ) { (method, text) throws(TrainingError) in
      guard text == "none" || RolloutRule.names.contains(text) else {
        throw .invalid(
          name: "rollout_rule", value: "'\(text)'",
          allowed: "be one of none, \(RolloutRule.names.joined(separator: ", "))")
      }
      method.rolloutRule = text == "none" ? nil : text
    },
    integer(
      "switch_step", 0...10_000_000, "The step at which updates without the prompt end; 0 for none of them.",
      isPrintedWhenDefault: false
    ) { $0.preTraining?.switchStep = $1 },
  ]

  // MARK: Kinds

  private static func choice<Value: RawRepresentable & CaseIterable & Sendable>(
    _ name: String, _ help: String, _ type: Value.Type,
    _ set: @escaping @Sendable (inout Method, Value) -> Void
  ) -> MethodPart where Value.RawValue == String {
    MethodPart(name: name, help: "\(help.dropLast()): \(names(type)).") {
      (method, text) throws(TrainingError) in
      guard let value = Value(rawValue: text) else {
        throw .invalid(name: name, value: "'\(text)'", allowed: "be one of \(names(Value.self))")
      }
      set(&method, value)
    }
  }

  private static func flag(
    _ name: String, _ help: String, _ set: @escaping @Sendable (inout Method, Bool) -> Void
  ) -> MethodPart {
    MethodPart(name: name, help: "\(help.dropLast()), true or false.") {
      (method, text) throws(TrainingError) in
      guard let value = Bool(text) else {
        throw .invalid(name: name, value: "'\(text)'", allowed: "be true or false")
      }
      set(&method, value)
    }
  }

  private static func number(
    _ name: String, _ range: ClosedRange<Double>, _ help: String,
    _ set: @escaping @Sendable (inout Method, Double) -> Void
  ) -> MethodPart {
    MethodPart(name: name, help: help) { (method, text) throws(TrainingError) in
      guard let value = Double(text), range.contains(value) else {
        throw .invalid(
          name: name, value: "'\(text)'", allowed: "be a number in \(range.lowerBound)...\(range.upperBound)")
      }
      set(&method, value)
    }
  }

  private static func integer(
    _ name: String, _ range: ClosedRange<Int>, _ help: String, isPrintedWhenDefault: Bool = true,
    _ set: @escaping @Sendable (inout Method, Int) -> Void
  ) -> MethodPart {
    MethodPart(name: name, help: help, isPrintedWhenDefault: isPrintedWhenDefault) {
      (method, text) throws(TrainingError) in
      guard let value = Int(text), range.contains(value) else {
        throw .invalid(
          name: name, value: "'\(text)'",
          allowed: "be an integer in \(range.lowerBound)...\(range.upperBound)")
      }
      set(&method, value)
    }
  }

  private static func names<Value: RawRepresentable & CaseIterable>(_ type: Value.Type) -> String
  where Value.RawValue == String {
    type.allCases.map(\.rawValue).joined(separator: ", ")
  }
}

extension Method {
  /// The method of a name with some parts replaced, in the order of `MethodPart.all`.
  ///
  /// Throws `invalid` for an unknown name, an unknown part or an impossible value, and where the parts contradict each other.
  public static func resolved(_ name: String, overrides: [String: String]) throws(TrainingError) -> Method {
    guard var method = named(name) else {
      throw .invalid(
        name: "method", value: "'\(name)'",
        allowed: "be one of \(all.map(\.name).joined(separator: ", "))")
    }
    for key in overrides.keys.sorted() where !MethodPart.all.contains(where: { $0.name == key }) {
      throw .invalid(name: "the part '\(key)'", value: "given", allowed: "be a part of a method")
    }
    for part in MethodPart.all {
      if let text = overrides[part.name] { try part.set(&method, text) }
    }
    guard overrides["kl_estimator"] == nil || method.klPenalty != nil else {
      throw .invalid(
        name: "kl_estimator", value: "given",
        allowed: "come with a kl_coefficient above 0, which it estimates for")
    }
    guard overrides["switch_step"] == nil || method.preTraining != nil else {
      throw .invalid(
        name: "switch_step", value: "given", allowed: "come with a method that updates without the prompt")
    }
    guard method.problems.isEmpty else {
      throw .invalid(
        name: "the method", value: "'\(name)' with its overrides",
        allowed: "be consistent: \(method.problems.joined(separator: "; "))")
    }
    return method
  }
}
