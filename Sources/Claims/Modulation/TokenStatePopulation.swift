import Foundation
import Policies
import Statistics

/// A named distribution of states, each state being the distribution of its next token.
///
/// None was chosen by what a claim does on it: from flat to peaked, from few tokens to many, and a mixture in which most states are certain, as language models have them.
struct TokenStatePopulation: Sendable {
  let name: String
  let description: String
  private let draw: @Sendable (inout RandomStream) -> [Double]

  private init(
    _ name: String, _ description: String, _ draw: @escaping @Sendable (inout RandomStream) -> [Double]
  ) {
    self.name = name
    self.description = description
    self.draw = draw
  }

  /// The next-token probabilities of a random state.
  func probabilities(_ stream: inout RandomStream) -> [Double] { draw(&stream) }

  static let all = [flatDirichlet, normalLogits, peakedLogits, zipf, mostlyCertain]

  /// Eight tokens from a flat Dirichlet distribution.
  static let flatDirichlet = TokenStatePopulation("flat-dirichlet", "K = 8, π from Dirichlet(1)") { stream in
    StableSoftmax.probabilities((0..<8).map { _ in log(-log(stream.uniformOpen())) })
  }

  /// Two to sixty-four tokens with normal logits.
  static let normalLogits = TokenStatePopulation(
    "normal-logits", "K from 2 to 64, logits normal with standard deviation 2"
  ) { stream in
    let count = 2 + stream.index(below: 63)
    return StableSoftmax.probabilities((0..<count).map { _ in 2 * stream.normal() })
  }

  /// One token raised above 31 others by 0 to 20: from open to certain.
  static let peakedLogits = TokenStatePopulation(
    "peaked-logits", "K = 32, normal logits (sd 1), one of them raised by a number uniform on (0, 20)"
  ) { stream in
    var logits = (0..<32).map { _ in stream.normal() }
    logits[0] += 20 * stream.uniformOpen()
    return StableSoftmax.probabilities(logits)
  }

  /// Sixty-four tokens in proportion to a power of their rank.
  static let zipf = TokenStatePopulation(
    "zipf", "K = 64, π_j ∝ j^(−a) with a uniform on (0.5, 12)"
  ) { stream in
    let exponent = 0.5 + 11.5 * stream.uniformOpen()
    return StableSoftmax.probabilities((1...64).map { -exponent * log(Double($0)) })
  }

  /// Four of five states nearly certain, the others open, as in text.
  static let mostlyCertain = TokenStatePopulation(
    "mostly-certain",
    "K = 32, normal logits (sd 1); in four of five states one logit is raised by a number uniform on (4, 14)"
  ) { stream in
    var logits = (0..<32).map { _ in stream.normal() }
    let isCertain = stream.uniform() < 0.8
    let shift = 4 + 10 * stream.uniformOpen()
    if isCertain { logits[0] += shift }
    return StableSoftmax.probabilities(logits)
  }
}
