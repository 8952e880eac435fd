import Foundation
import Interchange
import Statistics
import Testing
import Training

@testable import Reporting

/// The Python on this machine with `transformers` and `torch`.
enum HuggingFace {
  static let isPresent = (try? python("import transformers, torch", [])) != nil

  static func python(_ script: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging([
      "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "OMP_NUM_THREADS": "1",
    ]) { _, given in given }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
    return String(decoding: text, as: UTF8.self)
  }

  private struct Failure: Error { var status: Int32 }
}

/// Hugging Face's `transformers` opens what is written here and writes what is read here, and computes the same numbers.
@Suite(
  .enabled(
    if: HuggingFace.isPresent, "needs Python with transformers and torch"))
struct TransformersTests {
  /// Single precision on both sides, other orders of summation: logits of order 1 differ by some 10⁻⁶.
  static let tolerance: Float = 1e-4

  private static let printLogits = """
    def show(model):
        ids = [[int(x) for x in s.split(",")] for s in sys.argv[2].split(";")]
        for s in ids:
            with torch.no_grad():
                for row in model(torch.tensor([s])).logits[0]:
                    print(" ".join(repr(x) for x in row.tolist()))
    """

  private static let sequences: [[Int32]] = [[2, 5, 13, 7, 16], [2, 4, 1], [2, 3, 3, 12, 9, 20, 6, 1]]

  private static var argument: String {
    sequences.map { $0.map { "\($0)" }.joined(separator: ",") }.joined(separator: ";")
  }

  private func ours(_ shape: ModelConfiguration, _ parameters: [Float]) -> [[Float]] {
    let packed = PackedSequences(Self.sequences)
    let pass = TransformerPass(configuration: shape)
    let scored = (0..<packed.tokenCount).map { Int32($0) }
    return parameters.withUnsafeBufferPointer { parameters in
      pass.forward(parameters: parameters, sequences: packed, scored: scored, keepsActivations: false)
      let width = shape.vocabularySize
      return scored.indices.map { Array(pass.logits[$0 * width..<($0 + 1) * width]) }
    }
  }

  private func compare(_ printed: String, _ logits: [[Float]]) throws {
    let rows = printed.split(separator: "\n").map { $0.split(separator: " ").compactMap { Float($0) } }
    try #require(rows.count == logits.count && rows.allSatisfy { $0.count == logits[0].count })
    var largest: Float = 0
    for (theirs, own) in zip(rows, logits) {
      for (a, b) in zip(theirs, own) { largest = max(largest, abs(a - b)) }
    }
    #expect(largest <= Self.tolerance, "they differ by up to \(largest)")
    // Logits that are all alike would agree whatever the model.
    let all = logits.flatMap { $0 }
    #expect((all.max() ?? 0) - (all.min() ?? 0) > 0.1)
  }

  @Test(arguments: [true, false]) func transformersOpensOurModel(tied: Bool) throws {
    let scratch = try ScratchDirectory()
    let vocabulary = CharacterVocabulary.arithmetic
    let shape = ModelConfiguration(
      vocabularySize: vocabulary.count, hiddenSize: 64, intermediateSize: 96, layerCount: 2, headCount: 4,
      keyValueHeadCount: 2, maximumPositions: 32, ropeBase: 5000, tiesEmbeddings: tied)
    let model = Transformer(configuration: shape, seed: 3)
    try ModelDirectory.write(
      shape: shape, parameters: model.parameters, vocabulary: vocabulary, to: scratch.path)
    let printed = try HuggingFace.python(
      """
      import sys, torch, transformers
      \(Self.printLogits)
      show(transformers.LlamaForCausalLM.from_pretrained(sys.argv[1]).eval())
      """, [scratch.path, Self.argument])
    try compare(printed, ours(shape, model.parameters))
    let back = try ModelDirectory.read(scratch.path)
    #expect(back.parameters == model.parameters && back.shape == shape && back.vocabulary == vocabulary)
  }

  @Test(arguments: [true, false]) func aModelOfTransformersOpensHere(tied: Bool) throws {
    let scratch = try ScratchDirectory()
    let printed = try HuggingFace.python(
      """
      import sys, torch, transformers
      \(Self.printLogits)
      torch.manual_seed(7)
      model = transformers.LlamaForCausalLM(transformers.LlamaConfig(
          vocab_size=27, hidden_size=48, intermediate_size=80, num_hidden_layers=3, num_attention_heads=6,
          num_key_value_heads=2, max_position_embeddings=32, rms_norm_eps=1e-6, tie_word_embeddings=\(tied ? "True" : "False"),
          bos_token_id=2, eos_token_id=1, pad_token_id=0)).eval()
      model.save_pretrained(sys.argv[1], safe_serialization=True)
      show(model)
      """, [scratch.path, Self.argument])
    let model = try ModelDirectory.read(scratch.path)
    #expect(model.shape.layerCount == 3 && model.shape.tiesEmbeddings == tied && model.vocabulary == nil)
    try compare(printed, ours(model.shape, model.parameters))
  }
}
