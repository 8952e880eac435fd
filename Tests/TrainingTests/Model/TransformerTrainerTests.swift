import Foundation
import Statistics
import Testing

@testable import Training

struct TransformerTrainerTests {
  /// A batch of unequal sequences, longer than one chunk, on a model with width enough for the library's blocked products.
  private static let configuration = ModelConfiguration(
    vocabularySize: 19, hiddenSize: 32, intermediateSize: 48, layerCount: 2, headCount: 4,
    keyValueHeadCount: 2)

  private static func batch() -> (
    sequences: PackedSequences, scored: [Int32], actions: [Int32], coefficients: [Float]
  ) {
    var stream = RandomStream(StreamKey(seed: 6, claim: "trainer-batch"))
    var sequences = PackedSequences()
    for _ in 0..<37 {
      sequences.append((0..<1 + stream.index(below: 30)).map { _ in Int32(stream.index(below: 19)) })
    }
    let scored = (0..<sequences.tokenCount).filter { $0 % 4 != 0 }.map(Int32.init)
    return (
      sequences, scored, scored.map { _ in Int32(stream.index(below: 19)) },
      scored.map { _ in Float(stream.normal()) }
    )
  }

  @Test func resultsAreIdenticalForOneTwoAndEightThreads() {
    let model = Transformer(configuration: Self.configuration, seed: 7)
    let (sequences, scored, actions, coefficients) = Self.batch()
    var gradients: [[Float]] = []
    var statistics: [TokenStatistics] = []
    var losses: [Double] = []
    for threads in [1, 2, 8, 8] {
      let trainer = TransformerTrainer(configuration: Self.configuration, maximumRows: 64)
      gradients.append(
        trainer.lossGradient(
          parameters: model.parameters, sequences: sequences, scored: scored, actions: actions,
          logProbabilityGradients: coefficients, entropyGradients: coefficients.reversed(), threads: threads))
      statistics.append(
        trainer.statistics(
          parameters: model.parameters, sequences: sequences, scored: scored, actions: actions,
          threads: threads))
      let (loss, gradient) = trainer.crossEntropy(
        parameters: model.parameters, sequences: sequences,
        promptLengths: (0..<sequences.count).map { _ in 1 }, threads: threads)
      losses.append(loss)
      gradients.append(gradient)
    }
    for index in 1..<4 {
      #expect(gradients[2 * index] == gradients[0])
      #expect(gradients[2 * index + 1] == gradients[1])
      #expect(statistics[index] == statistics[0])
      #expect(losses[index] == losses[0])
    }
    #expect(gradients[0].contains { $0 != 0 } && gradients[0].allSatisfy(\.isFinite))
  }

  @Test func aSecondCallGivesTheSame() {
    let model = Transformer(configuration: Self.configuration, seed: 7)
    let (sequences, scored, actions, coefficients) = Self.batch()
    let trainer = TransformerTrainer(configuration: Self.configuration, maximumRows: 64)
    func gradient() -> [Float] {
      trainer.lossGradient(
        parameters: model.parameters, sequences: sequences, scored: scored, actions: actions,
        logProbabilityGradients: coefficients, threads: 2)
    }
    let first = gradient()
    #expect(gradient() == first)
  }

  // Other chunks add in another order: errors of u √rows relative to the gradient's norm, 1e-4 allows 1700 u.
  @Test func chunksAndShardsDoNotChangeTheGradient() {
    let model = Transformer(configuration: Self.configuration, seed: 7)
    let (sequences, scored, actions, coefficients) = Self.batch()
    var reference: [Float]?
    for (shards, rows) in [(1, 100_000), (4, 64), (3, 1), (50, 200)] {
      let trainer = TransformerTrainer(
        configuration: Self.configuration, shardCount: shards, maximumRows: rows)
      let gradient = trainer.lossGradient(
        parameters: model.parameters, sequences: sequences, scored: scored, actions: actions,
        logProbabilityGradients: coefficients, threads: 2)
      guard let expected = reference else {
        reference = gradient
        continue
      }
      let difference = zip(gradient, expected).map { $0 - $1 }
      #expect(AdamW.norm(difference) < 1e-4 * AdamW.norm(expected), "\(shards) shards of \(rows) rows")
    }
  }

  @Test func everySequenceIsDealtOnceAndInOrder() {
    let (sequences, _, _, _) = Self.batch()
    for (count, rows) in [(1, 10), (4, 64), (7, 100_000), (100, 30)] {
      let shards = SequenceShards(sequences, shards: count, maximumRows: rows)
      #expect(shards.chunks.flatMap { $0 }.flatMap { Array($0) } == Array(0..<sequences.count))
      for chunk in shards.chunks.joined() {
        let tokens = sequences.starts[chunk.upperBound] - sequences.starts[chunk.lowerBound]
        #expect(tokens <= rows || chunk.count == 1)
      }
      // A shard holds its share to within one sequence at each end.
      for shard in shards.chunks {
        let tokens = shard.reduce(0) {
          $0 + sequences.starts[$1.upperBound] - sequences.starts[$1.lowerBound]
        }
        #expect(tokens <= sequences.tokenCount / count + 30)
      }
    }
    #expect(SequenceShards(PackedSequences(), shards: 3, maximumRows: 5).chunks == [[], [], []])
    #expect(SequenceShards(PackedSequences([[]]), shards: 3, maximumRows: 5).chunks.joined().count == 1)
  }

