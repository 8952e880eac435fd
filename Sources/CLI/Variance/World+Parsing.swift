import Estimators
import Interchange
import Policies

/// Reads a world from JSON: the nested form with `policy`, or the short form with `probabilities` or `logits` at the top.
struct WorldReader {
  let json: JSONValue

  static let knownFields = Set([
    "policy", "probabilities", "logits", "rewards", "estimator", "baseline", "group", "std", "epsilon",
    "group_of_one",
    "behaviour", "clip_low", "clip_high", "dual_clip", "ratio", "advantage", "fractions",
  ]).union(TokenWorldReader.fields)

  func world() throws(WorldError) -> World {
    guard let fields = json.objectFields else { throw WorldError("(top)", "must be a JSON object") }
    try checkFields(fields, known: Self.knownFields, prefix: "")
    if let other = ["probabilities", "logits"].first(where: { json["policy"] != nil && json[$0] != nil }) {
      throw WorldError(other, "stands beside 'policy'; give one of them")
    }
    let policy = try PolicyReader(json: json["policy"] ?? json, field: json["policy"] == nil ? "" : "policy.")
      .policy()
    let rewards = try RewardReader(json: json["rewards"]).rewards(for: policy)
    let target = try naming("policy") { () throws(PolicyError) in try policy.enumerated(rewards: rewards) }
    let name = try string("estimator", allowed: Self.estimators)
    var sampled = target
    if name == "ppo-clip", let behaviour = json["behaviour"] {
      let old = try PolicyReader(json: behaviour, field: "behaviour.").policy()
      sampled = try offPolicy(target: policy, behaviour: old, rewards: rewards)
    } else if json["behaviour"] != nil {
      throw WorldError("behaviour", "belongs to the estimator ppo-clip only")
    }
    let estimator = try estimator(name, sampled: sampled)
    var tokens: TokenWorld?
    if name == "score-weighted-state-baseline", json["group"]?.integerValue == 1 {
      throw WorldError("group", "must be at least 2: one rollout has no other to make a baseline of")
    }
    if TokenWorld.estimators.contains(name) {
      tokens = try TokenWorldReader(json: json).world(
        name, policy: policy, rewards: rewards, advantage: estimator)
    } else if let field = TokenWorldReader.fields.sorted().first(where: { json[$0] != nil }) {
      throw WorldError(field, "belongs to \(TokenWorld.estimators.joined(separator: " and ")) only")
    }
    return World(
      target: target, sampled: sampled, estimator: estimator,
      group: try group(estimator, needsGroup: tokens != nil),
      softmax: json["behaviour"] == nil && tokens == nil ? policy.softmax : nil, tokens: tokens)
  }

  static let estimators = [
    "reinforce", "value-baseline", "optimal-baseline", "rloo", "grpo", "dr-grpo", "opo", "reinforce++",
    "ppo-clip", "dynamo", "score-weighted-state-baseline",
  ]

  private func estimator(_ name: String, sampled: EnumeratedPrompt) throws(WorldError)
    -> any GradientEstimator
  {
    let summary = sampled.scoreSummary
    switch name {
    case "value-baseline": return ConstantBaseline.value(of: summary)
    case "optimal-baseline": return ConstantBaseline.optimal(for: summary)
    case "rloo": return LeaveOneOut()
    case "dr-grpo": return DrGRPO()
    case "opo": return OPO()
    case "reinforce++": return ReinforcePlusPlus(epsilon: try number("epsilon", default: 0, in: 0...1e9))
    case "grpo":
      return GRPO(
        deviation: GRPO.Deviation(
          rawValue: try string("std", allowed: GRPO.Deviation.allCases.map(\.rawValue), default: "population")
        )
          ?? .population,
        epsilon: try number("epsilon", default: 0, in: 0...1e9),
        groupOfOne: GRPO.GroupOfOne(
          rawValue: try string(
            "group_of_one", allowed: GRPO.GroupOfOne.allCases.map(\.rawValue), default: "zero"))
          ?? .zero)
    case "score-weighted-state-baseline":
      if json["advantage"] != nil {
        throw WorldError("advantage", "does not belong to score-weighted-state-baseline, which makes its own")
      }
      return LeaveOneOut()
    case "dynamo":
      return try estimator(
        try string(
          "advantage", allowed: ["value-baseline", "rloo", "grpo", "dr-grpo", "opo", "reinforce++"],
          default: "grpo"), sampled: sampled)
    case "ppo-clip" where json["advantage"] != nil:
      return try estimator(
        try string("advantage", allowed: ["rloo", "grpo", "dr-grpo", "opo", "reinforce++"]), sampled: sampled)
    default: return try baseline(summary)
    }
  }

