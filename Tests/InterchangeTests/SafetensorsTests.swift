import Foundation
import Statistics
import Testing

@testable import Interchange

/// A file of the given header text and `dataLength` bytes of data.
private func file(header: String, dataLength: Int = 0) -> [UInt8] {
  let text = Array(header.utf8)
  return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
    + (0..<dataLength).map { UInt8(truncatingIfNeeded: $0) }
}

/// What reading `bytes` as a file gives; all tensors that are floating point are read too.
private func reading(_ bytes: [UInt8], in directory: String) throws -> SafetensorsFile {
  let path = directory + "/model.safetensors"
  try Data(bytes).write(to: URL(fileURLWithPath: path))
  let file = try SafetensorsFile(path: path)
  for tensor in file.tensors {
    if tensor.type.isFloatingPoint {
      _ = try file.floats(tensor.name)
    } else {
      _ = try file.bytes(tensor.name)
    }
  }
  return file
}

/// The tensor and the reason of the error that reading `bytes` throws; nil if it throws none.
private func refusal(_ bytes: [UInt8]) throws -> (tensor: String?, reason: String)? {
  var found: (String?, String)?
  try withTemporaryDirectory { directory in
    do {
      _ = try reading(bytes, in: directory)
    } catch InterchangeError.damagedTensor(let file, let tensor, let reason) {
      #expect(file == directory + "/model.safetensors")
      found = (tensor, reason)
    }
  }
  return found
}

@Suite struct SafetensorsTests {
  private static let values: [Float] = [1, -0.0, .infinity, 0x1p-149, .greatestFiniteMagnitude, 0.1]
  private static let tensors: [SafetensorsWriter.Tensor] = [
    .init("bytes", shape: [3], .bytes([1, 2, 255])),
    .init("model.weight", shape: [2, 3], .floats(values[...])),
    .init("empty", shape: [0, 4], .floats([])),
    .init("step", shape: [], .integers([-7])),
    .init("moment", shape: [2], .doubles([0.1, -0x1p-1074])),
    .init("é \"\\", shape: [1], .floats([3])),
  ]

