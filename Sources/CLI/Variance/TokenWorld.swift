import Estimators
import Interchange
import Modulation
import Policies

/// A world whose estimator changes advantages token by token.
struct TokenWorld {
  /// The prompt, token by token.
  var prompt: TokenPrompt
  /// The rule that makes the advantages of a group.
  var rule: TokenRule

  /// The names of the token-level estimators.
  static let estimators = ["dynamo", "score-weighted-state-baseline"]
}

/// Reads the fields that belong to token-level estimators.
///
/// `dynamo` goes through the batch functions of Modulation, as `allot modulate` does: another way than the claims', which call the single-token functions.
struct TokenWorldReader {
  let json: JSONValue

  /// The fields besides those of every world.
  static let fields: Set<String> = ["mode", "alpha", "floor", "steepness", "centre", "shrinkage"]

  func world(_ name: String, policy: ParsedPolicy, rewards: [Double], advantage: any GradientEstimator)
    throws(WorldError) -> TokenWorld
  {
    let prompt = try naming("policy") { () throws(PolicyError) in
      switch policy {
      case .softmax(let policy): return try TokenPrompt(policy, rewards: rewards)
      case .sequence(let policy):
        var next = rewards.makeIterator()
        return try TokenPrompt(policy) { _ in next.next() ?? 0 }
      }
    }
    if name == "score-weighted-state-baseline" {
      try refuse(["mode", "alpha", "floor", "steepness", "centre"], for: name)
      return TokenWorld(
        prompt: prompt, rule: Self.stateBaseline(try number("shrinkage", default: 1, in: 1e-9...1e9)))
    }
    try refuse(["shrinkage"], for: name)
    let modulation = try modulation()
    return TokenWorld(prompt: prompt, rule: Self.modulated(modulation, advantage))
  }

  private func modulation() throws(WorldError) -> AdvantageModulation {
    let modes = ["published", "released-5", "released-6"]
    let mode = json["mode"].map { $0.stringValue ?? "" } ?? "published"
    guard modes.contains(mode) else {
      throw WorldError("mode", "must be one of \(modes.joined(separator: ", "))")
    }
    guard mode == "published" else {
      try refuse(["alpha", "floor", "steepness", "centre"], for: "the mode \(mode)")
      var released =
        mode == "released-5" ? AdvantageModulationAsReleased.mode5 : AdvantageModulationAsReleased.mode6
      // A group is all there is: it stands for the micro-batch.
      released.compensationScope = .group
      released.stabilisationScope = .group
      return released
    }
    return AdvantageModulation(
      compensation: .published(
        GradientCompensation(strength: try number("alpha", default: 0.2, in: 0...1e6))),
      compensationScope: .group,
      stabilisation: .published(
        UpdateStabilisation(
          floor: try number("floor", default: 0.6, in: 0...1),
          steepness: try number("steepness", default: 50, in: 0...1e6),
          centre: try number("centre", default: 0.9, in: -1e6...1e6))),
      stabilisationScope: .position)
  }

  /// Advantages of the group, times both factors.
  private static func modulated(_ modulation: AdvantageModulation, _ advantage: any GradientEstimator)
    -> TokenRule
  {
    { group, result in
      let responses = 0..<group.count
      let values = advantage.advantages(
        rewards: responses.map(group.reward), lengths: responses.map { group.range($0).count })
      let advantages = group.map { response, _ in values[response] }
      let exact = group.map { response, token in
        EntropyChange.firstOrder(
          weightedDeviation: token.weightedDeviation, expectation: token.expectedWeightedDeviation,
          coefficient: values[response])
      }
      do throws(ModulationError) {
        let batch = try TokenBatch(
          logProbabilities: group.map { _, token in token.logProbability },
          entropies: group.map { _, token in token.entropy }, advantages: advantages,
          sequences: group.map { response, _ in response },
          positions: group.map { _, token in token.position }, groups: group.map { _, _ in 0 })
        let factors = try modulation.factors(batch, exactEntropyChanges: exact).product
        for index in result.indices { result[index] = advantages[index] * factors[index] }
      } catch {
        // Groups have positive probability, so that every log π is finite, and labels are made here.
        preconditionFailure("the tokens of an enumerated group were refused: \(error)")
      }
    }
  }

  private static func stateBaseline(_ shrinkage: Double) -> TokenRule {
    let rule = ScoreWeightedStateBaseline(shrinkage: shrinkage)
    return { group, result in
      let values = rule.advantages(
        rewards: (0..<group.count).map(group.reward), responses: group.map { response, _ in response },
        prompts: group.map { _, _ in 0 }, states: group.map { _, token in token.state },
        squaredScoreNorms: group.map { _, token in token.squaredScoreNorm })
      for index in result.indices { result[index] = values[index] }
    }
  }

  private func refuse(_ names: [String], for owner: String) throws(WorldError) {
    if let name = names.first(where: { json[$0] != nil }) {
      throw WorldError(name, "does not belong to \(owner)")
    }
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
