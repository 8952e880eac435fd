import Foundation
import Statistics
import Testing

@testable import Interchange

private let record = LlamaConfigurationRecord(
  vocabularySize: 18, hiddenSize: 128, intermediateSize: 384, layerCount: 2, headCount: 4,
  keyValueHeadCount: 2,
  headDimension: 16, maximumPositions: 96, ropeBase: 5000.5, normEpsilon: 1e-5, tiesEmbeddings: true,
  beginningOfText: 1, endOfText: [2, 5], padding: 0)

/// The least that a file must say, with `more` fields.
private func minimal(_ more: String = "") -> String {
  """
  {
    "model_type": "llama",
    "vocab_size": 10, "hidden_size": 64, "intermediate_size": 96,
    "num_hidden_layers": 1, "num_attention_heads": 4\(more.isEmpty ? "" : ",\n  " + more)
  }
  """
}

private func read(_ text: String) throws(InterchangeError) -> LlamaConfigurationRecord {
  try LlamaConfigurationFile.read(Array(text.utf8), file: "config.json")
}

private func refusal(_ text: String) -> String? {
  do {
    _ = try read(text)
    return nil
  } catch { return "\(error)" }
}

@Suite struct LlamaConfigurationTests {
  @Test func whatIsWrittenReadsBack() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/config.json"
      try LlamaConfigurationFile.write(record, to: path)
      #expect(try LlamaConfigurationFile.read(path: path) == record)
      var other = record
      other.endOfText = []
      other.beginningOfText = nil
      other.normEpsilon = 0.1
      #expect(try read(LlamaConfigurationFile.text(other)) == other)
    }
  }

  /// The defaults are those of `LlamaConfig` in transformers.
  @Test func whatIsMissingHasTheDefaultsOfTheFormat() throws {
    #expect(
      try read(minimal())
        == LlamaConfigurationRecord(
          vocabularySize: 10, hiddenSize: 64, intermediateSize: 96, layerCount: 1, headCount: 4,
          keyValueHeadCount: 4,
          headDimension: 16, maximumPositions: 2048, ropeBase: 10_000, normEpsilon: 1e-6,
          tiesEmbeddings: false))
  }

  @Test func theRotaryBaseIsReadFromOlderAndNewerPlaces() throws {
    #expect(try read(minimal(#""rope_theta": 500000.0, "rope_scaling": null"#)).ropeBase == 500_000)
    #expect(
      try read(minimal(#""rope_parameters": {"rope_theta": 7, "rope_type": "default"}"#)).ropeBase == 7)
    #expect(try read(minimal(#""rope_theta": 7, "rope_scaling": {"type": "default"}"#)).ropeBase == 7)
    #expect(
      refusal(minimal(#""rope_theta": 8, "rope_parameters": {"rope_theta": 7}"#))
        == "config.json:5: field 'rope_theta': the value 8 is not allowed: it must be a number above 1, the same at the top and in rope_parameters"
    )
  }

  @Test(arguments: [
    (
      #""hidden_act": "gelu""#,
      "field 'hidden_act': the value \"gelu\" is not allowed: it must be \"silu\" or \"swish\" or null"
    ),
    (
      #""attention_bias": true"#,
      "field 'attention_bias': the value true is not allowed: it must be false or null"
    ),
    (#""mlp_bias": 1"#, "field 'mlp_bias': the value 1 is not allowed: it must be false or null"),
    (
      #""rope_scaling": {"factor": 8.0, "rope_type": "llama3"}"#,
      "field 'rope_scaling': the value {\"factor\":8,\"rope_type\":\"llama3\"} is not allowed: it must be null, or plain rotary angles (\"rope_type\": \"default\")"
    ),
    (#""rope_parameters": {"partial_rotary_factor": 0.5}"#, "field 'rope_parameters': the value"),
    (#""rope_parameters": {"full_attention": {"rope_theta": 7}}"#, "field 'rope_parameters': the value"),
    (
      #""rope_parameters": {"rope_theta": 7, "rope_theta": 8}"#,
      "field 'rope_parameters': a name in it occurs twice"
    ),
    (#""quantization_config": {"bits": 4}"#, "field 'quantization_config': the value"),
    (#""architectures": ["MistralForCausalLM"]"#, "field 'architectures': the value"),
    (#""num_key_value_heads": 0"#, "field 'num_key_value_heads': the value 0 is not allowed"),
    (#""head_dim": 2.5"#, "field 'head_dim': the value 2.5 is not allowed"),
    (#""max_position_embeddings": 99999999999"#, "field 'max_position_embeddings': the value"),
    (#""rms_norm_eps": -1"#, "field 'rms_norm_eps': the value -1 is not allowed"),
    (#""rms_norm_eps": "1e-5""#, "field 'rms_norm_eps': the value \"1e-5\" is not allowed"),
    (#""rope_theta": 1"#, "field 'rope_theta': the value 1 is not allowed"),
    (#""tie_word_embeddings": 1"#, "field 'tie_word_embeddings': the value 1 is not allowed"),
    (#""eos_token_id": [1, "2"]"#, "field 'eos_token_id': the value"),
    (#""mlp_bias": false, "mlp_bias": false"#, "field 'mlp_bias': the field occurs twice"),
  ])
  func whatIsNotComputedHereIsRefusedByName(more: String, reason: String) {
    #expect(
      refusal(minimal(more))?.hasPrefix("config.json:5: " + reason) == true,
      "\(refusal(minimal(more)) ?? "none")")
  }

  @Test func anotherKindOfModelOrAMissingSizeIsRefused() {
    #expect(
      refusal(minimal().replacing("\"llama\"", with: "\"qwen2\""))
        == "config.json:2: field 'model_type': the value \"qwen2\" is not allowed: it must be \"llama\"")
    #expect(refusal("{}") == "config.json:1: field 'model_type': the field is missing")
    #expect(
      refusal(minimal().replacing("vocab_size", with: "vocab"))
        == "config.json:1: field 'vocab_size': the field is missing")
    #expect(
      refusal(minimal().replacing("\"num_attention_heads\": 4", with: "\"num_attention_heads\": 5"))
        == "config.json:1: field 'head_dim': it is missing, and hidden_size is no multiple of num_attention_heads"
    )
    #expect(refusal("[]") == "config.json: it is no JSON object")
    #expect(refusal("{") != nil)
  }

  @Test func damagedTextNeverCrashes() {
    let valid = Array(LlamaConfigurationFile.text(record).utf8)
    let telling = Array("0123456789-+.eE[]{},:\" \\nult".utf8)
    var refused = 0
    for replicate in 0..<2000 {
      var stream = RandomStream(
        StreamKey(seed: 14, claim: "config-fuzz", designPoint: 0, replicate: UInt64(replicate)))
      var bytes = valid
      for _ in 0...stream.index(below: 4) {
        let position = stream.index(below: bytes.count)
        if stream.index(below: 3) == 0 {
          bytes.remove(at: position)
        } else {
          bytes[position] = telling[stream.index(below: telling.count)]
        }
      }
      do { _ = try LlamaConfigurationFile.read(bytes, file: "fuzz") } catch { refused += 1 }
    }
    #expect(refused > 500 && refused < 2000, "\(refused) of 2000 were refused")
  }

  @Test(.enabled(if: Python.has("transformers"), "needs Python with transformers"))
  func transformersReadsWhatIsWrittenAndWritesWhatIsRead() throws {
    try withTemporaryDirectory { directory in
      try LlamaConfigurationFile.write(record, to: directory + "/config.json")
      let script = """
        import sys
        from transformers import AutoConfig
        c = AutoConfig.from_pretrained(sys.argv[1])
        theta = c.rope_parameters["rope_theta"] if hasattr(c, "rope_parameters") else c.rope_theta
        print(type(c).__name__, c.vocab_size, c.hidden_size, c.intermediate_size, c.num_hidden_layers,
              c.num_attention_heads, c.num_key_value_heads, c.head_dim, c.max_position_embeddings, theta,
              c.rms_norm_eps, c.tie_word_embeddings, c.bos_token_id, c.eos_token_id, c.pad_token_id)
        c.save_pretrained(sys.argv[1] + "/again")
        """
      #expect(
        try Python.run(script, [directory])
          == "LlamaConfig 18 128 384 2 4 2 16 96 5000.5 1e-05 True 1 [2, 5] 0\n")
      #expect(try LlamaConfigurationFile.read(path: directory + "/again/config.json") == record)
    }
  }
}
