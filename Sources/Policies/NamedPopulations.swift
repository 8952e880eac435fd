import Statistics

/// The named populations, from the simplest to the most like a language model.
///
/// They differ in what the theory says matters beside p: how many actions share the success probability (κ_S), how many share the failure
/// probability (κ_F), and how long the sequences are. None was chosen by what a claim does on it.
extension PromptPopulation {
  /// Every named population.
  public static let all: [PromptPopulation] = [
    twoAction, flatDirichlet, sparseDirichlet, normalLogits, oneCorrect, manyCorrect, uShapedDifficulty,
    diffuse,
    shortSequences, sharedSequences, mixedLengths,
  ]

  /// Two actions, one of them correct, p uniform on (0, 1).
  public static let twoAction = PromptPopulation(
    "two-action", "K = 2, one correct action, p uniform on (0, 1)"
  ) { (stream: inout RandomStream) throws(PolicyError) in
    let p = stream.uniformOpen()
    return try Prompt(SoftmaxPolicy(trusted: [p, 1 - p]), rewards: [1, 0])
  }

  /// Eight actions from a flat Dirichlet distribution.
  public static let flatDirichlet = PromptPopulation(
    "flat-dirichlet", "K = 8, π from Dirichlet(1), one to seven correct actions"
  ) { (stream: inout RandomStream) throws(PolicyError) in
    let policy = SoftmaxPolicy(
      trusted: positive(stream.dirichlet(concentration: [Double](repeating: 1, count: 8))))
    return try Prompt(policy, rewards: someCorrect(8, &stream))
  }

  /// Eight actions from a sparse Dirichlet distribution: one or two dominate.
  public static let sparseDirichlet = PromptPopulation(
    "sparse-dirichlet", "K = 8, π from Dirichlet(0.2), one to seven correct actions"
  ) { (stream: inout RandomStream) throws(PolicyError) in
    let policy = SoftmaxPolicy(
      trusted: positive(stream.dirichlet(concentration: [Double](repeating: 0.2, count: 8))))
    return try Prompt(policy, rewards: someCorrect(8, &stream))
  }

  /// Four to sixty-four actions with normal logits.
  public static let normalLogits = PromptPopulation(
    "normal-logits", "K from 4 to 64, logits normal with standard deviation 2, one to K − 1 correct actions"
  ) { (stream: inout RandomStream) throws(PolicyError) in
    let count = 4 + stream.index(below: 61)
    let logits = (0..<count).map { _ in 2 * stream.normal() }
    return try Prompt(SoftmaxPolicy(logits: logits), rewards: someCorrect(count, &stream))
  }

  /// Thirty-two actions, a single correct one: successes have no spread.
  public static let oneCorrect = PromptPopulation(
    "one-correct",
    "K = 32, normal logits (sd 2), one correct action whose logit is shifted by a normal (sd 3)"
  ) { (stream: inout RandomStream) throws(PolicyError) in
    var logits = (0..<32).map { _ in 2 * stream.normal() }
    logits[0] += 4 + 3 * stream.normal()
    var rewards = [Double](repeating: 0, count: 32)
    rewards[0] = 1
    return try Prompt(SoftmaxPolicy(logits: logits), rewards: rewards)
  }

  /// Thirty-two actions, all but one correct: failures have no spread.
  public static let manyCorrect = PromptPopulation(
    "many-correct", "K = 32, normal logits (sd 2), one wrong action whose logit is shifted by a normal (sd 3)"
  ) { (stream: inout RandomStream) throws(PolicyError) in
    var logits = (0..<32).map { _ in 2 * stream.normal() }
    logits[0] += 4 + 3 * stream.normal()
    var rewards = [Double](repeating: 1, count: 32)
    rewards[0] = 0
    return try Prompt(SoftmaxPolicy(logits: logits), rewards: rewards)
  }

  /// Difficulty drawn first, U-shaped as pass rates of real training sets are; then spread within successes and failures.
  public static let uShapedDifficulty = PromptPopulation(
    "u-shaped",
    "p from Beta(0.5, 0.5); successes and failures each spread over 1 to 16 actions by Dirichlet(1)"
  ) { (stream: inout RandomStream) throws(PolicyError) in
    let p = min(max(stream.beta(0.5, 0.5), 1e-6), 1 - 1e-6)
    return try split(
      p, successes: 1 + stream.index(below: 16), failures: 1 + stream.index(below: 16), 1, &stream)
  }

