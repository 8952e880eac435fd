import CNumerics
import Foundation

/// The computation of one batch: activations, scratch, logits and the backward pass.
///
/// Its memory grows to the largest batch seen and is then reused: further batches allocate nothing. Not Sendable: one pass belongs to one thread at
/// a time.
public final class TransformerPass {
  /// The shape.
  public let configuration: ModelConfiguration
  /// Where the weights lie.
  public let layout: ParameterLayout
  /// Whether `backward` keeps what `forEachLinear` and `gradientGram` read; costs memory, so off unless gradients are diagnosed.
  public var recordsLinearGradients = false

  /// The sequences of the last forward pass, rows counted from the first sequence's first token.
  private(set) var starts: [Int] = [0]
  /// The token and the position of each row.
  private(set) var tokens: [Int32] = []
  private(set) var positions: [Int32] = []
  /// The rows with logits.
  private(set) var scored: [Int32] = []
  /// Whether `backward` may follow, whether it is to record, and whether it did.
  private(set) var keepsActivations = false
  private(set) var records = false
  var hasRecorded = false

  var regions = PassRegions()
  var storage = AlignedBuffer<Float>()
  private var cosines = AlignedBuffer<Float>()
  private var sines = AlignedBuffer<Float>()
  private var tabulatedPositions = 0
  /// 1 / √(head width).
  let attentionScale: Float

  /// Empty buffers for `configuration`.
  ///
  /// - Precondition: a sound configuration.
  public init(configuration: ModelConfiguration) {
    self.configuration = configuration
    layout = ParameterLayout(configuration)
    attentionScale = Float(1 / Double(configuration.headDimension).squareRoot())
    numerics_blas_start()
  }

  /// The number of rows of the last forward pass.
  public var rowCount: Int { tokens.count }
  /// The number of its scored rows.
  public var scoredCount: Int { scored.count }
  /// The number of its sequences.
  public var sequenceCount: Int { starts.count - 1 }
  /// The floats that the buffers take, for reports of memory.
  public var reservedFloats: Int { storage.capacity + cosines.capacity + sines.capacity }

