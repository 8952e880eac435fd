import CNumerics
import Testing

@testable import Statistics

/// The lane kernel against one draw at a time, and the compiled variants against each other: all must agree bit for bit.
@Suite struct GroupCountsReferenceTests {
  /// Counts of one group by definition: heads from the sequential stream, residual draws from its upper half.
  static func reference(
    _ counts: GroupCounts, probabilities: [Double], group: Int, key: StreamKey
  ) -> [UInt32] {
    let trials = counts.trials
    let table = CategoricalTable(probabilities: counts.order.map { probabilities[$0] })
    var stream = RandomStream(key)
    for _ in 0..<group * ((trials + 7) / 8) * 4 { _ = stream.nextWord() }
    var result = [UInt32](repeating: 0, count: probabilities.count)
    var word: UInt32 = 0
    var residualDraws = 0
    for draw in 0..<trials {
      if draw % 2 == 0 { word = stream.nextWord() } else { word >>= 16 }
      let head = UInt16(truncatingIfNeeded: word)
      if let row = table.thresholds.lastIndex(where: { $0 <= head }) {
        result[row] += 1
        continue
      }
      let uniform = residualWord(residualDraws, group: group, trials: trials, key: key)
      residualDraws += 1
      result[table.residual.dropLast().firstIndex { uniform < $0 } ?? probabilities.count - 1] += 1
    }
    return result
  }

