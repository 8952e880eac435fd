import Foundation
import Statistics

extension ArenaWorld {
  /// How a named world is drawn; `count` prompts from a stream.
  public struct Recipe: Sendable {
    /// The name that `--world` takes.
    public var name: String
    /// One sentence.
    public var summary: String
    /// The shapes (a, b) of the Beta law of pass rates, and their shares.
    var rates: [(share: Double, a: Double, b: Double)]
    /// The deviation of log D and of log v between prompts.
    var scoreSpread: Double
    /// How log v moves with the logit of p: negative where hard prompts have noisier scores.
    var scoreSlope: Double
    /// The deviation of log length between prompts.
    var lengthSpread: Double
    /// How log length moves with the logit of p.
    var lengthSlope: Double
    /// Wrong responses are this many times as long as right ones.
    var failureLengthRatio: Double
    /// Prompts in a cluster.
    var clusterSize: Int
    /// c of the first feature, `c z/2 + √(1−c²) ε` for the logit z of p: their correlation where z has the deviation 2, less where it is narrower and more where it is wider.
    var featureCorrelation: Double
    /// What all prompts share.
    var shared: Shared

    init(
      _ name: String, _ summary: String, rates: [(share: Double, a: Double, b: Double)],
      scoreSpread: Double = 0.4, scoreSlope: Double = 0, lengthSpread: Double = 0.4, lengthSlope: Double = 0,
      failureLengthRatio: Double = 1, clusterSize: Int = 16, featureCorrelation: Double = 0.6,
      _ change: (inout Shared) -> Void = { _ in }
    ) {
      self.name = name
      self.summary = summary
      self.rates = rates
      self.scoreSpread = scoreSpread
      self.scoreSlope = scoreSlope
      self.lengthSpread = lengthSpread
      self.lengthSlope = lengthSlope
      self.failureLengthRatio = failureLengthRatio
      self.clusterSize = clusterSize
      self.featureCorrelation = featureCorrelation
      var shared = Shared()
      change(&shared)
      self.shared = shared
    }

    /// The world of `count` prompts that `seed` draws; one stream for each prompt, so that a prompt does not depend on how many there are.
    public func world(count: Int, seed: UInt64) -> ArenaWorld {
      precondition(count > 0, "\(count) prompts")
      var columns = [[Double]](repeating: [], count: 6)
      for i in columns.indices { columns[i].reserveCapacity(count) }
      var features: [Double] = []
      features.reserveCapacity(2 * count)
      let key = StreamKey(seed: seed, claim: "arena/world/\(name)")
      for i in 0..<count {
        var stream = RandomStream(key.replicate(i))
        let p = min(max(rate(&stream), 1e-4), 1 - 1e-4)
        let z = log(p) - log1p(-p)
        // Scores, and the distance of their conditional means, grow together from prompt to prompt.
        let scale = exp(scoreSpread * stream.normal() + scoreSlope * z)
        let length = exp(lengthSpread * stream.normal() + lengthSlope * z)
        columns[0].append(z)
        columns[1].append(scale.squareRoot() * exp(0.2 * stream.normal()))
        columns[2].append(20 * scale * exp(0.2 * stream.normal()))
        columns[3].append(20 * scale * exp(0.2 * stream.normal()))
        columns[4].append(max(1, 200 * length))
        columns[5].append(max(1, 200 * length * failureLengthRatio))
        let c = featureCorrelation
        features.append(c * z / 2 + (1 - c * c).squareRoot() * stream.normal())
        features.append(stream.normal())
      }
      return ArenaWorld(
        name: name, summary: summary, logits: columns[0], distances: columns[1],
        successVariances: columns[2], failureVariances: columns[3], successLengths: columns[4],
        failureLengths: columns[5], clusters: (0..<count).map { $0 / clusterSize }, features: features,
        featureCount: 2, shared: shared)
    }

    private func rate(_ stream: inout RandomStream) -> Double {
      var level = stream.uniform()
      for part in rates {
        if level < part.share { return stream.beta(part.a, part.b) }
        level -= part.share
      }
      // Rounding may leave a sliver above the last share.
      return rates.last.map { stream.beta($0.a, $0.b) } ?? 0.5
    }
  }

