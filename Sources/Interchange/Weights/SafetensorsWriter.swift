/// Writes safetensors files that the format's own library reads.
///
/// The header is padded to a multiple of 8 bytes and tensors are ordered by the size of their elements, largest first, so that
/// every element lies at a multiple of its size; between tensors of one size the given order stays.
public enum SafetensorsWriter {
  /// A tensor to write: its name, shape and values.
  public struct Tensor: Sendable {
    /// The name.
    public var name: String
    /// Lengths of its dimensions, the slowest first; empty for a single value.
    public var shape: [Int]
    /// The values.
    public var values: Values

    /// A tensor.
    ///
    /// - Precondition: as many values as `shape` says.
    public init(_ name: String, shape: [Int], _ values: Values) {
      precondition(
        shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == values.count,
        "'\(name)' has \(values.count) values, its shape is \(shape)")
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  /// The values of a tensor; a slice shares its array's memory, so a part of a parameter vector is not copied.
  public enum Values: Sendable {
    /// Written as F32.
    case floats(ArraySlice<Float>)
    /// Written as F64.
    case doubles(ArraySlice<Double>)
    /// Written as I64.
    case integers(ArraySlice<Int64>)
    /// Written as U8.
    case bytes(ArraySlice<UInt8>)

    /// How many there are.
    public var count: Int {
      switch self {
      case .floats(let values): return values.count
      case .doubles(let values): return values.count
      case .integers(let values): return values.count
      case .bytes(let values): return values.count
      }
    }

    /// The type they are written as.
    public var type: TensorType {
      switch self {
      case .floats: return .float32
      case .doubles: return .float64
      case .integers: return .integer64
      case .bytes: return .byte
      }
    }

    /// Bytes of one of them.
    fileprivate var size: Int {
      switch self {
      case .floats: return 4
      case .doubles, .integers: return 8
      case .bytes: return 1
      }
    }
  }

  /// Writes `tensors` to the file at `path` and waits until they are on the disk.
  ///
  /// The values go to the file from where they lie; beside them only the header takes memory. On an error the file may be there
  /// in part: write under another name and rename where an older file must survive.
  ///
  /// - Precondition: the names are distinct and none is `__metadata__`; so are the keys of `metadata`.
  public static func write(
    _ tensors: [Tensor], metadata: [(key: String, value: String)] = [], to path: String
  ) throws(InterchangeError) {
    let ordered = inFileOrder(tensors)
    let file = try OutputFile(creating: path)
    try file.append(header(ordered, metadata)[...])
    for tensor in ordered {
      switch tensor.values {
      case .floats(let values): try file.append(littleEndian(values))
      case .doubles(let values): try file.append(littleEndian(values))
      case .integers(let values): try file.append(littleEndian(values))
      case .bytes(let values): try file.append(values)
      }
    }
    try file.synchronize()
  }

  /// The file as bytes, for what is small.
  ///
  /// - Precondition: as for `write`.
  public static func bytes(
    _ tensors: [Tensor], metadata: [(key: String, value: String)] = []
  ) -> [UInt8] {
    let ordered = inFileOrder(tensors)
    var bytes = header(ordered, metadata)
    for tensor in ordered {
      switch tensor.values {
      case .floats(let values): littleEndian(values).withUnsafeBytes { bytes.append(contentsOf: $0) }
      case .doubles(let values): littleEndian(values).withUnsafeBytes { bytes.append(contentsOf: $0) }
      case .integers(let values): littleEndian(values).withUnsafeBytes { bytes.append(contentsOf: $0) }
      case .bytes(let values): bytes.append(contentsOf: values)
      }
    }
    return bytes
  }

  private static func inFileOrder(_ tensors: [Tensor]) -> [Tensor] {
    // Concatenation keeps the given order within a size; sorting does not promise it.
    [8, 4, 1].flatMap { size in tensors.filter { $0.values.size == size } }
  }

  private static func header(_ tensors: [Tensor], _ metadata: [(key: String, value: String)]) -> [UInt8] {
    precondition(
      Set(tensors.map(\.name)).count == tensors.count, "two tensors have one name: \(tensors.map(\.name))")
    precondition(
      Set(metadata.map(\.key)).count == metadata.count, "two entries have one key: \(metadata.map(\.key))")
    var entries: [(String, JSONValue)] = []
    if !metadata.isEmpty {
      entries.append((SafetensorsHeader.metadataName, .object(metadata.map { ($0.key, .string($0.value)) })))
    }
    var offset = 0
    for tensor in tensors {
      precondition(tensor.name != SafetensorsHeader.metadataName, "no tensor may be named \(tensor.name)")
      let end = offset + tensor.values.count * tensor.values.size
      entries.append(
        (
          tensor.name,
          .object([
            ("dtype", .string("\(tensor.values.type)")), ("shape", .array(tensor.shape.map { .integer($0) })),
            ("data_offsets", .array([.integer(offset), .integer(end)])),
          ])
        ))
      offset = end
    }
    var text = Array(JSONValue.object(entries).text(pretty: false).utf8)
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
  }

  /// The values with their bytes in the order of the file, which on common machines is their own.
  private static func littleEndian(_ values: ArraySlice<Float>) -> ArraySlice<Float> {
    #if _endian(big)
      return ArraySlice(values.map { Float(bitPattern: $0.bitPattern.littleEndian) })
    #else
      return values
    #endif
  }

  private static func littleEndian(_ values: ArraySlice<Double>) -> ArraySlice<Double> {
    #if _endian(big)
      return ArraySlice(values.map { Double(bitPattern: $0.bitPattern.littleEndian) })
    #else
      return values
    #endif
  }

  private static func littleEndian(_ values: ArraySlice<Int64>) -> ArraySlice<Int64> {
    #if _endian(big)
      return ArraySlice(values.map(\.littleEndian))
    #else
      return values
    #endif
  }
}
