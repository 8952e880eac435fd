/// The header of a safetensors file, with everything in it checked.
///
/// A file is: the header's length N (8 bytes, little-endian) · the header (N bytes of JSON, padded with spaces) · the data.
/// The header maps names to `{"dtype", "shape", "data_offsets": [begin, end]}`, offsets counted from the data's first byte;
/// `__metadata__` maps strings to strings. The tensors cover the data without gap and overlap.
struct SafetensorsHeader: Sendable {
  /// The name under which the header keeps metadata.
  static let metadataName = "__metadata__"
  /// The longest header that is read: far more than a model of a thousand layers needs, and little enough to parse anything.
  static let longest = 8 << 20

  /// The tensors in the order of their data.
  var tensors: [SafetensorsFile.Tensor]
  /// The metadata in the order of the header.
  var metadata: [(key: String, value: String)] = []

  /// The length of the header of a file of `fileLength` bytes that begins with `prefix`.
  static func length(prefix: [UInt8], fileLength: Int, file: String) throws(InterchangeError) -> Int {
    guard prefix.count == 8, fileLength >= 8 else {
      throw .damagedTensor(
        file: file, tensor: nil, reason: "it has \(fileLength) bytes, too few for a header")
    }
    let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    if length > UInt64(longest) {
      throw .damagedTensor(
        file: file, tensor: nil, reason: "its header claims \(length) bytes; at most \(longest) are read")
    }
    if length > UInt64(fileLength - 8) {
      throw .damagedTensor(
        file: file, tensor: nil,
        reason: "its header claims \(length) bytes, and only \(fileLength - 8) follow its length")
    }
    return Int(length)
  }

  /// Parses `text`, the header of a file whose data has `dataLength` bytes and begins at byte `dataStart`.
  init(parsing text: [UInt8], dataStart: Int, dataLength: Int, file: String) throws(InterchangeError) {
    func damaged(_ tensor: String?, _ reason: String) -> InterchangeError {
      .damagedTensor(file: file, tensor: tensor, reason: reason)
    }
    guard text.first == UInt8(ascii: "{") else { throw damaged(nil, "its header does not begin with '{'") }
    let json: JSONValue
    do throws(InterchangeError) {
      // Objects hold objects that hold arrays: nothing is deeper.
      json = try JSONValue(parsing: text, file: file, depthLimit: 8)
    } catch {
      guard case .damaged(_, _, _, let reason) = error else { throw error }
      throw damaged(nil, "its header is damaged: \(reason)")
    }
    guard let entries = json.objectValue else { throw damaged(nil, "its header is not a JSON object") }
    if let name = Self.firstRepeated(entries.map(\.0)) {
      throw damaged(name, "the header has two entries of this name")
    }
    tensors = []
    for (name, value) in entries {
      if name == Self.metadataName {
        metadata = try Self.metadata(value, file: file)
      } else {
        tensors.append(try Self.tensor(name, value, dataStart: dataStart, dataLength: dataLength, file: file))
      }
    }
    // Empty tensors lie where their neighbour begins, so the end decides between equal beginnings.
    tensors.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var end = dataStart
    for tensor in tensors {
      let begin = tensor.range.lowerBound
      if begin < end { throw damaged(tensor.name, "its data overlaps that of another tensor") }
      if begin > end {
        throw damaged(tensor.name, "\(begin - end) bytes before its data belong to no tensor")
      }
      end = tensor.range.upperBound
    }
    if end != dataStart + dataLength {
      throw damaged(nil, "\(dataStart + dataLength - end) bytes at its end belong to no tensor")
    }
  }

  private static func firstRepeated(_ names: [String]) -> String? {
    var seen = Set<String>()
    // Swift holds strings equal that differ only in how accents are encoded: nobody could tell them apart by sight either.
    return names.first { !seen.insert($0).inserted }
  }

  private static func metadata(
    _ value: JSONValue, file: String
  ) throws(InterchangeError) -> [(key: String, value: String)] {
    func damaged(_ reason: String) -> InterchangeError {
      .damagedTensor(file: file, tensor: metadataName, reason: reason)
    }
    guard let entries = value.objectValue else { throw damaged("it is not a JSON object") }
    if let key = firstRepeated(entries.map(\.0)) { throw damaged("the key '\(key)' occurs twice") }
    var metadata: [(key: String, value: String)] = []
    for (key, value) in entries {
      guard let text = value.stringValue else { throw damaged("the value of '\(key)' is not a string") }
      metadata.append((key, text))
    }
    return metadata
  }

  private static func tensor(
    _ name: String, _ value: JSONValue, dataStart: Int, dataLength: Int, file: String
  ) throws(InterchangeError) -> SafetensorsFile.Tensor {
    func damaged(_ reason: String) -> InterchangeError {
      .damagedTensor(file: file, tensor: name, reason: reason)
    }
    guard let entries = value.objectValue else { throw damaged("its entry is not a JSON object") }
    if let key = firstRepeated(entries.map(\.0)) { throw damaged("'\(key)' occurs twice in its entry") }
    guard let typeName = value["dtype"]?.stringValue else {
      throw damaged("its dtype is missing or no string")
    }
    let type = TensorType(name: typeName)
    guard let shape = wholeNumbers(value["shape"]) else {
      throw damaged("its shape is missing or no array of whole numbers from 0 on")
    }
    guard let offsets = wholeNumbers(value["data_offsets"]), offsets.count == 2 else {
      throw damaged("its data_offsets are missing or no two whole numbers from 0 on")
    }
    let (begin, end) = (offsets[0], offsets[1])
    if end < begin { throw damaged("its data ends at \(end), before it begins at \(begin)") }
    if end > dataLength { throw damaged("its data ends at \(end), the file's data at \(dataLength)") }
    var elements = 1
    var overflows = false
    for length in shape {
      let product = elements.multipliedReportingOverflow(by: length)
      overflows = overflows || product.overflow
      elements = product.partialValue
    }
    if overflows { throw damaged("its shape \(shape) has more elements than 64 bits can count") }
    if let size = type.size {
      let bytes = elements.multipliedReportingOverflow(by: size)
      if bytes.overflow || bytes.partialValue != end - begin {
        throw damaged("its shape \(shape) of \(type) does not fill the \(end - begin) bytes of its data")
      }
    }
    return SafetensorsFile.Tensor(
      name: name, type: type, shape: shape, elementCount: elements, range: dataStart + begin..<dataStart + end
    )
  }

  /// The elements of an array of integers that are not negative; nil for anything else.
  private static func wholeNumbers(_ value: JSONValue?) -> [Int]? {
    guard let elements = value?.arrayValue else { return nil }
    let numbers = elements.compactMap(\.integerValue).filter { $0 >= 0 }
    return numbers.count == elements.count ? numbers : nil
  }
}
