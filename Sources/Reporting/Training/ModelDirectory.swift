import Foundation
import Interchange
import Training

/// A directory that holds a model as Hugging Face's tools lay it out: `config.json` and `model.safetensors`, and our `vocabulary.json`.
public enum ModelDirectory {
  /// The weights' file.
  public static let weightsName = "model.safetensors"
  /// The shape's file.
  public static let configurationName = "config.json"
  /// The file with the vocabulary's characters.
  public static let vocabularyName = "vocabulary.json"

  /// A model as it was read.
  public struct Contents: Sendable {
    /// The shape.
    public var shape: ModelConfiguration
    /// The weights in the order of the layout.
    public var parameters: [Float]
    /// The vocabulary, where the directory has one.
    public var vocabulary: CharacterVocabulary?
  }

  /// Writes the three files into `directory`, which exists.
  public static func write(
    shape: ModelConfiguration, parameters: [Float], vocabulary: CharacterVocabulary, to directory: String
  ) throws(InterchangeError) {
    let layout = ParameterLayout(shape)
    try SafetensorsWriter.write(
      layout.tensors.map { tensor in
        SafetensorsWriter.Tensor(
          tensor.name, shape: tensor.shape, .floats(parameters[tensor.offset..<tensor.offset + tensor.count]))
      }, metadata: [(key: "format", value: "pt")], to: directory + "/" + weightsName)
    try LlamaConfigurationFile.write(record(shape, vocabulary), to: directory + "/" + configurationName)
    let document = JSONValue.object([
      ("schema", .string("allot-vocabulary/1")), ("characters", .string(vocabulary.text)),
      ("special", .array(CharacterVocabulary.specialNames.map { .string($0) })),
    ])
    do throws(ReportingError) {
      try AtomicFile.write(
        Array((document.text(pretty: true) + "\n").utf8), to: directory + "/" + vocabularyName)
    } catch {
      throw .unwritable(file: directory + "/" + vocabularyName, reason: error.description)
    }
  }

  /// Reads the model of `directory`; every tensor must be there with the shape that `config.json` gives it.
  public static func read(_ directory: String) throws(InterchangeError) -> Contents {
    let path = directory + "/" + configurationName
    let shape = try shape(try LlamaConfigurationFile.read(path: path), file: path)
    let file = try SafetensorsFile(path: directory + "/" + weightsName)
    let layout = ParameterLayout(shape)
    var parameters = [Float](repeating: 0, count: layout.count)
    for tensor in layout.tensors {
      _ = try file.tensor(tensor.name, shape: tensor.shape)
      let values = try file.floats(tensor.name)
      parameters.replaceSubrange(tensor.offset..<tensor.offset + tensor.count, with: values)
    }
    if let index = parameters.firstIndex(where: { !$0.isFinite }) {
      let name = layout.tensors.last { $0.offset <= index }?.name
      throw .damagedTensor(
        file: directory + "/" + weightsName, tensor: name, reason: "it has a number that is not finite")
    }
    return Contents(shape: shape, parameters: parameters, vocabulary: try vocabulary(directory))
  }

  private static func vocabulary(_ directory: String) throws(InterchangeError) -> CharacterVocabulary? {
    let path = directory + "/" + vocabularyName
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    guard data.count <= 8 << 20, let document = try? JSONValue(parsing: data, file: path),
      let characters = document["characters"]?.stringValue,
      let vocabulary = try? CharacterVocabulary(characters: characters)
    else {
      throw .unrecognised(
        file: path, reason: "it is no vocabulary: 'characters' must be a string of distinct characters")
    }
    return vocabulary
  }

  static func shape(_ record: LlamaConfigurationRecord, file: String) throws(InterchangeError)
    -> ModelConfiguration
  {
    let shape = ModelConfiguration(
      vocabularySize: record.vocabularySize, hiddenSize: record.hiddenSize,
      intermediateSize: record.intermediateSize, layerCount: record.layerCount, headCount: record.headCount,
      keyValueHeadCount: record.keyValueHeadCount, headDimension: record.headDimension,
      maximumPositions: record.maximumPositions, ropeBase: record.ropeBase, normEpsilon: record.normEpsilon,
      tiesEmbeddings: record.tiesEmbeddings)
    guard shape.problems.isEmpty else {
      throw .unrecognised(file: file, reason: shape.problems.joined(separator: "; "))
    }
    return shape
  }

  private static func record(_ shape: ModelConfiguration, _ vocabulary: CharacterVocabulary)
    -> LlamaConfigurationRecord
  {
    LlamaConfigurationRecord(
      vocabularySize: shape.vocabularySize, hiddenSize: shape.hiddenSize,
      intermediateSize: shape.intermediateSize, layerCount: shape.layerCount, headCount: shape.headCount,
      keyValueHeadCount: shape.keyValueHeadCount, headDimension: shape.headDimension,
      maximumPositions: shape.maximumPositions, ropeBase: shape.ropeBase, normEpsilon: shape.normEpsilon,
      tiesEmbeddings: shape.tiesEmbeddings, beginningOfText: Int(vocabulary.beginningOfText),
      endOfText: [Int(vocabulary.endOfText)], padding: Int(vocabulary.padding))
  }
}

extension ModelDirectory {
  /// A shape from a `config.json` alone, without weights.
  public static func readShape(_ path: String) throws(InterchangeError) -> Contents {
    Contents(
      shape: try shape(try LlamaConfigurationFile.read(path: path), file: path), parameters: [],
      vocabulary: nil)
  }
}
