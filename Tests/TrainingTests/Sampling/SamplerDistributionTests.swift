import CNumerics
import Foundation
import Statistics
import Testing
import _TestSupport

@testable import Training

/// That tokens are drawn with their probabilities, and never outside the kept ones.
@Suite struct SamplerDistributionTests {
  private func draw(
    _ logits: [Float], temperature: Double = 1, topK: Int? = nil, topP: Double = 1, uniforms: [Double],
    greedy: Bool = false
  ) -> [Int32] {
    let count = uniforms.count
    let vocabulary = logits.count
    let settings = numerics_draw_settings(
      inverse_temperature: Float(1 / temperature), greedy: greedy ? 1 : 0, top_k: topK ?? vocabulary,
      top_p: topP)
    var tokens = [Int32](repeating: -1, count: count)
    var weights = [Float](repeating: 0, count: vocabulary)
    var cumulative = [Double](repeating: 0, count: vocabulary)
    var order = [Int32](repeating: 0, count: vocabulary)
    var logProbabilities = [Float](repeating: 0, count: count)
    var entropies = logProbabilities
    var sumsOfSquares = logProbabilities
    var squaredLogarithmSums = logProbabilities
    let rows = numerics_draw_tokens(
      count, vocabulary, 0, logits, settings, uniforms, &weights, &cumulative, &order, &tokens,
      &logProbabilities, &entropies, &sumsOfSquares, &squaredLogarithmSums, nil)
    return Array(tokens.prefix(rows))
  }

  /// Uniforms that probe every cell of [0, 1): a grid with both ends.
  private let grid = (0..<2000).map { Double($0) / 2000 } + [1 - 0x1p-53, 0x1p-53]

  /// The tokens that truncation keeps, by sorting.
  private func kept(_ z: [Float], temperature: Double, topK: Int?, topP: Double) -> Set<Int32> {
    let p = softmax(z.map(Double.init), temperature: temperature)
    let order = z.indices.sorted { z[$0] > z[$1] || (z[$0] == z[$1] && $0 < $1) }
    let first = order.prefix(topK ?? z.count)
    let mass = first.reduce(0) { $0 + p[$1] }
    var running = 0.0
    var result: Set<Int32> = []
    for token in first {
      if running >= topP * mass { break }
      running += p[token]
      result.insert(Int32(token))
    }
    return result
  }

