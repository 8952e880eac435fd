import Foundation
import Modulation
import Statistics

/// What the tokens that several rollouts drew in one state say about Σπ²Λ, which a log of drawn tokens does not hold.
///
/// The distinct tokens seen contribute exactly. Of the others the log gives Q = Σπ² (logged sum less the seen), the mass q = 1 − Σπ and h = −Σπ log π (logged entropy less
/// the seen). With m = min(q, √Q), which no unseen probability exceeds,
///
/// ```
/// Q log(1/m) ≤ −Σ_unseen π² log π ≤ min(Q log(q/Q), m h)
/// ```
///
/// The upper bound Q log(q/Q) is Jensen's inequality for the concave logarithm under the weights π²/Q; m h bounds one factor π by m.
struct LoggedState: Sendable {
  /// The entropy H as logged.
  let entropy: Double
  /// The tokens of the log drawn in this state, as indices into its flattened batch.
  let members: [Int]
  /// The number of distinct tokens among them.
  let distinctCount: Int
  /// An interval that holds Σπ²Λ.
  let expectation: Interval
  /// The mean of π_aΛ_a over the rollouts: unbiased for Σπ²Λ, because the tokens were drawn from π.
  let meanWeightedDeviation: Double

  /// The state of `members`, from what the log says of their log-probabilities and of the state.
  ///
  /// `tokens` are the drawn tokens by index of the batch. `roundingError` is the error of a logged log-probability or entropy and the relative error of Σπ², to which half a
  /// unit of the eighth decimal is added.
  init(
    members: [Int], tokens: [Int], logProbabilities: [Double], entropy: Double, sumOfSquares: Double,
    roundingError: Double
  ) {
    self.entropy = entropy
    self.members = members
    var seen: [Int: Double] = [:]
    var order: [Int] = []
    var mean = 0.0
    for index in members {
      let logProbability = logProbabilities[index]
      mean += exp(logProbability) * (logProbability + entropy)
      if seen.updateValue(logProbability, forKey: tokens[index]) == nil { order.append(tokens[index]) }
    }
    meanWeightedDeviation = mean / Double(members.count)
    distinctCount = order.count
    var exact = 0.0
    var exactError = 0.0
    var squares = 0.0
    var mass = 0.0
    var seenEntropy = 0.0
    var entropyError = roundingError
    for token in order {
      guard let logProbability = seen[token] else { continue }
      let p = exp(logProbability)
      exact += p * p * (logProbability + entropy)
      // d(π²Λ) = π²(2Λ + 1) dlog π + π² dH.
      exactError += p * p * (2 * abs(logProbability + entropy) + 2) * roundingError
      squares += p * p
      mass += p
      seenEntropy -= p * logProbability
      // d(π log π) = π(log π + 1) dlog π.
      entropyError += p * (abs(logProbability) + 1) * roundingError
    }
    let squareError = 2 * squares * roundingError + sumOfSquares * roundingError + 5e-9
    let unseenMass = max(1 - mass + mass * roundingError, 0)
    let least = max(sumOfSquares - squares - squareError, 0)
    // Q ≤ q² as well; where everything was seen that keeps the rounding of Σπ² from standing for tokens.
    let most = max(min(sumOfSquares - squares + squareError, unseenMass * unseenMass), least)
    let rest = Self.unseen(
      squares: least...most, mass: unseenMass,
      entropy: max(entropy - seenEntropy + entropyError, 0), stateEntropy: entropy,
      stateEntropyError: roundingError)
    expectation = Interval(
      lower: exact - exactError + rest.lower, upper: exact + exactError + rest.upper)
  }

  /// The interval of Σ π²Λ over the unseen tokens, from an interval of Q and upper bounds of their mass and of their part h of the entropy.
  static func unseen(
    squares: ClosedRange<Double>, mass: Double, entropy: Double, stateEntropy: Double,
    stateEntropyError: Double
  ) -> Interval {
    let most = squares.upperBound
    guard most > 0, mass > 0 else { return Interval(lower: 0, upper: 0) }
    let largest = min(mass, most.squareRoot())
    let slack = stateEntropyError * most
    // Σπ²Λ = H Q + Σπ² log π ≤ Q (H + log m): linear in Q.
    let slope = stateEntropy + log(largest)
    let upper = slope * (slope > 0 ? most : squares.lowerBound) + slack
    // Q (H − log(q/Q)) is convex in Q, with its minimum at Q = q exp(−1 − H).
    let place = min(max(mass * exp(-1 - stateEntropy), squares.lowerBound), most)
    let jensen = place > 0 ? place * (stateEntropy - log(mass / place)) : 0
    let product = stateEntropy * squares.lowerBound - largest * entropy
    return Interval(lower: max(jensen, product) - slack, upper: max(upper, max(jensen, product) - slack))
  }
}

