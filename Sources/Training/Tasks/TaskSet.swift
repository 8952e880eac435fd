import Statistics

/// What a run trains and is evaluated on: the pool, the splits, the vocabulary and the verifier.
public struct TaskSet: Sendable, Hashable {
  /// A named evaluation split.
  public struct Split: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Its problems, distinct, none of which is trained on.
    public var problems: [Problem]
  }

  /// The training problems.
  public var pool: [Problem]
  /// The evaluation splits in reading order.
  public var splits: [Split]
  /// The tokens.
  public var vocabulary: CharacterVocabulary
  /// How responses are judged.
  public var verifier: Verifier
  /// The tiers that warm-up problems are generated from; empty where the problems come from a file.
  public var tiers: [TaskTier]

  /// The built-in tasks: `poolSize` training problems and `problemsPerSplit` problems of every split that has one of the tiers.
  ///
  /// `vocabulary` is that of a model that has one; it must have the tasks' characters.
  public init(
    builtIn tiers: [TaskTier], seed: UInt64, poolSize: Int, problemsPerSplit: Int,
    vocabulary: CharacterVocabulary? = nil, verifier: Verifier
  )
    throws(TrainingError)
  {
    self.tiers = tiers
    pool = try TaskPool(seed: seed, count: poolSize, tiers: tiers).problems
    splits = []
    for split in EvaluationSplit.allCases where tiers.contains(where: { $0.evaluationSplit == split }) {
      // A tier of few prompts has fewer evaluation prompts than asked for; then the split is all of them.
      let problems = try split.problems(atMost: problemsPerSplit, seed: seed, tiers: tiers)
      splits.append(Split(name: split.rawValue, problems: problems))
    }
    self.vocabulary = vocabulary ?? .arithmetic
    self.verifier = verifier
    try check()
  }

  /// The problems of a file: those without a split or of split `train` are trained on, the others evaluated on by their split's name.
  ///
  /// A file that names no split is divided by the text of its prompts, one in five being kept as `held-out`.
  public init(problems: [Problem], vocabulary: CharacterVocabulary? = nil, verifier: Verifier)
    throws(TrainingError)
  {
    tiers = []
    self.verifier = verifier
    self.vocabulary =
      if let vocabulary { vocabulary } else {
        try CharacterVocabulary(texts: problems.flatMap { [$0.prompt, $0.answer, $0.solution] })
      }
    let named = problems.contains { $0.split != nil && $0.split != "train" }
    func split(_ problem: Problem) -> String? {
      if named { return problem.split == "train" ? nil : problem.split }
      return PromptClass(of: problem.prompt) == .training ? nil : "held-out"
    }
    pool = try TaskPool(problems: problems.filter { split($0) == nil }).problems
    splits = []
    for problem in problems {
      guard let name = split(problem) else { continue }
      if let place = splits.firstIndex(where: { $0.name == name }) {
        splits[place].problems.append(problem)
      } else {
        splits.append(Split(name: name, problems: [problem]))
      }
    }
    try check()
  }

  /// The SHA-256 of everything that is asked and how it is judged: two sets with the same digest train and evaluate alike.
  public var digest: String {
    // Lengths before texts: no two lists of texts give one string.
    func text(_ problems: [Problem]) -> String {
      problems.map { problem in
        [problem.prompt, problem.answer, problem.solution].map { "\($0.utf8.count):\($0)" }.joined()
      }.joined(separator: ";")
    }
    let parts = splits.map { "\($0.name.utf8.count):\($0.name)\(text($0.problems))" }
    return SHA256.hexadecimal(
      of: ([verifier.rawValue, vocabulary.text, text(pool)] + parts).joined(separator: "\n"))
  }

  /// Refuses overlaps of pool and splits, problems that the verifier cannot judge, and characters that the vocabulary does not have.
  private func check() throws(TrainingError) {
    for split in splits {
      if let overlap = EvaluationSplit.overlap(training: pool, evaluation: split.problems).first {
        throw .invalid(
          name: "the split \(split.name)", value: "overlapping",
          allowed: "hold no training prompt: \(overlap)")
      }
    }
    for problem in pool + splits.flatMap(\.problems) {
      _ = try vocabulary.encode(problem.prompt)
      _ = try vocabulary.encode(problem.solution)
      guard verifier.canJudge(answer: problem.answer) else {
        throw .invalid(
          name: "the answer of \"\(problem.prompt.prefix(80))\"", value: "\"\(problem.answer.prefix(80))\"",
          allowed: "be one that the verifier '\(verifier.rawValue)' can judge")
      }
    }
  }
}
