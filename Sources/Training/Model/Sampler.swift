import CNumerics
import Dispatch
import Statistics
import Synchronization

/// Draws responses from the policy, many side by side, with cached keys and values.
///
/// Every prompt goes through the model once; its cache is copied to each of its rollouts. Rollouts are decoded together, one token of each per pass,
/// and one that has ended makes room for the next. Memory grows to the largest batch seen and is then reused: the loop over tokens allocates nothing.
/// It is bounded whatever the number of rollouts: caches take at most `cacheLimit` floats beyond one rollout per thread.
///
/// What is guaranteed: rollout j of prompt i is a function of the parameters, the prompt, the stream `keys[i].replicate(j)` and the settings alone, to the last
/// bit. The number of threads, the other prompts, the other rollouts and their order change nothing, since every row is summed in an order
/// of its own. What is not: processors with other vector instructions differ in the last bits of logits (about 1e-6), and so may, very rarely, in a token; and
/// `logProbabilities` equal those of the training pass to rounding, not to the bit.
///
/// Not Sendable: one sampler belongs to one thread at a time, and uses as many as `sample` is told.
public final class Sampler {
  /// The shape of the model.
  public let configuration: ModelConfiguration
  private let weights: SamplerWeights
  private let prompts: SamplerPrompts
  private var workers: [SamplerWorker] = []

  /// Floats in all caches of responses together: 192 MB.
  static let cacheLimit = 48 << 20
  /// Rollouts that one thread decodes side by side.
  ///
  /// Three tiles of the widest product's twelve rows: enough to use each weight many times while it is near, and few enough for the caches of a small model to stay
  /// in the second-level cache. Of 12 to 192 slots, 24 to 36 are the fastest for `nano`, by a tenth against 96.
  static let slotLimit = 36

  /// A sampler for models of this shape.
  ///
  /// - Precondition: a sound configuration.
  public convenience init(configuration: ModelConfiguration) {
    self.init(configuration: configuration, promptFloatLimit: 1 << 24)
  }

  /// A sampler whose caches of prompts take at most so many floats at a time.
  init(configuration: ModelConfiguration, promptFloatLimit: Int) {
    precondition(configuration.problems.isEmpty, "\(configuration.problems)")
    self.configuration = configuration
    weights = SamplerWeights(configuration: configuration)
    prompts = SamplerPrompts(vocabularySize: configuration.vocabularySize, floatLimit: promptFloatLimit)
  }

