import Allocation
import Statistics

/// Rules against each other on worlds, at equal budget, with common random numbers.
public struct Contest: Sendable {
  /// The seeds' worlds: a world for each seed, all of one name.
  public struct Stage: Sendable {
    /// The name.
    public var name: String
    /// Draws the world of a seed.
    public var world: @Sendable (UInt64) -> ArenaWorld

    /// A stage.
    public init(name: String, world: @escaping @Sendable (UInt64) -> ArenaWorld) {
      self.name = name
      self.world = world
    }
  }

  /// The rules; the uniform one sets the target and must be among them.
  public var contenders: [Contender]
  /// The oracles that regret is measured against; not ranked.
  public var oracles: [Contender]
  /// The setting; its token budget is used for the second part.
  public var setting: ArenaSetting
  /// The seeds.
  public var seeds: [UInt64]
  /// Steps of the common history before a step is examined, in passes over the pool.
  public var historyPasses = 3
  /// Replicates of the examined step.
  public var replicates = 100
  /// The part of the uniform rule's gain that is the target; without a gain there is no target.
  public static let targetShare = 0.6
  /// Points of a curve.
  public static let curvePoints = 20

  /// A contest of `contenders`; the uniform rule is added where it is missing.
  public init(contenders: [Contender], setting: ArenaSetting, seeds: [UInt64]) {
    precondition(!seeds.isEmpty, "a contest needs a seed")
    self.contenders =
      contenders.contains { $0.name == RolloutRule.uniform.name }
      ? contenders : [Contender(.uniform)] + contenders
    self.setting = setting
    self.seeds = seeds
    oracles = Contender.oracles
  }

  /// Everything about one stage, at equal rollouts and, where the setting has a token budget, at equal tokens.
  ///
  /// Runs are spread over `threads`; the results do not depend on how many.
  public func results(
    _ stage: Stage, threads: Int, isCancelled: @Sendable () -> Bool = { false }
  ) -> [ContestResult] {
    var equalRollouts = setting
    equalRollouts.tokens = nil
    var results = part(stage, .rollouts, equalRollouts, threads: threads, isCancelled: isCancelled)
    if setting.tokens != nil || setting.equalsTokens {
      var equalTokens = setting
      if equalTokens.tokens == nil, let seed = seeds.first {
        let length = stage.world(seed).meanLength
        equalTokens.tokens = Int((Double(setting.rollouts) * length).rounded())
      }
      results += part(stage, .tokens, equalTokens, threads: threads, isCancelled: isCancelled)
    }
    return results
  }

  /// One run and, at equal rollouts, its examined step.
  private struct Entry: Sendable {
    var run: ArenaRun?
    var step: OneStepExamination?
    var refusal: String?
  }

  private func part(
    _ stage: Stage, _ budget: ContestResult.Budget, _ setting: ArenaSetting, threads: Int,
    isCancelled: @Sendable () -> Bool
  ) -> [ContestResult] {
    let all = contenders + oracles
    let worlds = seeds.map(stage.world)
    let entries: [Entry]
    do {
      entries = try parallelMap(count: all.count * seeds.count, threads: threads) { job in
        isCancelled()
          ? Entry()
          : play(
            all[job % all.count], worlds[job / all.count], setting, seeds[job / all.count],
            examines: budget == .rollouts)
      }
    } catch { preconditionFailure("a run throws nothing that leaves it: \(error)") }
    func entry(_ contender: Int, _ seed: Int) -> Entry { entries[seed * all.count + contender] }
    let reference = all.firstIndex { $0.name == RolloutRule.uniform.name } ?? 0
    let targets = seeds.indices.map { seed -> Double? in
      guard let run = entry(reference, seed).run, let first = run.curve.first,
        run.quality > first.quality
      else { return nil }
      return first.quality + Self.targetShare * (run.quality - first.quality)
    }
    // One oracle for all seeds: the better of each seed would be as much luck as knowledge.
    let oracle = (contenders.count..<all.count).max { a, b in
      func mean(_ oracle: Int) -> Double {
        seeds.indices.reduce(0) { $0 + (entry(oracle, $1).run?.quality ?? 0) }
      }
      return mean(a) < mean(b)
    }
    let best = seeds.indices.map { seed in oracle.flatMap { entry($0, seed).run?.quality } }
    return all.indices.map { contender in
      let own = seeds.indices.map { entry(contender, $0) }
      var values: [ArenaMeasure: [Double?]] = [:]
      for measure in ArenaMeasure.allCases {
        values[measure] = seeds.indices.map { seed in
          Self.value(
            measure, own[seed].run, own[seed].step, target: targets[seed], best: best[seed], budget: budget,
            standard: setting.promptsPerStep * setting.rolloutsPerPrompt)
        }
      }
      return ContestResult(
        budget: budget, world: stage.name, method: all[contender].name, values: values,
        curves: own.compactMap { $0.run.map { Self.curve($0, budget, setting) } },
        refusal: own.compactMap(\.refusal).first)
    }
  }

