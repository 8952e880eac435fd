import Foundation
import Testing

@testable import Training

/// What the weights of an aggregation must and must not depend on.
@Suite struct AggregationTests {
  /// Every rollout of prompt 0 once more, with its advantage.
  private func replicated(_ batch: UpdateBatch) -> UpdateBatch {
    let order = batch.groups.indices.flatMap { batch.groups[$0] == 0 ? [$0, $0] : [$0] }
    let tokens = order.flatMap { Array(batch.range($0)) }
    var starts = [0]
    for rollout in order { starts.append(starts[starts.count - 1] + batch.range(rollout).count) }
    func pick(_ values: [Double]) -> [Double] { tokens.map { values[$0] } }
    return UpdateBatch(
      groups: order.map { batch.groups[$0] }, starts: starts, rewards: order.map { batch.rewards[$0] },
      advantages: order.map { batch.advantages[$0] },
      sampledLogProbabilities: pick(batch.sampledLogProbabilities),
      logProbabilities: pick(batch.logProbabilities), entropies: pick(batch.entropies),
      referenceLogProbabilities: batch.referenceLogProbabilities.map(pick),
      maximumLength: batch.maximumLength)
  }

  /// Twice the rollouts of one prompt with the same results: prompt-equal does not notice, every other rule gives that prompt more weight.
  @Test(arguments: Aggregation.allCases)
  func onlyPromptEqualKeepsAPromptsWeightWhateverItsNumberOfRollouts(rule: Aggregation) throws {
    let batch = try ReferenceBatch.load().update(.rloo, onPolicy: false)
    let objective = Objective(
      aggregation: rule, klPenalty: KLPenalty(coefficient: 0.1), entropyBonus: .init(coefficient: 0.01))
    let once = try objective.evaluate(batch, stream: ReferenceBatch.stream).loss
    let twice = try objective.evaluate(replicated(batch), stream: ReferenceBatch.stream).loss
    if rule == .promptEqual {
      // The same terms, half the weight, twice: 24 and 35 additions of terms below one.
      #expect(abs(once - twice) < 1e-14, "\(once), \(twice)")
    } else {
      #expect(abs(once - twice) > 1e-3, "\(once), \(twice)")
    }
  }

  /// The sum over the parts of an update is the update, where parts know the sizes of the whole.
  @Test(arguments: Aggregation.allCases, [false, true])
  func partsOfAnUpdateAddUpToTheWhole(rule: Aggregation, drops: Bool) throws {
    let whole = try ReferenceBatch.load().update(.positiveOnly, onPolicy: false)
    let objective = Objective(aggregation: rule, dropsZeroAdvantages: drops)
    let totals = objective.totals(groups: whole.groups, starts: whole.starts, advantages: whole.advantages)
    var loss = 0.0
    var slopes: [Double] = []
    // Cuts through the middle of a prompt.
    for rollouts in [0..<2, 2..<5, 5..<9] {
      let first = whole.starts[rollouts.lowerBound]
      let tokens = first..<whole.starts[rollouts.upperBound]
      let part = UpdateBatch(
        groups: Array(whole.groups[rollouts]),
        starts: whole.starts[rollouts.lowerBound...rollouts.upperBound].map { $0 - first },
        rewards: Array(whole.rewards[rollouts]), advantages: Array(whole.advantages[rollouts]),
        sampledLogProbabilities: Array(whole.sampledLogProbabilities[tokens]),
        logProbabilities: Array(whole.logProbabilities[tokens]),
        entropies: Array(whole.entropies[tokens]), maximumLength: whole.maximumLength, totals: totals)
      let result = try objective.evaluate(part, stream: ReferenceBatch.stream)
      loss += result.loss
      slopes += result.logProbabilityGradients
    }
    let result = try objective.evaluate(whole, stream: ReferenceBatch.stream)
    #expect(abs(loss - result.loss) < 1e-14)
    #expect(slopes == result.logProbabilityGradients)
  }

  @Test func weightsAreThoseOfTheTable() {
    // Prompt 0 has rollouts of 1 and 3 tokens, prompt 1 one of 2, prompt 2 none, prompt 3 one without tokens.
    let groups = [0, 0, 1, 3]
    let starts = [0, 1, 4, 6, 6]
    let totals = BatchTotals(groups: groups, starts: starts)
    #expect(totals.prompts == 3 && totals.rollouts == 4 && totals.tokens == 6)
    #expect(totals.rolloutsOfPrompt == [2, 1, 0, 1])
    let (quarter, sixth) = (0.25, 1.0 / 6)
    let wanted: [(Aggregation, [Double])] = [
      (.promptEqual, [sixth, sixth, sixth, sixth, 1.0 / 3, 1.0 / 3]),
      (.rolloutMean, [Double](repeating: quarter, count: 6)),
      (.tokenMean, [Double](repeating: sixth, count: 6)),
      (.sequenceMeanTokenMean, [quarter, 1.0 / 12, 1.0 / 12, 1.0 / 12, 0.125, 0.125]),
      (.sequenceMeanTokenSumNorm, [Double](repeating: 1.0 / 32, count: 6)),
    ]
    for (rule, list) in wanted {
      let found = rule.weights(groups: groups, starts: starts, totals: totals, maximumLength: 8)
      #expect(found == list, "\(rule.rawValue)")
    }
  }

  @Test func trainersNamesAreUnderstood() {
    #expect(Aggregation(name: "seq-mean-token-sum") == .rolloutMean)
    #expect(Aggregation(name: "seq-mean-token-mean") == .sequenceMeanTokenMean)
    #expect(Aggregation(name: "seq-mean-token-sum-norm") == .sequenceMeanTokenSumNorm)
    for rule in Aggregation.allCases { #expect(Aggregation(name: rule.rawValue) == rule) }
    #expect(Aggregation(name: "mean") == nil)
  }

  @Test func aBatchInWhichNothingCountsHasNoLoss() throws {
    let batch = try ReferenceBatch.load().update(.positiveOnly, onPolicy: true)
    var failures = batch
    failures.advantages = batch.advantages.map { _ in 0 }
    let result = try Method.positiveOnly.objective.evaluate(failures, stream: ReferenceBatch.stream)
    #expect(result.loss == 0 && result.metrics.tokens == 0)
    #expect(result.logProbabilityGradients.allSatisfy { $0 == 0 })
    let empty = UpdateBatch(
      groups: [0], starts: [0, 0], rewards: [1], advantages: [1], sampledLogProbabilities: [],
      logProbabilities: [], entropies: [], maximumLength: 1)
    for method in Method.all where !method.tokenRule.needsSquaredLogarithmSums {
      #expect(try method.objective.evaluate(empty, stream: ReferenceBatch.stream).loss == 0)
    }
  }
}
