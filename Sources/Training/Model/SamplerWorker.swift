import CNumerics
import Statistics

/// Decodes rollouts on one thread: as many side by side as it has slots, a new one as soon as one has ended.
final class SamplerWorker {
  /// A rollout that has ended, and where its tokens lie in the worker's arrays.
  struct Finished {
    var rollout: Int
    var start: Int
    var count: Int
    var isTerminated: Bool
  }

  /// A rollout that is being decoded.
  private struct Live {
    var slot: Int
    var rollout: Int
    var promptLength: Int
    var drawn: Int
    var limit: Int
    var stream: RandomStream
  }

  let pass: SamplerPass
  private let configuration: ModelConfiguration
  private var live: [Live] = []
  private var freeSlots: [Int] = []
  private var slotCount = 0
  private var slotFloats = 0
  private var responseLimit = 0
  private var recordsMargins = false

  /// Numbers recorded of each token; the last, the margin, only on demand.
  private static let kinds = 5

  private var caches = AlignedBuffer<Float>()
  private var logits = AlignedBuffer<Float>()
  private var uniforms = AlignedBuffer<Double>()
  private var weights = AlignedBuffer<Float>()
  private var cumulative = AlignedBuffer<Double>()
  private var order = AlignedBuffer<Int32>()
  // What one step draws, row by row.
  private var drawnTokens = AlignedBuffer<Int32>()
  private var drawnValues = AlignedBuffer<Float>()
  // The responses in the making, slot by slot.
  private var slotTokens = AlignedBuffer<Int32>()
  private var slotValues = AlignedBuffer<Float>()

  /// The ended rollouts and, end to end, their tokens, log π, entropies and Σπ².
  private(set) var finished: [Finished] = []
  private(set) var tokens: [Int32] = []
  private(set) var logProbabilities: [Float] = []
  private(set) var entropies: [Float] = []
  private(set) var sumsOfSquares: [Float] = []
  private(set) var squaredLogarithmSums: [Float] = []
  /// The margins of the tokens, where they are recorded.
  private(set) var margins: [Float] = []
  /// Whether a logit was infinite or no number.
  private(set) var metNonFinite = false

  init(configuration: ModelConfiguration, weights: SamplerWeights) {
    self.configuration = configuration
    pass = SamplerPass(configuration: configuration, weights: weights)
  }

  /// Empties the results.
  func clear() {
    finished.removeAll(keepingCapacity: true)
    tokens.removeAll(keepingCapacity: true)
    logProbabilities.removeAll(keepingCapacity: true)
    entropies.removeAll(keepingCapacity: true)
    sumsOfSquares.removeAll(keepingCapacity: true)
    squaredLogarithmSums.removeAll(keepingCapacity: true)
    margins.removeAll(keepingCapacity: true)
    metNonFinite = false
  }

  /// Makes room for `slots` rollouts of up to `positions` tokens with responses of up to `responses`.
  func reserve(slots: Int, positions: Int, responses: Int) {
    slotCount = slots
    slotFloats = SamplerPass.blocks(positions) * pass.cacheBlock
    responseLimit = responses
    let vocabulary = configuration.vocabularySize
    pass.reserve(rows: slots)
    caches.reserve(slots * slotFloats)
    logits.reserve(slots * vocabulary)
    uniforms.reserve(slots)
    weights.reserve(vocabulary)
    cumulative.reserve(vocabulary)
    order.reserve(vocabulary)
    drawnTokens.reserve(slots)
    drawnValues.reserve(Self.kinds * slots)
    slotTokens.reserve(slots * responses)
    slotValues.reserve(Self.kinds * slots * responses)
    live.removeAll(keepingCapacity: true)
    live.reserveCapacity(slots)
    freeSlots = Array((0..<slots).reversed())
  }

  /// Decodes until `nextRollout` has none left and all that began have ended, or a logit is not finite.
  func decode(_ batch: borrowing SamplerBatch, nextRollout: () -> Int?) {
    var isExhausted = false
    while true {
      while !isExhausted, live.count < slotCount {
        if let rollout = nextRollout() { admit(rollout, batch) } else { isExhausted = true }
      }
      if live.isEmpty { return }
      guard draw(batch.settings) else {
        metNonFinite = true
        return
      }
      record(batch.settings.stopToken)
      if live.isEmpty { continue }
      pass.clear()
      for (row, rollout) in live.enumerated() {
        pass.append(
          token: drawnTokens.base[row], position: rollout.promptLength + rollout.drawn - 1,
          cache: caches.base + rollout.slot * slotFloats)
      }
      pass.run(kept: nil, logits: logits.base)
    }
  }