  private func play(
    _ contender: Contender, _ world: ArenaWorld, _ setting: ArenaSetting, _ seed: UInt64, examines: Bool
  ) -> Entry {
    do throws(AllocationError) {
      let contender = try contender.prepared(for: world)
      let run = try ArenaRun.run(contender, world: world, setting: setting, seed: seed)
      guard examines, replicates > 1 else { return Entry(run: run) }
      let steps = historyPasses * max(1, world.count / setting.promptsPerStep)
      let step = try OneStepExamination.examine(
        contender, world: world, setting: setting, steps: steps, replicates: replicates, seed: seed)
      return Entry(run: run, step: step)
    } catch { return Entry(refusal: error.description) }
  }

  private static func value(
    _ measure: ArenaMeasure, _ run: ArenaRun?, _ step: OneStepExamination?, target: Double?, best: Double?,
    budget: ContestResult.Budget, standard: Int
  ) -> Double? {
    guard let run, let last = run.curve.last else { return nil }
    let cost = run.cost
    let reached = target.map { run.reached($0) }
    switch measure {
    case .quality: return run.quality
    case .meanQuality: return run.meanQuality(overTokens: budget == .tokens)
    case .worstTenth: return run.worstTenth
    case .regret: return best.map { $0 - run.quality }
    case .gradientVariance: return step?.variance
    case .relativeVariance: return step.flatMap { $0.squaredMean > 0 ? $0.variance / $0.squaredMean : nil }
    case .expectedImprovement: return step?.improvement
    case .improvementPerCost:
      guard let step, let rollouts = step.rollouts, rollouts > 0 else { return nil }
      return step.improvement * Double(standard) / rollouts
    case .stepRollouts: return step?.rollouts
    case .cosine: return step?.cosine
    case .deadShare: return cost.groups > 0 ? Double(cost.deadGroups) / Double(cost.groups) : nil
    case .wastedShare: return cost.rollouts > 0 ? 1 - Double(cost.useful) / Double(cost.rollouts) : nil
    case .starvation: return 1 - run.leastServed
    case .unserved: return run.unserved
    case .steps: return Double(last.steps)
    case .rollouts: return Double(cost.rollouts)
    case .tokens: return Double(cost.tokens)
    case .reached: return reached.map { $0 == nil ? 0 : 1 }
    case .stepsToTarget: return reached.flatMap { $0?.steps }
    case .rolloutsToTarget:
      return reached.map { $0?.rollouts ?? Double(budget == .rollouts ? run.budget : cost.rollouts) }
    case .tokensToTarget:
      return reached.map { $0?.tokens ?? Double(budget == .tokens ? run.budget : cost.tokens) }
    }
  }

  /// Quality at equal fractions of the budget, interpolated; the last value holds where a run ended early.
  private static func curve(_ run: ArenaRun, _ budget: ContestResult.Budget, _ setting: ArenaSetting)
    -> [Double]
  {
    let whole = Double(setting.tokens ?? setting.rollouts)
    func spent(_ point: ArenaRun.Point) -> Double {
      Double(budget == .tokens ? point.tokens : point.rollouts)
    }
    var next = 1
    return (0...curvePoints).map { index in
      let place = whole * Double(index) / Double(curvePoints)
      while next < run.curve.count - 1, spent(run.curve[next]) < place { next += 1 }
      guard next < run.curve.count else { return run.quality }
      let (a, b) = (run.curve[next - 1], run.curve[next])
      guard spent(b) > spent(a) else { return b.quality }
      let part = min(1, max(0, (place - spent(a)) / (spent(b) - spent(a))))
      return a.quality + part * (b.quality - a.quality)
    }
  }
}
