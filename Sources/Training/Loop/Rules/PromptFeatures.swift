import Allocation

/// What is known of a prompt without the model.
enum PromptFeatures {
  /// How often each token of the vocabulary occurs in the prompt, scaled to the length 1.
  ///
  /// So two prompts are near that share their operands' digits and operators, however long they are; their order is lost, so that 12−21 and 21−12 are the same. It is the stand-in, without a model of its own, for the sentence embeddings of the papers.
  ///
  /// - Precondition: at least one token, each below `vocabularySize`.
  static func tokenCounts(_ tokens: [Int32], vocabularySize: Int) -> [Double] {
    precondition(!tokens.isEmpty, "a prompt has at least the beginning of the text")
    var counts = [Double](repeating: 0, count: vocabularySize)
    for token in tokens { counts[Int(token)] += 1 }
    let length = counts.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return counts.map { $0 / length }
  }
}

extension RolloutRule {
  /// The rule as it starts on the pool of `tasks`: where it needs features, those of the prompts' tokens.
  ///
  /// Throws where a prompt of the pool has a character that the vocabulary lacks.
  public func over(_ tasks: TaskSet) throws(TrainingError) -> RolloutRule {
    guard needsFeatures else { return self }
    var features: [[Double]] = []
    for problem in tasks.pool {
      features.append(
        PromptFeatures.tokenCounts(
          try tasks.vocabulary.encodePrompt(problem.prompt), vocabularySize: tasks.vocabulary.count))
    }
    do throws(AllocationError) { return try over { features } } catch {
      throw .invalid(name: "rollout_rule", value: name, allowed: "suit the pool: \(error)")
    }
  }
}
