/// A safetensors file, open for reading: the list of its tensors, and their values on demand.
///
/// Opening reads and checks the header alone. A tensor's memory is taken when its values are asked for, and by then its
/// size is known to be that of bytes which are in the file.
public final class SafetensorsFile: Sendable {
  /// A tensor as the header describes it.
  public struct Tensor: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The type of its elements.
    public var type: TensorType
    /// Lengths of its dimensions, the slowest first; empty for a single value.
    public var shape: [Int]
    /// Product of the lengths.
    public var elementCount: Int
    /// Where its data lies, in bytes from the file's beginning.
    public var range: Range<Int>
  }

  /// The path, which errors carry.
  public let path: String
  /// The tensors in the order of their data.
  public let tensors: [Tensor]
  /// The file's own `__metadata__`, in its order; empty where it has none.
  public let metadata: [(key: String, value: String)]

  private let input: InputFile
  /// Positions in `tensors` by name.
  private let positions: [String: Int]

  /// Opens the file at `path` and checks its header.
  ///
  /// Errors: `missing` and `unreadable` of the system; `damagedTensor` with the tensor's name for a header that is too long,
  /// no JSON, repeats a name or describes data that is not there, overlaps or leaves a gap.
  public init(path: String) throws(InterchangeError) {
    let input = try InputFile(path: path)
    let prefix = try input.bytes(0..<min(8, input.count))
    let length = try SafetensorsHeader.length(prefix: prefix, fileLength: input.count, file: path)
    let start = 8 + length
    let header = try SafetensorsHeader(
      parsing: try input.bytes(8..<start), dataStart: start, dataLength: input.count - start, file: path)
    self.path = path
    self.input = input
    tensors = header.tensors
    metadata = header.metadata
    // The header has been refused if a name occurs twice.
    positions = Dictionary(uniqueKeysWithValues: zip(header.tensors.map(\.name), header.tensors.indices))
  }

  /// The tensor named `name`; nil where there is none.
  public func tensor(_ name: String) -> Tensor? { positions[name].map { tensors[$0] } }

  /// The value of the metadata entry named `key`; nil where there is none.
  public func metadataValue(_ key: String) -> String? { metadata.first { $0.key == key }?.value }

  /// The tensor named `name`, or an error where it is missing or not of `shape`.
  public func tensor(_ name: String, shape: [Int]) throws(InterchangeError) -> Tensor {
    let tensor = try existing(name)
    if tensor.shape != shape {
      throw .damagedTensor(
        file: path, tensor: name, reason: "its shape is \(tensor.shape), expected was \(shape)")
    }
    return tensor
  }

  /// The bytes of the tensor named `name`, as they are in the file.
  public func bytes(_ name: String) throws(InterchangeError) -> [UInt8] {
    try input.bytes(try existing(name).range)
  }

  /// The values of the tensor named `name`, of F32, F16, BF16 or F64, as single-precision numbers.
  ///
  /// F16 and BF16 are exact; F64 is rounded to nearest, and a finite value beyond single precision is an error. Values that are
  /// not finite are handed on as they are.
  public func floats(_ name: String) throws(InterchangeError) -> [Float] {
    let tensor = try existing(name)
    try checkIsFloatingPoint(tensor)
    var failure: InterchangeError?
    let values = [Float](unsafeUninitializedCapacity: tensor.elementCount) { buffer, filled in
      do throws(InterchangeError) {
        let target = UnsafeMutableBufferPointer(rebasing: buffer[..<tensor.elementCount])
        try read(tensor, into: target)
        filled = tensor.elementCount
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return values
  }

  /// Writes the values of the tensor named `name` into `target`, one place of a vector that holds more.
  ///
  /// The errors are those of `floats`; after an error the content of `target` is undefined.
  ///
  /// - Precondition: `target` has as many elements as the tensor.
  public func readFloats(
    _ name: String, into target: UnsafeMutableBufferPointer<Float>
  ) throws(InterchangeError) {
    let tensor = try existing(name)
    precondition(
      target.count == tensor.elementCount,
      "the target has \(target.count) elements, the tensor \(tensor.elementCount)")
    try checkIsFloatingPoint(tensor)
    try read(tensor, into: target)
  }

  /// The values of the tensor named `name`, of F64.
  public func doubles(_ name: String) throws(InterchangeError) -> [Double] {
    try elements(name, .float64) { Double(bitPattern: UInt64(littleEndian: $0)) }
  }

  /// The values of the tensor named `name`, of I64.
  public func integers(_ name: String) throws(InterchangeError) -> [Int64] {
    try elements(name, .integer64) { Int64(bitPattern: UInt64(littleEndian: $0)) }
  }

  private func elements<Element>(
    _ name: String, _ type: TensorType, _ element: (UInt64) -> Element
  ) throws(InterchangeError) -> [Element] {
    let tensor = try existing(name)
    guard tensor.type == type else { throw wrongType(tensor, expected: "\(type)") }
    let bytes = try input.bytes(tensor.range)
    return bytes.withUnsafeBytes { bytes in
      (0..<tensor.elementCount).map { element(bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)) }
    }
  }

  private func existing(_ name: String) throws(InterchangeError) -> Tensor {
    guard let tensor = tensor(name) else {
      throw .damagedTensor(file: path, tensor: name, reason: "the file has no such tensor")
    }
    return tensor
  }

  private func checkIsFloatingPoint(_ tensor: Tensor) throws(InterchangeError) {
    if !tensor.type.isFloatingPoint { throw wrongType(tensor, expected: "F32, F16, BF16 or F64") }
  }

  private func wrongType(_ tensor: Tensor, expected: String) -> InterchangeError {
    .damagedTensor(
      file: path, tensor: tensor.name,
      reason: "its type is \(tensor.type), which is not read here; expected was \(expected)"
    )
  }

  private func read(_ tensor: Tensor, into target: UnsafeMutableBufferPointer<Float>) throws(InterchangeError)
  {
    // F32 needs no conversion and no second buffer.
    if tensor.type == .float32 {
      try input.read(into: UnsafeMutableRawBufferPointer(target), at: tensor.range.lowerBound)
      FloatConversion.fromLittleEndian(target)
      return
    }
    guard let size = tensor.type.size else { return }
    let block = 1 << 18
    for first in stride(from: 0, to: tensor.elementCount, by: block) {
      let count = min(block, tensor.elementCount - first)
      let begin = tensor.range.lowerBound + first * size
      let bytes = try input.bytes(begin..<begin + count * size)
      let part = UnsafeMutableBufferPointer(rebasing: target[first..<first + count])
      if let index = FloatConversion.convert(bytes, of: tensor.type, into: part) {
        throw .damagedTensor(
          file: path, tensor: tensor.name,
          reason: "its element \(first + index) is beyond the range of single precision")
      }
    }
  }
}