  private static func residualWord(_ index: Int, group: Int, trials: Int, key: StreamKey) -> UInt64 {
    let number = UInt64(1) << 63 + UInt64(group * ((trials + 1) / 2) + index / 2)
    let stream = numerics_stream(key)
    let block = Philox4x32.block(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: number), UInt32(truncatingIfNeeded: number >> 32), stream.replicate0,
        stream.replicate1),
      key: SIMD2(stream.key0, stream.key1))
    let first = 2 * (index % 2)
    return UInt64(block[first + 1]) << 32 | UInt64(block[first])
  }

  /// Sizes around the eight draws of a Philox block and the 64 of a segment; the first vector has only whole heads, the others share some.
  @Test(arguments: [
    [1], [0.25, 0.5, 0.25], [0.3, 0.7], [0.2, 0, 0.1, 0.7],
    (1...8).map { Double($0) / 36 }, (1...64).map { Double($0) / 2080 },
  ])
  func drawsMatchOneDrawAtATime(probabilities: [Double]) {
    for trials in [1, 2, 7, 8, 9, 16, 63, 64, 65, 131] {
      let counts = GroupCounts(probabilities: probabilities, trials: trials, method: .draws)
      let key = StreamKey(seed: 3, claim: "lanes", designPoint: UInt64(trials), replicate: 1 << 40)
      // Probabilities are normalised by their sum, as the plan does.
      let sum = compensatedSum(probabilities)
      let normalised = probabilities.map { $0 / sum }
      let rows = probabilities.count
      let drawn = counts.drawn(batches: 2, firstGroup: 5, key: key)
      for lane in 0..<32 {
        let expected = Self.reference(counts, probabilities: normalised, group: 5 + lane, key: key)
        let actual = (0..<rows).map { drawn[(lane / 16 * rows + $0) * 16 + lane % 16] }
        #expect(actual == expected, "\(rows) actions, \(trials) trials, group \(5 + lane), key \(key)")
      }
    }
  }

  /// Every head shared: 64 equal probabilities under a tilt of 2⁻²⁰ give 63 residual heads.
  @Test func residualHeadsAreReached() {
    let tilted = (0..<64).map { 1.0 / 64 + ($0 == 0 ? 63 : -1) * 0x1p-20 }
    let table = CategoricalTable(probabilities: tilted.sorted())
    #expect(table.thresholds[0] == 60)
    let counts = GroupCounts(probabilities: tilted, trials: 4096, method: .draws)
    let key = StreamKey(seed: 4, claim: "residual")
    let drawn = counts.drawn(batches: 1, firstGroup: 0, key: key)
    let expected = Self.reference(counts, probabilities: tilted, group: 3, key: key)
    #expect((0..<64).map { drawn[$0 * 16 + 3] } == expected)
  }

  /// Heads and residual together give each action its probability, but for the rounding of the given numbers' own sum to one.
  @Test(arguments: [
    [0.3, 0.7], [0.05, 0.1, 0.15, 0.2, 0.1, 0.15, 0.2, 0.05], (1...64).map { Double($0) / 2080 },
  ])
  func categoricalTablesHoldTheirProbabilities(probabilities: [Double]) {
    let sorted = probabilities.sorted()
    let table = CategoricalTable(probabilities: sorted)
    let shared = Double(table.thresholds[0]) / 65536
    for (a, probability) in sorted.enumerated() {
      let isLast = a == sorted.count - 1
      let upper = isLast ? 65536 : Int(table.thresholds[a + 1])
      let whole = Double(upper - Int(table.thresholds[a])) / 65536
      let end = isLast ? 1 : Double(table.residual[a]) * 0x1p-64
      let start = a == 0 ? 0 : Double(table.residual[a - 1]) * 0x1p-64
      #expect(abs((probability - whole) - shared * (end - start)) <= 0x1p-53)
    }
  }

  /// The same for the first binomial, against GSL's density, which is itself good to 1e-11 relative here.
  @Test(arguments: [(20, 0.5), (300, 0.01), (1024, 0.2), (1024, 0.5), (65536, 0.3)])
  func binomialHeadsHoldTheirProbabilities(trials: Int, success: Double) {
    let table = BinomialHeads(trials: trials, success: success, failure: 1 - success)
    var whole = [Int](repeating: 0, count: trials + 1)
    for head in table.heads where head != UInt16(numerics_shared_head) {
      whole[Int(table.lowest) + Int(head)] += 1
    }
    let shared = Double(4096 - whole.reduce(0, +))
    #expect(shared > 0)
    for k in 0...trials {
      let end = k == trials ? 1 : Double(table.residual[k]) * 0x1p-64
      let start = k == 0 ? 0 : Double(table.residual[k - 1]) * 0x1p-64
      let actual = (Double(whole[k]) + shared * (end - start)) / 4096
      let exact = SpecialFunctions.binomialProbability(k, of: trials, probability: success)
      #expect(abs(actual - exact) <= 1e-10 * exact + 0x1p-52, "k = \(k)")
    }
  }

  @Test(arguments: GroupCounts.Method.allCases)
  func everyVariantDrawsTheSameCounts(method: GroupCounts.Method) {
    for (actions, trials) in [(2, 20), (3, 1000), (8, 16), (8, 1024), (17, 333), (64, 4096)] {
      let weights = (0..<actions).map { 1 + Double($0 * $0 % 7) }
      let sum = weights.reduce(0, +)
      let counts = GroupCounts(probabilities: weights.map { $0 / sum }, trials: trials, method: method)
      let key = StreamKey(seed: 5, claim: "variants")
      let baseline = counts.drawn(batches: 20, firstGroup: 7, key: key, lanes: numerics_lanes_baseline)
      for lanes in [numerics_lanes_v3, numerics_lanes_v4] where numerics_lanes_supported(lanes) == 1 {
        #expect(
          counts.drawn(batches: 20, firstGroup: 7, key: key, lanes: lanes) == baseline,
          "variant \(lanes.rawValue), \(actions) actions, \(trials) trials")
      }
    }
  }

  /// A group's counts do not depend on where the batches begin.
  @Test(arguments: GroupCounts.Method.allCases)
  func countsBelongToTheGroup(method: GroupCounts.Method) {
    let counts = GroupCounts(probabilities: [0.1, 0.2, 0.3, 0.4], trials: 100, method: method)
    let key = StreamKey(seed: 6, claim: "blocks")
    let whole = counts.drawn(batches: 40, firstGroup: 0, key: key)
    let part = counts.drawn(batches: 3, firstGroup: 16 * 30, key: key)
    #expect(Array(whole[(30 * 64)..<(33 * 64)]) == part)
    let shifted = counts.drawn(batches: 1, firstGroup: 1, key: key)
    for row in 0..<4 {
      for lane in 0..<15 { #expect(shifted[row * 16 + lane] == whole[row * 16 + lane + 1]) }
    }
  }
}

extension GroupCounts {
  /// The counts as an array.
  func drawn(
    batches: Int, firstGroup: Int, key: StreamKey, lanes: numerics_lanes = numerics_lanes_automatic
  ) -> [UInt32] {
    var result = [UInt32](repeating: .max, count: 16 * actionCount * batches)
    result.withUnsafeMutableBufferPointer {
      fill($0, batches: batches, firstGroup: firstGroup, key: key, lanes: lanes)
    }
    return result
  }
}