  /// The logits of the scored rows, [scored, V]; `backward` expects dL/dlogits in their place.
  ///
  /// Valid until the next forward pass.
  public var logits: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(
      start: at(regions.logits), count: scored.count * configuration.vocabularySize)
  }

  /// What a rollout records of the action at each scored row, under softmax(logits / temperature): log π, the entropy, Σπ² and Σπ² log π, in nats.
  ///
  /// - Precondition: one action and one place in each buffer per scored row; actions in the vocabulary; `temperature > 0`.
  public func statistics(
    actions: UnsafeBufferPointer<Int32>, temperature: Float,
    logProbabilities: UnsafeMutableBufferPointer<Float>, entropies: UnsafeMutableBufferPointer<Float>,
    sumsOfSquares: UnsafeMutableBufferPointer<Float>,
    squaredLogarithmSums: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(actions.count == scored.count, "\(actions.count) actions for \(scored.count) scored rows")
    let buffers = [logProbabilities.count, entropies.count, sumsOfSquares.count, squaredLogarithmSums.count]
    precondition(
      buffers.allSatisfy { $0 == scored.count }, "buffers of \(buffers) for \(scored.count) scored rows")
    precondition(temperature > 0, "the temperature is \(temperature), it must be positive")
    checkTokens(actions)
    guard let actions = actions.baseAddress, let first = logProbabilities.baseAddress,
      let second = entropies.baseAddress, let third = sumsOfSquares.baseAddress,
      let fourth = squaredLogarithmSums.baseAddress
    else { return }
    let vocabulary = configuration.vocabularySize
    numerics_token_statistics(
      scored.count, vocabulary, vocabulary, at(regions.logits), 1 / temperature, actions, first, second,
      third,
      fourth)
  }

  /// Replaces the logits by dL/dlogits, given dL/dlog π of each action and dL/dH of each row.
  ///
  /// - Precondition: one action and one coefficient of each kind per scored row; `temperature > 0`.
  public func setLogitGradients(
    actions: UnsafeBufferPointer<Int32>, temperature: Float,
    logProbabilityGradients: UnsafeBufferPointer<Float>, entropyGradients: UnsafeBufferPointer<Float>?
  ) {
    precondition(actions.count == scored.count, "\(actions.count) actions for \(scored.count) scored rows")
    precondition(
      logProbabilityGradients.count == scored.count
        && (entropyGradients?.count ?? scored.count) == scored.count,
      "\(logProbabilityGradients.count) coefficients for \(scored.count) scored rows")
    precondition(temperature > 0, "the temperature is \(temperature), it must be positive")
    checkTokens(actions)
    guard let actions = actions.baseAddress, let coefficients = logProbabilityGradients.baseAddress else {
      return
    }
    let vocabulary = configuration.vocabularySize
    numerics_logit_gradients(
      scored.count, vocabulary, vocabulary, at(regions.logits), 1 / temperature, actions, coefficients,
      entropyGradients?.baseAddress)
  }

  // MARK: - The batch

  /// Takes over the sequences of `range` and lays out the memory.
  func begin(
    _ sequences: PackedSequences, range: Range<Int>, scored rows: UnsafeBufferPointer<Int32>, keeps: Bool
  ) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= sequences.count, "sequences \(range) of \(sequences.count)"
    )
    let first = sequences.starts[range.lowerBound]
    starts.removeAll(keepingCapacity: true)
    tokens.removeAll(keepingCapacity: true)
    positions.removeAll(keepingCapacity: true)
    scored.removeAll(keepingCapacity: true)
    starts.append(0)
    var squaredLengths = 0
    var longest = 0
    for sequence in range {
      let places = sequences.range(sequence)
      precondition(
        places.count <= configuration.maximumPositions,
        "a sequence of \(places.count) tokens, the model takes \(configuration.maximumPositions)")
      starts.append(places.upperBound - first)
      tokens.append(contentsOf: sequences.tokens[places])
      for position in 0..<places.count { positions.append(Int32(position)) }
      squaredLengths += places.count * places.count
      longest = max(longest, places.count)
    }
    tokens.withUnsafeBufferPointer(checkTokens)
    var previous: Int32 = -1
    for row in rows {
      let local = row - Int32(first)
      precondition(
        local > previous && Int(local) < tokens.count,
        "scored row \(row) after \(previous + Int32(first)), rows are \(first)..<\(first + tokens.count)")
      scored.append(local)
      previous = local
    }
    keepsActivations = keeps
    records = keeps && recordsLinearGradients
    hasRecorded = false
    regions.place(
      configuration, rows: tokens.count, scored: scored.count, squaredLengths: squaredLengths,
      longest: longest, keeps: keeps, records: records)
    storage.reserve(regions.count)
    tabulateAngles(longest)
  }

  private func checkTokens(_ tokens: UnsafeBufferPointer<Int32>) {
    let limit = Int32(configuration.vocabularySize)
    for token in tokens {
      precondition(token >= 0 && token < limit, "token \(token), the vocabulary has \(limit)")
    }
  }

  /// A place in the block.
  @inline(__always) func at(_ offset: Int) -> UnsafeMutablePointer<Float> { storage.base + offset }

  // MARK: - Rotary positions

  /// cos and sin of position · base^(−2i/width), i < width/2, for every position below `positions`.
  ///
  /// - Source: `su2021`, the angles.
  private func tabulateAngles(_ positions: Int) {
    guard positions > tabulatedPositions else { return }
    let half = configuration.headDimension / 2
    tabulatedPositions = min(max(positions, 128), configuration.maximumPositions)
    cosines.reserve(tabulatedPositions * half)
    sines.reserve(tabulatedPositions * half)
    for position in 0..<tabulatedPositions {
      for index in 0..<half {
        let exponent = -2 * Double(index) / Double(configuration.headDimension)
        let angle = Double(position) * pow(configuration.ropeBase, exponent)
        cosines.base[position * half + index] = Float(cos(angle))
        sines.base[position * half + index] = Float(sin(angle))
      }
    }
  }

  /// Rotates the queries and keys of every row in place, forward or back.
  func rotate(_ queryKeyValue: UnsafeMutablePointer<Float>, direction: Float) {
    let wide = configuration.queryWidth + 2 * configuration.keyValueWidth
    positions.withUnsafeBufferPointer { positions in
      guard let positions = positions.baseAddress else { return }
      // Keys follow queries in each row, so both are one run of heads.
      numerics_rotate(
        rowCount, configuration.headCount + configuration.keyValueHeadCount, configuration.headDimension,
        wide, queryKeyValue, positions, cosines.base, sines.base, direction)
    }
  }
}
