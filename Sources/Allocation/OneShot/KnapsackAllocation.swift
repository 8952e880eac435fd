import Foundation

/// Knapsack RL: a prompt's rollouts are items whose value is the chance of a gradient times an information gain.
///
///     Value(N, p) = [1 − p^N − (1−p)^N] · p(1−p)²,   maximise Σ Value(N_i, p̂_i) under Σ N_i = B and bounds
///
/// From one rollout on the value is concave in N: its next step is `p²(1−p)³ (p^{N−1} + (1−p)^{N−1})`, written so because the difference of two values near 1 cancels. Taking the
/// largest steps is therefore exact. The published rule solves the same knapsack by dynamic programming in O(N B²).
///
/// p̂ is that of the prompt's last visit; a prompt before its first gets the uniform share. A prompt with p̂ = 1 stays at the minimum, and what the others cannot take goes to those
/// with p̂ = 0 evenly; only where these are full too, to those with p̂ = 1.
///
/// - Source: `knapsack2025`. Secondary: the formulas were read in two implementations by others that agree, not in the authors' code.
public struct KnapsackAllocation: BatchAllocator {
  /// The bounds of the paper.
  public static let publishedBounds = AllocationBounds(minimum: 2, maximum: 128)

  /// No settings.
  public init() {}

  /// Rollouts at the latest pass rates; they add up to `budget`.
  public func rollouts(_ prompts: [PromptRecord], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    try Self.rollouts(passRates: try prompts.latestPassRates(), budget: budget, bounds: bounds)
  }

  /// `[1 − p^N − (1−p)^N] · p(1−p)²`; 0 for fewer than two rollouts, which cannot differ.
  ///
  /// The formula gives −1 times the gain at N = 0; the chance that it stands for is 0.
  public static func value(rollouts: Int, passRate p: Double) -> Double {
    guard rollouts > 1, p > 0, p < 1 else { return 0 }
    // 1 − q^N by expm1, so that small p keep their digits.
    let someSuccess = -expm1(Double(rollouts) * log1p(-p))
    return (someSuccess - pow(p, Double(rollouts))) * p * (1 - p) * (1 - p)
  }

  /// The rollouts of greatest value together; ties to the first index.
  ///
  /// - Parameter passRates: p̂ of each prompt, nil for one that was never visited.
  /// - Throws: no prompts; a rate outside 0...1; bounds that are reversed; a budget outside the sums of the bounds.
  /// - Edge cases: from 0 rollouts the first step gains nothing and the second `2p²(1−p)³`, which is not concave; both count as half of that, which is also the third step,
  ///   so that the greedy rule can only stop short at one prompt with a single rollout. That rollout is then moved, or a second taken from elsewhere, whichever
  ///   loses less: the result is exact for a minimum of 0 too.
  /// - Complexity: O(N) times a few dozen steps of a search for the last gain that is taken.
  public static func rollouts(passRates: [Double?], budget: Int, bounds: AllocationBounds = publishedBounds)
    throws(AllocationError) -> [Int]
  {
    let limits = try Limits(count: passRates.count, budget: budget, bounds: bounds)
    try EvenDivision.check(passRates)
    var counts = limits.lower
    var upper = limits.upper
    for (i, share) in try EvenDivision.unseen(passRates, within: limits, bounds: bounds).enumerated() {
      if let share { (counts[i], upper[i]) = (share, share) }
    }
    let left = budget - saturatingSum(counts)
    let gains = KnapsackGains(passRates: passRates.map { $0 ?? 0 }, isFromNothing: bounds.minimum == 0)
    var room = upper
    for i in room.indices where gains.scales[i] == 0 { room[i] = counts[i] }
    var rest = ThresholdSearch.add(left, to: &counts, upper: room, gains: gains)
    if bounds.minimum == 0 { gains.mendSingle(&counts, upper: room) }
    let chosen = [
      passRates.indices.filter { passRates[$0] == 0 }, passRates.indices.filter { gains.scales[$0] > 0 },
    ]
    for prompts in chosen { rest = EvenDivision.add(rest, among: prompts, to: &counts, upper: upper) }
    _ = EvenDivision.add(rest, among: Array(counts.indices), to: &counts, upper: upper)
    return counts
  }
}

/// The next step of the knapsack's value, made concave at 0 where rollouts start from there.
private struct KnapsackGains: FallingGains {
  let passRates: [Double]
  /// p²(1−p)³.
  let scales: [Double]
  let isFromNothing: Bool

  init(passRates: [Double], isFromNothing: Bool) {
    self.passRates = passRates
    self.isFromNothing = isFromNothing
    scales = passRates.map { $0 * $0 * (1 - $0) * (1 - $0) * (1 - $0) }
  }

  func gain(_ i: Int, _ rollouts: Int) -> Double {
    if rollouts <= 2, rollouts == 2 || isFromNothing { return scales[i] }
    let power = Double(rollouts - 1)
    return scales[i] * (pow(passRates[i], power) + pow(1 - passRates[i], power))
  }

  /// Moves the one rollout that is of no use alone, or adds another to it.
  func mendSingle(_ counts: inout [Int], upper: [Int]) {
    guard let single = counts.indices.first(where: { counts[$0] == 1 && scales[$0] > 0 }) else { return }
    // What the rollout gains elsewhere, and what one elsewhere is worth; a prompt with two loses both by losing one.
    var receiver: (index: Int, gain: Double)?
    var giver: (index: Int, loss: Double)?
    for i in counts.indices where i != single && counts[i] >= 2 && scales[i] > 0 {
      if counts[i] < upper[i], gain(i, counts[i]) > receiver?.gain ?? -1 {
        receiver = (i, gain(i, counts[i]))
      }
      let loss = counts[i] > 2 ? gain(i, counts[i] - 1) : 2 * scales[i]
      if loss < giver?.loss ?? .infinity { giver = (i, loss) }
    }
    let second = upper[single] > 1 ? 2 * scales[single] : 0
    if let giver, second - giver.loss > receiver?.gain ?? 0 {
      counts[giver.index] -= 1
      counts[single] += 1
    } else if let receiver {
      counts[receiver.index] += 1
      counts[single] -= 1
    }
  }
}
