import CNumerics
import Foundation
import Statistics
import Testing

/// The products and the attention of the sampler, in every compiled variant that this processor can run.
@Suite struct SamplerKernelTests {
  static let variants = [numerics_lanes_baseline, numerics_lanes_v3, numerics_lanes_v4].filter {
    numerics_lanes_supported($0) == 1
  }

  private func normals(_ count: Int, seed: UInt64) -> [Float] {
    var stream = RandomStream(StreamKey(seed: seed, claim: "sampler-kernel-test"))
    return (0..<count).map { _ in Float(stream.normal()) }
  }

  /// Of a sum of n products in single precision: n u times the sum of absolute products, u = 2⁻²⁴, and one rounding more.
  private func bound(_ products: [Double]) -> Double {
    Double(products.count + 2) * 0x1p-24 * products.reduce(0) { $0 + abs($1) }
  }

  // Rows beyond two tiles of every variant, outputs that fill no panel, one panel and more.
  @Test(arguments: SamplerKernelTests.variants)
  func packedProductsEqualTheirDefinitionAndRowsDoNotMeet(_ variant: numerics_lanes) {
    let inputs = 21
    let rows = 27
    let a = normals(rows * inputs, seed: 1)
    for outputs in [1, 15, 16, 17, 31, 32, 33, 70] {
      let w = normals(outputs * inputs, seed: 2)
      var packed = [Float](repeating: .nan, count: numerics_packed_size(outputs, inputs))
      numerics_pack(outputs, inputs, w, &packed)
      let start = normals(rows * outputs, seed: 3)
      for accumulates in [false, true] {
        var c = accumulates ? start : [Float](repeating: .nan, count: rows * outputs)
        numerics_packed_product(
          rows, outputs, inputs, a, inputs, packed, accumulates ? 1 : 0, &c, outputs, variant)
        for row in 0..<rows {
          for output in 0..<outputs {
            var products = (0..<inputs).map { Double(a[row * inputs + $0]) * Double(w[output * inputs + $0]) }
            if accumulates { products.append(Double(start[row * outputs + output])) }
            let error = abs(Double(c[row * outputs + output]) - products.reduce(0, +))
            #expect(error <= bound(products))
          }
        }
        for fewer in 1..<rows {
          var part = accumulates ? start : [Float](repeating: .nan, count: rows * outputs)
          numerics_packed_product(
            fewer, outputs, inputs, a, inputs, packed, accumulates ? 1 : 0, &part, outputs, variant)
          #expect(part[..<(fewer * outputs)] == c[..<(fewer * outputs)])
          // Nothing is written beyond the rows asked for.
          let rest = fewer * outputs..<rows * outputs
          #expect(
            accumulates ? part[rest] == start[rest] : part[rest].allSatisfy { $0.isNaN })
        }
      }
    }
  }

  @Test(arguments: SamplerKernelTests.variants)
  func gatedProductsEqualTheirDefinitionAndRowsDoNotMeet(_ variant: numerics_lanes) {
    let inputs = 19
    let rows = 26
    let a = normals(rows * inputs, seed: 4)
    for width in [1, 15, 16, 17, 40] {
      // Gates far out, where e^-gate would overflow, among ordinary ones.
      let gate = normals(width * inputs, seed: 5).enumerated().map { $1 * ($0 % 3 == 0 ? 60 : 1) }
      let up = normals(width * inputs, seed: 6)
      var packed = [Float](
        repeating: .nan, count: numerics_packed_size(2 * ((width + 15) / 16 * 16), inputs))
      numerics_pack_gate_up(width, inputs, gate, up, &packed)
      var c = [Float](repeating: .nan, count: rows * width)
      numerics_packed_swiglu(rows, width, inputs, a, inputs, packed, &c, width, variant)
      for row in 0..<rows {
        for output in 0..<width {
          func products(_ w: [Float]) -> [Double] {
            (0..<inputs).map { Double(a[row * inputs + $0]) * Double(w[output * inputs + $0]) }
          }
          let g = products(gate).reduce(0, +)
          let u = products(up).reduce(0, +)
          let silu = g / (1 + exp(-g))
          // |silu'| < 1.1 carries the gate's error over; silu itself is good to a few u; below e^-87 it is cut off.
          let allowed =
            1.1 * bound(products(gate)) * (abs(u) + bound(products(up))) + abs(silu) * bound(products(up))
            + 8 * 0x1p-24 * abs(silu * u) + 1e-30
          #expect(abs(Double(c[row * width + output]) - silu * u) <= allowed)
        }
      }
      for fewer in 1..<rows {
        var part = [Float](repeating: .nan, count: rows * width)
        numerics_packed_swiglu(fewer, width, inputs, a, inputs, packed, &part, width, variant)
        #expect(part[..<(fewer * width)] == c[..<(fewer * width)])
        #expect(part[(fewer * width)...].allSatisfy { $0.isNaN })
      }
    }
  }

  // Positions around the block width; what lies beyond them in the cache is NaN and must not be read into the result.
  @Test(arguments: SamplerKernelTests.variants, [(4, 4, 6), (4, 2, 16), (6, 2, 18), (2, 1, 32)])
  func cachedAttentionEqualsItsDefinition(_ variant: numerics_lanes, _ shape: (Int, Int, Int)) {
    let (heads, sharedHeads, width) = shape
    let longest = 40
    let part = numerics_cache_part(sharedHeads, width)
    let keys = normals(longest * sharedHeads * width, seed: 7)
    let values = normals(longest * sharedHeads * width, seed: 8)
    let query = normals(heads * width, seed: 9)
    let scale = 1 / Double(width).squareRoot()
    for length in [1, 2, 5, 15, 16, 17, 32, 33, 40] {
      var cache = [Float](repeating: .nan, count: 3 * part)
      var out = [Float](repeating: .nan, count: heads * width)
      cache.withUnsafeMutableBufferPointer { cache in
        var position: Int32 = 0
        var base = cache.baseAddress
        for place in 0..<length {
          position = Int32(place)
          numerics_cache_store(
            1, sharedHeads, width, Array(keys[(place * sharedHeads * width)...]),
            Array(values[(place * sharedHeads * width)...]), sharedHeads * width, &base, 0, part, &position)
        }
        var scratch = [Float](repeating: .nan, count: 2 * 48)
        numerics_cache_attention(
          1, heads, sharedHeads, width, query, heads * width, &base, 0, part, &position, Float(scale), &out,
          heads * width, &scratch, variant)
      }
      for head in 0..<heads {
        let shared = head / (heads / sharedHeads) * width
        let scores = (0..<length).map { place in
          (0..<width).reduce(0.0) {
            $0 + Double(query[head * width + $1]) * Double(keys[place * sharedHeads * width + shared + $1])
          } * scale
        }
        let weights = softmax(scores)
        for i in 0..<width {
          let expected = (0..<length).reduce(0.0) {
            $0 + weights[$1] * Double(values[$1 * sharedHeads * width + shared + i])
          }
          // Scores of a few tens are good to 32 u · 30 < 6e-5; outputs are averages of values below 5, moved by at most twice that.
          #expect(abs(Double(out[head * width + i]) - expected) < 2 * 5 * 6e-5)
        }
      }
    }
  }
}
