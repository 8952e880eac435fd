import CGSL
import CNumerics

/// GSL's distributions, drawing from the stream itself.
extension RandomStream {
  /// Calls `body` with a GSL generator whose state is this stream's own, so that nothing is copied and the stream moves on.
  mutating func withGSL<Result>(_ body: (UnsafePointer<gsl_rng>) -> Result) -> Result {
    withUnsafeMutablePointer(to: &state) { pointer in
      var generator = gsl_rng(type: numerics_philox_type(), state: UnsafeMutableRawPointer(pointer))
      return withUnsafePointer(to: &generator, body)
    }
  }

  /// A standard normal number, by the polar method.
  ///
  /// GSL's ziggurat is faster, but cuts each of its strips into 2²⁴ steps where this has the full 53 bits.
  public mutating func normal() -> Double { withGSL { gsl_ran_ugaussian($0) } }

  /// A gamma number with the given shape and scale.
  ///
  /// - Precondition: both are positive.
  public mutating func gamma(shape: Double, scale: Double = 1) -> Double {
    precondition(shape > 0 && scale > 0, "gamma shape \(shape) and scale \(scale) must be positive")
    return withGSL { gsl_ran_gamma($0, shape, scale) }
  }

  /// A beta number.
  ///
  /// - Precondition: both shapes are positive.
  public mutating func beta(_ a: Double, _ b: Double) -> Double {
    precondition(a > 0 && b > 0, "beta shapes \(a) and \(b) must be positive")
    return withGSL { gsl_ran_beta($0, a, b) }
  }

  /// The number of successes in `trials` trials.
  ///
  /// - Precondition: `trials ≥ 0`, probability in [0, 1].
  public mutating func binomial(trials: Int, probability: Double) -> Int {
    precondition(trials >= 0 && trials <= Int(UInt32.max), "\(trials) trials")
    precondition((0...1).contains(probability), "the probability \(probability) must lie in [0, 1]")
    return withGSL { Int(gsl_ran_binomial($0, probability, UInt32(trials))) }
  }

  /// How `trials` trials fall into cells with the given probabilities (weights are normalised).
  ///
  /// - Precondition: `0 ≤ trials < 2³²`; no probability is negative, their sum is positive and finite.
  public mutating func multinomial(trials: Int, probabilities: [Double]) -> [Int] {
    precondition(trials >= 0 && trials <= Int(UInt32.max), "\(trials) trials")
    let total = probabilities.reduce(0, +)
    precondition(
      probabilities.allSatisfy { $0 >= 0 } && total > 0 && total.isFinite,
      "the probabilities \(probabilities) must be finite, not negative and not all zero")
    var counts = [UInt32](repeating: 0, count: probabilities.count)
    withGSL { gsl_ran_multinomial($0, probabilities.count, UInt32(trials), probabilities, &counts) }
    return counts.map(Int.init)
  }

  /// A point of the simplex from a Dirichlet distribution.
  ///
  /// GSL takes logarithms where all its gamma numbers underflow, so concentrations far below one are safe.
  ///
  /// - Precondition: at least one concentration, all positive and finite.
  public mutating func dirichlet(concentration: [Double]) -> [Double] {
    precondition(
      !concentration.isEmpty && concentration.allSatisfy { $0 > 0 && $0.isFinite },
      "the Dirichlet concentrations \(concentration) must be positive and finite")
    var theta = [Double](repeating: 0, count: concentration.count)
    withGSL { gsl_ran_dirichlet($0, concentration.count, concentration, &theta) }
    return theta
  }
}
