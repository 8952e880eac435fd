/// A prompt that occurs among training and among evaluation problems.
public struct SplitOverlap: Sendable, Hashable, CustomStringConvertible {
  /// The prompt, as it stands among the evaluation problems.
  public var prompt: String
  /// Its first place among the training problems.
  public var trainingIndex: Int
  /// Its place among the evaluation problems.
  public var evaluationIndex: Int

  /// One clause.
  public var description: String {
    "the prompt \"\(prompt.prefix(80))\" is training problem \(trainingIndex) and evaluation problem \(evaluationIndex)"
  }
}

extension EvaluationSplit {
  /// The evaluation prompts that training has too, in the order of the evaluation problems; a caller refuses to go on unless there is none.
  ///
  /// Prompts count as the same where they differ only in white space: `12 + 7 =` is `12+7=`. Generated problems cannot overlap; files can.
  public static func overlap(training: [Problem], evaluation: [Problem]) -> [SplitOverlap] {
    var places: [[UInt8]: Int] = [:]
    for (index, problem) in training.enumerated() {
      let key = withoutSpace(problem.prompt)
      if places[key] == nil { places[key] = index }
    }
    var overlaps: [SplitOverlap] = []
    for (index, problem) in evaluation.enumerated() {
      guard let place = places[withoutSpace(problem.prompt)] else { continue }
      overlaps.append(
        SplitOverlap(prompt: problem.prompt, trainingIndex: place, evaluationIndex: index))
    }
    return overlaps
  }

  private static func withoutSpace(_ text: String) -> [UInt8] {
    var kept = ""
    kept.unicodeScalars.append(contentsOf: text.unicodeScalars.filter { !$0.properties.isWhitespace })
    return Array(kept.utf8)
  }
}
