import Foundation
import Modulation
import Statistics
import Testing
import _TestSupport

/// Clip-Cov and KL-Cov.
@Suite struct CovarianceRuleTests {
  static let key = StreamKey(seed: 20_261_125, claim: "covariance-rule-tests")

  static func batch(
    _ advantages: [Double], _ logProbabilities: [Double], ratios: [Double]? = nil, isValid: [Bool]? = nil
  ) throws -> TokenBatch {
    try TokenBatch(
      logProbabilities: logProbabilities, entropies: advantages.map { _ in 1 }, advantages: advantages,
      ratios: ratios, sequences: advantages.map { _ in 0 }, isValid: isValid)
  }

  /// By hand: mean A = 0, mean log π = −2 over the valid tokens; cov = 3·1, −3·(−1), 0, 0.
  static func hand(ratios: [Double]? = nil) throws -> TokenBatch {
    try batch(
      [3, -3, 3, -3, 100], [-1, -3, -2, -2, -50], ratios: ratios, isValid: [true, true, true, true, false])
  }

  @Test func theCovarianceByHand() throws {
    #expect(TokenCovariance.values(try Self.hand()) == [3, 3, 0, 0, -.infinity])
  }

  /// Two candidates, int(.0002 · 4) = 0, so one is dropped: either with probability 1/2.
  @Test func oneOfTheCandidatesIsDropped() throws {
    let batch = try Self.hand()
    #expect(ClipCov.published.candidates(batch) == [0, 1])
    var first = 0
    for replicate in 0..<20_000 {
      let keep = ClipCov.published.keep(batch, stream: RandomStream(Self.key.replicate(replicate)))
      #expect(keep == [false, true, true, true, false] || keep == [true, false, true, true, false])
      first += keep[0] ? 0 : 1
    }
    expectProportion(successes: first, trials: 20_000, equals: 0.5, detectable: 0.05)
  }

  /// Eight tokens, four of them candidates, of which int(.25 · 8) = 2 are dropped: each of the six pairs equally often.
  @Test func everySubsetIsEquallyLikely() throws {
    // mean A = 0, mean log π = −2: cov = 2 for the first four, −2 for the others.
    let batch = try Self.batch([2, 2, -2, -2, 2, 2, -2, -2], [-1, -1, -3, -3, -3, -3, -1, -1])
    let rule = ClipCov(ratio: 0.25)
    #expect(rule.candidates(batch) == [0, 1, 2, 3])
    #expect(rule.drawn(candidates: 4, valid: 8) == 2 && rule.drawn(candidates: 1, valid: 8) == 1)
    #expect(rule.drawn(candidates: 4, valid: 3) == 1 && rule.drawn(candidates: 0, valid: 8) == 0)
    var counts = [Int](repeating: 0, count: 16)
    for replicate in 0..<30_000 {
      let keep = rule.keep(batch, stream: RandomStream(Self.key.designPoint(1).replicate(replicate)))
      #expect(keep[4...].allSatisfy { $0 })
      counts[(0..<4).reduce(0) { $0 + (keep[$1] ? 0 : 1 << $1) }] += 1
    }
    for subset in [3, 5, 6, 9, 10, 12] {
      expectProportion(
        successes: counts[subset], trials: 30_000, equals: 1 / 6, detectable: 0.03, "\(subset)")
    }
    #expect([3, 5, 6, 9, 10, 12].reduce(0) { $0 + counts[$1] } == 30_000)
  }

  @Test func theDrawIsAFunctionOfTheStream() throws {
    let batch = try Self.hand()
    let stream = RandomStream(Self.key)
    #expect(ClipCov.published.keep(batch, stream: stream) == ClipCov.published.keep(batch, stream: stream))
  }

  /// Clipped tokens leave the draw but not the means; a token without advantage cannot be clipped; the limits are open.
  @Test func whoIsACandidate() throws {
    let clipped = ClipCov(clip: ClipIndicator(low: 0.2, high: 0.28))
    #expect(clipped.candidates(try Self.hand(ratios: [1.3, 1, 1, 1, 1])) == [1])
    #expect(clipped.candidates(try Self.hand(ratios: [1, 0.7, 1, 1, 1])) == [0])
    // With the published range 1 on both sides no ratio below 2 is clipped, and no token of negative advantage ever.
    #expect(ClipCov.published.candidates(try Self.hand(ratios: [1.9, 0.01, 1, 1, 1])) == [0, 1])
    #expect(ClipCov.published.candidates(try Self.hand(ratios: [2.1, 0.01, 1, 1, 1])) == [1])
    // mean A = −2, mean log π = −2: cov = 2, 0, 2 with the first token's A = 0.
    let withoutAdvantage = try Self.batch([0, -2, -4], [-1, -2, -3], ratios: [9, 1, 1])
    #expect(clipped.candidates(withoutAdvantage) == [0, 2])
    #expect(ClipCov(lower: 3, upper: 5).candidates(try Self.hand()).isEmpty)
    #expect(ClipCov(lower: 1, upper: 3).candidates(try Self.hand()).isEmpty)
    #expect(ClipCov(lower: 1, upper: 3).keep(try Self.hand(), stream: RandomStream(Self.key))[0])
  }

