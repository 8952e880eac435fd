import Foundation
import Statistics
import Testing

@testable import Training

struct TransformerPassTests {
  /// Logits of every row, by the fast form.
  private func logits(_ test: ModelCase) -> [Float] {
    let pass = TransformerPass(configuration: test.configuration)
    let sequences = test.loss.sequences
    test.model.parameters.withUnsafeBufferPointer {
      pass.forward(
        parameters: $0, sequences: sequences, scored: (0..<sequences.tokenCount).map(Int32.init),
        keepsActivations: false)
    }
    return Array(pass.logits)
  }

  // Single precision rounds by u = 6e-8 relative to each sum's terms. A logit here is a sum of order 1 behind two layers of at most ten sums of ten terms
  // each, every one of which may add a few u: 100 u = 6e-6 bounds it with room for the norms' amplification.
  @Test(arguments: ModelCase.all) func logitsAgreeWithTheReference(test: ModelCase) {
    let sequences = test.loss.sequences
    let reference = test.reference
    let expected = (0..<sequences.count).flatMap { sequence in
      reference.logits(Array(sequences.tokens[sequences.range(sequence)])).flatMap { $0 }
    }
    let actual = logits(test)
    #expect(actual.count == expected.count)
    #expect(expected.contains { abs($0) > 0.3 })
    for (one, other) in zip(actual, expected) { #expect(abs(Double(one) - other) < 1e-5) }
  }

  // The gradient's entries are sums over rows of products of numbers with relative errors of a few hundred u (forward and backward path), relative to
  // the tensor's largest entries: 1e-4 of the tensor's root mean square is about 1700 u. Central differences add 1e-9.
  @Test(arguments: ModelCase.all) func everyTensorsGradientAgreesWithCentralDifferences(test: ModelCase) {
    let loss = test.loss
    let reference = test.reference
    let trainer = TransformerTrainer(configuration: test.configuration, shardCount: 1)
    let gradient = trainer.lossGradient(
      parameters: test.model.parameters, sequences: loss.sequences, scored: loss.scored,
      actions: loss.actions, logProbabilityGradients: loss.logProbabilityGradients,
      entropyGradients: loss.entropyGradients, temperature: test.temperature, threads: 1)
    var stream = RandomStream(StreamKey(seed: 4, claim: "coordinates"))
    for tensor in reference.layout.tensors {
      let own = gradient[tensor.offset..<tensor.offset + tensor.count].map(Double.init)
      let scale = (own.reduce(0) { $0 + $1 * $1 } / Double(own.count)).squareRoot()
      #expect(scale > 1e-3, "\(tensor.name) has no gradient to speak of")
      for _ in 0..<8 {
        let place = stream.index(below: tensor.count)
        let expected = loss.derivative(reference, weight: tensor.offset + place)
        #expect(
          abs(own[place] - expected) < 1e-4 * max(scale, abs(expected)),
          "\(tensor.name)[\(place)]: \(own[place]), central difference \(expected)")
      }
    }
  }

  // All directions at once: the derivative along a random direction of every weight.
  @Test func theDirectionalDerivativeAgreesWithCentralDifferences() {
    for test in ModelCase.all {
      let loss = test.loss
      let reference = test.reference
      let trainer = TransformerTrainer(configuration: test.configuration, shardCount: 3, maximumRows: 4)
      let gradient = trainer.lossGradient(
        parameters: test.model.parameters, sequences: loss.sequences, scored: loss.scored,
        actions: loss.actions, logProbabilityGradients: loss.logProbabilityGradients,
        entropyGradients: loss.entropyGradients, temperature: test.temperature, threads: 2)
      var stream = RandomStream(StreamKey(seed: 5, claim: "direction"))
      let direction = gradient.map { _ in stream.normal() }
      func moved(_ step: Double) -> Double {
        var model = reference
        for place in direction.indices { model.weights[place] += step * direction[place] }
        return loss.value(model)
      }
      // The direction is about √900 = 30 long: a step 30 times shorter than a single weight's.
      let step = 0x1p-22
      let expected = (moved(step) - moved(-step)) / (2 * step)
      let actual = zip(gradient, direction).reduce(0) { $0 + Double($1.0) * $1.1 }
      let scale = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(abs(actual - expected) < 1e-4 * scale, "\(test.name)")
    }
  }

  @Test func aSequencesLogitsDoNotDependOnItsNeighbours() {
    let test = ModelCase.all[1]
    let sequences = test.loss.sequences
    let pass = TransformerPass(configuration: test.configuration)
    let together = logits(test)
    let vocabulary = test.configuration.vocabularySize
    for sequence in 0..<sequences.count {
      let range = sequences.range(sequence)
      let rows = range.map(Int32.init)
      test.model.parameters.withUnsafeBufferPointer { parameters in
        rows.withUnsafeBufferPointer {
          pass.forward(
            parameters: parameters, sequences: sequences, range: sequence..<sequence + 1, scored: $0,
            keepsActivations: false)
        }
      }
      // Products of other shapes may add in another order, hence not equal to the last bit.
      for (one, other) in zip(
        pass.logits, together[range.lowerBound * vocabulary..<range.upperBound * vocabulary])
      {
        #expect(abs(one - other) < 1e-5)
      }
    }
  }

  @Test func laterTokensDoNotChangeEarlierLogits() {
    let test = ModelCase.all[2]
    let model = test.reference
    let pass = TransformerPass(configuration: test.configuration)
    let vocabulary = test.configuration.vocabularySize
    var rows: [[Float]] = []
    for last in [Int32(0), 5] {
      test.model.parameters.withUnsafeBufferPointer {
        pass.forward(
          parameters: $0, sequences: PackedSequences([[1, 2, 3, last]]), scored: [0, 1, 2, 3],
          keepsActivations: false)
      }
      rows.append(Array(pass.logits))
    }
    #expect(rows[0][..<(3 * vocabulary)] == rows[1][..<(3 * vocabulary)])
    #expect(rows[0][(3 * vocabulary)...] != rows[1][(3 * vocabulary)...])
    #expect(model.logits([1, 2, 3, 5]).count == 4)
  }

  @Test func memoryIsReusedOnceWarm() {
    let test = ModelCase.all[0]
    let pass = TransformerPass(configuration: test.configuration)
    let loss = test.loss
    var sizes: Set<Int> = []
    var gradient = [Float](repeating: 0, count: test.model.parameters.count)
    for _ in 0..<5 {
      test.model.parameters.withUnsafeBufferPointer { parameters in
        pass.forward(
          parameters: parameters, sequences: loss.sequences, scored: loss.scored, keepsActivations: true)
        gradient.withUnsafeMutableBufferPointer { pass.backward(parameters: parameters, gradients: $0) }
      }
      sizes.insert(pass.reservedFloats)
    }
    #expect(sizes.count == 1)
  }
}