  @Test func statisticsAgreeWithTheReference() {
    let test = ModelCase.all[1]
    let loss = test.loss
    let trainer = TransformerTrainer(configuration: test.configuration, shardCount: 2)
    let statistics = trainer.statistics(
      parameters: test.model.parameters, sequences: loss.sequences, scored: loss.scored,
      actions: loss.actions, temperature: test.temperature, threads: 1)
    let reference = test.reference
    let rows = (0..<loss.sequences.count).flatMap {
      reference.logits(Array(loss.sequences.tokens[loss.sequences.range($0)]))
    }
    for (place, row) in loss.scored.enumerated() {
      let probabilities = ReferenceTransformer.softmax(rows[Int(row)].map { $0 / loss.temperature })
      // Logits agree to 1e-5 (above), log π and H to twice that over the temperature.
      #expect(
        abs(Double(statistics.logProbabilities[place]) - log(probabilities[Int(loss.actions[place])])) < 3e-5)
      #expect(
        abs(Double(statistics.entropies[place]) + probabilities.reduce(0) { $0 + $1 * log($1) }) < 3e-5)
      #expect(
        abs(Double(statistics.sumsOfSquares[place]) - probabilities.reduce(0) { $0 + $1 * $1 }) < 3e-5)
    }
  }

  @Test func coefficientsInOnePassEqualCoefficientsGivenBeforehand() {
    let model = Transformer(configuration: Self.configuration, seed: 7)
    let (sequences, scored, actions, coefficients) = Self.batch()
    let trainer = TransformerTrainer(configuration: Self.configuration, maximumRows: 64)
    let expectedStatistics = trainer.statistics(
      parameters: model.parameters, sequences: sequences, scored: scored, actions: actions, threads: 1)
    let products = zip(coefficients, expectedStatistics.logProbabilities).map { $0 * $1 }
    let expected = trainer.lossGradient(
      parameters: model.parameters, sequences: sequences, scored: scored, actions: actions,
      logProbabilityGradients: products, entropyGradients: coefficients, threads: 1)
    let (gradient, statistics) = trainer.lossGradient(
      parameters: model.parameters, sequences: sequences, scored: scored, actions: actions, threads: 2
    ) { places, logProbabilities, entropies, first, second in
      for (own, place) in places.enumerated() {
        first[own] = coefficients[place] * logProbabilities[own]
        second[own] = coefficients[place]
      }
      precondition(entropies.count == places.count)
    }
    #expect(statistics == expectedStatistics)
    #expect(gradient == expected)
  }

  // ln V within the spread of logits at initialisation: d · 0.02² · 1 = 0.0128 is their variance, half of it the loss's excess.
  @Test func crossEntropyStartsNearTheLogarithmOfTheVocabulary() {
    let model = Transformer(configuration: Self.configuration, seed: 7)
    let (sequences, _, _, _) = Self.batch()
    let trainer = TransformerTrainer(configuration: Self.configuration)
    let (loss, _) = trainer.crossEntropy(
      parameters: model.parameters, sequences: sequences,
      promptLengths: (0..<sequences.count).map { _ in 1 }, threads: 1)
    #expect(abs(loss - log(19)) < 0.05)
  }

  @Test func promptsAloneHaveNoLossAndNoGradient() {
    let model = Transformer(configuration: Self.configuration, seed: 7)
    let sequences = PackedSequences([[1, 2, 3], [4]])
    let trainer = TransformerTrainer(configuration: Self.configuration)
    let (loss, gradient) = trainer.crossEntropy(
      parameters: model.parameters, sequences: sequences, promptLengths: [3, 1], threads: 1)
    #expect(loss == 0)
    #expect(gradient.allSatisfy { $0 == 0 })
  }

  // A model of this size has more weights than the batch has tokens: full-batch steps must fit it almost perfectly.
  @Test func trainingFitsARepeatedBatch() {
    var model = Transformer(configuration: Self.configuration, seed: 8)
    let sequences = PackedSequences([[1, 2, 3, 4, 5, 6], [7, 3, 1, 4, 1, 5], [9, 2, 6, 5, 3, 5]])
    let trainer = TransformerTrainer(configuration: Self.configuration)
    var optimizer = AdamW(layout: model.layout)
    var losses: [Double] = []
    for _ in 0..<60 {
      let (loss, gradient) = trainer.crossEntropy(
        parameters: model.parameters, sequences: sequences, promptLengths: [1, 1, 1], threads: 1)
      losses.append(loss)
      _ = optimizer.step(parameters: &model.parameters, gradient: gradient, learningRate: 0.01)
    }
    #expect(losses[0] > 2.5)
    #expect(losses[59] < 0.05)
  }
}
