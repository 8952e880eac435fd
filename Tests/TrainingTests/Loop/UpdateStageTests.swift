import Foundation
import Testing

@testable import Training

/// A step's updates against the same ones written out by hand: uneven groups, three mini-batches, two passes, ratios, clipping and a reference model.
@Suite struct UpdateStageTests {
  @Test func aStepIsTheUpdatesOfItsMiniBatchesOneAfterTheOther() throws {
    let run = try TinyRun.warm {
      $0.method = "allot"
      $0.steps = 12
      $0.promptsPerStep = 8
      $0.miniBatches = 3
      $0.passesPerStep = 2
      $0.learningRate = 3e-3
      $0.clipGradientNorm = 0
      $0.overrides = ["kl_coefficient": "0.3", "maximum_rollouts": "20"]
    }
    var clipped = 0
    var uneven = 0
    for _ in 0..<12 {
      let before = run.state
      guard case .step(_, let judged) = try run.advance(threads: 1) else {
        Issue.record("a warm run makes no supervised step")
        return
      }
      if Set(judged.counts).count > 1 { uneven += 1 }
      let expected = byHand(judged, before, clipped: &clipped)
      // The first moment is linear in the gradients. Their single-precision coefficients are the same up to rounding, 2^-24 of each, and the weights between updates differ by no more than Adam makes of
      // that: 10^-4 of the norm is far above both and far below a wrong weight, slice or ratio.
      let distance = zip(run.state.optimiser.first, expected).reduce(0.0) {
        $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
      }
      let norm = expected.reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(norm > 0 && distance.squareRoot() < 1e-4 * norm.squareRoot())
    }
    #expect(uneven >= 5 && clipped >= 5)
  }

  /// AdamW's first moment after the step, from the formulas of RLOO with prompts equal, clipped ratios at .2 and .3 times k3.
  private func byHand(_ judged: JudgedRollouts, _ before: TrainingState, clipped: inout Int) -> [Float] {
    let trainer = TransformerTrainer(configuration: TinyRun.shape)
    let batch = judged.batch
    var parameters = before.parameters
    var optimiser = before.optimiser
    let groups = judged.prompts.count
    var isFirst = true
    for _ in 0..<2 {
      for part in 0..<3 {
        let prompts = groups * part / 3..<groups * (part + 1) / 3
        let rollouts = (0..<batch.count).filter { prompts.contains(batch.groups[$0]) }
        var sequences = ScoredSequences()
        for rollout in rollouts {
          sequences.append(
            prompt: batch.prompts[batch.groups[rollout]], response: batch.tokens[batch.range(rollout)])
        }
        func logProbabilities(_ weights: [Float]) -> [Double] {
          trainer.statistics(
            parameters: weights, sequences: sequences.sequences, scored: sequences.scored,
            actions: sequences.actions, threads: 1
          ).logProbabilities.map(Double.init)
        }
        let old = rollouts.flatMap { batch.range($0).map { Double(batch.logProbabilities[$0]) } }
        let new = isFirst ? old : logProbabilities(parameters)
        let reference = logProbabilities(before.reference)
        isFirst = false
        var slopes: [Float] = []
        var place = 0
        for rollout in rollouts {
          let group = batch.groups[rollout]
          let n = Double(judged.counts[group])
          let others = (0..<batch.count).filter { $0 != rollout && batch.groups[$0] == group }
          let advantage =
            judged.rewards[rollout] - others.reduce(0) { $0 + judged.rewards[$1] } / Double(others.count)
          for _ in batch.range(rollout) {
            let ratio = exp(new[place] - old[place])
            let isOut = (advantage > 0 && ratio > 1.2) || (advantage < 0 && ratio < 0.8)
            if isOut { clipped += 1 }
            let policy = isOut ? 0 : -advantage * ratio
            let divergence = 0.3 * (1 - exp(reference[place] - new[place]))
            slopes.append(Float((policy + divergence) / (Double(prompts.count) * n)))
            place += 1
          }
        }
        let gradient = trainer.lossGradient(
          parameters: parameters, sequences: sequences.sequences, scored: sequences.scored,
          actions: sequences.actions, logProbabilityGradients: slopes, threads: 1)
        _ = optimiser.step(parameters: &parameters, gradient: gradient, learningRate: 3e-3)
      }
    }
    return optimiser.first
  }
}
