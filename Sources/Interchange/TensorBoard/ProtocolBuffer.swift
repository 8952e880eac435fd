/// A message in the encoding of protocol buffers, written field by field.
struct ProtocolBuffer {
  /// The message so far.
  private(set) var bytes: [UInt8] = []

  /// Appends a 64-bit floating point field.
  mutating func append(_ field: Int, _ value: Double) {
    appendTag(field, wireType: 1)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Appends a 32-bit floating point field.
  mutating func append(_ field: Int, _ value: Float) {
    appendTag(field, wireType: 5)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Appends an integer field; a negative one takes ten bytes.
  mutating func append(_ field: Int, _ value: Int64) {
    appendTag(field, wireType: 0)
    appendVariableLength(UInt64(bitPattern: value))
  }

  /// Appends a text field.
  mutating func append(_ field: Int, _ text: String) { append(field, Array(text.utf8)) }

  /// Appends a message as a field of this one.
  mutating func append(_ field: Int, _ message: ProtocolBuffer) { append(field, message.bytes) }

  private mutating func append(_ field: Int, _ content: [UInt8]) {
    appendTag(field, wireType: 2)
    appendVariableLength(UInt64(content.count))
    bytes += content
  }

  private mutating func appendTag(_ field: Int, wireType: UInt64) {
    precondition((1...15).contains(field), "field is \(field), it must lie in 1...15")
    appendVariableLength(UInt64(field) << 3 | wireType)
  }

  /// Seven bits a byte, lowest first, the top bit set on all but the last.
  private mutating func appendVariableLength(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
