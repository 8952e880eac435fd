/// The checksum CRC32C: the remainder of a message as a polynomial over GF(2), modulo Castagnoli's polynomial 0x1EDC6F41.
///
/// Bits are taken least significant first, the register begins with ones and is complemented at the end (RFC 3720, section 12.1).
enum CyclicRedundancyCheck {
  /// The polynomial with its bits in reverse.
  static let polynomial: UInt32 = 0x82F6_3B78

  /// The remainders of all single bytes.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { remainder, _ in
      remainder & 1 == 1 ? remainder >> 1 ^ polynomial : remainder >> 1
    }
  }

  /// The checksum of `bytes`.
  static func castagnoli(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var register: UInt32 = .max
    for byte in bytes {
      register = table[Int((register ^ UInt32(byte)) & 0xFF)] ^ register >> 8
    }
    return ~register
  }

  /// The checksum as TensorFlow's record files hold it: rotated right by 15 bits, plus 0xA282EAD8.
  ///
  /// A checksum of data that holds checksums would be weak; masked ones do not have that trouble.
  static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let plain = castagnoli(bytes)
    return (plain >> 15 | plain << 17) &+ 0xA282_EAD8
  }
}