/// The states of a log of tokens, with an interval of the exact entropy change of each of its tokens.
struct LoggedStates: Sendable {
  /// The flattened log; advantages are those of `GRPO` over all responses of a prompt.
  let flattened: TokenLog.Flattened
  /// The states.
  let states: [LoggedState]
  /// For each token its π_aΛ_a.
  let weightedDeviations: [Double]
  /// For each token an interval that holds its dH/dη for its own ξ = A, on-policy.
  let changes: [Interval]
  /// For each token ‖e_a − π‖².
  let squaredNorms: [Double]

  /// nil where the log does not say which tokens were drawn, or lacks Σπ².
  init?(_ flattened: TokenLog.Flattened, roundingError: Double = TokenLog.roundingError) {
    guard let tokens = flattened.tokens, let squares = flattened.sumsOfSquares,
      let labels = flattened.batch.states
    else { return nil }
    self.flattened = flattened
    let batch = flattened.batch
    var members = [[Int]](repeating: [], count: flattened.stateCount)
    for (index, state) in labels.enumerated() { members[state].append(index) }
    states = members.map { indices in
      LoggedState(
        members: indices, tokens: tokens, logProbabilities: batch.logProbabilities,
        entropy: batch.entropies[indices[0]], sumOfSquares: squares[indices[0]],
        roundingError: roundingError)
    }
    weightedDeviations = zip(batch.logProbabilities, batch.entropies).map { exp($0) * ($0 + $1) }
    squaredNorms = zip(batch.logProbabilities, squares).map {
      ScoreNorm.squared(logProbability: $0, sumOfSquares: $1)
    }
    var changes: [Interval] = []
    changes.reserveCapacity(batch.count)
    for index in 0..<batch.count {
      let expectation = states[labels[index]].expectation
      let p = exp(batch.logProbabilities[index])
      // d(πΛ) = π(Λ + 1) dlog π + π dH.
      let deviation = abs(batch.logProbabilities[index] + batch.entropies[index])
      let error = p * (deviation + 2) * roundingError
      let ends = [
        EntropyChange.firstOrder(
          weightedDeviation: weightedDeviations[index] - error, expectation: expectation.upper,
          coefficient: batch.advantages[index]),
        EntropyChange.firstOrder(
          weightedDeviation: weightedDeviations[index] + error, expectation: expectation.lower,
          coefficient: batch.advantages[index]),
      ]
      changes.append(Interval(lower: min(ends[0], ends[1]), upper: max(ends[0], ends[1])))
    }
    self.changes = changes
  }

  /// The tokens whose advantage is not 0, and which therefore move something.
  var moving: [Int] { changes.indices.filter { flattened.batch.advantages[$0] != 0 } }

  /// The interval of |dH/dη| of a token.
  func magnitude(_ index: Int) -> Interval {
    let change = changes[index]
    let high = max(abs(change.lower), abs(change.upper))
    return Interval(
      lower: change.lower <= 0 && change.upper >= 0 ? 0 : min(abs(change.lower), abs(change.upper)),
      upper: high)
  }

  /// Random pairs of moving tokens whose |dH/dη| are in a settled order, with the larger first, out of `count` pairs drawn.
  func settledPairs(_ key: StreamKey, count: Int) -> [(larger: Int, smaller: Int)] {
    let moving = moving
    guard moving.count > 1 else { return [] }
    var stream = RandomStream(key)
    var pairs: [(Int, Int)] = []
    for _ in 0..<count {
      let first = moving[stream.index(below: moving.count)]
      let second = moving[stream.index(below: moving.count)]
      let (a, b) = (magnitude(first), magnitude(second))
      if a.lower > b.upper { pairs.append((first, second)) }
      if b.lower > a.upper { pairs.append((second, first)) }
    }
    return pairs
  }

  /// The field that `log` lacks for the intervals.
  static func missingField(_ log: TokenLog) -> String {
    log.hasTokens ? "sum_sq_probability" : "token_ids"
  }
}
