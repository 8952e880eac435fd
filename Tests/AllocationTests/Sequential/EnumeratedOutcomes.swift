import Allocation
import Statistics
import Testing

/// Everything that can happen to one prompt under a sampler, each with its probability.
///
/// The sampler is asked for its next round; every number of successes of that round is followed up with its binomial probability, until it asks for nothing.
struct EnumeratedOutcomes {
  struct Path {
    var group: StagedGroup
    var probability: Double
    /// The sum of the sampler's requests along the path.
    var requested: Int
  }

  var paths: [Path] = []

  init(
    _ sampler: some SequentialSampler, passRate: Double, record: PromptRecord = PromptRecord(prompt: 0)
  ) throws {
    var open = [Path(group: StagedGroup(record), probability: 1, requested: 0)]
    while let path = open.popLast() {
      let requests = try sampler.requests([path.group], budget: 0, bounds: .none)
      #expect(requests.count == 1)
      guard let size = requests.first, size > 0 else {
        paths.append(path)
        continue
      }
      for successes in 0...size {
        var next = path
        next.group.rounds.append(PromptStatistics(successes: successes, samples: size))
        next.probability *= SpecialFunctions.binomialProbability(successes, of: size, probability: passRate)
        next.requested += size
        open.append(next)
      }
    }
  }

  /// The expectation of a function of what was drawn.
  func mean(_ value: (StagedGroup) -> Double) -> Double {
    paths.reduce(0) { $0 + $1.probability * value($1.group) }
  }

  /// The probability of an event.
  func probability(_ event: (StagedGroup) -> Bool) -> Double { mean { event($0) ? 1 : 0 } }

  /// The expected number of rollouts.
  var rollouts: Double { mean { Double($0.samples) } }
}

/// `P(a ≤ Binomial(n, p) ≤ b)`, summed.
func binomial(_ n: Int, _ p: Double, from a: Int, to b: Int) -> Double {
  guard a <= b else { return 0 }
  return (max(0, a)...min(n, b)).reduce(0) {
    $0 + SpecialFunctions.binomialProbability($1, of: n, probability: p)
  }
}

/// Sums of some thousands of products of probabilities, each a few ulp off.
let enumerationTolerance = 1e-12