  /// Starts a rollout behind the live ones: the prompt's cache and last logits are copied.
  private func admit(_ rollout: Int, _ batch: borrowing SamplerBatch) {
    guard let slot = freeSlots.popLast() else { preconditionFailure("no slot is free for \(rollout)") }
    let prompt = batch.groups[rollout]
    let place = batch.places[prompt]
    (caches.base + slot * slotFloats).update(
      from: batch.prompts.cache(place), count: batch.prompts.cacheCount(place))
    let vocabulary = configuration.vocabularySize
    (logits.base + live.count * vocabulary).update(from: batch.prompts.logits(place), count: vocabulary)
    let length = batch.lengths[prompt]
    live.append(
      Live(
        slot: slot, rollout: rollout, promptLength: length, drawn: 0,
        limit: min(
          batch.settings.maximumTokens, batch.limits?[prompt] ?? .max,
          configuration.maximumPositions - length),
        stream: RandomStream(
          batch.keys[prompt].replicate((batch.earlier?[prompt] ?? 0) + rollout - batch.firsts[prompt]))))
  }

  /// Draws the next token of every live rollout; false if a logit is not finite.
  private func draw(_ settings: SamplingSettings) -> Bool {
    let isGreedy = settings.temperature == 0
    if !isGreedy {
      for row in live.indices { uniforms.base[row] = live[row].stream.uniform() }
    }
    let rows = live.count
    let vocabulary = configuration.vocabularySize
    recordsMargins = settings.recordsMargins
    let settings = numerics_draw_settings(
      inverse_temperature: isGreedy ? 1 : Float(1 / settings.temperature), greedy: isGreedy ? 1 : 0,
      top_k: min(settings.topK ?? vocabulary, vocabulary), top_p: settings.topP)
    return numerics_draw_tokens(
      rows, vocabulary, vocabulary, logits.base, settings, uniforms.base, weights.base, cumulative.base,
      order.base, drawnTokens.base, drawnValues.base, drawnValues.base + slotCount,
      drawnValues.base + 2 * slotCount, drawnValues.base + 3 * slotCount,
      recordsMargins ? drawnValues.base + 4 * slotCount : nil) == rows
  }

  /// Notes what was drawn and takes the rollouts that ended out of the live ones; the drawn tokens of the others move with them.
  private func record(_ stopToken: Int32) {
    var kept = 0
    for row in live.indices {
      let token = drawnTokens.base[row]
      let place = live[row].slot * responseLimit + live[row].drawn
      slotTokens.base[place] = token
      for kind in 0..<(recordsMargins ? Self.kinds : Self.kinds - 1) {
        slotValues.base[kind * slotCount * responseLimit + place] = drawnValues.base[kind * slotCount + row]
      }
      live[row].drawn += 1
      if token == stopToken || live[row].drawn == live[row].limit {
        finish(live[row], isTerminated: token == stopToken)
      } else {
        if kept != row { live[kept] = live[row] }
        drawnTokens.base[kept] = token
        kept += 1
      }
    }
    live.removeLast(live.count - kept)
  }

  private func finish(_ rollout: Live, isTerminated: Bool) {
    finished.append(
      Finished(
        rollout: rollout.rollout, start: tokens.count, count: rollout.drawn, isTerminated: isTerminated))
    let start = rollout.slot * responseLimit
    let stride = slotCount * responseLimit
    func values(_ kind: Int) -> UnsafeBufferPointer<Float> {
      UnsafeBufferPointer(start: slotValues.base + kind * stride + start, count: rollout.drawn)
    }
    tokens.append(contentsOf: UnsafeBufferPointer(start: slotTokens.base + start, count: rollout.drawn))
    logProbabilities.append(contentsOf: values(0))
    entropies.append(contentsOf: values(1))
    sumsOfSquares.append(contentsOf: values(2))
    squaredLogarithmSums.append(contentsOf: values(3))
    if recordsMargins { margins.append(contentsOf: values(4)) }
    freeSlots.append(rollout.slot)
  }
}
