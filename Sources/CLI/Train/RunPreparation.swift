import Foundation
import Interchange
import Reporting
import Training

/// What a run needs besides its configuration: tasks, shape, and weights where it does not begin at random ones.
struct RunPreparation {
  var tasks: TaskSet
  var shape: ModelConfiguration
  /// Weights to begin with; nil for random ones.
  var parameters: [Float]?
  /// Whether the weights come from a checkpoint that needs no warm-up.
  var isWarm: Bool

  /// Reads the files that `configuration` names.
  init(_ configuration: RunConfiguration) throws(CommandFailure) {
    do throws(InterchangeError) {
      var contents: ModelDirectory.Contents?
      var isWarm = false
      if !configuration.initialCheckpoint.isEmpty {
        contents = try ModelDirectory.read(configuration.initialCheckpoint)
        isWarm = true
      } else if !["nano", "micro", "mini"].contains(configuration.model) {
        contents = try Self.model(configuration.model)
      }
      tasks = try Self.tasks(configuration, vocabulary: contents?.vocabulary)
      let size = tasks.vocabulary.count
      switch configuration.model {
      case "nano": shape = contents?.shape ?? .nano(vocabularySize: size)
      case "micro": shape = contents?.shape ?? .micro(vocabularySize: size)
      case "mini": shape = contents?.shape ?? .mini(vocabularySize: size)
      default:
        guard let contents else {
          throw .missing(file: configuration.model, reason: "there is no model")
        }
        shape = contents.shape
      }
      parameters = contents.flatMap { $0.parameters.isEmpty ? nil : $0.parameters }
      self.isWarm = isWarm
    } catch {
      throw CommandFailure(error)
    }
  }

  /// A model directory; one with a `config.json` alone gives the shape and random weights.
  private static func model(_ path: String) throws(InterchangeError) -> ModelDirectory.Contents {
    if FileManager.default.fileExists(atPath: path + "/" + ModelDirectory.weightsName) {
      return try ModelDirectory.read(path)
    }
    guard FileManager.default.fileExists(atPath: path) else {
      throw .missing(
        file: path, reason: "a model is nano, micro, mini, a directory with config.json, or such a file")
    }
    let file = path.hasSuffix(".json") ? path : path + "/" + ModelDirectory.configurationName
    return try ModelDirectory.readShape(file)
  }

  private static func tasks(_ configuration: RunConfiguration, vocabulary: CharacterVocabulary?)
    throws(InterchangeError) -> TaskSet
  {
    let named = Verifier(rawValue: configuration.verifier)
    let file = configuration.taskFile
    do {
      if file.isEmpty {
        var tiers: [TaskTier] = []
        for name in configuration.tiers {
          guard let tier = TaskTier(rawValue: name) else {
            let known = TaskTier.allCases.map(\.rawValue)
            let hint = NearestName.suggestion(for: name, among: known).map { "did you mean \($0)? " } ?? ""
            throw TrainingError.invalid(
              name: "tiers", value: "'\(name)'",
              allowed: "name tiers: \(hint)known are \(known.joined(separator: ", "))")
          }
          tiers.append(tier)
        }
        return try TaskSet(
          builtIn: tiers.isEmpty ? TaskTier.allCases : tiers, seed: configuration.seed,
          poolSize: configuration.poolSize,
          problemsPerSplit: max(configuration.evaluationProblems, configuration.finalProblems),
          vocabulary: vocabulary, verifier: named ?? .exact)
      }
      let problems = try TaskFileReader.records(path: file).map { record in
        Problem(
          prompt: record.prompt, answer: record.answer, solution: record.solution, tier: record.tier ?? "",
          split: record.split)
      }
      return try TaskSet(problems: problems, vocabulary: vocabulary, verifier: named ?? .lastNumber)
    } catch let error as InterchangeError {
      throw error
    } catch {
      throw .unrecognised(file: file.isEmpty ? "the built-in tasks" : file, reason: "\(error)")
    }
  }
}
