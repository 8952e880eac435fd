import Foundation
import Reporting
import Training

extension TrainingDriver {
  /// The newest checkpoint that can be read; damaged ones are put aside with a warning, once a good one is found.
  ///
  /// Throws where there are checkpoints and none is good, or where they belong to other settings: beginning anew would destroy what is there.
  func lastGoodCheckpoint() throws -> Checkpoint.Contents? {
    let method = try training { () throws(TrainingError) in
      try Method.resolved(configuration.method, overrides: configuration.overrides)
    }
    let rule = try training { () throws(TrainingError) in
      try configuration.ruleState(method, tasks: preparation.tasks)
    }
    var refused: [(path: String, reason: String)] = []
    for name in TrainingDirectory.checkpointNames(directory).reversed() {
      let path = directory + "/checkpoints/" + name
      func isOfAnotherRun() -> CommandFailure {
        CommandFailure(
          .inputData,
          "'\(path)' belongs to a run with other settings, tasks or another model than '\(directory)/\(TrainingDirectory.configurationName)' asks for; nothing was changed"
        )
      }
      // Compared first: the state of another rule would otherwise look like damage.
      let owner: String
      do throws(ReportingError) { owner = try Checkpoint.configuration(path) } catch {
        refused.append((path, error.description))
        continue
      }
      guard owner == digest else { throw isOfAnotherRun() }
      let contents: Checkpoint.Contents
      do throws(ReportingError) {
        contents = try Checkpoint.read(
          path, settings: { configuration.optimiserSettings(isWarmUp: !$0) }, decay: method.decay,
          refresh: method.refresh, rule: rule)
      } catch {
        refused.append((path, error.description))
        continue
      }
      guard contents.configuration == digest, contents.shape == preparation.shape,
        contents.vocabulary == preparation.tasks.vocabulary,
        contents.state.history.promptCount == preparation.tasks.pool.count
      else { throw isOfAnotherRun() }
      for damaged in refused {
        warn("the checkpoint is refused and put aside: \(damaged.reason)")
        try? FileManager.default.removeItem(atPath: damaged.path + ".damaged")
        rename(damaged.path, damaged.path + ".damaged")
      }
      return contents
    }
    guard refused.isEmpty else {
      throw CommandFailure(
        .inputData,
        "no checkpoint of '\(directory)' is good, and nothing was changed:\n       "
          + refused.map(\.reason).joined(separator: "\n       "))
    }
    return nil
  }
}

extension CommandFailure {
  /// The failure of a run whose settings or tasks do not work.
  init(_ error: TrainingError) { self.init(.inputData, error.description) }
}
