import CNumerics

/// Count vectors of groups of independent categorical draws, sixteen groups at a time.
///
/// The counts of a group of n draws from K actions are one multinomial vector and say all that an estimator without sequence
/// lengths can use. Counts depend on the stream's key and the group's index alone: not on batches, threads or machine.
///
/// Two methods draw them, both exact to double rounding (the argument stands in the C headers):
/// `draws` compares each of the n draws with K thresholds, at O(nK) tiny steps; `binomials` draws K − 1 conditional binomials, O(K).
///
/// - Source: `salmon2011` for the words, `hormann1993` (BTRS) for the binomials.
public struct GroupCounts: Sendable {
  /// How the counts are drawn.
  public enum Method: Sendable, Hashable, CaseIterable {
    /// One 16-bit comparison per draw and action.
    case draws
    /// One conditional binomial per action.
    case binomials
  }

  /// The number of groups in a batch.
  public static let batchSize = Int(numerics_lanes_groups)
  /// The largest number of actions.
  public static let largestActionCount = 64
  /// The largest number of draws in a group.
  public static let largestTrialCount = 65536

  /// The number of draws in a group, n.
  public let trials: Int
  /// How the counts are drawn.
  public let method: Method
  /// The action that each row of counts belongs to: the method's own order, by probability.
  public let order: [Int]

  private let draws: CategoricalTable?
  private let binomials: ConditionalBinomialTable?

  /// The plan for groups of `trials` draws from `probabilities`, which are divided by their sum.
  ///
  /// - Precondition: 1 ≤ K ≤ 64, 1 ≤ n ≤ 65536; probabilities finite, not negative, with a sum within 10⁻⁶ of one.
  /// - Complexity: O(n + K).
  public init(probabilities: [Double], trials: Int, method: Method? = nil) {
    let count = probabilities.count
    precondition(
      (1...Self.largestActionCount).contains(count),
      "\(count) actions, allowed are 1 to \(Self.largestActionCount)")
    precondition(
      (1...Self.largestTrialCount).contains(trials),
      "trials is \(trials), allowed are 1 to \(Self.largestTrialCount)")
    for (action, value) in probabilities.enumerated() {
      precondition(value >= 0 && value.isFinite, "probability \(action) is \(value), it must be in 0...1")
    }
    let sum = compensatedSum(probabilities)
    precondition(abs(sum - 1) <= 1e-6, "the probabilities sum to \(sum), not to 1")
    let normalised = probabilities.map { $0 / sum }

    self.trials = trials
    self.method = method ?? Self.fastest(actions: count, trials: trials)
    // Ties keep the order of the actions, so that equal inputs always give equal counts.
    switch self.method {
    case .draws:
      // Ascending: the last action needs no upper threshold, which keeps all thresholds below 2¹⁶.
      order = normalised.indices.sorted { (normalised[$0], $0) < (normalised[$1], $1) }
      draws = CategoricalTable(probabilities: order.map { normalised[$0] })
      binomials = nil
    case .binomials:
      // Descending: groups run out of draws early, and no conditional probability is made of a cancelled tail.
      order = normalised.indices.sorted { (-normalised[$0], $0) < (-normalised[$1], $1) }
      draws = nil
      binomials = ConditionalBinomialTable(probabilities: order.map { normalised[$0] }, trials: trials)
    }
  }

  /// The method with the smaller measured cost.
  ///
  /// With AVX-512 one draw took 0.115 + 0.010 K ns and one conditional binomial 5 to 10 ns, so that 8 actions cross over at about 250 draws and
  /// 64 at about 600. Narrower instructions slow both. The choice must not look at the machine, since the two methods give different
  /// (equally distributed) counts.
  static func fastest(actions: Int, trials: Int) -> Method {
    let draws = Double(trials) * (0.115 + 0.010 * Double(actions))
    return draws <= 7 * Double(actions - 1) ? .draws : .binomials
  }

  /// The number of actions K.
  public var actionCount: Int { order.count }

  /// Writes the counts of `batches` batches, the first group being `firstGroup`: `counts[batch][row][lane]`, row r belonging to
  /// action `order[r]` and lane l of batch b to group `firstGroup + 16 b + l`.
  ///
  /// - Precondition: room for `16 K batches` counts; `firstGroup ≥ 0`, and below 2⁴⁰.
  public func fill(
    _ counts: UnsafeMutableBufferPointer<UInt32>, batches: Int, firstGroup: Int, key: StreamKey
  ) {
    fill(counts, batches: batches, firstGroup: firstGroup, key: key, lanes: numerics_lanes_automatic)
  }

  /// The same on a chosen variant of the kernels.
  func fill(
    _ counts: UnsafeMutableBufferPointer<UInt32>, batches: Int, firstGroup: Int, key: StreamKey,
    lanes: numerics_lanes
  ) {
    precondition(
      firstGroup >= 0 && firstGroup + Self.batchSize * batches <= 1 << 40,
      "groups from \(firstGroup), \(batches) batches: group numbers are 0 ..< 2^40")
    precondition(
      batches >= 0 && counts.count >= Self.batchSize * actionCount * batches,
      "room for \(counts.count) counts, \(Self.batchSize * actionCount * batches) needed")
    guard let base = counts.baseAddress, batches > 0 else { return }
    let stream = numerics_stream(key)
    draws?.fill(base, trials: trials, batches: batches, firstGroup: firstGroup, stream: stream, lanes: lanes)
    binomials?.fill(
      base, trials: trials, batches: batches, firstGroup: firstGroup, stream: stream, lanes: lanes)
  }
}

extension numerics_stream {
  /// The part of a Philox counter and key that one stream holds fixed, as in `RandomStream`.
  init(_ key: StreamKey) {
    let philoxKey = key.philoxKey
    self.init(
      key0: UInt32(truncatingIfNeeded: philoxKey), key1: UInt32(truncatingIfNeeded: philoxKey >> 32),
      replicate0: UInt32(truncatingIfNeeded: key.replicate),
      replicate1: UInt32(truncatingIfNeeded: key.replicate >> 32))
  }
}