  /// A thousand nearly equal actions.
  public static let diffuse = PromptPopulation(
    "diffuse", "p from Beta(0.5, 1.5); 500 correct and 500 wrong actions, each spread by Dirichlet(1)"
  ) { (stream: inout RandomStream) throws(PolicyError) in
    let p = min(max(stream.beta(0.5, 1.5), 1e-6), 1 - 1e-6)
    return try split(p, successes: 500, failures: 500, 1, &stream)
  }

  /// Sequences of three tokens, every prefix with its own logits.
  public static let shortSequences = PromptPopulation(
    "short-sequences",
    "|A| = 3, T = 3, per-prefix normal logits (sd 1.5), a random set of 1 to 13 correct sequences"
  ) { (stream: inout RandomStream) throws(PolicyError) in
    let logits = (0..<13).map { _ in (0..<3).map { _ in 1.5 * stream.normal() } }
    let policy = try SequencePolicy(vocabulary: 3, length: 3, parameters: .perPrefix, logits: logits)
    return try sequencePrompt(policy, count: 27, correct: 1 + stream.index(below: 13), &stream)
  }

  /// Sequences of four tokens whose logits are shared by all positions: scores add up.
  public static let sharedSequences = PromptPopulation(
    "shared-sequences",
    "|A| = 3, T = 4, shared normal logits (sd 1), correct if token 0 comes at least m times"
  ) { (stream: inout RandomStream) throws(PolicyError) in
    let logits = [(0..<3).map { _ in stream.normal() }]
    let policy = try SequencePolicy(vocabulary: 3, length: 4, parameters: .shared, logits: logits)
    let threshold = 1 + stream.index(below: 4)
    return try Prompt(policy) { $0.count { $0 == 0 } >= threshold ? 1 : 0 }
  }

  /// Sequences that may end early, T from 2 to 5: lengths differ between and within prompts.
  public static let mixedLengths = PromptPopulation(
    "mixed-lengths",
    "|A| = 3 with an end token, T from 2 to 5, per-prefix normal logits (sd 1), a random half of sequences correct"
  ) { (stream: inout RandomStream) throws(PolicyError) in
    let length = 2 + stream.index(below: 4)
    let prefixes = Int(SequencePolicy.prefixCount(vocabulary: 3, length: length))
    let logits = (0..<prefixes).map { _ in (0..<3).map { _ in stream.normal() } }
    let policy = try SequencePolicy(
      vocabulary: 3, length: length, parameters: .perPrefix, endToken: 2, logits: logits)
    let count = try policy.sequences().count
    return try sequencePrompt(policy, count: count, correct: 1 + stream.index(below: count - 1), &stream)
  }

  /// One to K − 1 correct actions, the number uniform, the set random.
  private static func someCorrect(_ count: Int, _ stream: inout RandomStream) -> [Double] {
    randomSubset(count, size: 1 + stream.index(below: count - 1), &stream)
  }

  /// A sequence prompt with a random set of correct sequences.
  private static func sequencePrompt(
    _ policy: SequencePolicy, count: Int, correct: Int, _ stream: inout RandomStream
  ) throws(PolicyError) -> Prompt {
    var next = randomSubset(count, size: correct, &stream).makeIterator()
    return try Prompt(policy) { _ in next.next() ?? 0 }
  }

  /// The indicator of a uniformly random subset (partial Fisher–Yates).
  private static func randomSubset(_ count: Int, size: Int, _ stream: inout RandomStream) -> [Double] {
    var order = Array(0..<count)
    var indicator = [Double](repeating: 0, count: count)
    for position in 0..<size {
      order.swapAt(position, position + stream.index(below: count - position))
      indicator[order[position]] = 1
    }
    return indicator
  }

  /// Success probability p spread over some actions, failure probability over others, each by a symmetric Dirichlet draw.
  private static func split(
    _ p: Double, successes: Int, failures: Int, _ concentration: Double, _ stream: inout RandomStream
  ) throws(PolicyError) -> Prompt {
    let good = positive(stream.dirichlet(concentration: [Double](repeating: concentration, count: successes)))
    let bad = positive(stream.dirichlet(concentration: [Double](repeating: concentration, count: failures)))
    let rewards = [Double](repeating: 1, count: successes) + [Double](repeating: 0, count: failures)
    return try Prompt(
      SoftmaxPolicy(trusted: good.map { p * $0 } + bad.map { (1 - p) * $0 }), rewards: rewards)
  }

  /// Dirichlet draws with tiny concentration underflow to 0; a softmax policy has none, so they are lifted to 1e-12 and renormalised.
  private static func positive(_ probabilities: [Double]) -> [Double] {
    let lifted = probabilities.map { max($0, 1e-12) }
    let sum = lifted.reduce(0, +)
    return lifted.map { $0 / sum }
  }
}
