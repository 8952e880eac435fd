import CNumerics

/// SHA-256, by libcrypto.
public enum SHA256 {
  /// The digest of `text`'s UTF-8 bytes as 64 lower-case hexadecimal digits.
  public static func hexadecimal(of text: String) -> String { hexadecimal(of: Array(text.utf8)) }

  /// The digest of `bytes` as 64 lower-case hexadecimal digits.
  public static func hexadecimal(of bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    let done = numerics_sha256(bytes, bytes.count, &digest)
    precondition(done == 1, "libcrypto could not compute a SHA-256 digest")
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
