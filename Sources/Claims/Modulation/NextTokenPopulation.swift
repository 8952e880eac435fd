import Foundation
import Modulation
import Policies
import Statistics

/// A distribution of next-token distributions: what the entropy-change claims quantify over.
struct NextTokenPopulation: Sendable {
  /// The name used in tables.
  let name: String
  /// What is drawn, in one sentence.
  let summary: String
  private let drawProbabilities: @Sendable (inout RandomStream) -> [Double]

  private init(
    _ name: String, _ summary: String, _ draw: @escaping @Sendable (inout RandomStream) -> [Double]
  ) {
    self.name = name
    self.summary = summary
    drawProbabilities = draw
  }

  /// The distribution that a stream draws.
  func draw(_ stream: inout RandomStream) -> NextTokenDistribution {
    NextTokenDistribution(normalised: drawProbabilities(&stream))
  }

  /// From two actions to a vocabulary of 256 with Zipf's law; none was chosen by what a claim does on it.
  static let all: [NextTokenPopulation] = [
    NextTokenPopulation("two-action", "K = 2, p uniform on (0, 1)") { stream in
      let p = stream.uniformOpen()
      return [p, 1 - p]
    },
    NextTokenPopulation("flat-dirichlet", "K = 8, π from Dirichlet(1)") { dirichlet(1, &$0) },
    NextTokenPopulation("sparse-dirichlet", "K = 8, π from Dirichlet(0.2), none below 10⁻¹²") {
      dirichlet(0.2, &$0)
    },
    NextTokenPopulation("normal-logits", "K from 4 to 64, logits normal with standard deviation 2") {
      stream in
      normalLogits(4 + stream.index(below: 61), 2, lead: 0, &stream)
    },
    NextTokenPopulation("nearly-uniform", "K = 16, logits normal with standard deviation 0.1") {
      normalLogits(16, 0.1, lead: 0, &$0)
    },
    NextTokenPopulation("confident", "K = 32, logits normal with standard deviation 1, the first 8 higher") {
      normalLogits(32, 1, lead: 8, &$0)
    },
    // Four in five tokens of a language model's response are nearly certain; the others are where it forks.
    NextTokenPopulation("forking", "K = 32: four in five as 'confident', one in five without the lead") {
      stream in
      normalLogits(32, 1, lead: stream.uniform() < 0.8 ? 8 : 0, &stream)
    },
    NextTokenPopulation("zipf", "K = 256, π ∝ rank^(−s), s uniform on (0.5, 3)") { stream in
      let exponent = 0.5 + 2.5 * stream.uniform()
      return StableSoftmax.probabilities((1...256).map { -exponent * log(Double($0)) })
    },
  ]

  /// The population named `name`.
  ///
  /// - Precondition: there is one.
  static func named(_ name: String) -> NextTokenPopulation {
    guard let found = all.first(where: { $0.name == name }) else {
      preconditionFailure("no population of next-token distributions is called '\(name)'")
    }
    return found
  }

  private static func normalLogits(
    _ count: Int, _ deviation: Double, lead: Double, _ stream: inout RandomStream
  ) -> [Double] {
    var logits = (0..<count).map { _ in deviation * stream.normal() }
    logits[0] += lead
    return StableSoftmax.probabilities(logits)
  }

  private static func dirichlet(_ concentration: Double, _ stream: inout RandomStream) -> [Double] {
    let lifted = stream.dirichlet(concentration: [Double](repeating: concentration, count: 8)).map {
      max($0, 1e-12)
    }
    let sum = lifted.reduce(0, +)
    return lifted.map { $0 / sum }
  }
}

extension NextTokenDistribution {
  /// A token drawn from the distribution, by inversion.
  func drawToken(_ stream: inout RandomStream) -> Int {
    var left = stream.uniform()
    for (token, p) in probabilities.enumerated() {
      if left < p { return token }
      left -= p
    }
    // The sum of the probabilities may miss 1 by rounding: what is left falls to the last token that can occur.
    return probabilities.lastIndex { $0 > 0 } ?? probabilities.count - 1
  }

  /// E|Λ| ≤ 2 log K: a bound on the mean deviation of log π that holds for every distribution over K tokens.
  ///
  /// `E|log π + H| ≤ E(−log π) + H = 2H`.
  var deviationBound: Double { 2 * log(Double(max(probabilities.count, 2))) }
}
