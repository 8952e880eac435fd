import Allocation
import Statistics

/// One rule on one world with one seed, until its budget is spent.
public struct ArenaRun: Sendable {
  /// A point of the curve.
  public struct Point: Sendable, Hashable {
    /// Steps done.
    public var steps: Int
    /// Rollouts drawn.
    public var rollouts: Int
    /// Tokens drawn.
    public var tokens: Int
    /// The mean success probability of all prompts, the true one.
    public var quality: Double
  }

  /// What the run had, in rollouts or tokens.
  public var budget: Int
  /// Whether it had tokens.
  public var isTokens: Bool
  /// The curve, from the start to the end.
  public var curve: [Point]
  /// What all steps cost.
  public var cost: StepCost
  /// The mean success probability of the worst tenth of the prompts at the end.
  public var worstTenth: Double
  /// The fewest rollouts of a prompt over their mean.
  public var leastServed: Double
  /// The share of prompts without a rollout.
  public var unserved: Double

  /// Runs `contender` on `world`.
  ///
  /// The last step is the one that spends the budget, with those after it that only use what was paid for. Throws where the rule refuses a step: its bounds do not admit the budget, or a prompt lacks what it reads.
  public static func run(_ contender: Contender, world: ArenaWorld, setting: ArenaSetting, seed: UInt64)
    throws(AllocationError) -> ArenaRun
  {
    var state = ArenaState(world, seed: seed)
    var driver = RuleDriver(contender, world: world, setting: setting.driver, seed: seed)
    var cost = StepCost()
    var curve = [Point(steps: 0, rollouts: 0, tokens: 0, quality: state.quality())]
    let budget = setting.tokens ?? setting.rollouts
    var idle = 0
    var marks = 0
    while true {
      let spent = setting.tokens == nil ? cost.rollouts : cost.tokens
      if spent >= budget, !driver.hasPaidStep { break }
      state.moveClock(to: Double(spent) / Double(budget))
      let (gradient, step) = try driver.step(&state)
      state.apply(gradient)
      cost += step
      // A rule that skips everything for a thousand steps will never spend its budget.
      idle = step.rollouts == 0 ? idle + 1 : 0
      let now = setting.tokens == nil ? cost.rollouts : cost.tokens
      let ends = now >= budget && !driver.hasPaidStep || idle > 1000
      // A point belongs to what was spent, so that steps which are paid for come before it.
      if now * setting.points / budget > marks && !driver.hasPaidStep || ends {
        marks = now * setting.points / budget
        state.moveClock(to: Double(now) / Double(budget))
        curve.append(
          Point(steps: state.step, rollouts: cost.rollouts, tokens: cost.tokens, quality: state.quality()))
      }
      if ends { break }
    }
    let drawn = state.drawn
    let mean = Double(drawn.reduce(0, +)) / Double(world.count)
    return ArenaRun(
      budget: budget, isTokens: setting.tokens != nil, curve: curve, cost: cost,
      worstTenth: state.worstTenth(),
      leastServed: mean > 0 ? Double(drawn.min() ?? 0) / mean : 0,
      unserved: Double(drawn.count { $0 == 0 }) / Double(world.count))
  }

  /// The quality where the budget was spent, interpolated between the last points of the curve, as the last step may pass it; of a run that ended before, its last.
  public var quality: Double {
    guard let last = curve.last, curve.count > 1 else { return curve.last?.quality ?? 0 }
    let before = curve[curve.count - 2]
    let (a, b) = isTokens ? (before.tokens, last.tokens) : (before.rollouts, last.rollouts)
    guard b > budget, b > a, a <= budget else { return last.quality }
    return before.quality + Double(budget - a) / Double(b - a) * (last.quality - before.quality)
  }

  /// The mean quality over the budget spent: the area under the curve, by trapezoids over rollouts or tokens.
  public func meanQuality(overTokens: Bool) -> Double {
    var area = 0.0
    for (a, b) in zip(curve, curve.dropFirst()) {
      let width = overTokens ? b.tokens - a.tokens : b.rollouts - a.rollouts
      area += Double(width) * (a.quality + b.quality) / 2
    }
    let whole = overTokens ? cost.tokens : cost.rollouts
    return whole > 0 ? area / Double(whole) : quality
  }

  /// Steps, rollouts and tokens until `target` is reached, interpolated between points; nil where it never was.
  ///
  /// What is reached beyond the budget does not count.
  public func reached(_ target: Double) -> (steps: Double, rollouts: Double, tokens: Double)? {
    guard quality >= target || curve.dropLast().contains(where: { $0.quality >= target }) else { return nil }
    guard let first = curve.first else { return nil }
    if first.quality >= target { return (0, 0, 0) }
    for (a, b) in zip(curve, curve.dropFirst()) where b.quality >= target {
      let part = (target - a.quality) / (b.quality - a.quality)
      func between(_ x: Int, _ y: Int) -> Double { Double(x) + part * Double(y - x) }
      return (between(a.steps, b.steps), between(a.rollouts, b.rollouts), between(a.tokens, b.tokens))
    }
    return nil
  }
}
