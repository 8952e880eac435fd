import Testing

@testable import Training

struct GradientGramTests {
  private func backward(_ test: ModelCase, _ pass: TransformerPass, sequences range: Range<Int>) -> [Float] {
    let loss = test.loss
    let places = loss.scored.indices.filter {
      let row = Int(loss.scored[$0])
      return row >= loss.sequences.starts[range.lowerBound] && row < loss.sequences.starts[range.upperBound]
    }
    let scored = places.map { loss.scored[$0] }
    let actions = places.map { loss.actions[$0] }
    let coefficients = places.map { loss.logProbabilityGradients[$0] }
    let entropies = places.map { loss.entropyGradients[$0] }
    var gradient = [Float](repeating: 0, count: test.model.parameters.count)
    test.model.parameters.withUnsafeBufferPointer { parameters in
      scored.withUnsafeBufferPointer {
        pass.forward(
          parameters: parameters, sequences: loss.sequences, range: range, scored: $0, keepsActivations: true)
      }
      actions.withUnsafeBufferPointer { actions in
        coefficients.withUnsafeBufferPointer { coefficients in
          entropies.withUnsafeBufferPointer {
            pass.setLogitGradients(
              actions: actions, temperature: test.temperature, logProbabilityGradients: coefficients,
              entropyGradients: $0)
          }
        }
      }
      gradient.withUnsafeMutableBufferPointer { pass.backward(parameters: parameters, gradients: $0) }
    }
    return gradient
  }

  // Both sides carry single-precision errors of a few hundred u = 6e-8 relative to the norms; 1e-4 of them is 1700 u.
  @Test(arguments: ModelCase.all) func gramEqualsInnerProductsOfTheSequencesGradients(test: ModelCase) {
    let pass = TransformerPass(configuration: test.configuration)
    let count = test.lengths.count
    let gradients = (0..<count).map { backward(test, pass, sequences: $0..<$0 + 1).map(Double.init) }
    pass.recordsLinearGradients = true
    let whole = backward(test, pass, sequences: 0..<count)
    let gram = pass.gradientGram()
    #expect(gram.count == count * count)
    func inner(_ i: Int, _ j: Int) -> Double {
      zip(gradients[i], gradients[j]).reduce(0) { $0 + $1.0 * $1.1 }
    }
    for i in 0..<count {
      for j in 0..<count {
        let scale = (inner(i, i) * inner(j, j)).squareRoot()
        #expect(abs(gram[i * count + j] - inner(i, j)) <= 1e-4 * scale, "\(i), \(j)")
        #expect(gram[i * count + j] == gram[j * count + i])
      }
    }
    // The whole gradient is the sum: its square is the sum of all entries.
    let square = whole.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs(gram.reduce(0, +) - square) < 1e-4 * square)
  }

  @Test func recordingDoesNotChangeTheGradient() {
    for test in ModelCase.all {
      let pass = TransformerPass(configuration: test.configuration)
      let plain = backward(test, pass, sequences: 0..<test.lengths.count)
      pass.recordsLinearGradients = true
      #expect(backward(test, pass, sequences: 0..<test.lengths.count) == plain)
    }
  }
}
