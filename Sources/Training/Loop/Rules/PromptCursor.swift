/// How far a run with a rollout rule has come in its passes over the pool: such a run takes prompts by ones, not by batches.
public struct PromptCursor: Sendable, Hashable, Codable {
  /// The number of the pass, from 0.
  public private(set) var pass = 0
  /// Places of that pass that are used up.
  public private(set) var place = 0

  /// At the beginning of the first pass.
  public init() {}

  /// The next `count` prompts that are not in `excluded`, all of one pass, fewer where the pool has not as many.
  ///
  /// A pass with too few left is given up, as `PromptOrder` does it: whoever takes a batch's prompts each time takes its batches.
  mutating func next(_ count: Int, of order: PromptOrder, excluding excluded: Set<Int> = []) -> [Int] {
    let count = min(count, order.poolSize - excluded.count)
    guard count > 0 else { return [] }
    var prompts = order.pass(pass)
    if prompts[place...].count(where: { !excluded.contains($0) }) < count {
      pass += 1
      place = 0
      prompts = order.pass(pass)
    }
    var taken: [Int] = []
    while taken.count < count {
      if !excluded.contains(prompts[place]) { taken.append(prompts[place]) }
      place += 1
    }
    return taken
  }

  /// Whether a run on a pool of so many prompts can stand there.
  func isSound(poolSize: Int) -> Bool { (0...1 << 52).contains(pass) && (0...poolSize).contains(place) }

  /// Whether fewer prompts are left of the pass than a batch takes.
  func isAtEnd(of order: PromptOrder) -> Bool { order.poolSize - place < order.batchSize }
}
