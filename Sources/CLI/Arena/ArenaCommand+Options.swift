import Allocation
import Arena
import Foundation
import Interchange

extension ArenaCommand {
  /// A stage with a sentence about its world.
  struct DescribedStage {
    var stage: Contest.Stage
    var summary: String
  }

  /// The contest that the options ask for.
  func contest() throws -> Contest {
    var errors = OptionErrors()
    global.check(&errors)
    let ranges: [(String, Int, ClosedRange<Int>)] = [
      ("--budget", budget, 1...1_000_000_000_000), ("--tokens", tokens ?? 1, 1...1_000_000_000_000_000),
      ("--seeds", seeds, 1...10_000), ("--prompts", prompts, 2...100_000_000),
      ("--prompts-per-step", promptsPerStep, 1...1_000_000),
      ("--rollouts-per-prompt", rolloutsPerPrompt, 2...10_000), ("--replicates", replicates, 0...1_000_000),
    ]
    for (option, value, range) in ranges {
      errors.require(
        range.contains(value),
        "The value '\(value)' is invalid for '\(option)': it must lie in \(range.lowerBound)...\(range.upperBound)."
      )
    }
    if let threshold {
      errors.require(
        threshold.isFinite,
        "The value '\(threshold)' is invalid for '--threshold <r>': it must be a finite number.")
    }
    errors.require(
      (0...1).contains(maxBad),
      "The value '\(maxBad)' is invalid for '--max-bad <share>': it must lie in 0...1.")
    errors.require(
      (stiffness ?? 1) > 0 && (stiffness ?? 1).isFinite,
      "The value '\(stiffness ?? 0)' is invalid for '--stiffness': it must be positive.")
    errors.require(
      replicates != 1, "The value '1' is invalid for '--replicates': a variance needs two, or 0 for none.")
    errors.require(
      promptsPerStep <= prompts,
      "'--prompts-per-step' is \(promptsPerStep): the world has \(prompts) prompts.")
    let all = Contender.all(each: Swift.max(2, rolloutsPerPrompt))
    let chosen = names(methods, all: all.map(\.name), option: "--methods", &errors)
    errors.require(
      global.seed <= UInt64.max - UInt64(Swift.max(0, seeds)), "'--seed' and '--seeds' pass the largest seed."
    )
    errors.require(!worldNames(&errors).isEmpty || !from.isEmpty, "'--world' names no world.")
    errors.require(
      tokens == nil || !equalTokens,
      "'--tokens' and '--equal-tokens' exclude each other: one sets what the other derives.")
    try errors.throwIfAny()
    var contest = Contest(
      contenders: all.filter { chosen.contains($0.name) },
      setting: ArenaSetting(
        rollouts: budget, tokens: tokens, equalsTokens: equalTokens, promptsPerStep: promptsPerStep,
        rolloutsPerPrompt: rolloutsPerPrompt),
      seeds: (0..<UInt64(seeds)).map { global.seed + $0 })
    contest.replicates = replicates
    return contest
  }

  /// The named worlds and the calibrated one.
  func stages() throws -> [DescribedStage] {
    var errors = OptionErrors()
    let count = prompts
    let (measures, stiffness) = (!withoutScores, stiffness)
    @Sendable func change(_ world: ArenaWorld) -> ArenaWorld {
      var world = world
      world.shared.measuresScores = measures
      if let stiffness { world.shared.stiffness = stiffness }
      return world
    }
    var stages = worldNames(&errors).compactMap(ArenaWorld.recipe).map { recipe in
      DescribedStage(
        stage: Contest.Stage(name: recipe.name) { seed in change(recipe.world(count: count, seed: seed)) },
        summary: recipe.summary)
    }
    guard !from.isEmpty else { return stages }
    let logged: [CalibratedWorld.LoggedPrompt]
    do throws(InterchangeError) {
      logged = try LoggedPopulation.prompts(
        paths: from, rule: SuccessRule(threshold: threshold), allowedDamage: maxBad)
    } catch { throw CommandFailure(error) }
    guard let world = CalibratedWorld(name: "log", prompts: logged) else {
      throw CommandFailure(.inputData, "the log has no rollouts")
    }
    let missing = world.missing
    let filled = [
      self.filled("score moments", missing.moments, of: world.prompts.count),
      self.filled("lengths", missing.lengths, of: world.prompts.count),
    ].compactMap { $0 }
    stages.append(
      DescribedStage(
        stage: Contest.Stage(name: "log") { seed in change(world.world(count: count, seed: seed)) },
        summary:
          "\(world.prompts.count) prompts of \(from.map { ($0 as NSString).lastPathComponent }.joined(separator: ", "))"
          + (filled.isEmpty ? "" : " (\(filled.joined(separator: "; ")))")))
    return stages
  }

  /// What was done for prompts without numbers of their own; nil where there are none.
  private func filled(_ what: String, _ count: Int, of all: Int) -> String? {
    switch count {
    case 0: nil
    case all: "no \(what), alike for all"
    default: "\(count) without \(what), the median of the others"
    }
  }

  private func worldNames(_ errors: inout OptionErrors) -> [String] {
    if world == nil, !from.isEmpty { return [] }
    let known = (ArenaWorld.named + ArenaWorld.heldOut + ArenaWorld.fresh).map(\.name)
    guard let world else { return ArenaWorld.named.map(\.name) }
    if world == "all" { return known }
    return names(world, all: known, option: "--world", isAllKnown: true, &errors)
  }

  private func names(
    _ text: String?, all: [String], option: String, isAllKnown: Bool = false, _ errors: inout OptionErrors
  ) -> [String] {
    guard let text else { return all }
    let names = text.split(separator: ",").map(String.init)
    errors.require(!names.isEmpty, "'\(option)' names nothing.")
    errors.require(Set(names).count == names.count, "'\(option)' names something twice.")
    for name in names where !all.contains(name) {
      let hint = NearestName.suggestion(for: name, among: all).map { "; did you mean '\($0)'?" }
      errors.require(
        false,
        "'\(option)': there is no '\(name)'\(hint ?? "; there are \((all + (isAllKnown ? ["all"] : [])).joined(separator: ", ")).")"
      )
    }
    return names
  }
}
