import Statistics

/// Two tokens over a large vocabulary, uniform where they are not 0: a world whose expected step under β_comp can point downhill, in fractions.
///
/// The first token is uniform over N, half of which lead to states uniform over K_0 > N tokens, half to states uniform over K_1 < N, with success probabilities
/// Q_0 and Q_1. With extremes over the response's own tokens the first token has the lower entropy before the wide states (β = 1 + α on success), the higher before
/// the narrow ones (β = 1): it is paid for leading to the wide ones, whatever they are worth. With δ = Q_1 − Q_0, p = (Q_0 + Q_1)/2 and S = 1 + α(1 − p)
///
///     ⟨m, ∇⟩ = (1/N) { (δ/4)(δ − α Q_0 (1 − p)) + ½ [ Q_0(1−Q_0)/K_0 + S Q_1(1−Q_1)/K_1 ] }
///
/// whose second part, the second tokens' own gradient, falls as 1/K: in a vocabulary that is large enough the first part decides, and it is negative for
/// 0 < δ < α Q_0 (1 − p). With few tokens it never is.
struct DiffuseTwoStep: Sendable, Hashable {
  /// N.
  let first: Int
  /// K_0, above N.
  let wide: Int
  /// K_1, below N.
  let narrow: Int
  /// The number of successful tokens in each wide state.
  let wideSuccesses: Int
  /// The number of successful tokens in each narrow state.
  let narrowSuccesses: Int

  private var successes: [Rational] {
    [
      Rational(Int128(wideSuccesses), Int128(wide)), Rational(Int128(narrowSuccesses), Int128(narrow)),
    ]
  }

  /// ⟨m, ∇⟩, ‖∇‖² and ‖m‖² under (R − p)β s with extremes over the response, all times N.
  func products(strength: Rational) -> (product: Rational, gradient: Rational, mean: Rational) {
    let q = successes
    let half = Rational(1, 2)
    let p = half * (q[0] + q[1])
    let failure = Rational.one - p
    // E[(R − p)β] after each kind of first token; the state's own mean of it is removed by Σ π s = 0.
    let wideValue = q[0] * failure * (.one + strength) - (.one - q[0]) * p
    let narrowValue = q[1] * failure - (.one - q[1]) * p
    let rootMean = half * (wideValue - narrowValue)
    let rootGradient = half * (q[0] - q[1])
    let scale = Rational.one + strength * failure
    let parts = zip(q, [wide, narrow]).map { half * $0 * (.one - $0) / Rational(Int128($1)) }
    return (
      rootMean * rootGradient + parts[0] + scale * parts[1],
      rootGradient * rootGradient + parts[0] + parts[1],
      rootMean * rootMean + parts[0] + scale * scale * parts[1]
    )
  }

  /// The first world of powers of two whose expected step points downhill: smallest vocabulary first, then smallest δ = 2^−i at Q_0 = ½.
  static func downhill(strength: Rational, largestExponent: Int) -> DiffuseTwoStep? {
    for exponent in 2...largestExponent {
      let wide = 1 << exponent
      guard wide >= 8 else { continue }
      var excess = 1
      while excess < wide / 8 {
        let world = DiffuseTwoStep(
          first: wide / 2, wide: wide, narrow: wide / 4, wideSuccesses: wide / 2,
          narrowSuccesses: wide / 8 + excess)
        if world.products(strength: strength).product < .zero { return world }
        excess *= 2
      }
    }
    return nil
  }

  /// The probabilities of every state's tokens and the rewards, for a vocabulary of K_0: what the oracle enumerates.
  var rows: (probabilities: [[Double]], rewards: [Double]) {
    func uniform(_ count: Int) -> [Double] { (0..<wide).map { $0 < count ? 1 / Double(count) : 0 } }
    let children = (0..<wide).map { uniform($0 % 2 == 0 ? wide : narrow) }
    let rewards = (0..<wide).flatMap { token in
      (0..<wide).map { $0 < (token % 2 == 0 ? wideSuccesses : narrowSuccesses) ? 1.0 : 0 }
    }
    return ([uniform(first)] + children, rewards)
  }
}
