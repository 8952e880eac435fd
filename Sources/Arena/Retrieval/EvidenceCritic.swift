import Foundation
import Statistics

/// A small trained scorer of (query, document) pairs: one hidden layer of tanh units, or none.
///
///     z = v·tanh(W x + b) + c,      or z = w·x + c without hidden units.
///
/// σ(z) is meant to be the robustness of the document. The paper's critic is a language model with a linear head; this one sees a dozen features.
///
/// - Source: `cormRAG2026` for what it is trained on; the architecture is ours.
public struct EvidenceCritic: Sendable, Hashable {
  /// The number of features of a pair.
  public let width: Int
  /// The number of hidden units; 0 for a linear critic.
  public let hidden: Int
  /// All weights in one row: W by unit, b, v, c; or w, c.
  public var weights: [Double]
  /// How features are scaled before they enter.
  public let scale: FeatureScale

  /// A critic whose hidden weights are small random numbers and whose other weights are zero.
  ///
  /// - Precondition: `hidden` is not negative.
  public init(scale: FeatureScale, hidden: Int, key: StreamKey) {
    precondition(hidden >= 0, "\(hidden) hidden units")
    width = scale.means.count
    self.hidden = hidden
    self.scale = scale
    var stream = RandomStream(key)
    let spread = 1 / Double(width).squareRoot()
    weights = (0..<(hidden * width)).map { _ in spread * stream.normal() }
    if hidden > 0 { weights += [Double](repeating: 0, count: hidden) }
    // Output weights of zero would leave the hidden layer without a slope at the start.
    weights += (0..<(hidden > 0 ? hidden : width)).map { _ in hidden > 0 ? 0.1 * stream.normal() : 0 }
    weights.append(0)
  }

  /// The logits of scaled rows of features.
  public func logits(scaled rows: [Double]) -> [Double] {
    var activations: [Double] = []
    return logits(scaled: rows, activations: &activations)
  }

  /// σ(z) of rows of features as the world gives them.
  public func scores(_ rows: [Double]) -> [Double] {
    var scaled = rows
    scale.apply(&scaled)
    return logits(scaled: scaled).map(EvidenceLoss.sigmoid)
  }

  /// The logits, and the hidden activations row by row for the way back.
  func logits(scaled rows: [Double], activations: inout [Double]) -> [Double] {
    precondition(rows.count % width == 0, "\(rows.count) numbers in rows of \(width)")
    activations.removeAll(keepingCapacity: true)
    let outputs = hidden * (width + 1)
    var logits: [Double] = []
    logits.reserveCapacity(rows.count / width)
    for start in stride(from: 0, to: rows.count, by: width) {
      var logit = weights[weights.count - 1]
      if hidden == 0 {
        for index in 0..<width { logit += weights[index] * rows[start + index] }
      }
      for unit in 0..<hidden {
        var input = weights[hidden * width + unit]
        for index in 0..<width { input += weights[unit * width + index] * rows[start + index] }
        let activation = tanh(input)
        activations.append(activation)
        logit += weights[outputs + unit] * activation
      }
      logits.append(logit)
    }
    return logits
  }

  /// Adds Σ_rows slope · ∂z/∂weights to `gradient`.
  func accumulate(
    scaled rows: [Double], activations: [Double], slopes: [Double], into gradient: inout [Double]
  ) {
    let outputs = hidden * (width + 1)
    for (row, slope) in slopes.enumerated() {
      let start = row * width
      gradient[weights.count - 1] += slope
      if hidden == 0 {
        for index in 0..<width { gradient[index] += slope * rows[start + index] }
      }
      for unit in 0..<hidden {
        let activation = activations[row * hidden + unit]
        gradient[outputs + unit] += slope * activation
        let inner = slope * weights[outputs + unit] * (1 - activation * activation)
        gradient[hidden * width + unit] += inner
        for index in 0..<width { gradient[unit * width + index] += inner * rows[start + index] }
      }
    }
  }
}
