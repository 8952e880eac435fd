import Statistics
import Testing

@testable import Training

/// How responses end, and what is refused.
@Suite struct SamplerEndTests {
  let shape = SamplerFixture.shape(keyValueHeads: 2, positions: 24)

  private func sample(
    _ prompts: [[Int32]], counts: [Int]? = nil, settings: SamplingSettings, parameters: [Float]? = nil
  ) throws -> RolloutBatch {
    try Sampler(configuration: shape).sample(
      parameters: parameters ?? randomParameters(shape, seed: 4), prompts: prompts,
      counts: counts ?? prompts.map { _ in 40 }, keys: SamplerFixture.keys(prompts.count), settings: settings,
      threads: 1)
  }

  @Test func theStopTokenEndsAResponseAndBelongsToIt() throws {
    let batch = try sample([[1, 2, 3], [4]], settings: SamplingSettings(maximumTokens: 12, stopToken: 5))
    var ended = 0
    for rollout in 0..<batch.count {
      let response = Array(batch.tokens[batch.range(rollout)])
      #expect(!response.dropLast().contains(5))
      #expect(batch.isTerminated[rollout] == (response.last == 5))
      if !batch.isTerminated[rollout] { #expect(response.count == 12) }
      ended += batch.isTerminated[rollout] ? 1 : 0
    }
    #expect(ended > 0 && ended < batch.count)
  }

  // The stop token ends what it is drawn for and nothing else: without it, the same streams give the same tokens up to there.
  @Test func responsesWithoutAStopTokenContinueThoseWithOne() throws {
    let with = try sample([[1, 2, 3]], settings: SamplingSettings(maximumTokens: 12, stopToken: 5))
    let without = try sample(
      [[1, 2, 3]], settings: SamplingSettings(maximumTokens: 12, stopToken: SamplerFixture.noStop))
    for rollout in 0..<with.count {
      let short = with.range(rollout)
      let long = without.range(rollout)
      #expect(long.count == 12)
      #expect(!without.isTerminated[rollout])
      #expect(with.tokens[short].elementsEqual(without.tokens[long].prefix(short.count)))
      #expect(with.entropies[short].elementsEqual(without.entropies[long].prefix(short.count)))
    }
  }

  @Test func responsesEndWhereTheModelHasNoMorePositions() throws {
    for length in [1, 7, 8, 22, 23] {
      let batch = try sample(
        SamplerFixture.prompts(shape, lengths: [length]), counts: [3],
        settings: SamplingSettings(maximumTokens: 1000, stopToken: SamplerFixture.noStop))
      #expect(batch.isTerminated == [false, false, false])
      for rollout in 0..<3 { #expect(batch.range(rollout).count == 24 - length) }
    }
  }

  @Test func promptsWithoutRolloutsAreAllowed() throws {
    let settings = SamplingSettings(maximumTokens: 4, stopToken: 5)
    let none = try sample([[1], [2, 3]], counts: [0, 0], settings: settings)
    #expect(none == RolloutBatch(prompts: [[1], [2, 3]]))
    #expect(try sample([], counts: [], settings: settings) == RolloutBatch(prompts: []))
    #expect(try sample([[1], [2, 3], [4]], counts: [0, 2, 0], settings: settings).groups == [1, 1])
  }

  @Test func promptsThatCannotBeAnsweredAreRefused() {
    let settings = SamplingSettings(maximumTokens: 4, stopToken: 5)
    #expect(
      throws: TrainingError.invalid(name: "a prompt", value: "empty", allowed: "have at least one token")
    ) { try sample([[1], []], settings: settings) }
    #expect(
      throws: TrainingError.tooLong(
        what: "a prompt that leaves a position for its response", count: 24, limit: 23)
    ) { try sample(SamplerFixture.prompts(shape, lengths: [24]), settings: settings) }
    for token: Int32 in [-1, 11, .max, .min] {
      #expect(throws: TrainingError.self) { try sample([[1, token]], settings: settings) }
    }
  }

  @Test func unsoundSettingsAreRefused() {
    let sound = SamplingSettings(maximumTokens: 4, stopToken: 5)
    #expect(sound.problems.isEmpty)
    var unsound: [SamplingSettings] = []
    for temperature in [-1, .nan, .infinity, 1e-300, 1e300, -0x1p-1074, .leastNonzeroMagnitude] {
      var settings = sound
      settings.temperature = temperature
      unsound.append(settings)
    }
    for topK in [0, -1, .min] {
      var settings = sound
      settings.topK = topK
      unsound.append(settings)
    }
    for topP in [0, -0.5, 1.0000001, .nan, .infinity] {
      var settings = sound
      settings.topP = topP
      unsound.append(settings)
    }
    for maximumTokens in [0, -1, .min] {
      var settings = sound
      settings.maximumTokens = maximumTokens
      unsound.append(settings)
    }
    for settings in unsound {
      #expect(settings.problems.count == 1, "\(settings)")
      #expect(throws: TrainingError.self) { try sample([[1]], settings: settings) }
    }
    let extreme = SamplingSettings(
      temperature: 1e-4, topK: .max, topP: .leastNonzeroMagnitude, maximumTokens: .max, stopToken: .max)
    #expect(extreme.problems.isEmpty)
    #expect(throws: Never.self) { try sample([[1]], settings: extreme) }
  }

  // Each part of the model on its own, since a later part could swallow the NaN of an earlier one.
  @Test func parametersThatAreNotFiniteAreRefused() throws {
    let layout = ParameterLayout(shape)
    for tensor in layout.tensors where tensor.name != "model.embed_tokens.weight" {
      for value in [Float.nan, .infinity] {
        var parameters = randomParameters(shape, seed: 4)
        parameters[tensor.offset + tensor.count / 2] = value
        #expect(throws: TrainingError.self, "\(tensor.name) \(value)") {
          try sample(
            [[1, 2, 3]], settings: SamplingSettings(maximumTokens: 4, stopToken: 5), parameters: parameters)
        }
      }
    }
  }
}