  @Test func whatIsWrittenReadsBackBitForBit() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/model.safetensors"
      let metadata = [(key: "format", value: "pt"), (key: "note", value: "a\n\"b\"")]
      try SafetensorsWriter.write(Self.tensors, metadata: metadata, to: path)
      let file = try SafetensorsFile(path: path)
      #expect(try file.floats("model.weight").map(\.bitPattern) == Self.values.map(\.bitPattern))
      #expect(try file.bytes("bytes") == [1, 2, 255])
      #expect(try file.floats("empty") == [])
      #expect(try file.integers("step") == [-7])
      #expect(try file.doubles("moment") == [0.1, -0x1p-1074])
      #expect(try file.floats("é \"\\") == [3])
      #expect(file.tensor("model.weight")?.shape == [2, 3])
      #expect(file.tensor("step")?.shape == [])
      #expect(file.metadata.map(\.key) == ["format", "note"])
      #expect(file.metadataValue("note") == "a\n\"b\"")
      let written = try Data(contentsOf: URL(fileURLWithPath: path))
      #expect(Array(written) == SafetensorsWriter.bytes(Self.tensors, metadata: metadata))
    }
  }

  @Test func everyElementLiesAtAMultipleOfItsSize() throws {
    try withTemporaryDirectory { directory in
      let file = try reading(SafetensorsWriter.bytes(Self.tensors), in: directory)
      #expect(file.tensors.map(\.name).sorted() == Self.tensors.map(\.name).sorted())
      for tensor in file.tensors { #expect(tensor.range.lowerBound % (tensor.type.size ?? 1) == 0) }
    }
  }

  @Test func aPartOfAVectorIsFilledInPlace() throws {
    try withTemporaryDirectory { directory in
      let file = try reading(SafetensorsWriter.bytes(Self.tensors), in: directory)
      var vector = [Float](repeating: 9, count: 8)
      try vector.withUnsafeMutableBufferPointer { vector in
        try file.readFloats("model.weight", into: UnsafeMutableBufferPointer(rebasing: vector[1..<7]))
      }
      #expect(vector == [9] + Self.values + [9])
    }
  }

  /// All 65536 patterns against the processor's own conversion.
  @Test func halfPrecisionIsConvertedExactly() {
    #if arch(arm64) || os(Linux)
      for bits in UInt16.min...UInt16.max {
        let expected = Float(Float16(bitPattern: bits))
        let found = FloatConversion.single(half: bits)
        #expect(expected.isNaN ? found.isNaN : found.bitPattern == expected.bitPattern)
      }
    #endif
  }

  /// 0x3F80 and 0xC040 are the upper halves of 1 and −3; 0x3C00 and 0xFBFF are 1 and −65504 in half precision.
  @Test func otherFloatingPointTypesAreConverted() throws {
    let header = #"""
      {"b":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"h":{"dtype":"F16","shape":[2],"data_offsets":[4,8]},"d":{"dtype":"F64","shape":[1],"data_offsets":[8,16]}}
      """#
    var bytes = file(header: header) + [0x80, 0x3F, 0x40, 0xC0, 0x00, 0x3C, 0xFF, 0xFB]
    let prefix = bytes
    bytes += withUnsafeBytes(of: (0.1).bitPattern.littleEndian) { Array($0) }
    try withTemporaryDirectory { directory in
      let file = try reading(bytes, in: directory)
      #expect(try file.floats("b") == [1, -3])
      #expect(try file.floats("h") == [1, -65504])
      #expect(try file.floats("d") == [Float(0.1)])
    }
    let tooLarge = prefix + withUnsafeBytes(of: (1e300).bitPattern.littleEndian) { Array($0) }
    #expect(try refusal(tooLarge)?.reason == "its element 0 is beyond the range of single precision")
  }

  @Test func otherTypesAreListedAndNamedWhenTheirValuesAreAskedFor() throws {
    let header =
      #"{"mask":{"dtype":"BOOL","shape":[4],"data_offsets":[0,4]},"x":{"dtype":"Q3","shape":[9],"data_offsets":[4,8]}}"#
    try withTemporaryDirectory { directory in
      let file = try reading(file(header: header, dataLength: 8), in: directory)
      #expect(file.tensors.map(\.type.description) == ["BOOL", "Q3"])
      #expect(
        throws: InterchangeError.damagedTensor(
          file: file.path, tensor: "x",
          reason: "its type is Q3, which is not read here; expected was F32, F16, BF16 or F64")
      ) { try file.floats("x") }
      #expect(throws: InterchangeError.self) { try file.floats("y") }
      #expect(throws: InterchangeError.self) { try file.tensor("mask", shape: [2, 2]) }
    }
  }

  /// Each header is wrong in one way; the tensor and the reason are named.
  @Test(
    arguments: [
      ("{}", 1, nil, "1 bytes at its end belong to no tensor"),
      ("", 0, nil, "its header does not begin with '{'"),
      (" {}", 0, nil, "its header does not begin with '{'"),
      ("{\"a\":", 0, nil, "its header is damaged"),
      ("{} {}", 0, nil, "its header is damaged: characters follow the end of the JSON value"),
      (#"{"a":1}"#, 0, "a", "its entry is not a JSON object"),
      (#"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, 4, "a", "its dtype is missing or no string"),
      (
        #"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#, 4, "a",
        "its shape is missing or no array of whole numbers from 0 on"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "a",
        "its shape is missing or no array of whole numbers from 0 on"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, 4, "a",
        "its shape is missing or no array of whole numbers from 0 on"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}"#, 4, "a",
        "its shape is missing or no array of whole numbers from 0 on"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4, "a",
        "its data_offsets are missing or no two whole numbers from 0 on"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":["0","4"]}}"#, 4, "a",
        "its data_offsets are missing or no two whole numbers from 0 on"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "a",
        "its data ends at 0, before it begins at 4"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4, "a",
        "its data ends at 8, the file's data at 4"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "a",
        "its shape [2] of F32 does not fill the 4 bytes of its data"
      ),
      (
        #"{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,4]}}"#, 4, "a",
        "its shape [4294967296, 4294967296] has more elements than 64 bits can count"
      ),
      (
        #"{"a":{"dtype":"F64","shape":[4611686018427387904],"data_offsets":[0,4]}}"#, 4, "a",
        "its shape [4611686018427387904] of F64 does not fill the 4 bytes of its data"
      ),
      (
        #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
        3, "b", "its data overlaps that of another tensor"
      ),
      (
        #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}"#,
        3, "b", "1 bytes before its data belong to no tensor"
      ),
      (
        #"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#,
        0, "a", "the header has two entries of this name"
      ),
      (
        #"{"a":{"dtype":"U8","dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#, 0, "a",
        "'dtype' occurs twice in its entry"
      ),
      (#"{"__metadata__":{"a":1}}"#, 0, "__metadata__", "the value of 'a' is not a string"),
      (#"{"__metadata__":{"a":"1","a":"2"}}"#, 0, "__metadata__", "the key 'a' occurs twice"),
      (#"{"__metadata__":[]}"#, 0, "__metadata__", "it is not a JSON object"),
    ] as [(String, Int, String?, String)])
  func aDamagedHeaderIsRefusedWithTheTensorAndTheReason(
    header: String, dataLength: Int, tensor: String?, reason: String
  ) throws {
    let found = try #require(try refusal(file(header: header, dataLength: dataLength)))
    #expect(found.tensor == tensor)
    #expect(found.reason.hasPrefix(reason), "\(found.reason)")
  }

  @Test func lengthsAreCheckedBeforeMemoryIsTaken() throws {
    #expect(try refusal([])?.reason == "it has 0 bytes, too few for a header")
    #expect(try refusal([1, 0, 0])?.reason == "it has 3 bytes, too few for a header")
    let largest = [UInt8](repeating: 0xFF, count: 8)
    #expect(
      try refusal(largest)?.reason == "its header claims \(UInt64.max) bytes; at most 8388608 are read")
    #expect(
      try refusal([9, 0, 0, 0, 0, 0, 0, 0, 0x7B])?.reason
        == "its header claims 9 bytes, and only 1 follow its length")
  }

  @Test func textThatIsNoUTF8AndHugeNestingAreRefused() throws {
    let notText: [UInt8] = [6, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x7D]
    #expect(try refusal(notText)?.reason == "its header is damaged: the text is not valid UTF-8")
    let deep = "{\"a\":" + String(repeating: "[", count: 1_000_000)
    #expect(try refusal(file(header: deep))?.reason.hasPrefix("its header is damaged") == true)
  }

  @Test func whatIsNoRegularFileIsRefused() throws {
    try withTemporaryDirectory { directory in
      #expect(throws: InterchangeError.missing(file: directory, reason: "it is not a regular file")) {
        try SafetensorsFile(path: directory)
      }
      #expect(mkfifo(directory + "/pipe", 0o600) == 0)
      #expect(throws: InterchangeError.self) { try SafetensorsFile(path: directory + "/pipe") }
      #expect(throws: InterchangeError.self) { try SafetensorsFile(path: directory + "/nothing") }
      #expect(throws: InterchangeError.self) { try SafetensorsWriter.write([], to: directory + "/no/where") }
    }
  }

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs a device that is always full"))
  func aFullDiskIsATypedError() {
    #expect(throws: InterchangeError.self) { try SafetensorsWriter.write(Self.tensors, to: "/dev/full") }
  }

  /// A valid file with bytes of its header replaced, bits turned or its end cut off is read or refused with a typed error.
  @Test func damagedFilesNeverCrash() throws {
    let valid = SafetensorsWriter.bytes(Self.tensors, metadata: [(key: "format", value: "pt")])
    let headerEnd = 8 + Int(valid[0]) + Int(valid[1]) << 8
    let telling = Array("0123456789-+.eE[]{},:\" \\".utf8)
    var refused = 0
    try withTemporaryDirectory { directory in
      for replicate in 0..<4000 {
        var stream = RandomStream(
          StreamKey(seed: 11, claim: "safetensors-fuzz", designPoint: 0, replicate: UInt64(replicate)))
        var bytes = valid
        for _ in 0...stream.index(below: 4) {
          // Mostly within the JSON text, where a digit or a bracket does the most harm.
          let position =
            stream.index(below: 8) == 0 ? stream.index(below: 8) : 8 + stream.index(below: headerEnd - 8)
          switch stream.index(below: 3) {
          case 0: bytes[position] = UInt8(stream.index(below: 256))
          case 1: bytes[position] ^= 1 << UInt8(stream.index(below: 8))
          default: bytes[position] = telling[stream.index(below: telling.count)]
          }
        }
        if stream.index(below: 4) == 0 { bytes.removeLast(stream.index(below: bytes.count)) }
        do { _ = try reading(bytes, in: directory) } catch is InterchangeError { refused += 1 }
      }
    }
    // A change inside a name is harmless, most others are not.
    #expect(refused > 2000 && refused < 4000, "\(refused) of 4000 were refused")
  }
}
