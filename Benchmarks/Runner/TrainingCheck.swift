import Foundation
import Training

/// Writes what the peer needs to prove that it computes the same model: raw little-endian numbers, one file per array.
enum TrainingCheck {
  /// Steps of AdamW after which the loss is compared once more.
  static let steps = 3
  static let rollouts = 64

  /// The names of the files; `numbers.txt` holds the loss, the gradient's norm and the loss after the steps.
  static func write(to folder: String) -> [String] {
    let work = TrainingWork()
    var stepper = TrainingStepper(work: work, threads: 1)
    let (loss, norm) = stepper.step()
    let gradient = stepper.trainer.gradient
    for _ in 1..<steps { _ = stepper.step() }
    let after = stepper.step().loss
    let sampler = Sampler(configuration: work.configuration)
    let batch = work.sample(rollouts, with: sampler, threads: 1)
    do {
      let directory = URL(fileURLWithPath: folder)
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
      func save<Element: BitwiseCopyable>(_ name: String, _ numbers: [Element]) throws {
        try numbers.withUnsafeBytes { Data($0) }.write(to: directory.appendingPathComponent(name))
      }
      try save("parameters.f32", work.parameters)
      try save("tokens.i32", work.sequences.tokens)
      try save("actions.i32", work.actions)
      try save("gradient.f32", gradient)
      try save("prompts.i32", batch.prompts.flatMap { $0 })
      try save("responses.i32", batch.tokens)
      try save("log-probabilities.f32", batch.logProbabilities)
      try save("entropies.f32", batch.entropies)
      try Data("\(loss) \(norm) \(after)\n".utf8).write(to: directory.appendingPathComponent("numbers.txt"))
    } catch {
      FileHandle.standardError.write(Data("\(folder): \(error)\n".utf8))
      exit(1)
    }
    return ["loss \(loss), norm of the gradient \(norm), loss after \(steps) steps \(after)"]
  }
}