  /// The worlds on which rules are compared, in reading order.
  public static let named: [Recipe] = [
    Recipe(
      "even", "pass rates uniform on (0, 1), scores alike: little for an allocation to gain",
      rates: [(1, 1, 1)], scoreSpread: 0.1),
    Recipe(
      "hard", "most prompts nearly never solved, as a weak model meets hard problems",
      rates: [(0.8, 0.4, 6), (0.2, 1, 1)], lengthSlope: -0.1),
    Recipe(
      "easy", "most prompts nearly always solved, as late in training", rates: [(0.8, 6, 0.6), (0.2, 1, 1)],
      lengthSlope: -0.1),
    Recipe("bimodal", "either hard or easy, little between", rates: [(0.5, 0.5, 6), (0.5, 6, 0.5)]),
    Recipe(
      "uneven-scores", "the score's variance differs by an order between prompts of equal p(1−p)",
      rates: [(1, 1, 1)], scoreSpread: 1.2, scoreSlope: -0.3),
    Recipe(
      "long-failures", "wrong responses three times as long, hard prompts longer: rollouts are not tokens",
      rates: [(0.6, 0.6, 3), (0.4, 2, 2)], lengthSpread: 0.8, lengthSlope: -0.3, failureLengthRatio: 3),
    Recipe(
      "coupled", "prompts of a cluster share three quarters of their gradient's square",
      rates: [(0.6, 0.5, 4), (0.4, 2, 1)], clusterSize: 32
    ) { $0.coupling = 0.75 },
    Recipe(
      "drifting", "pass rates wander by themselves between visits", rates: [(1, 0.7, 1.5)]
    ) { $0.drift = 1.5 },
    Recipe(
      "noisy-verifier", "one right answer in ten refused, one wrong answer in twenty accepted",
      rates: [(0.6, 0.5, 4), (0.4, 1, 1)]
    ) {
      $0.falseNegative = 0.1
      $0.falsePositive = 0.05
    },
  ]

  /// Worlds that nothing of our own rules was chosen on.
  ///
  /// They were looked at once with an earlier version, before the last change, which the named worlds decided.
  public static let heldOut: [Recipe] = [
    Recipe(
      "held-out-skewed", "many hopeless prompts, a few easy ones, uneven scores",
      rates: [(0.55, 0.3, 9), (0.3, 1.5, 2.5), (0.15, 8, 1)], scoreSpread: 0.8, scoreSlope: -0.15,
      lengthSlope: -0.2, clusterSize: 8
    ) { $0.coupling = 0.3 },
    Recipe(
      "held-out-late", "late training: easy prompts, drift, a verifier that errs",
      rates: [(0.7, 5, 1), (0.3, 0.6, 2)], scoreSpread: 0.6, scoreSlope: 0.2, clusterSize: 64
    ) {
      $0.coupling = 0.5
      $0.drift = 0.8
      $0.falsePositive = 0.03
      $0.falseNegative = 0.03
    },
    Recipe(
      "held-out-moderate", "pass rates around a third, long wrong responses, features without use",
      rates: [(1, 2, 4)], scoreSpread: 0.5, lengthSpread: 0.6, failureLengthRatio: 2, featureCorrelation: 0),
  ]

  /// Worlds that were drawn up after the last change to `twoStage` and `steered`, each with something that no other world has.
  ///
  /// Their forms that pay tokens came later; nothing in those was chosen on any world.
  public static let fresh: [Recipe] = [
    Recipe(
      "fresh-guessing", "a quarter of all wrong answers are accepted, as in multiple choice",
      rates: [(0.6, 0.8, 3), (0.4, 1.5, 1.5)], scoreSpread: 0.5
    ) { $0.falsePositive = 0.25 },
    Recipe(
      "fresh-heavy-tails", "score variances over four orders, noisier on easy prompts; lengths over three",
      rates: [(0.5, 0.5, 2), (0.5, 2, 0.7)], scoreSpread: 2, scoreSlope: 0.4, lengthSpread: 1.5,
      featureCorrelation: 0.3),
    Recipe(
      "fresh-themes", "clusters of 128 that share nine tenths of their gradient's square, mid-training",
      rates: [(0.5, 3, 3), (0.5, 1, 4)], clusterSize: 128, featureCorrelation: 0.8
    ) {
      $0.coupling = 0.9
      $0.drift = 0.4
    },
  ]

  /// The recipe of this name among all lists.
  public static func recipe(_ name: String) -> Recipe? {
    (named + heldOut + fresh).first { $0.name == name }
  }
}
