import Testing

@testable import Training

@Suite struct ScoredSequencesTests {
  /// The row before a token predicts it: of prompt (2, 5) and response (6, 7, 1) rows 1, 2 and 3.
  @Test func theRowBeforeEachResponseTokenIsScored() {
    var sequences = ScoredSequences()
    sequences.append(prompt: [2, 5], response: [6, 7, 1])
    sequences.append(prompt: [2, 8, 4], response: [1])
    #expect(sequences.sequences == PackedSequences([[2, 5, 6, 7], [2, 8, 4]]))
    #expect(sequences.scored == [1, 2, 3, 6])
    #expect(sequences.actions == [6, 7, 1, 1])
    #expect(sequences.starts == [0, 3, 4])
  }

  @Test func rolloutsComeInTheOrderThatIsAskedFor() {
    var batch = RolloutBatch(prompts: [[2, 3], [2, 4, 5]])
    batch.groups = [0, 1, 1]
    batch.starts = [0, 1, 3, 4]
    batch.tokens = [1, 9, 1, 8]
    let chosen = ScoredSequences(batch, rollouts: [2, 0])
    #expect(chosen.sequences == PackedSequences([[2, 4, 5], [2, 3]]))
    #expect(chosen.actions == [8, 1])
    #expect(chosen.scored == [2, 4])
  }
}
