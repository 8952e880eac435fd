import Foundation

/// Numbers as decimal text.
public enum DecimalText {
  /// `value` with 17 significant digits (C's `%.17g`): reading it gives the same double back.
  ///
  /// - Precondition: `value` is finite.
  public static func seventeenDigits(_ value: Double) -> String {
    precondition(value.isFinite, "value is \(value), it must be finite")
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { buffer in
      // "-1.2345678901234567e-308" has 24 characters.
      _ = withVaList([value]) { vsnprintf(buffer.baseAddress, buffer.count, "%.17g", $0) }
      return buffer.baseAddress.map { String(cString: $0) } ?? ""
    }
  }

  /// `value` as a CSV cell: 17 significant digits, empty where it is not finite.
  public static func cell(_ value: Double) -> String { value.isFinite ? seventeenDigits(value) : "" }

  /// Parses a whole decimal number (optional sign, digits, fraction, exponent); nil for anything else: blanks, hexadecimal,
  /// "nan", "inf", and what is beyond the range of double precision.
  public static func parse(_ text: some StringProtocol) -> Double? {
    let allowed = text.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || byte == 0x2B || byte == 0x2D || byte == 0x2E || byte == 0x65
        || byte == 0x45
    }
    guard allowed, let value = Double(text), value.isFinite else { return nil }
    return value
  }
}
