/// What is known of a prompt without the model.
enum PromptFeatures {
  /// How often each token of the vocabulary occurs in the prompt, scaled to the length 1.
  ///
  /// So two prompts are near that share their operands' digits and operators, however long they are: the stand-in, without a model of its own, for the sentence embeddings of the papers.
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
