/// The element type of a tensor in a safetensors file, by its name there.
public enum TensorType: Sendable, Hashable, CustomStringConvertible {
  /// 64-bit floating point, `F64`.
  case float64
  /// 32-bit floating point, `F32`.
  case float32
  /// 16-bit floating point of IEEE 754, `F16`.
  case float16
  /// The upper half of a 32-bit floating point number, `BF16`.
  case brainFloat16
  /// 64-bit signed integer, `I64`.
  case integer64
  /// 8-bit unsigned integer, `U8`.
  case byte
  /// A type that this package has no use for; `size` in bytes, nil where not even that is known.
  case other(name: String, size: Int?)

  /// The type that files call `name`.
  public init(name: String) {
    switch name {
    case "F64": self = .float64
    case "F32": self = .float32
    case "F16": self = .float16
    case "BF16": self = .brainFloat16
    case "I64": self = .integer64
    case "U8": self = .byte
    case "BOOL", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0": self = .other(name: name, size: 1)
    case "I16", "U16": self = .other(name: name, size: 2)
    case "I32", "U32": self = .other(name: name, size: 4)
    case "U64", "C64": self = .other(name: name, size: 8)
    default: self = .other(name: name, size: nil)
    }
  }

  /// The name in files.
  public var description: String {
    switch self {
    case .float64: return "F64"
    case .float32: return "F32"
    case .float16: return "F16"
    case .brainFloat16: return "BF16"
    case .integer64: return "I64"
    case .byte: return "U8"
    case .other(let name, _): return name
    }
  }

  /// Bytes of one element; nil where it is not known.
  public var size: Int? {
    switch self {
    case .float64, .integer64: return 8
    case .float32: return 4
    case .float16, .brainFloat16: return 2
    case .byte: return 1
    case .other(_, let size): return size
    }
  }

  /// Whether its values can be had as `Float`.
  public var isFloatingPoint: Bool {
    switch self {
    case .float64, .float32, .float16, .brainFloat16: return true
    case .integer64, .byte, .other: return false
    }
  }
}
