/// What a forward pass says of given actions, one entry per scored row.
public struct TokenStatistics: Sendable, Hashable {
  /// log π of the action, in nats.
  public var logProbabilities: [Float]
  /// The exact entropy of the distribution, in nats.
  public var entropies: [Float]
  /// Σπ².
  public var sumsOfSquares: [Float]
  /// Σπ² log π.
  public var squaredLogarithmSums: [Float]

  /// Zeros for `count` rows.
  public init(count: Int) {
    logProbabilities = Array(repeating: 0, count: count)
    entropies = Array(repeating: 0, count: count)
    sumsOfSquares = Array(repeating: 0, count: count)
    squaredLogarithmSums = Array(repeating: 0, count: count)
  }
}

extension TransformerTrainer {
  /// Coefficients of some scored rows, given their statistics: dL/dlog π and dL/dH of each, written to the two buffers.
  ///
  /// `places` index the arrays that belong to all scored rows; the buffers hold one entry per place. The entropy's start at 0.
  public typealias Coefficients =
    @Sendable (
      _ places: Range<Int>, _ logProbabilities: UnsafeBufferPointer<Float>,
      _ entropies: UnsafeBufferPointer<Float>, _ logProbabilityGradients: UnsafeMutableBufferPointer<Float>,
      _ entropyGradients: UnsafeMutableBufferPointer<Float>
    ) -> Void

  /// The gradient of a loss whose derivatives by each action's log π and each row's entropy are known beforehand.
  ///
  /// ∇L = Σ_t (dL/dlog π_t ∇log π_t + dL/dH_t ∇H_t), of softmax(logits / temperature).
  ///
  /// - Precondition: `scored` strictly ascending; one action and one coefficient of each kind per scored row; `temperature > 0`; `threads > 0`.
  public func lossGradient(
    parameters: [Float], sequences: PackedSequences, scored: [Int32], actions: [Int32],
    logProbabilityGradients: [Float], entropyGradients: [Float]? = nil, temperature: Float = 1, threads: Int
  ) -> [Float] {
    checkCounts(scored, actions)
    precondition(
      logProbabilityGradients.count == scored.count
        && (entropyGradients?.count ?? scored.count) == scored.count,
      "\(logProbabilityGradients.count) coefficients for \(scored.count) scored rows")
    return accumulateGradient(parameters: parameters, sequences: sequences, scored: scored, threads: threads)
    {
      places, pass in
      actions.withUnsafeBufferPointer { actions in
        logProbabilityGradients.withUnsafeBufferPointer { coefficients in
          let actions = UnsafeBufferPointer(rebasing: actions[places])
          let coefficients = UnsafeBufferPointer(rebasing: coefficients[places])
          guard let entropyGradients else {
            pass.setLogitGradients(
              actions: actions, temperature: temperature, logProbabilityGradients: coefficients,
              entropyGradients: nil)
            return
          }
          entropyGradients.withUnsafeBufferPointer {
            pass.setLogitGradients(
              actions: actions, temperature: temperature, logProbabilityGradients: coefficients,
              entropyGradients: UnsafeBufferPointer(rebasing: $0[places]))
          }
        }
      }
    }
  }

  /// The gradient of a loss whose coefficients depend on the current log-probabilities (ratio clipping, for one), in a single forward pass.
  ///
  /// Also returns the statistics at the current weights.
  ///
  /// - Precondition: as for `lossGradient`.
  public func lossGradient(
    parameters: [Float], sequences: PackedSequences, scored: [Int32], actions: [Int32],
    temperature: Float = 1, threads: Int, coefficients: Coefficients
  ) -> (gradient: [Float], statistics: TokenStatistics) {
    checkCounts(scored, actions)
    var statistics = TokenStatistics(count: scored.count)
    var first = [Float](repeating: 0, count: scored.count)
    var second = [Float](repeating: 0, count: scored.count)
    let gradient = statistics.withUnsafeMutable { target in
      first.withUnsafeMutableBufferPointer { first in
        second.withUnsafeMutableBufferPointer { second in
          nonisolated(unsafe) let target = target
          nonisolated(unsafe) let (first, second) = (first, second)
          return accumulateGradient(
            parameters: parameters, sequences: sequences, scored: scored, threads: threads
          ) { places, pass in
            // Chunks own disjoint places of every array.
            target.fill(places, pass, actions, temperature)
            let ownFirst = UnsafeMutableBufferPointer(rebasing: first[places])
            let ownSecond = UnsafeMutableBufferPointer(rebasing: second[places])
            coefficients(
              places, UnsafeBufferPointer(rebasing: target.logProbabilities[places]),
              UnsafeBufferPointer(rebasing: target.entropies[places]), ownFirst, ownSecond)
            actions.withUnsafeBufferPointer {
              pass.setLogitGradients(
                actions: UnsafeBufferPointer(rebasing: $0[places]), temperature: temperature,
                logProbabilityGradients: UnsafeBufferPointer(ownFirst),
                entropyGradients: UnsafeBufferPointer(ownSecond))
            }
          }
        }
      }
    }
    return (gradient, statistics)
  }

