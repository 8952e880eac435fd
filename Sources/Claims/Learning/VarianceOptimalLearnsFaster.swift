import Allocation
import Foundation
import Statistics

/// Lower gradient variance at equal budget means fewer steps to a given accuracy, under both aggregations.
public struct VarianceOptimalLearnsFaster: Claim {
  /// What is claimed and how it is examined.
  public let specification: ClaimSpecification

  /// The claim with its registered specification, or with another one for tests.
  public init(specification: ClaimSpecification = Self.registered) { self.specification = specification }

  /// Steps to every target under every rule in mean-field ascent; one step against enumeration and simulation; whole ascents simulated.
  public func examine(_ examination: Examination) throws -> Evidence {
    var evidence = Evidence(control: Finding(basis: .exact(holds: true)))
    let worlds = startingWorlds(examination)
    let designs = everyDesign(worlds)
    let races = try examination.map(designs.count * stepSizes.count) { index in
      try race(
        designs[index / stepSizes.count], worlds: worlds, step: stepSizes[index % stepSizes.count])
    }
    let results = designs.indices.map { design in
      Result(
        design: designs[design],
        races: Array(races[design * stepSizes.count..<(design + 1) * stepSizes.count]))
    }
    let pairs = results.flatMap { comparisons($0) }
    addFindings(&evidence, pairs)
    addTables(&evidence, results, worlds)
    addShrinkage(&evidence, results, worlds)
    try addArrival(&evidence, worlds)
    try addOneStep(&evidence, examination, worlds)
    try addAscents(&evidence, examination, worlds)
    try addSearch(&evidence, examination)
    try addReversals(&evidence, examination, pairs, worlds)
    addCounterexamples(&evidence)
    try addControl(&evidence, examination, worlds)
    explain(&evidence, results, pairs, worlds)
    return evidence
  }

  /// The grid of η.
  var stepSizes: [Double] { specification.values("step_size") }
  /// The accuracies to be reached.
  var targets: [Double] { specification.values("target") }
  /// n̄.
  var each: Int { Int(specification.value("each")) }

  /// Every pair of bounds.
  var bounds: [AllocationBounds] {
    zip(specification.integers("minimum"), specification.integers("maximum")).map {
      AllocationBounds(minimum: $0, maximum: $1)
    }
  }

  /// Two-action worlds, one for each beta distribution, then the first of them with more actions.
  func startingWorlds(_ examination: Examination) -> [AscentWorld] {
    let count = Int(specification.value("prompts"))
    let populations = zip(specification.values("beta_a"), specification.values("beta_b")).map {
      PassRatePopulation(a: $0, b: $1)
    }
    let actions = Int(specification.value("actions"))
    return populations.map {
      AscentWorld(name: "\($0.name), two actions", rates: AscentWorld.passRates($0, count: count))
    } + [
      AscentWorld(
        name: "\(populations[0].name), \(actions == 4 ? "four" : "\(actions)") actions",
        rates: AscentWorld.passRates(populations[0], count: count), actions: actions,
        key: examination.key(designPoint: 1))
    ]
  }

  /// A world with what an ascent on it runs under.
  struct Design: Sendable {
    /// The index of the world.
    var world: Int
    /// Estimator, aggregation, bounds, source.
    var setting: AscentSetting
  }

  /// Every design, worlds innermost.
  func everyDesign(_ worlds: [AscentWorld]) -> [Design] {
    var designs: [Design] = []
    for estimator in AscentEstimator.allCases {
      for aggregation in Aggregation.allCases {
        for bounds in bounds {
          for source in AscentRule.Source.allCases {
            let setting = AscentSetting(
              estimator: estimator, aggregation: aggregation, bounds: bounds, source: source, each: each)
            designs += worlds.indices.map { Design(world: $0, setting: setting) }
          }
        }
      }
    }
    return designs
  }

  /// All rules on one design at one step size.
  struct Race: Sendable {
    /// The step size η.
    var step: Double
    /// Uniform first, then the judged rules; last, for the oracle, the rule that the second order of one step asks for.
    var rules: [AscentRule]
    /// By rule, then target; nil where the target is reached before the first step.
    var steps: [[Double?]] = []
    /// V(rule)/V(uniform) summed over the states of the uniform run up to a target; by rule, then target.
    var variance: [[Double]] = []
    /// Expected one-step gain of the rule less that of uniform, summed over the same states.
    var gain: [[Double]] = []
    /// Expected gain at the target, by `TerminalValue`; NaN for more than two actions.
    var terminal: [[Double]] = []
    /// V(rule)/V(uniform) at the start, by rule.
    var startVariance: [Double] = []
    /// J by step, by rule.
    var curves: [[Double]] = []
  }

  /// Everything found on one design.
  struct Result: Sendable {
    /// The design.
    var design: Design
    /// One race for each step size.
    var races: [Race]
  }

  /// Runs uniform, watching the others on its states, then every rule on its own.
  func race(_ design: Design, worlds: [AscentWorld], step: Double) throws -> Race {
    let source = design.setting.source
    return try race(
      design, worlds: worlds, step: step,
      rules: [.uniform] + AscentRule.judged(source) + (source == .oracle ? [.curvature] : []))
  }

  /// The same for any rules, uniform first.
  func race(_ design: Design, worlds: [AscentWorld], step: Double, rules: [AscentRule]) throws -> Race {
    precondition(rules.first == .uniform, "\(rules) are not compared with uniform allocation")
    let stride = max(1, Int(specification.value("watch_time") / step))
    func run(_ rule: AscentRule) throws -> AscentRun {
      try AscentRun.run(
        rule, world: worlds[design.world], setting: design.setting, step: step,
        until: targets.max() ?? 1, maximumSteps: Int(specification.value("largest_steps")),
        copies: Int(specification.value("copies")), watch: rule == .uniform ? rules : [], stride: stride)
    }
    let uniform = try run(.uniform)
    var race = Race(step: step, rules: rules)
    for (index, rule) in rules.enumerated() {
      let own = rule == .uniform ? uniform : try run(rule)
      race.steps.append(targets.map { own.steps(to: $0) })
      race.curves.append(own.curve)
      race.startVariance.append(uniform.watched[index][0].variance / uniform.watched[0][0].variance)
      var (variances, gains, terminal): ([Double], [Double], [Double]) = ([], [], [])
      for target in targets {
        let last = Int(min(uniform.steps(to: target) ?? 0, Double(uniform.curve.count - 1)))
        let places = uniform.watchedSteps.indices.filter { uniform.watchedSteps[$0] <= last }
        func sum(_ rule: Int, _ part: KeyPath<AscentOutlook, Double>) -> Double {
          compensatedSum(places.lazy.map { uniform.watched[rule][$0][keyPath: part] })
        }
        variances.append(sum(index, \.variance) / sum(0, \.variance))
        gains.append(sum(index, \.gain) - sum(0, \.gain))
        terminal.append(
          worlds[design.world].actions == 2
            ? uniform.terminalGain(
              rule: index, uniform: 0, end: last, setting: design.setting, step: step, stride: stride)
            : .nan)
      }
      race.variance.append(variances)
      race.gain.append(gains)
      race.terminal.append(terminal)
    }
    return race
  }
}
