import Allocation
import Arena
import Foundation

/// How fast the arena simulates, and how long the rules that divide a step's rollouts take; processor time, so that what else runs does not count.
enum RulesMeasure {
  /// Markdown tables: rollouts a second and core under each rule, and seconds of each one-shot rule for `prompts` prompts.
  static func run(prompts: Int, rounds: Int) -> [String] {
    simulation(rounds: rounds) + [""] + division(prompts: prompts, rounds: rounds)
  }

  private static func simulation(rounds: Int) -> [String] {
    var lines = ["| rule | million rollouts a second and core (extremes) |", "|---|---|"]
    let setting = ArenaSetting(rollouts: 2_000_000)
    guard let recipe = ArenaWorld.recipe("even") else { return [] }
    let world = recipe.world(count: 1024, seed: 1)
    for contender in Contender.all(each: 8) where !contender.rule.needsFeatures {
      var rates: [Double] = []
      for _ in 0..<rounds {
        var clock = ProcessClock()
        guard
          let run = clock.time({ try? ArenaRun.run(contender, world: world, setting: setting, seed: 1) })
        else { continue }
        rates.append(Double(run.cost.rollouts) / clock.processor[0] / 1e6)
      }
      lines.append(row(contender.name, rates))
    }
    return lines
  }

  private static func division(prompts: Int, rounds: Int) -> [String] {
    var lines = ["| one-shot rule, \(prompts) prompts, 16 rollouts each | seconds (extremes) |", "|---|---|"]
    let records = (0..<prompts).map { i -> PromptRecord in
      let successes = (i * 7919) % 17
      var record = PromptRecord(
        prompt: i, visits: 1, statistics: PromptStatistics(successes: successes, samples: 16))
      record.latest = record.statistics
      record.meanLength = 50 + Double((i * 104_729) % 1000)
      record.signal = Double(successes * (16 - successes)) / 64
      return record
    }
    let allocators: [(String, any SequentialSampler)] = RolloutRule.all(each: 16).filter {
      [
        "uniform", "dynamo", "root-jeffreys", "score-aware", "knapsack", "hora", "coba-rl", "gvm", "vip",
        "duet",
      ]
      .contains($0.name)
    }.map { ($0.name, $0.sampler) }
    for (name, sampler) in allocators {
      // Rules with pilots are asked for what follows them.
      let pilots = name == "hora" || name == "gvm"
      let groups = records.map { record in
        StagedGroup(
          record,
          rounds: pilots ? [PromptStatistics(successes: record.statistics.successes / 4, samples: 4)] : [])
      }
      var seconds: [Double] = []
      for _ in 0..<rounds {
        var clock = ProcessClock()
        let requests = clock.time {
          try? sampler.requests(
            groups, budget: 16 * prompts, bounds: AllocationBounds(minimum: 2, maximum: 128))
        }
        if requests != nil { seconds.append(clock.processor[0]) }
      }
      lines.append(row(name, seconds))
    }
    return lines
  }

  private static func row(_ name: String, _ values: [Double]) -> String {
    guard let low = values.min(), let high = values.max() else { return "| \(name) | refused |" }
    return String(format: "| %@ | %.3g (%.3g to %.3g) |", name, ProcessClock.median(values), low, high)
  }
}
