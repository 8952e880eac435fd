import Foundation
import Statistics

/// A world whose prompts are those of a real log.
///
/// Each simulated prompt stands for a logged one, drawn with replacement. Its success probability is a draw from the posterior `Beta(α + k, β + n − k)` under a prior with the mean and variance of the log's pass rates (the part of their variance that sampling
/// adds taken off), so that the population is as spread as the true one and not as the counts. Score moments and lengths are the logged prompt's own, or the median of the log where it has none (D² = 1, v = 20 and 200 tokens where no prompt has any); scores are divided
/// by the median D, which sets the unit of a step. What a log of one moment cannot give, coupling and drift, is 0.
public struct CalibratedWorld: Sendable {
  /// One prompt of a log.
  public struct LoggedPrompt: Sendable, Hashable {
    /// Successes k.
    public var successes: Int
    /// Rollouts n.
    public var samples: Int
    /// v_S, where it was measured.
    public var successVariance: Double?
    /// v_F, where it was measured.
    public var failureVariance: Double?
    /// D², where it was measured.
    public var squaredDistance: Double?
    /// The mean length of its correct responses.
    public var successLength: Double?
    /// The mean length of its wrong responses.
    public var failureLength: Double?

    /// A prompt with nothing but counts.
    public init(successes: Int, samples: Int) {
      precondition(successes >= 0 && successes <= samples, "\(successes) successes of \(samples)")
      self.successes = successes
      self.samples = samples
    }
  }

  /// What the log has no number for.
  public struct Missing: Sendable, Hashable {
    /// Prompts without score moments.
    public var moments = 0
    /// Prompts without lengths.
    public var lengths = 0
  }

  /// The name in tables.
  public let name: String
  /// The prompts of the log that have rollouts.
  public let prompts: [LoggedPrompt]
  /// What had to be filled in.
  public let missing: Missing
  /// The prior's α and β.
  public let prior: (alpha: Double, beta: Double)

  /// A world from logged prompts; nil where none of them has a rollout.
  public init?(name: String, prompts: [LoggedPrompt]) {
    let seen = prompts.filter { $0.samples > 0 }
    guard !seen.isEmpty else { return nil }
    self.name = name
    self.prompts = seen
    missing = Missing(
      moments: seen.count {
        $0.squaredDistance == nil || $0.successVariance == nil || $0.failureVariance == nil
      },
      lengths: seen.count { $0.successLength == nil && $0.failureLength == nil })
    prior = Self.prior(seen)
  }

  /// The Beta law with the pass rates' mean and the part of their variance that is not sampling.
  private static func prior(_ prompts: [LoggedPrompt]) -> (alpha: Double, beta: Double) {
    let repeated = prompts.filter { $0.samples > 1 }
    let rates = prompts.map { Double($0.successes) / Double($0.samples) }
    let mean = min(max(rates.reduce(0, +) / Double(rates.count), 1e-3), 1 - 1e-3)
    guard !repeated.isEmpty else { return (mean, 1 - mean) }
    let within =
      repeated.reduce(0.0) {
        $0 + Double($1.successes) * Double($1.samples - $1.successes)
          / (Double($1.samples) * Double($1.samples - 1))
      } / Double(repeated.count)
    let whole = mean * (1 - mean)
    let size = min(max(whole / max(whole - within, 1e-3 * whole) - 1, 0.1), 100)
    return (size * mean, size * (1 - mean))
  }

  /// The world of `count` prompts that `seed` draws.
  public func world(count: Int, seed: UInt64) -> ArenaWorld {
    precondition(count > 0, "\(count) prompts")
    // A measured D² of 0 is noise around something small; a tenth of the median keeps the prompt learnable.
    let squares = prompts.compactMap(\.squaredDistance).sorted()
    let typical = median(squares) ?? 1
    let unit = typical > 0 ? typical : 1
    let success = median(prompts.compactMap(\.successVariance).sorted()) ?? 20 * unit
    let failure = median(prompts.compactMap(\.failureVariance).sorted()) ?? 20 * unit
    let right = median(prompts.compactMap(\.successLength).sorted())
    let wrong = median(prompts.compactMap(\.failureLength).sorted())
    let key = StreamKey(seed: seed, claim: "arena/world/\(name)")
    var columns = [[Double]](repeating: [], count: 6)
    for i in 0..<count {
      var stream = RandomStream(key.replicate(i))
      let prompt = prompts[stream.index(below: prompts.count)]
      let drawn = stream.beta(
        prior.alpha + Double(prompt.successes), prior.beta + Double(prompt.samples - prompt.successes))
      let p = min(max(drawn, 1e-4), 1 - 1e-4)
      columns[0].append(log(p) - log1p(-p))
      columns[1].append((max(prompt.squaredDistance ?? unit, 0.01 * unit) / unit).squareRoot())
      columns[2].append((prompt.successVariance ?? success) / unit)
      columns[3].append((prompt.failureVariance ?? failure) / unit)
      columns[4].append(max(1, prompt.successLength ?? right ?? wrong ?? 200))
      columns[5].append(max(1, prompt.failureLength ?? wrong ?? right ?? 200))
    }
    return ArenaWorld(
      name: name, summary: "\(prompts.count) prompts of a log", logits: columns[0], distances: columns[1],
      successVariances: columns[2], failureVariances: columns[3], successLengths: columns[4],
      failureLengths: columns[5], clusters: Array(0..<count))
  }

  private func median(_ sorted: [Double]) -> Double? {
    sorted.isEmpty ? nil : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