  /// Draws `counts[i]` responses to `prompts[i]`; the j-th takes one uniform per token from `RandomStream(keys[i].replicate(j))`.
  ///
  /// With `earlier`, the first response drawn is the one of number `earlier[i]`: responses that are drawn in several calls are those of a single one. `limits` are lengths for each prompt besides that of the settings.
  ///
  /// A response ends with the stop token, or after `settings.maximumTokens` tokens, or when prompt and response fill the model's positions; only the first
  /// counts as terminated. A token is drawn by inversion over the tokens that `topK` and `topP` keep, in the order of the vocabulary; what is recorded of it is under
  /// softmax(z/T) before truncation, or under softmax(z) for T = 0, which draws no uniforms. Tokens less probable than e⁻⁸⁷ times the most probable are not drawn.
  ///
  /// - Throws: `TrainingError` for unsound settings, an empty prompt, one that leaves no position for a response, one with tokens outside the
  ///   vocabulary, and parameters whose logits are not finite.
  /// - Precondition: as many parameters as the model has; one count, not negative, and one key per prompt; at least one thread.
  public func sample(
    parameters: [Float], prompts: [[Int32]], counts: [Int], keys: [StreamKey], earlier: [Int]? = nil,
    limits: [Int]? = nil, settings: SamplingSettings, threads: Int
  ) throws(TrainingError) -> RolloutBatch {
    let expected = ParameterLayout(configuration).count
    precondition(parameters.count == expected, "\(parameters.count) parameters, the model has \(expected)")
    precondition(counts.count == prompts.count, "\(counts.count) counts for \(prompts.count) prompts")
    precondition(keys.count == prompts.count, "\(keys.count) keys for \(prompts.count) prompts")
    precondition(counts.allSatisfy { $0 >= 0 }, "a count is negative: \(counts)")
    precondition(
      earlier.map { $0.count == prompts.count && $0.allSatisfy { $0 >= 0 } } ?? true,
      "\(earlier ?? []) rollouts before those of \(prompts.count) prompts")
    precondition(
      limits.map { $0.count == prompts.count && $0.allSatisfy { $0 > 0 } } ?? true,
      "lengths \(limits ?? []) for \(prompts.count) prompts")
    precondition(threads > 0, "threads is \(threads), it must be positive")
    if let fault = settings.faults.first { throw fault }
    for prompt in prompts { try check(prompt) }

    var firsts = [0]
    for count in counts { firsts.append(firsts[firsts.count - 1] + count) }
    var batch = SamplerBatch(
      lengths: prompts.map(\.count), firsts: firsts,
      groups: counts.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) },
      places: Array(repeating: 0, count: prompts.count), keys: keys,
      earlier: earlier, limits: limits, settings: settings,
      prompts: self.prompts)
    parameters.withUnsafeBufferPointer { if let base = $0.baseAddress { weights.pack(base) } }
    while workers.count < threads {
      workers.append(SamplerWorker(configuration: configuration, weights: weights))
    }
    for worker in workers { worker.clear() }

    let sampled = prompts.indices.filter { counts[$0] > 0 }
    var done = 0
    while done < sampled.count {
      let taken = self.prompts.arrange(
        sampled[done...], lengths: batch.lengths, cacheBlock: workers[0].pass.cacheBlock)
      let wave = sampled[done..<done + taken]
      for (place, prompt) in wave.enumerated() { batch.places[prompt] = place }
      fill(prompts, threads: threads)
      decode(batch, wave: wave, threads: threads)
      if workers.contains(where: \.metNonFinite) {
        throw .invalid(name: "a logit", value: "infinite or no number", allowed: "be finite")
      }
      done += taken
    }
    return assemble(prompts, groups: batch.groups)
  }

  private func check(_ prompt: [Int32]) throws(TrainingError) {
    if prompt.isEmpty { throw .invalid(name: "a prompt", value: "empty", allowed: "have at least one token") }
    if prompt.count >= configuration.maximumPositions {
      throw .tooLong(
        what: "a prompt that leaves a position for its response", count: prompt.count,
        limit: configuration.maximumPositions - 1)
    }
    for token in prompt where token < 0 || Int(token) >= configuration.vocabularySize {
      throw .invalid(
        name: "a prompt's token", value: "\(token)", allowed: "lie in 0..<\(configuration.vocabularySize)")
    }
  }

  /// Runs `work` once per worker, each on a thread of its own.
  private func onEachWorker(_ threads: Int, _ work: (SamplerWorker) -> Void) {
    if threads == 1 { return work(workers[0]) }
    // Each worker is used by one thread alone, and what they share is only read.
    nonisolated(unsafe) let workers = workers
    withoutActuallyEscaping(work) { work in
      nonisolated(unsafe) let work = work
      DispatchQueue.concurrentPerform(iterations: threads) { work(workers[$0]) }
    }
  }

  /// Computes the caches of the wave's prompts.
  private func fill(_ batch: [[Int32]], threads: Int) {
    let next = Atomic<Int>(0)
    let store = prompts
    onEachWorker(threads) { worker in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < store.passes.count else { return }
        store.compute(store.passes[index], of: batch, with: worker.pass)
      }
    }
  }

  private func decode(_ batch: SamplerBatch, wave: ArraySlice<Int>, threads: Int) {
    // The rollouts of the wave are consecutive: prompts between its prompts have none.
    guard let first = wave.first, let last = wave.last else { return }
    let rollouts = batch.firsts[first]..<batch.firsts[last + 1]
    let shortest = wave.reduce(Int.max) { min($0, batch.lengths[$1]) }
    let longest = wave.reduce(0) { max($0, batch.lengths[$1]) }
    let responses = min(batch.settings.maximumTokens, configuration.maximumPositions - shortest)
    let positions = min(longest + responses, configuration.maximumPositions)
    let slotFloats = SamplerPass.blocks(positions) * workers[0].pass.cacheBlock
    // No more than an equal share, so that the first thread does not take all.
    let share = (rollouts.count + threads - 1) / threads
    let slots = max(1, min(Self.slotLimit, share, Self.cacheLimit / threads / slotFloats))
    let next = Atomic<Int>(rollouts.lowerBound)
    onEachWorker(threads) { worker in
      worker.reserve(slots: slots, positions: positions, responses: responses)
      worker.decode(batch) {
        let rollout = next.add(1, ordering: .relaxed).oldValue
        return rollout < rollouts.upperBound ? rollout : nil
      }
    }
  }

  /// Puts the responses in the order of the rollouts.
  private func assemble(_ prompts: [[Int32]], groups: [Int]) -> RolloutBatch {
    var result = RolloutBatch(prompts: prompts)
    result.groups = groups
    var owners = [(worker: Int, entry: Int)](repeating: (0, 0), count: groups.count)
    var total = 0
    for (index, worker) in workers.enumerated() {
      for (entry, finished) in worker.finished.enumerated() {
        owners[finished.rollout] = (index, entry)
        total += finished.count
      }
    }
    result.tokens.reserveCapacity(total)
    result.logProbabilities.reserveCapacity(total)
    result.entropies.reserveCapacity(total)
    result.sumsOfSquares.reserveCapacity(total)
    result.squaredLogarithmSums.reserveCapacity(total)
    result.starts.reserveCapacity(groups.count + 1)
    result.isTerminated.reserveCapacity(groups.count)
    for owner in owners {
      let worker = workers[owner.worker]
      let finished = worker.finished[owner.entry]
      let range = finished.start..<finished.start + finished.count
      result.tokens.append(contentsOf: worker.tokens[range])
      result.logProbabilities.append(contentsOf: worker.logProbabilities[range])
      result.entropies.append(contentsOf: worker.entropies[range])
      result.sumsOfSquares.append(contentsOf: worker.sumsOfSquares[range])
      result.squaredLogarithmSums.append(contentsOf: worker.squaredLogarithmSums[range])
      if !worker.margins.isEmpty { result.margins.append(contentsOf: worker.margins[range]) }
      result.starts.append(result.tokens.count)
      result.isTerminated.append(finished.isTerminated)
    }
    return result
  }
}