  @Test func onlyKeptTokensAreDrawnAndAllOfThem() {
    var stream = RandomStream(StreamKey(seed: 5, claim: "sampler-test-truncation"))
    for vocabulary in [1, 2, 3, 10, 33] {
      for topK: Int? in [nil, 1, 2, 5, vocabulary, vocabulary + 1, 1000] {
        for topP in [1, 0.999, 0.9, 0.5, 0.1, 1e-300] {
          // Ties among the logits: ordering must not depend on chance.
          let logits = (0..<vocabulary).map { _ in Float((stream.normal() * 2).rounded()) / 2 }
          let expected = kept(logits, temperature: 1, topK: topK, topP: topP)
          let drawn = Set(draw(logits, topK: topK, topP: topP, uniforms: grid))
          #expect(drawn.isSubset(of: expected), "\(logits) \(topK as Any) \(topP)")
          // The grid finds every token with more than 1/2000 of the kept mass.
          let p = softmax(logits.map(Double.init))
          let mass = expected.reduce(0) { $0 + p[Int($1)] }
          for token in expected where p[Int(token)] > mass / 1900 { #expect(drawn.contains(token)) }
        }
      }
    }
  }

  // u in the cell [P(a' < a), P(a' <= a)) of the renormalised distribution means a.
  @Test func drawsInvertTheDistributionInTheOrderOfTheVocabulary() {
    var stream = RandomStream(StreamKey(seed: 6, claim: "sampler-test-inversion"))
    for temperature in [0.5, 1, 3] {
      let logits = (0..<17).map { _ in Float(stream.normal() * 2) }
      let keep = kept(logits, temperature: temperature, topK: 9, topP: 0.95)
      var p = softmax(logits.map(Double.init), temperature: temperature)
      for token in p.indices where !keep.contains(Int32(token)) { p[token] = 0 }
      let mass = p.reduce(0, +)
      let drawn = draw(logits, temperature: temperature, topK: 9, topP: 0.95, uniforms: grid)
      for (uniform, token) in zip(grid, drawn) {
        let below = p.prefix(Int(token)).reduce(0, +) / mass
        // Weights have single precision: cells' ends are off by some 2⁻²³ of the temperature-scaled logits' size.
        #expect(uniform > below - 1e-5 && uniform < below + p[Int(token)] / mass + 1e-5)
      }
    }
  }

  @Test func impossibleTokensAreNeverDrawn() {
    let uniforms = [0, 0x1p-53, 0.5, 1 - 0x1p-53]
    #expect(draw([-500, 3, -500], uniforms: uniforms) == [1, 1, 1, 1])
    #expect(draw([-88, 0, -88, -90], uniforms: uniforms) == [1, 1, 1, 1])
    #expect(draw([0, 1e30, -1e30], temperature: 1e-4, uniforms: uniforms) == [1, 1, 1, 1])
    // Equal at the last place of a wide vocabulary: the ends of [0, 1) give the ends of the vocabulary.
    #expect(draw([Float](repeating: 7, count: 1000), uniforms: [0, 1 - 0x1p-53]) == [0, 999])
    #expect(draw([Float](repeating: 7, count: 1000), topK: 3, uniforms: [0, 0.5, 1 - 0x1p-53]) == [0, 1, 2])
  }

  @Test func aHighTemperatureFlattensAndALowOneSharpens() {
    let logits: [Float] = [0, 5, 1, -3]
    let flat = draw(logits, temperature: 1e6, uniforms: grid)
    for token: Int32 in 0..<4 { #expect(flat.count { $0 == token } / 10 == 50) }
    #expect(Set(draw(logits, temperature: 1e-4, uniforms: grid)) == [1])
    // The order among nearly equal probabilities is still that of the logits.
    #expect(Set(draw(logits, temperature: 1e6, topK: 2, uniforms: grid)) == [1, 2])
  }

  @Test func greedyTakesTheFirstOfEqualLogits() {
    #expect(draw([1, 4, 4, 2], uniforms: [0.9], greedy: true) == [1])
  }

  @Test func logitsThatAreNotFiniteStopTheDraw() {
    for value in [Float.nan, .infinity, -.infinity] {
      for place in 0..<5 {
        var logits: [Float] = [1, 2, 3, 4, 5]
        logits[place] = value
        #expect(draw(logits, uniforms: [0.5, 0.5]).isEmpty)
      }
    }
  }

  // 4000 first tokens of one prompt against the probabilities of the double-precision model, each token by its own exact binomial test.
  @Test(arguments: [1.0, 0.5]) func firstTokensHaveTheModelsProbabilities(temperature: Double) throws {
    let shape = SamplerFixture.shape(vocabulary: 6, keyValueHeads: 2)
    let parameters = randomParameters(shape, seed: 8)
    let prompt: [Int32] = [1, 4, 2, 2]
    let trials = 4000
    let batch = try Sampler(configuration: shape).sample(
      parameters: parameters, prompts: [prompt], counts: [trials], keys: SamplerFixture.keys(1),
      settings: SamplingSettings(
        temperature: temperature, maximumTokens: 1, stopToken: SamplerFixture.noStop), threads: 2)
    #expect(batch.tokenCount == trials)
    let logits = SamplingReferenceTransformer(shape, parameters).logits(prompt)
    let p = softmax(logits[prompt.count - 1], temperature: temperature)
    for token in p.indices {
      expectProportion(
        successes: batch.tokens.count { Int($0) == token }, trials: trials, equals: p[token], detectable: 0.1)
    }
  }

  // The second token given the first: a cache that mixed up rollouts would draw from another's distribution.
  @Test func secondTokensHaveTheProbabilitiesThatTheirOwnFirstTokenGives() throws {
    let shape = SamplerFixture.shape(vocabulary: 5, keyValueHeads: 1)
    let parameters = randomParameters(shape, seed: 9)
    let batch = try Sampler(configuration: shape).sample(
      parameters: parameters, prompts: [[3, 0]], counts: [6000], keys: SamplerFixture.keys(1),
      settings: SamplingSettings(maximumTokens: 2, stopToken: SamplerFixture.noStop), threads: 2)
    let reference = SamplingReferenceTransformer(shape, parameters)
    var tested = 0
    for first: Int32 in 0..<5 {
      let second = (0..<batch.count).filter { batch.tokens[2 * $0] == first }
        .map { batch.tokens[2 * $0 + 1] }
      guard second.count > 600 else { continue }
      tested += 1
      let p = softmax(reference.logits([3, 0, first])[2])
      for token in p.indices {
        expectProportion(
          successes: second.count { Int($0) == token }, trials: second.count, equals: p[token],
          detectable: 0.2)
      }
    }
    #expect(tested >= 2)
  }
}
