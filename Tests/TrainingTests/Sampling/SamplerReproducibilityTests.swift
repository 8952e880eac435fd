import Statistics
import Testing

@testable import Training

/// A rollout is a function of parameters, prompt, stream and settings, to the last bit.
@Suite struct SamplerReproducibilityTests {
  let shape = SamplerFixture.shape(vocabulary: 40, keyValueHeads: 2, headDimension: 16)

  private func sample(
    prompts: [[Int32]], counts: [Int], keys: [StreamKey], threads: Int = 1, sampler: Sampler? = nil,
    maximumTokens: Int = 30
  ) throws -> RolloutBatch {
    try (sampler ?? Sampler(configuration: shape)).sample(
      parameters: randomParameters(shape, seed: 11), prompts: prompts, counts: counts, keys: keys,
      settings: SamplingSettings(maximumTokens: maximumTokens, stopToken: 1), threads: threads)
  }

  /// One rollout with everything recorded of it.
  private struct Rollout: Equatable {
    var tokens: [Int32]
    var records: [[UInt32]]
    var isTerminated: Bool

    init(_ batch: RolloutBatch, _ rollout: Int) {
      let range = batch.range(rollout)
      tokens = Array(batch.tokens[range])
      records = [batch.logProbabilities, batch.entropies, batch.sumsOfSquares].map { values in
        values[range].map(\.bitPattern)
      }
      isTerminated = batch.isTerminated[rollout]
    }
  }

  // More rollouts than slots, so that slots are used again and workers compete for rollouts.
  @Test func theNumberOfThreadsChangesNothing() throws {
    let prompts = SamplerFixture.prompts(shape, lengths: [1, 5, 15, 16, 17, 3, 9, 9, 30])
    let counts = [40, 0, 33, 50, 1, 2, 60, 7, 90]
    let keys = SamplerFixture.keys(prompts.count)
    #expect(counts.reduce(0, +) > 2 * Sampler.slotLimit)
    let one = try sample(prompts: prompts, counts: counts, keys: keys)
    for threads in [2, 3, 8] {
      #expect(try sample(prompts: prompts, counts: counts, keys: keys, threads: threads) == one)
    }
  }

  // The float records are equal too, not only the tokens: each row is summed in an order that does not depend on the number of rows.
  @Test func aRolloutDoesNotDependOnHowManyOthersItsPromptHas() throws {
    let prompts = SamplerFixture.prompts(shape, lengths: [4, 17, 8])
    let keys = SamplerFixture.keys(3)
    let few = try sample(prompts: prompts, counts: [3, 3, 3], keys: keys)
    let many = try sample(prompts: prompts, counts: [7, 7, 7], keys: keys)
    for prompt in 0..<3 {
      for index in 0..<3 {
        #expect(Rollout(few, 3 * prompt + index) == Rollout(many, 7 * prompt + index))
      }
    }
  }

  @Test func aRolloutDoesNotDependOnTheOtherPrompts() throws {
    let prompts = SamplerFixture.prompts(shape, lengths: [4, 17, 8, 16, 1])
    let keys = SamplerFixture.keys(5)
    let together = try sample(prompts: prompts, counts: [5, 5, 5, 5, 5], keys: keys)
    for prompt in prompts.indices {
      let alone = try sample(prompts: [prompts[prompt]], counts: [5], keys: [keys[prompt]])
      for index in 0..<5 { #expect(Rollout(alone, index) == Rollout(together, 5 * prompt + index)) }
    }
  }

  // Waves bound the memory of many long prompts; here they are forced by prompts that fill the limit with their blocks.
  @Test func wavesOfPromptsChangeNothing() throws {
    let prompts = SamplerFixture.prompts(shape, lengths: [4, 17, 8, 33, 1, 2])
    let lengths = prompts.map(\.count)
    let block = SamplerPass(configuration: shape, weights: SamplerWeights(configuration: shape)).cacheBlock
    let whole = SamplerPrompts(vocabularySize: shape.vocabularySize)
    #expect(whole.arrange([0, 1, 2, 3, 4, 5], lengths: lengths, cacheBlock: block) == 6)
    let small = SamplerPrompts(vocabularySize: shape.vocabularySize, floatLimit: 4 * block)
    #expect(small.arrange([0, 1, 2, 3, 4, 5], lengths: lengths, cacheBlock: block) == 2)
    let keys = SamplerFixture.keys(6)
    let waves = Sampler(configuration: shape, promptFloatLimit: 4 * block)
    let counts = [5, 0, 3, 2, 0, 4]
    #expect(
      try sample(prompts: prompts, counts: counts, keys: keys, threads: 2, sampler: waves)
        == sample(prompts: prompts, counts: counts, keys: keys))
  }

  // A sampler keeps its buffers; what an earlier, longer batch left in them must not show.
  @Test func aUsedSamplerDrawsWhatANewOneDraws() throws {
    let used = Sampler(configuration: shape)
    let long = SamplerFixture.prompts(shape, lengths: [30, 31, 2, 29])
    _ = try sample(
      prompts: long, counts: [9, 9, 9, 9], keys: SamplerFixture.keys(4, seed: 99), threads: 2,
      sampler: used)
    let prompts = SamplerFixture.prompts(shape, lengths: [3, 2, 18])
    let keys = SamplerFixture.keys(3)
    #expect(
      try sample(prompts: prompts, counts: [2, 8, 3], keys: keys, sampler: used, maximumTokens: 12)
        == sample(prompts: prompts, counts: [2, 8, 3], keys: keys, maximumTokens: 12))
  }

  @Test func differentReplicatesAndKeysDrawDifferently() throws {
    let prompts = [[Int32]](repeating: [3, 4, 5], count: 2)
    let batch = try sample(prompts: prompts, counts: [4, 4], keys: SamplerFixture.keys(2))
    let responses = (0..<8).map { Array(batch.tokens[batch.range($0)]) }
    #expect(Set(responses).count == 8)
  }
}
