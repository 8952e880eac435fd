import Allocation
import Foundation
import Statistics

/// The parameters of a world under training, and what rollouts have told of its prompts.
struct ArenaState {
  /// The world.
  let world: ArenaWorld
  /// θ's coordinate of every prompt.
  private(set) var own: [Double]
  /// θ's shared coordinate of every cluster.
  private(set) var clusters: [Double]
  /// What drift has added to z.
  private var wandered: [Double]
  /// The grid point of the clock at which drift was last brought up to date, for each prompt.
  private var settled: [Int32]
  /// The part of the budget that was spent, in units of `ArenaWorld.Shared.drift`.
  private(set) var time = 0.0
  /// What is known of each prompt.
  var records: [PromptRecord]
  /// The decaying means of ‖ĝ‖² and ĝ·∇J, which the next step's length is made of.
  private var meanSquare = 0.0
  private var meanSignal = 0.0
  private var meanWeight = 0.0
  /// Steps done.
  private(set) var step = 0
  /// Rollouts drawn for each prompt so far, wherever they started.
  var drawn: [Int]

  /// What is left of a prompt's discounted counts when it is met again.
  static let discount = 0.75
  /// What is left of the means of ‖ĝ‖² and ĝ·∇J after a step.
  static let meanDecay = 0.9

  /// Grid points of a unit of time.
  static let driftGrid = 100.0

  private let ownShare: Double
  private let clusterShare: Double
  private let driftKey: UInt64
  /// L.
  private let curvature: Double
  /// The prompts of each cluster; empty where there is no coupling.
  private let members: [[Int]]

  /// A world at its start.
  init(_ world: ArenaWorld, seed: UInt64) {
    self.world = world
    own = [Double](repeating: 0, count: world.count)
    clusters = [Double](repeating: 0, count: world.clusterCount)
    wandered = world.shared.drift > 0 ? own : []
    settled = world.shared.drift > 0 ? [Int32](repeating: 0, count: world.count) : []
    drawn = [Int](repeating: 0, count: world.count)
    records = (0..<world.count).map { PromptRecord(prompt: $0, features: world.features($0)) }
    ownShare = (1 - world.shared.coupling).squareRoot()
    clusterShare = world.shared.coupling.squareRoot()
    var stream = RandomStream(StreamKey(seed: seed, claim: "arena/drift/\(world.name)"))
    driftKey = stream.next()
    curvature = world.curvature
    members = world.shared.coupling > 0 ? world.members : []
  }

  /// Puts a prompt's own coordinate of θ at a value; tests differentiate by it.
  mutating func place(_ value: Double, at i: Int) { own[i] = value }

  /// z of prompt i as it stands.
  @inlinable
  func logit(_ i: Int) -> Double {
    let moved =
      world.logits[i] + world.distances[i] * (ownShare * own[i] + clusterShare * clusters[world.clusters[i]])
    return wandered.isEmpty ? moved : moved + wandered[i]
  }

  /// z of prompt i after a replayed prefix that shifts it by `shift` and leaves `share` of each response to be drawn: only that share of what was learnt counts, and of D with it.
  func logit(_ i: Int, shift: Double, share: Double) -> Double {
    let learnt = logit(i) - world.logits[i] - (wandered.isEmpty ? 0 : wandered[i])
    return logit(i) + shift - (1 - share) * learnt
  }

  /// p of prompt i as it stands.
  @inlinable
  func probability(_ i: Int) -> Double { logistic(logit(i)) }

  /// What a rule is shown of prompt i: what rollouts told, or the truth of the present moment as if a million rollouts had told it.
  ///
  /// Where the verifier errs the truth is that of what it says: the acceptance rate, and the moments of accepted and refused rollouts.
  mutating func record(_ i: Int, knowsTruth: Bool) -> PromptRecord {
    guard knowsTruth else { return records[i] }
    settle(i)
    var record = records[i]
    let classes = ObservedClasses(world, prompt: i, probability: probability(i))
    let successes = Int((1e6 * classes.acceptance).rounded())
    record.statistics = PromptStatistics(successes: successes, samples: 1_000_000)
    record.discountedSuccesses = Double(successes)
    record.discountedSamples = 1e6
    let distance = classes.acceptedMean - classes.refusedMean
    record.moments = .init(
      successVariance: classes.acceptedAlong + classes.acceptedAcross,
      failureVariance: classes.refusedAlong + classes.refusedAcross, squaredDistance: distance * distance)
    let p = probability(i)
    record.meanLength = p * world.successLengths[i] + (1 - p) * world.failureLengths[i]
    return record
  }

  /// Moves the clock that drift goes by to the part of the budget that was spent: rules that make few large steps drift no less.
  mutating func moveClock(to part: Double) { time = max(time, min(part, 1)) }

