import Statistics

/// The order in which prompts are offered to rules: passes over the pool, each in an order of its own, the same for every rule.
struct CandidateOrder {
  private let seed: UInt64
  private let name: String
  private var order: [Int]
  private var place = 0
  private var pass = 0

  /// The order of `count` prompts in a world.
  init(count: Int, world: String, seed: UInt64) {
    self.seed = seed
    name = world
    order = Array(0..<count)
    shuffle()
  }

  /// The next `count` prompts; a prompt may come twice where a pass ends.
  mutating func next(_ count: Int) -> [Int] {
    var taken: [Int] = []
    taken.reserveCapacity(count)
    while taken.count < count {
      if place == order.count {
        place = 0
        pass += 1
        shuffle()
      }
      let some = min(count - taken.count, order.count - place)
      taken.append(contentsOf: order[place..<place + some])
      place += some
    }
    return taken
  }

  private mutating func shuffle() {
    var stream = RandomStream(StreamKey(seed: seed, claim: "arena/order/\(name)").replicate(pass))
    for i in order.indices { order[i] = i }
    for i in stride(from: order.count - 1, to: 0, by: -1) { order.swapAt(i, stream.index(below: i + 1)) }
  }
}
