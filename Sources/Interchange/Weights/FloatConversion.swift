/// Little-endian numbers of several formats as `Float`.
enum FloatConversion {
  /// Turns numbers that were read byte by byte into the machine's own order, in place.
  static func fromLittleEndian(_ values: UnsafeMutableBufferPointer<Float>) {
    #if _endian(big)
      for index in values.indices {
        values[index] = Float(bitPattern: UInt32(littleEndian: values[index].bitPattern))
      }
    #endif
  }

  /// Fills `target` from `bytes`; returns the index of the first finite number that is beyond single precision, nil if none is.
  ///
  /// - Precondition: `bytes` holds as many numbers of `type`, which is F16, BF16 or F64, as `target` takes.
  static func convert(
    _ bytes: [UInt8], of type: TensorType, into target: UnsafeMutableBufferPointer<Float>
  ) -> Int? {
    bytes.withUnsafeBytes { bytes in
      switch type {
      case .brainFloat16:
        for index in target.indices {
          let bits = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
          target[index] = Float(bitPattern: UInt32(bits) << 16)
        }
      case .float16:
        for index in target.indices {
          let bits = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
          target[index] = single(half: bits)
        }
      case .float64:
        for index in target.indices {
          let bits = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
          let value = Double(bitPattern: bits)
          target[index] = Float(value)
          if value.isFinite && !target[index].isFinite { return index }
        }
      default: preconditionFailure("\(type) is not converted")
      }
      return nil
    }
  }

  /// The value of a half-precision number: ±2^(e−15) (1 + m/2^10), ±2^−14 m/2^10 for e = 0, infinite or NaN for e = 31.
  ///
  /// `Float16` is not there on every platform, and the conversion is exact either way.
  static func single(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits) & 0x3FF
    if exponent == 0 {
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    }
    // 127 − 15 moves the bias of half precision to that of single precision.
    let widened = exponent == 0x1F ? 0xFF : exponent + 112
    return Float(bitPattern: sign | widened << 23 | fraction << 13)
  }
}