  /// log π, entropy and Σπ² of given actions, by the forward pass alone.
  ///
  /// - Precondition: as for `lossGradient`.
  public func statistics(
    parameters: [Float], sequences: PackedSequences, scored: [Int32], actions: [Int32],
    temperature: Float = 1, threads: Int
  ) -> TokenStatistics {
    checkCounts(scored, actions)
    var statistics = TokenStatistics(count: scored.count)
    statistics.withUnsafeMutable { target in
      nonisolated(unsafe) let target = target
      forEachChunk(parameters: parameters, sequences: sequences, scored: scored, threads: threads) {
        places, pass in target.fill(places, pass, actions, temperature)
      }
    }
    return statistics
  }

  /// The mean of −log π over all tokens after each sequence's prompt, and its gradient.
  ///
  /// Without such a token both are zero. The loss is summed in double precision in the order of the tokens.
  ///
  /// - Precondition: one prompt length per sequence, at least 1 and at most the sequence's length; `threads > 0`.
  public func crossEntropy(
    parameters: [Float], sequences: PackedSequences, promptLengths: [Int], threads: Int
  ) -> (loss: Double, gradient: [Float]) {
    precondition(
      promptLengths.count == sequences.count,
      "\(promptLengths.count) prompt lengths for \(sequences.count) sequences")
    var scored: [Int32] = []
    var actions: [Int32] = []
    for (sequence, length) in promptLengths.enumerated() {
      let places = sequences.range(sequence)
      precondition(length >= 1 && length <= places.count, "a prompt of \(length) of \(places.count) tokens")
      for row in places.lowerBound + length - 1..<places.upperBound - 1 {
        scored.append(Int32(row))
        actions.append(sequences.tokens[row + 1])
      }
    }
    let coefficient = -1 / Float(max(1, scored.count))
    let (gradient, statistics) = lossGradient(
      parameters: parameters, sequences: sequences, scored: scored, actions: actions, threads: threads
    ) { _, _, _, gradients, _ in gradients.update(repeating: coefficient) }
    let sum = statistics.logProbabilities.reduce(0.0) { $0 + Double($1) }
    return (scored.isEmpty ? 0 : -sum / Double(scored.count), gradient)
  }

  private func checkCounts(_ scored: [Int32], _ actions: [Int32]) {
    precondition(actions.count == scored.count, "\(actions.count) actions for \(scored.count) scored rows")
  }
}

/// Open arrays of token statistics, for threads that fill disjoint places.
private struct OpenStatistics {
  var logProbabilities: UnsafeMutableBufferPointer<Float>
  var entropies: UnsafeMutableBufferPointer<Float>
  var sumsOfSquares: UnsafeMutableBufferPointer<Float>
  var squaredLogarithmSums: UnsafeMutableBufferPointer<Float>

  func fill(_ places: Range<Int>, _ pass: TransformerPass, _ actions: [Int32], _ temperature: Float) {
    actions.withUnsafeBufferPointer {
      pass.statistics(
        actions: UnsafeBufferPointer(rebasing: $0[places]), temperature: temperature,
        logProbabilities: UnsafeMutableBufferPointer(rebasing: logProbabilities[places]),
        entropies: UnsafeMutableBufferPointer(rebasing: entropies[places]),
        sumsOfSquares: UnsafeMutableBufferPointer(rebasing: sumsOfSquares[places]),
        squaredLogarithmSums: UnsafeMutableBufferPointer(rebasing: squaredLogarithmSums[places]))
    }
  }
}

extension TokenStatistics {
  fileprivate mutating func withUnsafeMutable<Result>(_ body: (OpenStatistics) -> Result) -> Result {
    logProbabilities.withUnsafeMutableBufferPointer { first in
      entropies.withUnsafeMutableBufferPointer { second in
        sumsOfSquares.withUnsafeMutableBufferPointer { third in
          squaredLogarithmSums.withUnsafeMutableBufferPointer { fourth in
            body(
              OpenStatistics(
                logProbabilities: first, entropies: second, sumsOfSquares: third,
                squaredLogarithmSums: fourth))
          }
        }
      }
    }
  }
}