  @Test func theCoefficientOfClipCov() throws {
    let batch = try Self.hand(ratios: [1.3, 0.9, 1.1, 0.5, 1])
    // Token 0 is clipped, token 1 the only candidate, token 3 clipped (.5 < .8 with A < 0).
    let rule = ClipCov(clip: ClipIndicator(low: 0.2, high: 0.28))
    #expect(rule.coefficients(batch, stream: RandomStream(Self.key)) == [0, 0, 1.1 * 3, 0, 0])
  }

  /// One token pays at least, the earlier of a tie, even where every covariance is negative.
  @Test func whoPaysInKLCov() throws {
    #expect(KLCov.published.penalised(try Self.hand()) == [true, false, false, false, false])
    #expect(KLCov(ratio: 0.5).penalised(try Self.hand()) == [true, true, false, false, false])
    #expect(KLCov(ratio: 0.75).penalised(try Self.hand()) == [true, true, true, false, false])
    let negative = try Self.batch([1, -1], [-3, -1])
    #expect(TokenCovariance.values(negative) == [-1, -1])
    #expect(KLCov.published.penalised(negative) == [true, false])
    #expect(KLCov.published.penalised(try Self.batch([], [])).isEmpty)
    #expect(KLCov.published.penalised(try Self.batch([1], [-1], isValid: [false])) == [false])
  }

  /// The top k by sorting on (covariance, earlier first).
  @Test func theSelectionIsThatOfASort() throws {
    for key in RandomPolicies.keys(150, claim: "kl-cov-tests") {
      var stream = RandomStream(key)
      let batch = try RandomPolicies.batch(&stream, responses: 1 + stream.index(below: 60))
      let ratio = 0.001 + 0.999 * stream.uniform()
      let covariances = TokenCovariance.values(batch)
      let valid = covariances.indices.filter { batch.counts($0) }
      let number = valid.isEmpty ? 0 : max(Int(ratio * Double(valid.count)), 1)
      let chosen = Set(
        valid.sorted {
          covariances[$0] > covariances[$1] || (covariances[$0] == covariances[$1] && $0 < $1)
        }.prefix(number))
      #expect(
        KLCov(ratio: ratio).penalised(batch) == covariances.indices.map { chosen.contains($0) }, "\(key)")
    }
  }

  /// By hand: −1.5 · 3 + 2 log 1.5, and −ρA for the others, unclipped.
  @Test func theLossOfKLCov() throws {
    let rule = KLCov(ratio: 0.002, coefficient: 2)
    let losses = rule.losses(try Self.hand(ratios: [1.5, 9, 1, 0.1, 1]))
    for (value, expected) in zip(losses, [-4.5 + 2 * log(1.5), 27, -3, 0.1 * 3, 0]) {
      #expect(isClose(value, expected))
    }
  }

  /// ξ is minus the slope of the loss in log ρ: central differences, error h²/6 |L‴| with |L‴| = ρ|A| ≤ 9, and units of the loss over h.
  @Test func theCoefficientOfKLCovIsTheSlopeOfItsLoss() throws {
    let rule = KLCov(ratio: 0.5, coefficient: 0.7)
    let ratios = [1.5, 0.6, 1.2, 3, 1]
    let step = 1e-4
    let above = rule.losses(try Self.hand(ratios: ratios.map { $0 * exp(step) }))
    let below = rule.losses(try Self.hand(ratios: ratios.map { $0 * exp(-step) }))
    for (index, value) in rule.coefficients(try Self.hand(ratios: ratios)).enumerated() {
      let tolerance = step * step / 6 * 9 + 16 * RandomPolicies.unit * 9 / step
      #expect(abs(value + (above[index] - below[index]) / (2 * step)) <= tolerance, "token \(index)")
    }
  }

  /// On the first update of a batch the rule is REINFORCE.
  @Test func onPolicyKLCovDoesNothing() throws {
    let batch = try Self.hand()
    #expect(KLCov(ratio: 1, coefficient: 100).coefficients(batch) == [3, -3, 3, -3, 0])
    #expect(KLCov(ratio: 1, coefficient: 100).losses(batch) == [-3, 3, -3, 3, 0])
  }
}
