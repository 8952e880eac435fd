import Foundation
import Statistics
import Testing

@testable import Training

/// The sampler against a full forward pass in double precision.
@Suite struct SamplerExactnessTests {
  /// How far a logit may be off: single precision has u = 2⁻²⁴ and a sum of n products is off by at most n u times the sum of the absolute products.
  ///
  /// A logit passes 7 sums per layer and 2 more; the longest has 48 terms or fewer here, and norms keep each stage's relative error from growing by more than the
  /// condition of its own sum, about √n < 7. The bound is therefore stages · n · u · largest logit; the sums' errors partly cancel, so observed errors are far
  /// smaller. A wrong rotation, mask, share or scale moves logits by more than 10⁻².
  static func tolerance(_ configuration: ModelConfiguration, largest: Double) -> Double {
    Double(7 * configuration.layerCount + 2) * 48 * 0x1p-24 * max(1, largest)
  }

  @Test(arguments: SamplerFixture.shapes, [1.0, 0.7, 2.0])
  func whatIsRecordedOfTokensEqualsTheFullForwardPass(_ shape: ModelConfiguration, temperature: Double) throws
  {
    let parameters = randomParameters(shape, seed: 1)
    let reference = SamplingReferenceTransformer(shape, parameters)
    let prompts = SamplerFixture.prompts(shape)
    // Truncation must not touch what is recorded.
    let settings = SamplingSettings(
      temperature: temperature, topK: 6, topP: 0.9, maximumTokens: 12, stopToken: 2)
    let batch = try Sampler(configuration: shape).sample(
      parameters: parameters, prompts: prompts, counts: [1, 1, 1, 1, 1, 0], keys: SamplerFixture.keys(6),
      settings: settings, threads: 1)
    #expect(batch.groups == [0, 1, 2, 3, 4])
    #expect(batch.tokenCount > 10)
    for rollout in 0..<batch.count {
      let prompt = prompts[batch.groups[rollout]]
      let range = batch.range(rollout)
      let logits = reference.logits(prompt + batch.tokens[range])
      for (index, place) in range.enumerated() {
        let z = logits[prompt.count - 1 + index]
        let p = softmax(z, temperature: temperature)
        let error = Self.tolerance(shape, largest: z.map(abs).reduce(0, max)) / temperature
        let token = Int(batch.tokens[place])
        // d log π = dz_a − Σ π dz, at most 2 δ.
        #expect(abs(Double(batch.logProbabilities[place]) - log(p[token])) < 2 * error)
        // dH = −Σ π (log π + H) dz, at most δ Σ π |log π + H| ≤ 2 H δ ≤ 2 δ log V; log 70 < 4.3.
        let entropy = p.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
        #expect(abs(Double(batch.entropies[place]) - entropy) < 8.6 * error)
        // dΣπ² = 2 Σ π (π − Σπ²) dz, at most 2 δ.
        #expect(abs(Double(batch.sumsOfSquares[place]) - p.reduce(0) { $0 + $1 * $1 }) < 2 * error)
      }
    }
  }

  @Test(arguments: SamplerFixture.shapes)
  func greedyTakesTheLargestLogit(_ shape: ModelConfiguration) throws {
    let parameters = randomParameters(shape, seed: 2)
    let reference = SamplingReferenceTransformer(shape, parameters)
    let prompts = SamplerFixture.prompts(shape)
    let settings = SamplingSettings(
      temperature: 0, maximumTokens: 12, stopToken: SamplerFixture.noStop)
    let batch = try Sampler(configuration: shape).sample(
      parameters: parameters, prompts: prompts, counts: prompts.map { _ in 1 },
      keys: SamplerFixture.keys(prompts.count), settings: settings, threads: 1)
    for rollout in 0..<batch.count {
      let response = Array(batch.tokens[batch.range(rollout)])
      #expect(response.count == 12)
      let logits = reference.logits(prompts[rollout] + response)
      for (index, token) in response.enumerated() {
        let z = logits[prompts[rollout].count - 1 + index]
        let largest = z.reduce(-Double.infinity, max)
        // Logits closer than rounding may change places; anything else must be the largest.
        #expect(z[Int(token)] > largest - 2 * Self.tolerance(shape, largest: z.map(abs).reduce(0, max)))
        let p = softmax(z)
        let logProbability = Double(batch.logProbabilities[batch.starts[rollout] + index])
        #expect(
          abs(logProbability - log(p[Int(token)]))
            < 2 * Self.tolerance(shape, largest: z.map(abs).reduce(0, max)))
      }
    }
  }

  // Every token's record must also be a possible one: log π <= 0, 0 <= H <= log V, 1/V <= Σπ² <= 1, and H >= -log Σπ² (Jensen).
  @Test func recordsLieWithinTheirRanges() throws {
    let shape = SamplerFixture.shape(keyValueHeads: 2)
    for scale in [0.0, 1, 30] {
      let batch = try Sampler(configuration: shape).sample(
        parameters: randomParameters(shape, seed: 5, scale: scale), prompts: SamplerFixture.prompts(shape),
        counts: [3, 3, 3, 3, 3, 3], keys: SamplerFixture.keys(6),
        settings: SamplingSettings(maximumTokens: 20, stopToken: 0), threads: 1)
      let vocabulary = Double(shape.vocabularySize)
      // Sums of eleven terms: a few roundings of 2⁻²⁴ each.
      let rounding = 1e-5
      for place in 0..<batch.tokenCount {
        let entropy = Double(batch.entropies[place])
        let squares = Double(batch.sumsOfSquares[place])
        #expect(batch.logProbabilities[place] <= 0)
        #expect(entropy >= 0 && entropy <= log(vocabulary) + rounding)
        #expect(squares <= 1 && squares >= 1 / vocabulary - rounding)
        #expect(entropy >= -log(squares) - rounding)
      }
    }
  }
}
