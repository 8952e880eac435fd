import Foundation
import Modulation
import Statistics

/// Gigabytes a second at which the vocabulary sums read their array, beside plain sums over the same array.
///
/// The array holds many vocabularies of 49,152 probabilities and is far larger than the caches. All passes alternate, so that a slow spell
/// of the machine hits all alike; the number printed is the median over passes. Time is the thread's own, so that a busy machine's
/// scheduler has no part in it.
struct VocabularyMeasure {
  static let vocabulary = 49_152
  static let passes = 5

  let rows: Int
  /// The library built from sum_peer.c, if there is a C compiler.
  let peer: String?

  /// A timed pass over the whole array.
  private struct Pass {
    let program: String
    let formulation: String
    let bytes: Int
    let run: () -> Double
    var seconds: [Double] = []
  }

  /// Lines `vocabulary,program,formulation,,,,,GB/s`.
  func run() -> [String] {
    let doubles = largePages(of: Double.self)
    defer { doubles.deallocate() }
    let entropy = fill(doubles)
    let floats = largePages(of: Float.self)
    defer { floats.deallocate() }
    for i in doubles.indices { floats.initializeElement(at: i, to: Float(doubles[i])) }

    var passes = passes(UnsafeBufferPointer(doubles), UnsafeBufferPointer(floats), entropy: entropy)
    for _ in 0..<Self.passes {
      for index in passes.indices {
        var check = 0.0
        let seconds = threadSeconds { check = passes[index].run() }
        precondition(check > 0, "\(passes[index].formulation) gave \(check)")
        passes[index].seconds.append(seconds)
      }
    }
    return passes.map { pass in
      let median = pass.seconds.sorted()[Self.passes / 2]
      return "vocabulary,\(pass.program),\(pass.formulation),,,,,"
        + String(format: "%.3f", Double(pass.bytes) * 1e-9 / median)
    }
  }

  /// Room for all rows in large pages where the system has them, as NumPy does it: small ones hold back the plain sum, not the other.
  private func largePages<Element>(of type: Element.Type) -> UnsafeMutableBufferPointer<Element> {
    let count = rows * Self.vocabulary
    let bytes = count * MemoryLayout<Element>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 1 << 21)
    #if os(Linux)
      madvise(raw, bytes, 14)  // MADV_HUGEPAGE, which Glibc's module does not export
    #endif
    return UnsafeMutableBufferPointer(start: raw.bindMemory(to: Element.self, capacity: count), count: count)
  }

  /// Fills every row with a peaked, normalised distribution and returns the sum of the entropies, by the slow formula for the first row.
  private func fill(_ array: UnsafeMutableBufferPointer<Double>) -> Double {
    var total = 0.0
    for row in 0..<rows {
      let part = UnsafeMutableBufferPointer(
        rebasing: array[(row * Self.vocabulary)..<((row + 1) * Self.vocabulary)])
      var stream = RandomStream(StreamKey(seed: 1, claim: "vocabulary", replicate: UInt64(row)))
      for i in part.indices {
        let uniform = stream.uniform()
        part.initializeElement(at: i, to: -30 * uniform)
      }
      ElementwiseFunctions.exponentials(of: UnsafeBufferPointer(part), into: part)
      let weight = VocabularySums(UnsafeBufferPointer(part)).sum
      for i in part.indices { part[i] /= weight }
      let entropy = VocabularySums(UnsafeBufferPointer(part)).entropySum
      if row == 0 {
        let slow = compensatedSum(part.lazy.map { $0 > 0 ? -$0 * log($0) : 0 })
        precondition(abs(entropy - slow) <= 1e-12 * slow, "entropy \(entropy), by the formula \(slow)")
      }
      total += entropy
    }
    return total
  }

  private func passes(
    _ doubles: UnsafeBufferPointer<Double>, _ floats: UnsafeBufferPointer<Float>, entropy: Double
  ) -> [Pass] {
    let (rows, size) = (rows, Self.vocabulary)
    let (wide, narrow) = (8 * doubles.count, 4 * doubles.count)
    var result = [
      Pass(program: "swift", formulation: "sum of doubles", bytes: wide) { Self.vectorSum(doubles) },
      Pass(program: "allot", formulation: "four sums of doubles", bytes: wide) {
        var total = 0.0
        for row in 0..<rows {
          total +=
            VocabularySums(UnsafeBufferPointer(rebasing: doubles[(row * size)..<((row + 1) * size)]))
            .entropySum
        }
        precondition(total == entropy, "entropies \(total), expected \(entropy)")
        return total
      },
      Pass(program: "allot", formulation: "exact entropy change of doubles", bytes: wide) {
        let changes = try? EntropyChange.firstOrder(
          probabilities: doubles, vocabulary: size, actions: (0..<rows).map { $0 % size },
          coefficients: [Double](repeating: 1, count: rows))
        return changes?.reduce(0) { $0 + $1.magnitude } ?? -1
      },
      Pass(program: "allot", formulation: "four sums of floats", bytes: narrow) {
        var total = 0.0
        for row in 0..<rows {
          total +=
            VocabularySums(UnsafeBufferPointer(rebasing: floats[(row * size)..<((row + 1) * size)]))
            .entropySum
        }
        return total
      },
    ]
    guard let peer, let library = dlopen(peer, RTLD_NOW) else { return result }
    typealias SumOfDoubles = @convention(c) (UnsafePointer<Double>?, Int) -> Double
    typealias SumOfFloats = @convention(c) (UnsafePointer<Float>?, Int) -> Float
    for order in ["strict", "vectorised"] {
      if let symbol = dlsym(library, "sum_doubles_\(order)") {
        let sum = unsafeBitCast(symbol, to: SumOfDoubles.self)
        result.append(
          Pass(program: "c", formulation: "\(order) sum of doubles", bytes: wide) {
            sum(doubles.baseAddress, doubles.count)
          })
      }
      if let symbol = dlsym(library, "sum_floats_\(order)") {
        let sum = unsafeBitCast(symbol, to: SumOfFloats.self)
        result.append(
          Pass(program: "c", formulation: "\(order) sum of floats", bytes: narrow) {
            Double(sum(floats.baseAddress, floats.count))
          })
      }
    }
    return result
  }

  /// The plain sum with four vectors of eight, for machines without a C compiler.
  private static func vectorSum(_ values: UnsafeBufferPointer<Double>) -> Double {
    guard let base = values.baseAddress else { return 0 }
    let raw = UnsafeRawPointer(base)
    var a = SIMD8<Double>.zero
    var b = a
    var c = a
    var d = a
    for offset in stride(from: 0, to: values.count / 32 * 256, by: 256) {
      a += raw.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
      b += raw.loadUnaligned(fromByteOffset: offset + 64, as: SIMD8<Double>.self)
      c += raw.loadUnaligned(fromByteOffset: offset + 128, as: SIMD8<Double>.self)
      d += raw.loadUnaligned(fromByteOffset: offset + 192, as: SIMD8<Double>.self)
    }
    return ((a + b) + (c + d)).sum()
  }
}
