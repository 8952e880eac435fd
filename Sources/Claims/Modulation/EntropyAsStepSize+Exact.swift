import Foundation
import Modulation
import Statistics

extension EntropyAsStepSize {
  /// Whether E|ΔH| of a state ranks states by the step size that is best for them alone, ‖∇p‖²/(L E‖A s‖²); with the free signals beside.
  func addRanking(
    _ evidence: inout Evidence, _ examination: Examination, designPoint: Int, _ population: Population
  ) throws {
    let actions = Int(specification.value("pair_actions"))
    let methods: [Signal] = [.proportional, .missingInverse, .inverseNorm]
    @Sendable func values(_ prompt: StepPrompt) -> (step: Double, signals: [Double]) {
      let probabilities = prompt.distribution.probabilities
      var square = 0.0
      var change = 0.0
      var missing = 0.0
      let count = probabilities.count
      for a in 0..<count {
        var norm = 0.0
        for b in 0..<count { norm += prompt.updates[a * count + b] * prompt.updates[a * count + b] }
        square += probabilities[a] * norm
        change += probabilities[a] * prompt.tokens[a].entropyChange
        missing += probabilities[a] * prompt.tokens[a].missingProbability
      }
      let gradient = prompt.gradient.reduce(0) { $0 + $1 * $1 }
      // Signals in the direction in which their rule scales the step: up with |ΔH|, down with 1 − π_a and with E‖s‖².
      return (gradient / square, [change, -missing, -prompt.tokens[0].expectedSquaredNorm])
    }
    let means = try SequentialMeans.run(
      examination, designPoint: designPoint,
      variables: methods.map { _ in .init(range: 0...1, boundary: specification.margin) },
      maximumCount: specification.count("pairs", for: examination.preset)
    ) { stream in
      let first = values(population.draw(actions, &stream))
      let second = values(population.draw(actions, &stream))
      return methods.indices.map {
        Concordance.indicator(first.signals[$0], second.signals[$0], first.step, second.step)
      }
    }
    for (method, mean) in zip(methods, means) {
      evidence.estimates.append(
        EstimateRow(
          design: population.rawValue, method: method.rawValue, stat: "ranks_optimal_step",
          estimate: mean.estimate, interval: mean.interval))
    }
  }

  /// One enumerated world of each population: the simulated improvement of a step of size 1 beside the exact one.
  func addMonteCarlo(_ evidence: inout Evidence, _ examination: Examination) throws {
    for (column, population) in Population.allCases.enumerated() {
      var stream = RandomStream(examination.key(designPoint: 400 + column))
      let world = world(population, &stream)
      for (row, signal) in [Signal.constant, .inverse, .decayFive].enumerated() {
        let exact = world.steps(signal).improvement(1)
        let mean = try SequentialMean.run(
          examination, designPoint: 410 + 10 * column + row, range: -1...1, boundary: 0,
          maximumCount: specification.count("replicates", for: examination.preset), stopBelow: 0
        ) { stream in
          var tokens: [Int] = []
          for prompt in world.prompts {
            for _ in 0..<world.group { tokens.append(prompt.distribution.drawToken(&stream)) }
          }
          return Self.improvement(world, tokens, signal, eta: 1)
        }
        evidence.estimates += MonteCarloCheck.rows(
          design: "one world of \(population.rawValue)", method: signal.rawValue,
          stat: "improvement_at_unit_step", mean: mean, exact: exact)
      }
    }
  }

  /// J after the step of one joint draw, less J.
  static func improvement(_ world: World, _ tokens: [Int], _ signal: Signal, eta: Double) -> Double {
    let direction = world.direction(tokens, signal)
    var gain = 0.0
    direction.withUnsafeBufferPointer { buffer in
      guard var place = buffer.baseAddress else { return }
      for prompt in world.prompts {
        gain += prompt.successAfter(place, scale: eta) - prompt.successProbability
        place += prompt.rewards.count
      }
    }
    return gain / Double(world.prompts.count)
  }

