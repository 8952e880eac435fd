import Statistics

/// Two tokens over two actions with rational probabilities, under the value baseline and β_comp relative to the response itself (a group of one): all in fractions.
///
/// A response has two entropies, the first state's and the second's, so that β_comp is 1 at the larger and 1 + α at the smaller whatever their values: irrational
/// entropies only have to be compared, and q(1 − q) compares them. Scores of a state are multiples of (1, −1): (1 − q) for token 0, −q for token 1. A vector over
/// the three states therefore has one number for each state, and its square norm is twice the sum of their squares.
struct RationalTwoStep: Sendable, Hashable {
  /// The probability of token 0 at first, after token 0, and after token 1.
  let first: [Rational]
  /// The rewards of 00, 01, 10, 11.
  let rewards: [Int]

  /// The first such world with probabilities a/d, 0 < a < d, and both rewards that `isFound` accepts; simplest denominators first.
  static func first(maximumDenominator: Int, where isFound: (RationalTwoStep) -> Bool) -> RationalTwoStep? {
    for d in 2...maximumDenominator {
      for a in 1..<d {
        for b in 1..<d {
          for c in 1..<d where greatestCommonDivisor([a, b, c, d]) == 1 {
            let first = [a, b, c].map { Rational(Int128($0), Int128(d)) }
            for mask in 1..<15 {
              let world = RationalTwoStep(first: first, rewards: (0..<4).map { mask >> $0 & 1 })
              if isFound(world) { return world }
            }
          }
        }
      }
    }
    return nil
  }

  private static func greatestCommonDivisor(_ values: [Int]) -> Int {
    values.reduce(0) { first, second in
      var (a, b) = (first, second)
      while b != 0 { (a, b) = (b, a % b) }
      return a
    }
  }

  /// The probabilities of the three states' tokens.
  var rows: [[Rational]] { first.map { [$0, .one - $0] } }

  /// The chance of each response.
  var probabilities: [Rational] {
    (0..<4).map { rows[0][$0 / 2] * rows[1 + $0 / 2][$0 % 2] }
  }

  /// p.
  var successProbability: Rational {
    zip(probabilities, rewards).reduce(.zero) { $1.1 == 1 ? $0 + $1.0 : $0 }
  }

  /// Mean and covariance trace of (R − p)β s for a strength α; α = 0 is no modulation, whose mean is the gradient.
  func moments(strength: Rational) -> (mean: [Rational], trace: Rational) {
    let p = successProbability
    var mean = [Rational](repeating: .zero, count: 3)
    var second = Rational.zero
    for (response, probability) in probabilities.enumerated() {
      let advantage = Rational(Int128(rewards[response])) - p
      let tokens = [(state: 0, action: response / 2), (state: 1 + response / 2, action: response % 2)]
      let spreads = tokens.map { first[$0.state] * (.one - first[$0.state]) }
      for (token, spread) in zip(tokens, spreads) {
        let isLowest = spreads.contains { spread < $0 }
        let factor = advantage > .zero && isLowest ? .one + strength : Rational.one
        let q = first[token.state]
        let value = advantage * factor * (token.action == 0 ? .one - q : .zero - q)
        mean[token.state] += probability * value
        second += probability * value * value
      }
    }
    let two = Rational(2)
    return (mean, two * second - two * Self.product(mean, mean))
  }

  /// Σ a b.
  static func product(_ a: [Rational], _ b: [Rational]) -> Rational {
    zip(a, b).reduce(.zero) { $0 + $1.0 * $1.1 }
  }
}

extension Rational {
  /// A number of the specification with up to six decimals, as the fraction it stands for.
  init(decimal value: Double) { self.init(Int128((value * 1e6).rounded()), 1_000_000) }
}
