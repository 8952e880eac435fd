import Foundation
import Interchange
import Reporting
import Training

/// Where `allot evaluate` finds a model, and what it knows of the tasks that the model was trained on.
struct EvaluatedModel {
  /// The directory with `config.json`, `model.safetensors` and `vocabulary.json`.
  var directory: String
  /// The `config.yaml` of the run that the model is of; nil where there is none.
  var settings: String?
  /// Steps of reinforcement that a checkpoint has seen; nil for a model from elsewhere.
  var step: Int?

  /// Looks at `path`: a checkpoint, a run (whose newest checkpoint is taken), or a model directory.
  ///
  /// A checkpoint inside a run has the run's settings. Leaves with 66 where there is none of these, and with 65 where a checkpoint is damaged: an older one is not what was asked for.
  init(_ path: String) throws(CommandFailure) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw CommandFailure(.inputMissing, "cannot open '\(path)': there is no such directory")
    }
    guard isDirectory.boolValue else {
      throw CommandFailure(.inputMissing, "cannot open '\(path)': it is no directory")
    }
    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }
    if exists(TrainingDirectory.configurationName) {
      guard let newest = TrainingDirectory.checkpointNames(path).last else {
        throw CommandFailure(.inputMissing, "the run in '\(path)' has no checkpoint yet")
      }
      directory = path + "/checkpoints/" + newest
      settings = path + "/" + TrainingDirectory.configurationName
    } else {
      guard exists(ModelDirectory.configurationName) else {
        throw CommandFailure(
          .inputMissing,
          "'\(path)' is no checkpoint, no run and no model: it has neither '\(ModelDirectory.configurationName)' nor '\(TrainingDirectory.configurationName)'"
        )
      }
      directory = path
      let run = path + "/../../" + TrainingDirectory.configurationName
      settings =
        exists(Checkpoint.stateName) && FileManager.default.fileExists(atPath: run) ? run : nil
    }
    guard FileManager.default.fileExists(atPath: directory + "/" + ModelDirectory.vocabularyName) else {
      throw CommandFailure(
        .inputMissing,
        "cannot open '\(directory)/\(ModelDirectory.vocabularyName)': without it nobody knows which character a token is"
      )
    }
    guard FileManager.default.fileExists(atPath: directory + "/" + Checkpoint.stateName) else { return }
    do throws(ReportingError) { step = try Checkpoint.check(directory) } catch {
      throw CommandFailure(error)
    }
  }
}
