import Foundation
import Statistics
import Training

/// The model and the batch of the training measures, which the peer repeats: `nano`, 40 tokens in the vocabulary, 64 sequences of 32 tokens.
struct TrainingWork {
  static let vocabulary = 40
  static let length = 32
  static let learningRate: Float = 1e-3
  static let promptLength = 8
  /// Responses to each prompt.
  static let group = 8

  let configuration = ModelConfiguration.nano(vocabularySize: vocabulary)
  let parameters: [Float]
  let sequences: PackedSequences
  /// Every row predicts a token of its own, so that all programs score all rows.
  let scored: [Int32]
  let actions: [Int32]

  init(sequences count: Int = 64) {
    let key = StreamKey(seed: 1, claim: "training-benchmark")
    // Fresh weights give nearly equal logits, and a loss near log V whatever the model computes. These are spread five times
    // as widely, and norm weights differ from 1, so that a peer with another formula anywhere shows.
    let layout = ParameterLayout(configuration)
    var weights = Transformer(configuration: configuration, seed: 1).parameters
    var stream = RandomStream(key)
    for tensor in layout.tensors {
      for place in tensor.offset..<tensor.offset + tensor.count {
        weights[place] = tensor.shape.count == 2 ? 5 * weights[place] : 1 + 0.1 * Float(stream.normal())
      }
    }
    parameters = weights
    var tokens = RandomStream(key.designPoint(1))
    func random(_ count: Int) -> [Int32] {
      (0..<count).map { _ in Int32(tokens.index(below: Self.vocabulary)) }
    }
    sequences = PackedSequences((0..<count).map { _ in random(Self.length) })
    actions = random(sequences.tokenCount)
    scored = (0..<Int32(sequences.tokenCount)).map { $0 }
  }

  /// The coefficients of the mean of −log π over all rows.
  var coefficients: [Float] { Array(repeating: -1 / Float(scored.count), count: scored.count) }

  /// `count` rollouts of 32 tokens, eight to a prompt; no token ends them early.
  func sample(_ count: Int, with sampler: Sampler, threads: Int) -> RolloutBatch {
    let prompts = count / Self.group
    let key = StreamKey(seed: 2, claim: "training-benchmark")
    do {
      return try sampler.sample(
        parameters: parameters,
        prompts: (0..<prompts).map { Array(actions[$0 * Self.promptLength..<($0 + 1) * Self.promptLength]) },
        counts: Array(repeating: Self.group, count: prompts), keys: (0..<prompts).map { key.designPoint($0) },
        settings: SamplingSettings(maximumTokens: Self.length, stopToken: -1), threads: threads)
    } catch {
      preconditionFailure("sampling failed: \(error)")
    }
  }
}

/// Takes steps on one batch, as the trainer's loop does: forward, loss, backward, clipping, AdamW.
struct TrainingStepper {
  let work: TrainingWork
  let threads: Int
  let trainer: TransformerTrainer
  private let coefficients: [Float]
  private(set) var parameters: [Float]
  private var optimiser: AdamW

  init(work: TrainingWork, threads: Int) {
    self.work = work
    self.threads = threads
    trainer = TransformerTrainer(configuration: work.configuration)
    coefficients = work.coefficients
    parameters = work.parameters
    optimiser = AdamW(layout: ParameterLayout(work.configuration))
  }

  /// One step; returns the mean loss before it and the gradient's norm before clipping.
  mutating func step() -> (loss: Double, norm: Double) {
    let coefficient = coefficients[0]
    let (gradient, statistics) = trainer.lossGradient(
      parameters: parameters, sequences: work.sequences, scored: work.scored, actions: work.actions,
      threads: threads
    ) { _, _, _, gradients, _ in gradients.update(repeating: coefficient) }
    let norm = optimiser.step(
      parameters: &parameters, gradient: gradient, learningRate: TrainingWork.learningRate)
    let sum = statistics.logProbabilities.reduce(0.0) { $0 + Double($1) }
    return (-sum / Double(work.scored.count), norm)
  }

  /// The same update where the coefficients are known beforehand, as in the loop of reinforcement: no statistics, hence no arrays of them.
  mutating func stepWithKnownCoefficients() {
    let gradient = trainer.lossGradient(
      parameters: parameters, sequences: work.sequences, scored: work.scored, actions: work.actions,
      logProbabilityGradients: coefficients, threads: threads)
    _ = optimiser.step(parameters: &parameters, gradient: gradient, learningRate: TrainingWork.learningRate)
  }
}