  /// Worlds too large to enumerate: η chosen on one half of the simulated batches, the improvement read off the other half.
  ///
  /// Rows of the table, no findings; all signals see the same batches.
  func addLargeWorlds(_ evidence: inout Evidence, _ examination: Examination) throws {
    let signals = Signal.judged + Signal.beside
    let batches = Int(specification.value("large_batches"))
    let group = Int(specification.value("large_group"))
    let grid = (Int(specification.value("log2_shortest"))...Int(specification.value("log2_longest"))).map {
      exp2(Double($0))
    }
    let count = specification.count("large_worlds", for: examination.preset)
    for (column, population) in Population.allCases.enumerated() {
      let key = examination.key(designPoint: 500 + column)
      let rows = try examination.map(count) { index -> [Double] in
        var stream = RandomStream(key.replicate(index))
        let prompts = (0..<Int(specification.value("large_prompts"))).map { _ in
          population.draw(Int(specification.value("large_actions")), &stream)
        }
        // The draws of a large world are not enumerated: a world of no slots serves to hold its prompts.
        let world = World(simulated: prompts, group: group)
        let drawn = (0..<batches).map { _ in
          prompts.flatMap { prompt in (0..<group).map { _ in prompt.distribution.drawToken(&stream) } }
        }
        func heldOut(_ signal: Signal) -> Double {
          func mean(_ part: ArraySlice<[Int]>, _ eta: Double) -> Double {
            part.reduce(0) { $0 + Self.improvement(world, $1, signal, eta: eta) } / Double(part.count)
          }
          let tuning = drawn[0..<batches / 2]
          let values = grid.map { mean(tuning, $0) }
          let place = values.indices.max { values[$0] < values[$1] } ?? 0
          return mean(drawn[(batches / 2)...], grid[place])
        }
        return ([.constant] + signals).map(heldOut)
      }
      examination.progress(count * batches)
      for (index, signal) in signals.enumerated() {
        let ratio = EstimatedProxyKeepsGain.ratio(rows.map { $0[index + 1] }, rows.map { $0[0] })
        evidence.estimates.append(
          EstimateRow(
            design: "\(population.rawValue), \(Int(specification.value("large_prompts"))) prompts",
            method: signal.rawValue, stat: "held_out_improvement_ratio", estimate: ratio,
            interval: ratio.studentInterval(level: 0.95)))
      }
    }
  }

  /// Two two-action prompts with one token each: the guaranteed improvement of |ΔH|/mean over the constant step's, as a fraction, and that of 1/(1 + |ΔH|/mean).
  func addCounterexamples(_ evidence: inout Evidence) {
    let largest = Int(specification.value("largest_exponent"))
    let setting =
      "Two prompts, the first token of each correct, one token drawn from each, A = R − p. The numbers are ⟨∇J, EΔ⟩²/E‖Δ‖² over the four draws, J summed over the prompts; "
    if let (first, second) = Self.smallestLoss(.proportional, largestExponent: largest) {
      // Proportional factors of so small a pair keep their fractions printable; those of 1/(1 + x/mean) do not.
      let constant = Self.rationalGuarantee([first, second]) { _ in [.one, .one] }
      let signal = Self.rationalGuarantee([first, second], Self.proportionalFactors)
      evidence.counterexamples.append(
        Counterexample(
          title: "|ΔH|/mean lowers the guaranteed improvement",
          worlds: [first.world(), second.world()],
          values: [
            OddsOfThree.rational("constant", constant), OddsOfThree.rational("signal", signal),
            OddsOfThree.rational("ratio", signal / constant),
          ],
          explanation: setting
            + "the signal keeps \(signal / constant) of the constant step's: the uniform prompt, where most is to be gained, has ΔH = 0 and gets no step."
        ))
    }
    if let (first, second) = Self.smallestLoss(.inverse, largestExponent: largest) {
      let world = Self.pair(first, second)
      // Gradients of the sum of both prompts, as in the other example.
      let constant = world.steps(.constant).guarantee
      let signal = world.steps(.inverse).guarantee
      evidence.counterexamples.append(
        Counterexample(
          title: "1/(1 + |ΔH|/mean) lowers the guaranteed improvement",
          worlds: [first.world(), second.world()],
          values: [
            ExactValue("constant", constant), ExactValue("signal", signal),
            ExactValue("ratio", signal / constant),
          ],
          explanation: setting
            + "the signal keeps \(short(signal / constant)) of the constant step's: it damps the harder prompt, whose tokens change its entropy more."
        ))
    }
  }

