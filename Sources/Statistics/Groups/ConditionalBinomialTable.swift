import CNumerics

/// What the conditional binomials of a multinomial need, action by action.
///
/// `c_a ~ Bin(n − c_0 − … − c_{a−1}, p_a / (p_a + p_{a+1} + …))`. Tails are summed from the far end, so that a conditional probability and
/// its complement are both accurate; `1 − p_a / tail` would lose the digits of a small complement.
struct ConditionalBinomialTable: Sendable {
  private static let powersPerAction = 513

  /// Per action: the rarer outcome's probability, its complement, their log odds.
  private let rarer: [Double]
  private let commoner: [Double]
  private let logOdds: [Double]
  private let complemented: [UInt32]
  /// Per action, the complement to the powers below 256, then its 256th power to the powers up to 256.
  private let powers: [Double]
  /// ln 0! … ln n!.
  private let logFactorials: [Double]
  /// The first binomial, whose number of trials is always n.
  private let first: BinomialHeads

  /// - Precondition: normalised probabilities in descending order.
  init(probabilities: [Double], trials: Int) {
    var tails: [Double] = []
    var tail = CompensatedSum()
    for probability in probabilities.reversed() {
      tails.append(tail.value)
      tail.add(probability)
    }
    tails.reverse()
    var rarer: [Double] = []
    var commoner: [Double] = []
    var complemented: [UInt32] = []
    for (probability, after) in zip(probabilities, tails) {
      let both = probability + after
      let drawn = both > 0 ? probability / both : 0
      let passed = both > 0 ? after / both : 1
      rarer.append(min(drawn, passed))
      commoner.append(max(drawn, passed))
      complemented.append(drawn > passed ? 1 : 0)
    }
    self.rarer = rarer
    self.commoner = commoner
    self.complemented = complemented
    logOdds = zip(Self.logarithms(rarer.map { $0 > 0 ? $0 : 1 }), Self.logarithms(commoner)).map { $0 - $1 }
    powers = commoner.flatMap { base -> [Double] in
      let small = Self.powers(of: base, count: 257)
      return small.dropLast() + Self.powers(of: small[256], count: 257)
    }
    first = BinomialHeads(trials: trials, success: rarer[0], failure: commoner[0])
    var sum = CompensatedSum()
    logFactorials =
      [0]
      + Self.logarithms((1...trials).map(Double.init)).map { term in
        sum.add(term)
        return sum.value
      }
  }

  /// `x⁰ … x^(count − 1)`, each from the two halves of its exponent: log₂ i roundings deep instead of i.
  private static func powers(of x: Double, count: Int) -> [Double] {
    var result = [1, x]
    for i in 2..<count { result.append(result[i / 2] * result[i - i / 2]) }
    return result
  }

  private static func logarithms(_ x: [Double]) -> [Double] {
    [Double](unsafeUninitializedCapacity: x.count) { buffer, count in
      if let base = buffer.baseAddress { numerics_logarithms(x.count, x, base, numerics_lanes_automatic) }
      count = x.count
    }
  }

  func fill(
    _ counts: UnsafeMutablePointer<UInt32>, trials: Int, batches: Int, firstGroup: Int,
    stream: numerics_stream, lanes: numerics_lanes
  ) {
    rarer.withUnsafeBufferPointer { rarer in
      commoner.withUnsafeBufferPointer { commoner in
        logOdds.withUnsafeBufferPointer { logOdds in
          complemented.withUnsafeBufferPointer { complemented in
            powers.withUnsafeBufferPointer { powers in
              logFactorials.withUnsafeBufferPointer { logFactorials in
                first.withTables { heads, residual in
                  var plan = numerics_multinomial(
                    actions: UInt32(rarer.count), trials: UInt32(trials), rarer: rarer.baseAddress,
                    commoner: commoner.baseAddress, log_odds: logOdds.baseAddress,
                    complemented: complemented.baseAddress, powers: powers.baseAddress,
                    log_factorials: logFactorials.baseAddress, heads: heads, lowest: first.lowest,
                    residual: residual)
                  numerics_multinomial_counts(&plan, stream, UInt64(firstGroup), batches, counts, lanes)
                }
              }
            }
          }
        }
      }
    }
  }
}
