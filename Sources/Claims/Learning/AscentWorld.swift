import Foundation
import Statistics

/// Independent one-step softmax prompts with the same number of actions, each with its own logits.
struct AscentWorld: Sendable {
  /// The name in tables.
  let name: String
  /// The number of actions K.
  let actions: Int
  /// Prompt by prompt, which actions are correct.
  let correct: [Bool]
  /// Prompt by prompt, the logits at the start.
  let logits: [Double]

  /// The number of prompts N.
  var count: Int { logits.count / actions }

  /// The logits of prompt i.
  func logits(_ i: Int) -> [Double] { Array(logits[i * actions..<(i + 1) * actions]) }

  /// Which actions of prompt i are correct.
  func correct(_ i: Int) -> [Bool] { Array(correct[i * actions..<(i + 1) * actions]) }

  /// The shape of prompt i at the start.
  func shape(_ i: Int) -> SoftmaxShape { SoftmaxShape(logits: logits(i), correct: correct(i)) }

  /// Every prompt `copies` times, its copies next to each other.
  func repeated(_ copies: Int) -> AscentWorld {
    AscentWorld(
      name: name, actions: actions, correct: (0..<count * copies).flatMap { correct($0 / copies) },
      logits: (0..<count * copies).flatMap { logits($0 / copies) })
  }

  private init(name: String, actions: Int, correct: [Bool], logits: [Double]) {
    self.name = name
    self.actions = actions
    self.correct = correct
    self.logits = logits
  }

  /// Two actions, one of them correct, with the given pass rates: `z = (logit p, 0)`.
  init(name: String, rates: [Double]) {
    self.name = name
    actions = 2
    correct = rates.flatMap { _ in [true, false] }
    logits = rates.flatMap { [log($0) - log1p(-$0), 0] }
  }

  /// K actions: pass rate i is spread over 1, 2, …, K − 1 correct actions in turn by a flat Dirichlet draw, 1 − p over the wrong ones by another.
  ///
  /// One stream for each prompt, so that a prompt does not depend on how many there are.
  init(name: String, rates: [Double], actions: Int, key: StreamKey) {
    precondition(actions > 2, "\(actions) actions leave nothing to spread")
    self.name = name
    self.actions = actions
    var correct: [Bool] = []
    var logits: [Double] = []
    for (index, rate) in rates.enumerated() {
      var stream = RandomStream(key.replicate(index))
      let good = 1 + index % (actions - 1)
      // Flat draws have no concentration below one, so no weight underflows.
      let successes = stream.dirichlet(concentration: [Double](repeating: 1, count: good))
      let failures = stream.dirichlet(concentration: [Double](repeating: 1, count: actions - good))
      correct += (0..<actions).map { $0 < good }
      logits += successes.map { log(rate * $0) } + failures.map { log((1 - rate) * $0) }
    }
    self.correct = correct
    self.logits = logits
  }

  /// The quantiles of Beta(a, b) at (i + ½)/N: a population without sampling noise.
  ///
  /// Bisection on the distribution function; 60 halvings reach the spacing of doubles.
  static func passRates(_ population: PassRatePopulation, count: Int) -> [Double] {
    (0..<count).map { index in
      let level = (Double(index) + 0.5) / Double(count)
      var (low, high) = (0.0, 1.0)
      for _ in 0..<60 {
        let middle = (low + high) / 2
        guard
          let below = try? SpecialFunctions.incompleteBeta(population.a, population.b, middle)
        else { preconditionFailure("\(population.name) has no distribution function at \(middle)") }
        if below < level { low = middle } else { high = middle }
      }
      return min(max((low + high) / 2, 1e-9), 1 - 1e-9)
    }
  }
}
