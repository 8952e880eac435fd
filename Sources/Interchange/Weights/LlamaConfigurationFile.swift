/// Reads and writes the `config.json` of Hugging Face's Llama models.
public enum LlamaConfigurationFile {
  /// Bytes of a file; real ones have about a thousand.
  private static let longestFile = 1 << 20

  /// Reads the file at `path`.
  ///
  /// Fields that do not change what the model computes are passed over. Errors: `missing`, `unreadable`; `damaged` for what is
  /// no JSON, lacks a size or has a field twice; `invalidValue` with the field for what is not computed here.
  public static func read(path: String) throws(InterchangeError) -> LlamaConfigurationRecord {
    let input = try InputFile(path: path)
    if input.count > longestFile {
      throw .unrecognised(
        file: path, reason: "it has \(input.count) bytes; a model's configuration has at most \(longestFile)")
    }
    return try read(try input.bytes(0..<input.count), file: path)
  }

  /// Reads `text`.
  ///
  /// - Parameter file: the name that errors carry.
  public static func read(_ text: [UInt8], file: String) throws(InterchangeError) -> LlamaConfigurationRecord
  {
    let fields = try ConfigurationFields(text, file: file)
    try checkIsLlama(fields)
    try checkIsComputedHere(fields)
    let hiddenSize = try fields.size("hidden_size")
    let headCount = try fields.size("num_attention_heads")
    let headDimension: Int
    if fields.value("head_dim") != nil {
      headDimension = try fields.size("head_dim")
    } else if hiddenSize % headCount == 0 {
      headDimension = hiddenSize / headCount
    } else {
      throw fields.damaged("head_dim", "it is missing, and hidden_size is no multiple of num_attention_heads")
    }
    return LlamaConfigurationRecord(
      vocabularySize: try fields.size("vocab_size"), hiddenSize: hiddenSize,
      intermediateSize: try fields.size("intermediate_size"),
      layerCount: try fields.size("num_hidden_layers"),
      headCount: headCount, keyValueHeadCount: try fields.size("num_key_value_heads", otherwise: headCount),
      headDimension: headDimension,
      maximumPositions: try fields.size("max_position_embeddings", otherwise: 2048),
      ropeBase: try ropeBase(fields),
      normEpsilon: try fields.number("rms_norm_eps", otherwise: 1e-6, allowed: "a number from 0 on") {
        $0 >= 0
      },
      tiesEmbeddings: try fields.truth("tie_word_embeddings", otherwise: false),
      beginningOfText: try fields.tokens("bos_token_id").first, endOfText: try fields.tokens("eos_token_id"),
      padding: try fields.tokens("pad_token_id").first)
  }

  /// The file's text for `record`.
  ///
  /// The base of the rotary angles stands both where older and where newer versions of `transformers` look for it.
  public static func text(_ record: LlamaConfigurationRecord) -> String {
    let endOfText: JSONValue
    switch record.endOfText.count {
    case 0: endOfText = .null
    case 1: endOfText = .integer(record.endOfText[0])
    default: endOfText = .array(record.endOfText.map { .integer($0) })
    }
    return JSONValue.object([
      ("architectures", .array([.string("LlamaForCausalLM")])), ("model_type", .string("llama")),
      ("vocab_size", .integer(record.vocabularySize)), ("hidden_size", .integer(record.hiddenSize)),
      ("intermediate_size", .integer(record.intermediateSize)),
      ("num_hidden_layers", .integer(record.layerCount)), ("num_attention_heads", .integer(record.headCount)),
      ("num_key_value_heads", .integer(record.keyValueHeadCount)),
      ("head_dim", .integer(record.headDimension)),
      ("max_position_embeddings", .integer(record.maximumPositions)), ("hidden_act", .string("silu")),
      ("attention_bias", .bool(false)), ("mlp_bias", .bool(false)), ("attention_dropout", .number(0)),
      ("rms_norm_eps", .number(record.normEpsilon)), ("rope_theta", .number(record.ropeBase)),
      ("rope_scaling", .null),
      (
        "rope_parameters",
        .object([("rope_theta", .number(record.ropeBase)), ("rope_type", .string("default"))])
      ),
      ("tie_word_embeddings", .bool(record.tiesEmbeddings)),
      ("bos_token_id", .optional(record.beginningOfText)), ("eos_token_id", endOfText),
      ("pad_token_id", .optional(record.padding)), ("torch_dtype", .string("float32")),
    ]).text(pretty: true) + "\n"
  }

  /// Writes the text for `record` to the file at `path` and waits until it is on the disk.
  public static func write(_ record: LlamaConfigurationRecord, to path: String) throws(InterchangeError) {
    let bytes = Array(text(record).utf8)
    let file = try OutputFile(creating: path)
    try file.append(bytes[...])
    try file.synchronize()
  }

  private static func checkIsLlama(_ fields: ConfigurationFields) throws(InterchangeError) {
    try fields.require("model_type", isOneOf: [.string("llama")], orMissing: false)
    guard let architectures = fields.value("architectures") else { return }
    if architectures.arrayValue?.contains(.string("LlamaForCausalLM")) != true {
      throw fields.invalid("architectures", architectures, allowed: "a list with \"LlamaForCausalLM\" in it")
    }
  }

  private static func checkIsComputedHere(_ fields: ConfigurationFields) throws(InterchangeError) {
    try fields.require("hidden_act", isOneOf: [.string("silu"), .string("swish")])
    try fields.require("attention_bias", isOneOf: [.bool(false)])
    try fields.require("mlp_bias", isOneOf: [.bool(false)])
    try fields.require("quantization_config", isOneOf: [])
    if let scaling = fields.value("rope_scaling") { try checkIsDefault(scaling, "rope_scaling", fields) }
    if let parameters = fields.value("rope_parameters") {
      try checkIsDefault(parameters, "rope_parameters", fields)
    }
  }

  /// An object that describes the plain rotary angles.
  private static func checkIsDefault(
    _ value: JSONValue, _ name: String, _ fields: ConfigurationFields
  ) throws(InterchangeError) {
    let allowed = "null, or plain rotary angles (\"rope_type\": \"default\")"
    guard let entries = value.objectValue else { throw fields.invalid(name, value, allowed: allowed) }
    if Set(entries.map(\.0)).count != entries.count {
      throw fields.damaged(name, "a name in it occurs twice")
    }
    for (key, entry) in entries {
      switch key {
      case "rope_type", "type":
        if entry != .string("default") && entry != .null {
          throw fields.invalid(name, value, allowed: allowed)
        }
      case "partial_rotary_factor":
        if entry.doubleValue != 1 && entry != .null { throw fields.invalid(name, value, allowed: allowed) }
      case "rope_theta": break
      default:
        // Anything else belongs to a way of scaling, or to angles that differ between layers.
        if entry != .null { throw fields.invalid(name, value, allowed: allowed) }
      }
    }
  }

  /// The base of the rotary angles, from wherever the file has it.
  private static func ropeBase(_ fields: ConfigurationFields) throws(InterchangeError) -> Double {
    let allowed = "a number above 1, the same at the top and in rope_parameters"
    var found: Double?
    for (name, value) in [
      ("rope_parameters", fields.value("rope_parameters")?["rope_theta"]),
      ("rope_theta", fields.value("rope_theta")),
    ] {
      guard let value, value != .null else { continue }
      guard let number = value.doubleValue, number > 1, found == nil || found == number else {
        throw fields.invalid(name, value, allowed: allowed)
      }
      found = number
    }
    return found ?? 10_000
  }
}
