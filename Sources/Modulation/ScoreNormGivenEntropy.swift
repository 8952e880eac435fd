import Foundation
import Statistics

/// The tight bounds of the expected squared score norm, 1 − Σπ², among all distributions of a given entropy.
///
/// - Source: `harremoes2001`, the boundary of the set of pairs of entropy and index of coincidence Σπ².
public enum ScoreNormGivenEntropy {
  /// The greatest 1 − Σπ² at entropy h: k = ⌊e^h⌋ equal atoms and one smaller; below 1 − e^{−h}, equal where e^h is whole.
  ///
  /// `vocabulary` limits the atoms; an entropy of log K or more is the uniform distribution's.
  ///
  /// - Precondition: h ≥ 0 and finite, a vocabulary of at least one token.
  public static func largest(entropy: Double, vocabulary: Int? = nil) throws(StatisticsError) -> Double {
    check(entropy, vocabulary)
    if let vocabulary, entropy >= log(Double(vocabulary)) { return 1 - 1 / Double(vocabulary) }
    if entropy == 0 { return 0 }
    // e^h may round to just above a whole number; then the smaller atom is as large as rounding makes it, and the value is continuous there.
    let whole = exp(entropy).rounded(.down)
    let few = 1 / (whole + 1)
    let many = 1 / whole
    // In terms of the smaller atom r: relative accuracy for nearly certain states, whose large atom is 1 within rounding. The entropy is log k + H₂(r) − r log k, H₂ that of
    // a coin, and grows from log k to log(k + 1) as r grows from 0 to 1/(k + 1).
    let surplus = entropy - log(whole)
    func excess(_ rest: Double) -> Double {
      -(1 - rest) * log1p(-rest) - rest * log(rest) - rest * log(whole) - surplus
    }
    if surplus <= 0 { return 1 - many }
    // The chord below the concave entropy bounds r from above, H₂(r) ≤ r (1 − log r) ≤ 746 r from below: −log r is at most 745 in this arithmetic.
    let upper = min(few, surplus / ((whole + 1) * log1p(many)))
    if excess(upper) <= 0 { return upper < few ? value(upper) : 1 - few }
    let lower = max(surplus / 746, .leastNonzeroMagnitude)
    if excess(lower) >= 0 { return value(lower) }
    return value(try LineSearch.root(in: lower...upper, tolerance: .leastNormalMagnitude) { excess($0) })

    func value(_ rest: Double) -> Double {
      let atom = (1 - rest) / whole
      // For one large atom 1 − atom is the rest itself.
      return (1 - rest) * (whole == 1 ? rest : 1 - atom) + rest * (1 - rest)
    }
  }

  /// The least 1 − Σπ² at entropy h over K tokens: one atom 1 − ε and K − 1 equal ones.
  ///
  /// It falls to 0 as K grows with h fixed: there is no bound from below without K.
  ///
  /// - Precondition: h ≥ 0 and finite, a vocabulary of at least one token; an entropy above log K is taken as log K.
  public static func smallest(entropy: Double, vocabulary: Int) throws(StatisticsError) -> Double {
    check(entropy, vocabulary)
    if vocabulary == 1 || entropy == 0 { return 0 }
    let others = Double(vocabulary - 1)
    let uniform = others / Double(vocabulary)
    func excess(_ epsilon: Double) -> Double {
      -(1 - epsilon) * log1p(-epsilon) - epsilon * log(epsilon / others) - entropy
    }
    if excess(uniform) <= 0 { return uniform }
    // Bracketed within a factor by the chord of the concave entropy and by ε (746 + log(K − 1)), so that a small ε has relative accuracy too.
    let upper = min(uniform, uniform * entropy / log(Double(vocabulary)))
    let lower = max(entropy / (746 + log(others)), .leastNonzeroMagnitude)
    if excess(upper) <= 0 { return value(upper) }
    if excess(lower) >= 0 { return value(lower) }
    return value(try LineSearch.root(in: lower...upper, tolerance: .leastNormalMagnitude) { excess($0) })

    func value(_ epsilon: Double) -> Double { epsilon * (2 - epsilon - epsilon / others) }
  }

  /// The looser bound without roots: 1 − e^{−h}, as collision entropy does not exceed Shannon entropy.
  public static func collisionBound(entropy: Double) -> Double { -expm1(-entropy) }

  private static func check(_ entropy: Double, _ vocabulary: Int?) {
    precondition(
      entropy >= 0 && entropy.isFinite, "entropy is \(entropy), it must be finite and not negative")
    precondition(
      vocabulary.map { $0 > 0 } ?? true, "vocabulary is \(vocabulary ?? 0), it must be positive")
  }
}