  /// Lets prompt i wander up to the present time.
  ///
  /// The walk is fixed: its increments belong to (prompt, grid point), whatever rule is at work and whenever it looks.
  mutating func settle(_ i: Int) {
    guard !wandered.isEmpty else { return }
    let now = Int32((time * Self.driftGrid).rounded(.down))
    guard now > settled[i] else { return }
    let spread = world.shared.drift / Self.driftGrid.squareRoot()
    for point in settled[i]..<now {
      var stream = RandomStream(key: driftKey, replicate: UInt64(i) << 32 | UInt64(point))
      wandered[i] += spread * normalPair(&stream).0
    }
    settled[i] = now
  }

  /// The mean success probability of all prompts, drift up to date.
  mutating func quality() -> Double {
    var sum = CompensatedSum()
    for i in 0..<world.count {
      settle(i)
      sum.add(probability(i))
    }
    return sum.value / Double(world.count)
  }

  /// The mean success probability of the tenth of the prompts that are worst.
  mutating func worstTenth() -> Double {
    let sorted = (0..<world.count).map { probability($0) }.sorted()
    let few = max(1, world.count / 10)
    return sorted.prefix(few).reduce(0, +) / Double(few)
  }

  /// ‖ĝ‖², the parts across included.
  func squaredNorm(of gradient: ArenaGradient) -> Double {
    var sum = gradient.across
    for g in gradient.values { sum += ownShare * ownShare * g * g }
    guard clusterShare > 0 else { return sum }
    var shared = zip(gradient.prompts, gradient.values).map { (cluster: world.clusters[$0], value: $1) }
    shared.sort { $0.cluster < $1.cluster }
    var start = 0
    while start < shared.count {
      var (end, together) = (start, 0.0)
      while end < shared.count, shared[end].cluster == shared[start].cluster {
        together += shared[end].value
        end += 1
      }
      sum += clusterShare * clusterShare * together * together
      start = end
    }
    return sum
  }

  /// One step of the best length: `θ += η* ĝ`, `η* = E[ĝ·∇J]/(L E‖ĝ‖²)`, both expectations decaying means over the steps before.
  ///
  /// It is the step that improves a function of curvature L the most, by `(E ĝ·∇J)²/(2L E‖ĝ‖²)`: every rule gets its best learning rate, so that neither the scale of its gradients nor the size of its steps decides. At a fixed learning rate a rule would win by larger
  /// gradients, at a fixed length of step by many small steps.
  mutating func apply(_ gradient: ArenaGradient) {
    let square = squaredNorm(of: gradient)
    let signal = signal(of: gradient)
    step += 1
    guard square > 0 else { return }
    let known = meanWeight > 0 ? (meanSignal, meanSquare) : (signal, square)
    meanSquare = Self.meanDecay * meanSquare + (1 - Self.meanDecay) * square
    meanSignal = Self.meanDecay * meanSignal + (1 - Self.meanDecay) * signal
    meanWeight = 1
    let length = max(0, known.0) / (curvature * known.1)
    for (i, g) in zip(gradient.prompts, gradient.values) {
      own[i] += length * ownShare * g
      clusters[world.clusters[i]] += length * clusterShare * g
    }
  }

  /// ĝ·∇J; of the clusters only those that ĝ touches are looked at.
  private func signal(of gradient: ArenaGradient) -> Double {
    var sum = 0.0
    let each = 1 / Double(world.count)
    for (i, g) in zip(gradient.prompts, gradient.values) {
      let p = probability(i)
      sum += ownShare * ownShare * g * p * (1 - p) * world.distances[i] * each
      guard clusterShare > 0 else { continue }
      var shared = 0.0
      for j in members[world.clusters[i]] {
        let q = probability(j)
        shared += q * (1 - q) * world.distances[j]
      }
      sum += clusterShare * clusterShare * g * shared * each
    }
    return sum
  }

  /// ∇J in the coordinates of θ: those of prompts, then those of clusters; J the mean success probability.
  func exactGradient() -> (own: [Double], clusters: [Double]) {
    var gradient = (own: own, clusters: clusters.map { _ in 0.0 })
    for i in 0..<world.count {
      let p = probability(i)
      let g = p * (1 - p) * world.distances[i] / Double(world.count)
      gradient.own[i] = ownShare * g
      gradient.clusters[world.clusters[i]] += clusterShare * g
    }
    return gradient
  }

  /// ⟨d_i, v⟩ for a vector v in the coordinates of θ.
  func along(_ i: Int, _ vector: (own: [Double], clusters: [Double])) -> Double {
    ownShare * vector.own[i] + clusterShare * vector.clusters[world.clusters[i]]
  }

  /// Adds `gradient` to dense sums in the coordinates of θ.
  func accumulate(_ gradient: ArenaGradient, own: inout [Double], clusters: inout [Double]) {
    for (i, g) in zip(gradient.prompts, gradient.values) {
      own[i] += ownShare * g
      clusters[world.clusters[i]] += clusterShare * g
    }
  }
}

/// The gradient estimate of a step: a weighted mean of the groups' contributions.
struct ArenaGradient {
  /// The prompts, each once.
  var prompts: [Int] = []
  /// Their weighted contributions along their directions.
  var values: [Double] = []
  /// The expected squared length across all directions.
  var across = 0.0
}
