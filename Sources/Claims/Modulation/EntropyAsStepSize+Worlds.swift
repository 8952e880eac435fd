import Foundation
import Modulation
import Policies
import Statistics

extension EntropyAsStepSize {
  /// A few prompts whose groups are drawn together, every draw enumerated.
  struct World: Sendable {
    let prompts: [StepPrompt]
    let group: Int

    /// Every joint draw with its probability: one token for each slot, slot = prompt · group + place.
    let draws: [(tokens: [Int], probability: Double)]

    init(prompts: [StepPrompt], group: Int) {
      self.prompts = prompts
      self.group = group
      var draws: [(tokens: [Int], probability: Double)] = [([], 1)]
      for prompt in prompts {
        for _ in 0..<group {
          draws = draws.flatMap { draw in
            prompt.distribution.probabilities.enumerated().filter { $0.element > 0 }.map {
              (draw.tokens + [$0.offset], draw.probability * $0.element)
            }
          }
        }
      }
      self.draws = draws
    }

    /// J: the mean success probability.
    var value: Double { prompts.reduce(0) { $0 + $1.successProbability } / Double(prompts.count) }

    /// The steps of a signal at η = 1: for each draw the displacements of all prompts' logits, one after the other.
    func steps(_ signal: Signal) -> Steps {
      var directions: [Double] = []
      directions.reserveCapacity(draws.count * prompts.reduce(0) { $0 + $1.rewards.count })
      for draw in draws { directions += direction(draw.tokens, signal) }
      return Steps(world: self, directions: directions)
    }

    /// The displacement of all logits at η = 1 that one joint draw gives: mean of u A s over each prompt's group.
    func direction(_ tokens: [Int], _ signal: Signal) -> [Double] {
      let factors = signal.factors(
        tokens.enumerated().map { prompts[$0.offset / group].tokens[$0.element] }, group: group)
      var result = [Double](repeating: 0, count: prompts.reduce(0) { $0 + $1.rewards.count })
      var offset = 0
      for (index, prompt) in prompts.enumerated() {
        let count = prompt.rewards.count
        for place in 0..<group {
          let slot = index * group + place
          let scale = factors[slot] / Double(group)
          for j in 0..<count { result[offset + j] += scale * prompt.updates[tokens[slot] * count + j] }
        }
        offset += count
      }
      return result
    }
  }

  /// The enumerated steps of one signal in one world.
  struct Steps: Sendable {
    let world: World
    /// Row by row, one for each draw.
    let directions: [Double]

    /// E[J(z + ηΔ)] − J, exactly.
    func improvement(_ eta: Double) -> Double {
      var total = 0.0
      let count = world.prompts.count
      directions.withUnsafeBufferPointer { buffer in
        guard var place = buffer.baseAddress else { return }
        for draw in world.draws {
          var gain = 0.0
          for prompt in world.prompts {
            gain += prompt.successAfter(place, scale: eta) - prompt.successProbability
            place += prompt.rewards.count
          }
          total += draw.probability * gain
        }
      }
      return total / Double(count)
    }

    /// ⟨∇J, EΔ⟩²/E‖Δ‖²: twice L times what the descent lemma guarantees at its best η.
    var guarantee: Double {
      let gradient = world.prompts.flatMap(\.gradient)
      var inner = 0.0
      var square = 0.0
      var place = 0
      for draw in world.draws {
        var product = 0.0
        var norm = 0.0
        for value in gradient {
          product += value * directions[place]
          norm += directions[place] * directions[place]
          place += 1
        }
        inner += draw.probability * product
        square += draw.probability * norm
      }
      return square > 0 && inner > 0 ? inner * inner / square : 0
    }
  }

  /// The best η and the improvement there.
  struct Best: Sendable, Hashable {
    var eta: Double
    var improvement: Double
  }

  /// The largest improvement over η in [0, 2^longest]: a doubling grid, then Brent's method between the neighbours of its best point.
  ///
  /// The improvement may have several maxima; between two neighbours of the grid at most one is looked for, for every signal alike.
  static func best(shortest: Int, longest: Int, _ improvement: (Double) -> Double) -> Best {
    var best = Best(eta: 0, improvement: 0)
    var place: Int?
    for power in shortest...longest {
      let eta = exp2(Double(power))
      let value = improvement(eta)
      if value > best.improvement {
        best = Best(eta: eta, improvement: value)
        place = power
      }
    }
    guard let place, place < longest else { return best }
    let low = place > shortest ? best.eta / 2 : 0
    // To a thousandth of η: the improvement is flat there, so that its own error is of the order of a millionth.
    let refined = try? LineSearch.minimum(
      in: low...best.eta * 2, start: best.eta, tolerance: 1e-3 * best.eta
    ) { -improvement($0) }
    if let refined, -refined.value > best.improvement {
      best = Best(eta: refined.point.first ?? best.eta, improvement: -refined.value)
    }
    return best
  }

  /// The kinds of random prompts.
  enum Population: String, Sendable, CaseIterable {
    case flat = "flat Dirichlet"
    case sparse = "sparse Dirichlet"
    case normal = "normal logits"

    /// A prompt with `count` tokens, one to count − 1 of them correct.
    func draw(_ count: Int, _ stream: inout RandomStream) -> StepPrompt {
      let probabilities: [Double]
      switch self {
      case .flat:
        probabilities = Self.lifted(stream.dirichlet(concentration: [Double](repeating: 1, count: count)))
      case .sparse:
        probabilities = Self.lifted(stream.dirichlet(concentration: [Double](repeating: 0.3, count: count)))
      case .normal: probabilities = StableSoftmax.probabilities((0..<count).map { _ in 2 * stream.normal() })
      }
      var order = Array(0..<count)
      var rewards = [Double](repeating: 0, count: count)
      for position in 0..<(1 + stream.index(below: count - 1)) {
        order.swapAt(position, position + stream.index(below: count - position))
        rewards[order[position]] = 1
      }
      return StepPrompt(NextTokenDistribution(normalised: probabilities), rewards: rewards)
    }

    /// A softmax has no zeros: none below 10⁻⁶, where a step of the sizes here would not bring a token back.
    private static func lifted(_ probabilities: [Double]) -> [Double] {
      let values = probabilities.map { max($0, 1e-6) }
      let sum = values.reduce(0, +)
      return values.map { $0 / sum }
    }
  }

  /// A random world of the specification's size.
  func world(_ population: Population, _ stream: inout RandomStream) -> World {
    let actions = Int(specification.value("actions"))
    return World(
      prompts: (0..<Int(specification.value("world_prompts"))).map { _ in population.draw(actions, &stream) },
      group: Int(specification.value("group")))
  }
}
