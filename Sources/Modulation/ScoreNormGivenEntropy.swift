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
    // The entropy falls from log(k + 1) to log k as the equal atoms grow from 1/(k+1) to 1/k.
    func excess(_ atom: Double) -> Double {
      let rest = max(1 - whole * atom, 0)
      return -whole * atom * log(atom) - (rest > 0 ? rest * log(rest) : 0) - entropy
    }
    if excess(many) >= 0 { return 1 - many }
    if excess(few) <= 0 { return 1 - few }
    let atom = try LineSearch.root(in: few...many, tolerance: 1e-15) { excess($0) }
    let rest = max(1 - whole * atom, 0)
    return whole * atom * (1 - atom) + rest * (1 - rest)
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
      if epsilon == 0 { return -entropy }
      return -(1 - epsilon) * log1p(-epsilon) - epsilon * log(epsilon / others) - entropy
    }
    if excess(uniform) <= 0 { return uniform }
    let epsilon = try LineSearch.root(in: 0...uniform, tolerance: 1e-16) { excess($0) }
    return epsilon * (2 - epsilon - epsilon / others)
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