  /// Two two-action prompts with one token each.
  static func pair(_ first: OddsOfThree, _ second: OddsOfThree) -> World {
    World(prompts: [first, second].map { StepPrompt($0.distribution, rewards: [1, 0]) }, group: 1)
  }

  /// The first pair of states, by the sum of their exponents, in which the signal guarantees less than the constant step by more than rounding.
  ///
  /// Reversing the odds of a prompt exchanges the parts of its two tokens and changes nothing: exponents from 0 up are all there are.
  static func smallestLoss(_ signal: Signal, largestExponent: Int) -> (OddsOfThree, OddsOfThree)? {
    for total in 0...2 * largestExponent {
      for first in 0...largestExponent {
        let second = total - first
        guard first <= second, second <= largestExponent else { continue }
        let states = (OddsOfThree(exponent: first), OddsOfThree(exponent: second))
        let world = pair(states.0, states.1)
        if world.steps(signal).guarantee < world.steps(.constant).guarantee * (1 - 1e-9) { return states }
      }
    }
    return nil
  }

  /// x/mean of each of two magnitudes; 1 where both are 0.
  static func proportionalFactors(_ magnitudes: [Rational]) -> [Rational] {
    let mean = magnitudes.reduce(.zero, +) / Rational(Int128(magnitudes.count))
    return magnitudes.map { mean == .zero ? .one : $0 / mean }
  }

  /// ⟨∇J, EΔ⟩²/E‖Δ‖² over all draws of one token from each two-action prompt; `factors` is given |ΔH| of each in units of log 3.
  ///
  /// Along (1, −1): the correct token of probability p moves its prompt by (1−p)², the wrong one by p², and ∇p is p(1−p).
  static func rationalGuarantee(_ states: [OddsOfThree], _ factors: ([Rational]) -> [Rational]) -> Rational {
    var inner = Rational.zero
    var square = Rational.zero
    let two = Rational(2)
    for draw in 0..<(1 << states.count) {
      var probability = Rational.one
      var magnitudes: [Rational] = []
      var moves: [Rational] = []
      for (index, state) in states.enumerated() {
        let isCorrect = draw >> index & 1 == 0
        let (p, q) = (state.probability, state.missing)
        probability = probability * (isCorrect ? p : q)
        // ξ is 1 − p for the correct token and −p for the wrong one, whose own change is that of the reversed odds.
        let change =
          isCorrect
          ? q * state.entropyChange : p * OddsOfThree(exponent: -state.exponent).entropyChange
        magnitudes.append(change < .zero ? .zero - change : change)
        moves.append(isCorrect ? q * q : p * p)
      }
      for (index, factor) in factors(magnitudes).enumerated() {
        let move = factor * moves[index]
        let gradient = states[index].probability * states[index].missing
        inner += probability * two * gradient * move
        square += probability * two * move * move
      }
    }
    return square == .zero ? .zero : inner * inner / square
  }
}

extension EntropyAsStepSize.World {
  /// A world that is simulated: no draw is enumerated.
  init(simulated prompts: [EntropyAsStepSize.StepPrompt], group: Int) {
    self.prompts = prompts
    self.group = group
    draws = []
  }
}