  private func baseline(_ summary: ScoreSummary) throws(WorldError) -> any GradientEstimator {
    guard let given = json["baseline"] else { return NoBaseline() }
    if let value = given.doubleValue { return ConstantBaseline(value) }
    switch given.stringValue {
    case "none": return NoBaseline()
    case "value": return ConstantBaseline.value(of: summary)
    case "optimal": return ConstantBaseline.optimal(for: summary)
    default: throw WorldError("baseline", "must be none, value, optimal or a number")
    }
  }

  private func group(_ estimator: any GradientEstimator, needsGroup: Bool) throws(WorldError) -> Int {
    guard let given = json["group"] else {
      if needsGroup { throw WorldError("group", "is missing; factors are made within a group") }
      if estimator.isPerRollout {
        if json["estimator"]?.stringValue == "ppo-clip", json["group"] != nil {
          throw WorldError(
            "group", "needs an advantage from the group beside it: rloo, grpo, dr-grpo, opo or reinforce++")
        }
        return 1
      }
      throw WorldError("group", "is missing; \(estimator.name) needs a group size")
    }
    guard let size = given.integerValue, (1...4096).contains(size) else {
      throw WorldError("group", "must be an integer in 1...4096")
    }
    return estimator.isPerRollout && !needsGroup ? 1 : size
  }

  private func offPolicy(target: ParsedPolicy, behaviour: ParsedPolicy, rewards: [Double])
    throws(WorldError) -> EnumeratedPrompt
  {
    let ratio = try string("ratio", allowed: PPOClip.Ratio.allCases.map(\.rawValue), default: "trajectory")
    let dual: Double? =
      json["dual_clip"] == nil ? nil : try number("dual_clip", default: 3, in: 1.000_001...1e9)
    let clip = PPOClip(
      low: try number("clip_low", default: 0.2, in: 0...1),
      high: try number("clip_high", default: 0.2, in: 0...1e9),
      dual: dual, ratio: PPOClip.Ratio(rawValue: ratio) ?? .trajectory)
    return try naming("behaviour") { () throws(PolicyError) in
      switch (target, behaviour) {
      case (.softmax(let new), .softmax(let old)):
        return try clip.enumerated(target: new, behaviour: old, rewards: rewards)
      case (.sequence(let new), .sequence(let old))
      where new.vocabulary == old.vocabulary && new.length == old.length && new.parameters == old.parameters
        && new.endToken == old.endToken:
        var next = rewards.makeIterator()
        return try clip.enumerated(target: new, behaviour: old) { _ in next.next() ?? 0 }
      default: throw .wrongCount(name: "behaviour", count: 0, expected: target.sizes)
      }
    }
  }

  private func string(_ field: String, allowed: [String], default: String? = nil) throws(WorldError) -> String
  {
    guard let given = json[field] else {
      if let fallback = `default` { return fallback }
      throw WorldError(field, "is missing; it must be one of \(allowed.joined(separator: ", "))")
    }
    guard let value = given.stringValue, allowed.contains(value) else {
      throw WorldError(field, "must be one of \(allowed.joined(separator: ", "))")
    }
    return value
  }

  private func number(_ field: String, default: Double, in range: ClosedRange<Double>) throws(WorldError)
    -> Double
  {
    guard let given = json[field] else { return `default` }
    guard let value = given.doubleValue, range.contains(value) else {
      throw WorldError(field, "must be a number in [\(range.lowerBound), \(range.upperBound)]")
    }
    return value
  }
}

/// Refuses fields that are not known and fields that stand twice: of two values one would be passed over in silence.
func checkFields(_ fields: [(String, JSONValue)], known: Set<String>?, prefix: String) throws(WorldError) {
  var seen: Set<String> = []
  for (name, _) in fields {
    if let known, !known.contains(name) {
      throw WorldError(prefix + name, "is not known; known are \(known.sorted().joined(separator: ", "))")
    }
    guard seen.insert(name).inserted else { throw WorldError(prefix + name, "stands twice") }
  }
}

/// Turns an error of a policy into one that names the field it came from.
func naming<Result>(_ field: String, _ body: () throws(PolicyError) -> Result) throws(WorldError) -> Result {
  do { return try body() } catch { throw WorldError(field, error.description) }
}

extension JSONValue {
  /// The entries of an object; nil for anything else.
  var objectFields: [(String, JSONValue)]? {
    if case .object(let fields) = self { return fields }
    return nil
  }

  /// The numbers of an array of numbers; nil for anything else.
  var numbers: [Double]? {
    guard let values = arrayValue else { return nil }
    let numbers = values.compactMap(\.doubleValue)
    return numbers.count == values.count ? numbers : nil
  }
}
