import Foundation
import Statistics

@testable import Training

/// The fixed batch of uneven groups, with the losses and logit gradients that PyTorch's automatic differentiation gives every method on it.
///
/// `References/objectives.py` wrote the file. The batch is chosen so that GRPO's surrogate meets every side of its range off-policy, and so that Clip-Cov has one candidate for its one draw.
struct ReferenceBatch: Decodable {
  struct Case: Decodable {
    var name: String
    var policy: String
    var loss: Double
    var gradient: [[Double]]
  }

  var vocabulary: Int
  var maximumLength: Int
  var groups: [Int]
  var starts: [Int]
  var rewards: [Double]
  var actions: [Int]
  var logits: [[Double]]
  var sampledLogProbabilities: [Double]
  var referenceLogProbabilities: [Double]
  var cases: [Case]

  static func load() throws -> ReferenceBatch {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "References/objectives.json")
    return try JSONDecoder().decode(ReferenceBatch.self, from: Data(contentsOf: file))
  }

  /// log π of every token of the vocabulary, one row for each token of the batch.
  var logProbabilityRows: [[Double]] {
    logits.map { row in
      let largest = row.max() ?? 0
      let normaliser = largest + log(row.reduce(0) { $0 + exp($1 - largest) })
      return row.map { $0 - normaliser }
    }
  }

  /// What an objective sees of it; on-policy the sampled log-probabilities are the current ones, to the last bit.
  func update(_ advantage: AdvantageRule, onPolicy: Bool) throws -> UpdateBatch {
    let rows = logProbabilityRows
    let own = zip(rows, actions).map { $0[$1] }
    let lengths = groups.indices.map { starts[$0 + 1] - starts[$0] }
    return UpdateBatch(
      groups: groups, starts: starts, rewards: rewards,
      advantages: try advantage.advantages(rewards: rewards, lengths: lengths, groups: groups),
      sampledLogProbabilities: onPolicy ? own : sampledLogProbabilities, logProbabilities: own,
      entropies: rows.map { row in -row.reduce(0) { $0 + exp($1) * $1 } },
      sumsOfSquares: rows.map { row in row.reduce(0) { $0 + exp(2 * $1) } },
      squaredLogarithmSums: rows.map { row in row.reduce(0) { $0 + exp(2 * $1) * $1 } },
      states: UpdateBatch.stateLabels(groups: groups, starts: starts, tokens: actions.map { Int32($0) }),
      referenceLogProbabilities: referenceLogProbabilities, maximumLength: maximumLength)
  }

  /// The gradient of the logits that a result stands for.
  func logitGradient(_ result: ObjectiveResult) -> [[Double]] {
    logProbabilityRows.enumerated().map { token, row in
      let entropy = -row.reduce(0) { $0 + exp($1) * $1 }
      let slope = result.logProbabilityGradients[token]
      let entropySlope = result.entropyGradients.isEmpty ? 0 : result.entropyGradients[token]
      return row.indices.map { j in
        slope * ((j == actions[token] ? 1 : 0) - exp(row[j])) - entropySlope * exp(row[j])
          * (row[j] + entropy)
      }
    }
  }

  /// The named methods that differ in their loss: rollout rules have RLOO's, and the phase without the prompt has GRPO's numbers on another model and tests of its own.
  static let plain = Method.unruled.filter { $0.preTraining == nil }

  /// Those, and the choices that none of them makes, under the names of the file.
  static let methods: [Method] =
    plain + [
      Method.rloo.with("with k1") { $0.klPenalty = KLPenalty(coefficient: 0.1, estimator: .k1) },
      Method.rloo.with("with k2") { $0.klPenalty = KLPenalty(coefficient: 0.1, estimator: .k2) },
      Method.rloo.with("with k3") { $0.klPenalty = KLPenalty(coefficient: 0.1, estimator: .k3) },
      Method.rloo.with("with rollout-mean") { $0.aggregation = .rolloutMean },
      Method.rloo.with("with sequence-mean-token-mean") { $0.aggregation = .sequenceMeanTokenMean },
      Method.rloo.with("with grpo-population") { $0.advantage = .grpoPopulation },
      Method.rloo.with("with score-weighted-state-baseline") { $0.tokenRule = TokenRule(.stateBaseline) },
      Method.grpo.with("with modulation-released-5") { $0.tokenRule = TokenRule(.modulationReleased5) },
      Method.rloo.with("with entropy") { $0.entropyCoefficient = 0.05 },
      Method.positiveOnly.with("with dropped rollouts") {
        $0.surrogate = Surrogate()
        $0.aggregation = .promptEqual
      },
    ]

  /// The stream of every draw in these tests.
  static let stream = RandomStream(StreamKey(seed: 1, claim: "objectives"))
}
